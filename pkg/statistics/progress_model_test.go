package statistics_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"accord/pkg/bound"
	"accord/pkg/commitment"
	"accord/pkg/ident"
	"accord/pkg/plan"
	"accord/pkg/statistics"
)

const measureColumns = "indicator, direction, starts_on, due_on, baseline_value, baseline_on, target_bound, target_low, target_high, target_on"

// knownMeasure is what a commitment is measured by.
type knownMeasure struct {
	Indicator  *string    `db:"indicator"`
	Direction  *string    `db:"direction"`
	StartsOn   *plan.Date `db:"starts_on"`
	DueOn      *plan.Date `db:"due_on"`
	Baseline   *string    `db:"baseline_value"`
	BaselineOn *plan.Date `db:"baseline_on"`
	Target     *string    `db:"target_bound"`
	TargetLow  *string    `db:"target_low"`
	TargetHigh *string    `db:"target_high"`
	TargetOn   *plan.Date `db:"target_on"`
}

type knownReport struct {
	ID         ident.Report     `db:"id"`
	Commitment ident.Commitment `db:"commitment"`
	Member     ident.Member     `db:"member"`
	Cycle      int              `db:"cycle"`
	State      string           `db:"state"`
	Measured   json.RawMessage  `db:"measured"`
	Found      *string          `db:"found"`

	first time.Time // submitted
}

type knownCycle struct {
	Year    int       `db:"year"`
	OpensOn plan.Date `db:"opens_on"`
	DueOn   plan.Date `db:"due_on"`
}

// knownVersion is a version of a commitment, and knownStanding a step of a member,
// with when it was made.
type knownVersion struct {
	knownCommitment
	At  time.Time `db:"at"`
	Ord int64     `db:"ord"`
}

type knownStanding struct {
	Member ident.Member `db:"member"`
	Status string       `db:"to_status"`
	At     time.Time    `db:"at"`
	Ord    int64        `db:"ord"`
}

func (r *register) versionsAt(at ident.Position) map[ident.Commitment][]knownVersion {
	r.t.Helper()
	var list []knownVersion
	columns := "id, member, point, state, strength, outcome, " + measureColumns
	if err := r.db.Select(r.t.Context(), &list, `
select `+columns+`, c.at, c.ord
from (select `+columns+`, change from commitment union all select `+columns+`, change from commitment_history) v
join (select id as change, at, ord from change) c using (change) join change_position p using (change)
where v.state in ('registered', 'closed') and p.position <= $1`, at); err != nil {
		r.t.Fatal(err)
	}
	versions := map[ident.Commitment][]knownVersion{}
	for _, v := range list {
		versions[v.ID] = append(versions[v.ID], v)
	}
	return versions
}

func (r *register) standingsAt(at ident.Position) map[ident.Member][]knownStanding {
	r.t.Helper()
	var list []knownStanding
	if err := r.db.Select(r.t.Context(), &list, `
select t.member, t.to_status, c.at, c.ord
from member_transition t join change c on c.id = t.change join change_position p on p.change = t.change
where p.position <= $1`, at); err != nil {
		r.t.Fatal(err)
	}
	return byMember(list, func(s knownStanding) ident.Member { return s.Member })
}

func (r *register) reportsAt(at ident.Position) map[ident.Commitment][]knownReport {
	r.t.Helper()
	var firsts []struct {
		ID    ident.Report `db:"id"`
		First time.Time    `db:"first"`
	}
	if err := r.db.Select(r.t.Context(), &firsts, `
select id, min(submitted_at) as first from (select id, submitted_at from report union all select id, submitted_at from report_history) v group by id`); err != nil {
		r.t.Fatal(err)
	}
	reports := map[ident.Commitment][]knownReport{}
	for _, one := range versions[knownReport](r, "report", "id, commitment, member, cycle, state, measured, found", at) {
		for _, f := range firsts {
			if f.ID == one.ID {
				one.first = f.First
			}
		}
		reports[one.Commitment] = append(reports[one.Commitment], one)
	}
	return reports
}

