package commitment

import (
	"cmp"
	"slices"
	"time"

	"accord/pkg/bound"
	"accord/pkg/plan"
)

// Reported is what the accepted reports on a commitment say together. The zero
// Reported is that of a commitment on which none was accepted.
//
// Value is the value of the commitment's indicator, over the days From to To:
// of one that is a stock or a rate the latest value, which is the one that ends
// last; of one that is added up the sum of the latest value and of those before
// it, of which none reaches into the days of a later one. So a member can report
// what it did since the last report, or all it did since the beginning, and
// nothing is counted twice. Of values that end on one day that of the later
// cycle comes first, then the longer one. Values of another indicator, which the
// commitment had before it was amended, are left out.
type Reported struct {
	Reports int             // how many were accepted
	Cycle   int             // of the latest; 0 for none
	Found   Completion      // by the reviewers of the latest
	Value   *bound.Interval // nil where none was given
	From    plan.Date
	To      plan.Date
}

// acceptedReport is an accepted report as the statements give it.
type acceptedReport struct {
	Cycle  int        `json:"cycle"`
	Found  Completion `json:"found"`
	Values []Measured `json:"values"`
}

// acceptedReports are those on one commitment, and how its indicator is aggregated.
type acceptedReports struct {
	Indicator   string           `json:"indicator"`
	Aggregation Aggregation      `json:"aggregation"`
	Reports     []acceptedReport `json:"reports"`
}

// Scan reads what the accepted reports say from the JSON that the statements
// make of them.
func (r *Reported) Scan(value any) error {
	if value == nil {
		*r = Reported{}
		return nil
	}
	var accepted acceptedReports
	if err := scan(value, &accepted); err != nil {
		return err
	}
	*r = accepted.together()
	return nil
}

// together is what they say together.
func (a acceptedReports) together() Reported {
	said := Reported{Reports: len(a.Reports)}
	type dated struct {
		Measured
		cycle int
	}
	var values []dated
	for _, report := range a.Reports {
		if report.Cycle > said.Cycle {
			said.Cycle, said.Found = report.Cycle, report.Found
		}
		for _, value := range report.Values {
			if value.Indicator == a.Indicator {
				values = append(values, dated{value, report.Cycle})
			}
		}
	}
	slices.SortFunc(values, func(v, w dated) int {
		return cmp.Or(cmp.Compare(w.To, v.To), cmp.Compare(w.cycle, v.cycle), cmp.Compare(v.From, w.From))
	})
	var total bound.Total
	for i, value := range values {
		switch {
		case i == 0:
			said.From, said.To, said.Value = value.From, value.To, &value.Interval
			total.Add(value.Interval)
		case a.Aggregation == Sum && value.To < said.From:
			total.Add(value.Interval)
			sum, _ := total.Sum()
			said.From, said.Value = value.From, &sum
		}
	}
	return said
}

// reportedSeen reads what the accepted reports on a row c say together, while it
// is registered. Whoever sees a registered commitment sees the accepted reports
// on it too: both are open where the member is published, and the member's own
// and staff's where not.
const reportedSeen = `case when c.state = 'registered' then (
        select jsonb_build_object('indicator', coalesce(c.indicator, ''),
            'aggregation', (select i.aggregation from indicator i where i.code = c.indicator),
            'reports', jsonb_agg(jsonb_build_object('cycle', r.cycle, 'found', r.found, 'values', r.measured)))
        from report r where r.commitment = c.id and r.state = 'accepted' having count(*) > 0
    ) end as reported`

// standing is the commitment with where it stands at that time, while it is registered.
func (c Commitment) standing(now time.Time) Commitment {
	c.Standing = nil
	if c.State == Registered {
		p := c.Progress(c.Reported, plan.Today(now))
		c.Standing = &p
	}
	return c
}
