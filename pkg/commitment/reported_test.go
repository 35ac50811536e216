package commitment_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"accord/pkg/bound"
	"accord/pkg/commitment"
	"accord/pkg/plan"
)

// acceptedReport is one of those that statements give together.
type acceptedReport struct {
	Cycle  int                        `json:"cycle"`
	Found  commitment.Completion      `json:"found"`
	Values []commitment.MeasuredDraft `json:"values"`
}

// together reads what the reports say together of the indicator.
func together(t *testing.T, aggregation commitment.Aggregation, reports ...acceptedReport) commitment.Reported {
	t.Helper()
	text, err := json.Marshal(map[string]any{"indicator": "people_trained", "aggregation": aggregation, "reports": reports})
	if err != nil {
		t.Fatal(err)
	}
	var said commitment.Reported
	if err := said.Scan(text); err != nil {
		t.Fatal(err)
	}
	return said
}

func people(low string, from, to plan.Date) commitment.MeasuredDraft {
	return commitment.MeasuredDraft{Indicator: "people_trained", Bound: "exact", Low: low, From: from, To: to}
}

func TestNothingReportedIsCountedTwice(t *testing.T) {
	t.Parallel()
	first := acceptedReport{2026, commitment.Limited, []commitment.MeasuredDraft{people("40", "2026-01-01", "2026-06-30")}}
	for name, c := range map[string]struct {
		aggregation commitment.Aggregation
		second      []commitment.MeasuredDraft
		value       string
		from, to    plan.Date
	}{
		"what followed is added":                     {commitment.Sum, []commitment.MeasuredDraft{people("60", "2026-07-01", "2027-06-30")}, "ge 100 le 100", "2026-01-01", "2027-06-30"},
		"what was done in all takes its place":       {commitment.Sum, []commitment.MeasuredDraft{people("60", "2026-01-01", "2027-06-30")}, "ge 60 le 60", "2026-01-01", "2027-06-30"},
		"and so does what shares a day with it":      {commitment.Sum, []commitment.MeasuredDraft{people("60", "2026-06-30", "2027-06-30")}, "ge 60 le 60", "2026-06-30", "2027-06-30"},
		"parts of one report are added":              {commitment.Sum, []commitment.MeasuredDraft{people("1", "2026-07-01", "2026-12-31"), people("2", "2027-01-01", "2027-06-30")}, "ge 43 le 43", "2026-01-01", "2027-06-30"},
		"of two that end on a day the longer counts": {commitment.Sum, []commitment.MeasuredDraft{people("1", "2027-04-01", "2027-06-30"), people("5", "2026-07-01", "2027-06-30")}, "ge 45 le 45", "2026-01-01", "2027-06-30"},
		"of two cycles' that end on a day the later": {commitment.Sum, []commitment.MeasuredDraft{people("50", "2026-03-01", "2026-06-30")}, "ge 50 le 50", "2026-03-01", "2026-06-30"},
		"of a stock the last counts":                 {commitment.Latest, []commitment.MeasuredDraft{people("60", "2026-07-01", "2027-06-30")}, "ge 60 le 60", "2026-07-01", "2027-06-30"},
		"and of a rate":                              {commitment.Mean, []commitment.MeasuredDraft{people("60", "2025-07-01", "2026-03-31")}, "ge 40 le 40", "2026-01-01", "2026-06-30"},
		"a later report that gives none adds none":   {commitment.Latest, nil, "ge 40 le 40", "2026-01-01", "2026-06-30"},
		"nor does one of another indicator": {
			commitment.Sum,
			[]commitment.MeasuredDraft{{Indicator: "other", Bound: "exact", Low: "7", From: "2027-01-01", To: "2027-06-30"}},
			"ge 40 le 40", "2026-01-01", "2026-06-30",
		},
		"what is open stays open": {
			commitment.Sum,
			[]commitment.MeasuredDraft{{Indicator: "people_trained", Bound: "gt", Low: "60", From: "2026-07-01", To: "2027-06-30"}},
			"gt 100", "2026-01-01", "2027-06-30",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			second := acceptedReport{2027, commitment.Substantial, c.second}
			for _, reports := range [][]acceptedReport{{first, second}, {second, first}} {
				said := together(t, c.aggregation, reports...)
				if said.Value == nil || said.Value.String() != c.value || said.From != c.from || said.To != c.to {
					t.Errorf("got %v from %s to %s", said.Value, said.From, said.To)
				}
				if said.Reports != 2 || said.Cycle != 2027 || said.Found != commitment.Substantial {
					t.Errorf("got %+v", said)
				}
			}
		})
	}
}

// TestWhatIsReportedDoesNotDependOnItsOrder shuffles reports, and splits the time
// into spans that follow each other: then nothing is left out.
func TestWhatIsReportedDoesNotDependOnItsOrder(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(21, 3))
	day := func(n int) plan.Date { return plan.DateOf(plan.Date("2026-01-01").Time().AddDate(0, 0, n)) }
	for range 300 {
		var reports []acceptedReport
		var all bound.Total
		for start, year := 0, 2026; year < 2026+1+draw.IntN(6); year++ {
			end := start + 1 + draw.IntN(300)
			value := people("7", day(start), day(end))
			reports = append(reports, acceptedReport{year, commitment.Limited, []commitment.MeasuredDraft{value}})
			all.Add(interval(t, "exact", "7", ""))
			start = end + 1
		}
		draw.Shuffle(len(reports), func(i, j int) { reports[i], reports[j] = reports[j], reports[i] })
		sum, _ := all.Sum()
		if said := together(t, commitment.Sum, reports...); !said.Value.Equal(sum) || said.From != day(0) {
			t.Fatalf("%v: got %v from %s, want %v", reports, said.Value, said.From, sum)
		}
		// one that tells of it all takes the place of all
		reports = append(reports, acceptedReport{2040, commitment.Limited, []commitment.MeasuredDraft{people("9", day(0), day(5000))}})
		if said := together(t, commitment.Sum, reports...); said.Value.String() != "ge 9 le 9" {
			t.Fatalf("got %v", said.Value)
		}
	}
}

func TestAPromiseInWordsIsReachedByWhatReviewersFound(t *testing.T) {
	t.Parallel()
	inWords := commitment.Commitment{StartsOn: "2026-01-01", DueOn: "2026-12-31"}
	for name, c := range map[string]struct {
		said  commitment.Reported
		today plan.Date
		class commitment.ProgressClass
	}{
		"complete is reached":            {commitment.Reported{Reports: 1, Found: commitment.Complete}, "2026-06-01", commitment.Reached},
		"also when the due day is over":  {commitment.Reported{Reports: 1, Found: commitment.Complete}, "2027-06-01", commitment.Reached},
		"less is on track until then":    {commitment.Reported{Reports: 1, Found: commitment.NoEvidence}, "2026-12-31", commitment.OnTrack},
		"and overdue after":              {commitment.Reported{Reports: 1, Found: commitment.Substantial}, "2027-01-01", commitment.Overdue},
		"without a report it is told so": {commitment.Reported{}, "2026-06-01", commitment.NotReported},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if p := inWords.Progress(c.said, c.today); p.Class != c.class || p.Share != nil {
				t.Errorf("got %+v", p)
			}
		})
	}
	t.Run("but a target is not reached by words", func(t *testing.T) {
		t.Parallel()
		if p := onTheWay(t).Progress(commitment.Reported{Reports: 1, Found: commitment.Complete}, "2026-02-20"); p.Class != commitment.NotReported {
			t.Errorf("got %+v", p)
		}
	})
}
