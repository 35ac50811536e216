package statistics_test

import (
	"testing"

	"accord/db"
	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/statistics"
)

// held is what is counted of an activity.
type held struct {
	point            int
	kind, country    string
	year             int
	state            string // "" is registered
	bound, low, high string // of participants; "" where not stated
	by               []int64
}

func (w *writer) activity(h held) {
	reason := ""
	switch h.state {
	case "":
		h.state = "registered"
	case "refused", "withdrawn":
		reason = "r"
	}
	w.exec(`insert into activity (id, member, change, state, reason, point, kind, title, country, from_on, organisers, participants_bound, participants_low, participants_high)
		values ($1, $2, 0, $3, nullif($4, ''), $5, $6, 'title', nullif($7, ''), make_date($8, 5, 1), $9::bigint[], nullif($10, ''), nullif($11, '')::numeric, nullif($12, '')::numeric)`,
		ident.New[ident.Activity](), h.by[0], h.state, reason, h.point, h.kind, h.country, h.year, db.Numbers(h.by), h.bound, h.low, h.high)
}

func activityCell(count, stated int64, total bound.Cell, values ...string) statistics.ActivityCell {
	return statistics.ActivityCell{Cell: cell(count, values...), Stated: stated, Total: total}
}

func TestActivitiesAreCountedOnceAndParticipantsAddedUp(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	r.change(func(w *writer) {
		w.member(organisation{number: 1})
		w.member(organisation{number: 2})
		w.member(organisation{number: 3, status: "applied", hidden: true})
		w.activity(held{point: 8, kind: "competition", country: "KE", year: 2025, by: []int64{1, 2, 3}, bound: "ge", low: "300"})
		w.activity(held{point: 8, kind: "competition", country: "KE", year: 2026, by: []int64{3, 1}, bound: "exact", low: "100", high: "100"})
		w.activity(held{point: 7, kind: "training", country: "CN", year: 2026, by: []int64{2}, bound: "range", low: "10", high: "20"})
		w.activity(held{point: 7, kind: "training", year: 2026, by: []int64{2}})
		w.activity(held{point: 7, kind: "training", country: "KE", year: 2026, by: []int64{2}, bound: "approx", low: "50", high: "50"})
		w.activity(held{point: 2, kind: "project", year: 2026, by: []int64{3}, bound: "exact", low: "7", high: "7"})
		for _, state := range []string{"submitted", "refused", "withdrawn"} {
			w.activity(held{point: 8, kind: "event", year: 2026, state: state, by: []int64{1}, bound: "exact", low: "9", high: "9"})
		}
	})
	r.number()
	by := func(d ...statistics.Dimension) statistics.ActivityQuery { return statistics.ActivityQuery{By: d} }
	for name, test := range map[string]struct {
		query statistics.ActivityQuery
		want  []statistics.ActivityCell
	}{
		"in all": {by(), []statistics.ActivityCell{activityCell(5, 4, bound.Cell{Approx: true})}},
		"by point": {by(statistics.Point), []statistics.ActivityCell{
			activityCell(3, 2, bound.Cell{Approx: true}, "7"), activityCell(2, 2, bound.Cell{Low: "400", LowBound: "ge"}, "8"),
		}},
		"by country and year": {by(statistics.Country, statistics.Year), []statistics.ActivityCell{
			activityCell(1, 1, bound.Cell{Low: "10", LowBound: "ge", High: "20", HighBound: "le"}, "CN", "2026"),
			activityCell(1, 1, bound.Cell{Low: "300", LowBound: "ge"}, "KE", "2025"),
			activityCell(2, 2, bound.Cell{Approx: true, About: "150"}, "KE", "2026"),
			activityCell(1, 0, bound.Cell{}, "", "2026"),
		}},
		"of a kind, a country and a year": {
			statistics.ActivityQuery{Kind: "competition", Country: "KE", Year: 2026, Point: 8},
			[]statistics.ActivityCell{activityCell(1, 1, bound.Cell{Low: "100", LowBound: "ge", High: "100", HighBound: "le"})},
		},
		"of none": {statistics.ActivityQuery{Year: 2001}, []statistics.ActivityCell{activityCell(0, 0, bound.Cell{})}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := ask(t, r.s.Activities, test.query)
			expect(t, answer.Cells, test.want)
			if answer.Position != 2 {
				t.Errorf("position %d", answer.Position)
			}
		})
	}
}

func TestAnActivityIsCountedFromItsPositionOn(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	r.change(func(w *writer) {
		w.member(organisation{number: 1})
		w.activity(held{point: 8, kind: "event", year: 2026, by: []int64{1}, bound: "gt", low: "5"})
	})
	r.number()
	r.change(func(w *writer) { w.exec(`update activity set participants_low = 50`) })
	r.change(func(w *writer) { w.activity(held{point: 8, kind: "event", year: 2026, by: []int64{1}}) })
	expect(t, ask(t, r.s.Activities, statistics.ActivityQuery{}).Cells, []statistics.ActivityCell{activityCell(1, 1, bound.Cell{Low: "5", LowBound: "gt"})})
	r.number()
	expect(t, ask(t, r.s.Activities, statistics.ActivityQuery{}).Cells, []statistics.ActivityCell{activityCell(2, 1, bound.Cell{Low: "50", LowBound: "gt"})})
}