func number(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// said is what the office of commitments makes of the accepted reports that count.
func (k *known) said(id ident.Commitment, indicator, aggregation string, counts func(cycle int) bool) commitment.Reported {
	type accepted struct {
		Cycle  int             `json:"cycle"`
		Found  *string         `json:"found"`
		Values json.RawMessage `json:"values"`
	}
	var reports []accepted
	for _, r := range k.reports[id] {
		if r.State == "accepted" && counts(r.Cycle) {
			reports = append(reports, accepted{r.Cycle, r.Found, r.Measured})
		}
	}
	text, err := json.Marshal(map[string]any{"indicator": indicator, "aggregation": aggregation, "reports": reports})
	var said commitment.Reported
	if err = cmp.Or(err, said.Scan(text)); err != nil {
		panic(err)
	}
	return said
}

func aggregationOf(indicator string) string {
	if len(indicator) < 3 {
		return ""
	}
	return indicator[len("of_"):]
}

// progress is the class that the office of commitments gives.
func (k *known) progress(c knownCommitment, day plan.Date, counts func(cycle int) bool) string {
	m := commitment.Measure{Indicator: or(c.Indicator, same), Direction: commitment.Direction(or(c.Direction, same))}
	date := func(d plan.Date) string { return string(d) }
	if c.Baseline != nil {
		m.Baseline = &commitment.Baseline{Value: number(*c.Baseline), On: plan.Date(or(c.BaselineOn, date))}
	}
	if c.Target != nil {
		interval, err := bound.Stored(*c.Target, or(c.TargetLow, same), or(c.TargetHigh, same))
		if err != nil {
			panic(err)
		}
		m.Target = &commitment.Target{Interval: interval, On: plan.Date(or(c.TargetOn, date))}
	}
	promise := commitment.Commitment{StartsOn: plan.Date(or(c.StartsOn, date)), DueOn: plan.Date(or(c.DueOn, date)), Measure: m}
	return string(promise.Progress(k.said(c.ID, m.Indicator, aggregationOf(m.Indicator), counts), day).Class)
}

// inForce gives the version that was in force when a day ended, false where
// there was none.
func (k *known) inForce(id ident.Commitment, day plan.Date) (found knownVersion, ok bool) {
	for _, v := range k.versions[id] {
		if v.At.Before(plan.Home().Ends(day)) && v.Ord > found.Ord {
			found, ok = v, true
		}
	}
	return found, ok
}

// openIn gives the commitment as it was at the end of the day on which the cycle
// fell due, or of the day before that, where it was open in the cycle.
func (k *known) openIn(id ident.Commitment, y knownCycle, day plan.Date) (knownVersion, bool) {
	v, ok := k.inForce(id, min(y.DueOn, day))
	return v, ok && (v.State != "closed" || !v.At.Before(plan.Home().Begins(y.OpensOn)))
}

// owes tells whether the member owed a report in the cycle.
func (k *known) owes(number ident.Member, y knownCycle) bool {
	var last knownStanding
	for _, s := range k.standings[number] {
		if s.At.Before(plan.Home().Ends(y.DueOn)) && s.Ord > last.Ord {
			last = s
		}
	}
	return last.Status == "active" || last.Status == "non_communicating"
}

// years gives the cycles that are asked for, nil where none is and all have
// opened by the day.
func (k *known) years(by []statistics.Dimension, cycle int, day plan.Date) []knownCycle {
	if !slices.Contains(by, statistics.Cycle) && cycle == 0 {
		return nil
	}
	years := []knownCycle{}
	for _, y := range k.cycles {
		if wants(cycle, y.Year) && y.OpensOn <= day {
			years = append(years, y)
		}
	}
	return years
}

func (k *known) countCommitments(q statistics.CommitmentQuery, day plan.Date) map[string]int64 {
	counts := map[string]int64{}
	years := k.years(q.By, q.Cycle, day)
	count := func(m knownMember, c knownCommitment, year string, day plan.Date, reports func(int) bool) {
		if !m.counted(q.Country, q.Sector, string(q.Kind)) || !wants(int(q.Point), c.Point) || !wants(q.State, c.State) {
			return
		}
		f := profile(m)
		maps.Copy(f, fact{
			statistics.Point: strconv.Itoa(c.Point), statistics.State: c.State, statistics.Cycle: year,
			statistics.Strength: or(c.Strength, same), statistics.Outcome: or(c.Outcome, same),
		})
		if c.State != "closed" {
			f[statistics.Progress] = k.progress(c, day, reports)
		}
		if wants(q.Progress, f[statistics.Progress]) {
			counts[f.place(q.By)]++
		}
	}
	for _, m := range k.members {
		for _, c := range k.commitments[m.Number] {
			if c.State != "registered" && c.State != "closed" {
				continue
			}
			if years == nil {
				count(m, c, "", day, func(int) bool { return true })
			}
			for _, y := range years {
				if v, ok := k.openIn(c.ID, y, day); ok {
					count(m, v.knownCommitment, strconv.Itoa(y.Year), min(day, y.DueOn), func(cycle int) bool { return cycle <= y.Year })
				}
			}
		}
	}
	return atLeastOne(counts, q.By)
}
