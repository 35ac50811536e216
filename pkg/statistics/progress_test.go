package statistics_test

import (
	"reflect"
	"testing"

	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/statistics"
)

// goal is a commitment of a member's to bring an indicator from 0 to at least 100
// in the years 2026 and 2027; what is to decrease has no target.
func (w *writer) goal(member ident.Member, indicator string) ident.Commitment {
	id := ident.New[ident.Commitment]()
	w.exec(`insert into commitment (id, member, change, point, title, text, state, indicator, unit, direction, baseline_value, target_bound, target_low,
			starts_on, due_on)
		select $1, $2, 0, 4, 'title', 'text', 'registered', code, unit, direction, 0, case when direction = 'increase' then 'ge' end,
			case when direction = 'increase' then 100 end, '2026-01-01', '2027-12-31'
		from indicator where code = $3`, id, member, indicator)
	return id
}

// report says values, as the JSON that reports hold, of a cycle.
func (w *writer) report(of ident.Commitment, cycle int, state, values string) {
	found, decision := "", ""
	if state == "accepted" {
		found, decision = "limited", "accepted"
	}
	w.exec(`insert into report (id, commitment, member, cycle, version, change, state, narrative, completion, measured, milestones, content_at, submitted_at,
			decision, found, reviewer)
		select gen_random_uuid(), id, member, $2, 1, 0, $3, 'n', 'limited', $4::jsonb, '[]', 1, $5, nullif($6, ''), nullif($7, ''),
			case when $6 <> '' then gen_random_uuid() end
		from commitment where id = $1`, of, cycle, state, "["+values+"]", w.tx.Now, decision, found)
}

func value(indicator, rest, from, to string) string {
	return `{"indicator":"` + indicator + `",` + rest + `,"from":"` + from + `","to":"` + to + `"}`
}

// past goes to a day after noon's and gives positions to all so far.
func (r *register) past(days int) {
	r.number()
	r.days.Store(int64(days))
}

func indicatorCell(indicator, aggregation string, count, reported int64, total bound.Cell, values ...string) statistics.IndicatorCell {
	return statistics.IndicatorCell{Cell: cell(count, values...), Indicator: indicator, Unit: "hours", Aggregation: aggregation, Reported: reported, Total: total}
}

// reporting is a register of two members and two cycles; today is 1 December 2027.
func reporting(t *testing.T) *register {
	t.Helper()
	r := newRegister(t)
	var ids []ident.Commitment
	r.days.Store(-200) // May 2026
	r.change(func(w *writer) {
		w.member(organisation{number: 1, country: "CN"})
		w.member(organisation{number: 2, country: "KE"})
		w.member(organisation{number: 3, status: "applied", hidden: true})
		for _, of := range []ident.Member{1, 2, 3} {
			ids = append(ids, w.goal(of, "of_sum"))
		}
		ids = append(ids, w.goal(1, "of_mean"), w.goal(2, "of_mean"), w.goal(2, "of_latest"))
		// a joint one counts with the member that answers for it
		w.exec(`insert into commitment_participant (commitment, member, change, role, state) values ($1, 2, 0, 'partner', 'accepted')`, ids[0])
	})
	r.past(-150) // June 2026
	r.change(func(w *writer) {
		w.report(ids[0], 2026, "accepted", value("of_sum", `"bound":"exact","low":"40"`, "2026-01-01", "2026-05-31"))
		w.report(ids[2], 2026, "accepted", value("of_sum", `"bound":"exact","low":"7000"`, "2026-01-01", "2026-05-31"))
		w.report(ids[3], 2026, "accepted", value("of_mean", `"bound":"exact","low":"5"`, "2026-01-01", "2026-05-31"))
	})
	r.past(-60) // late September 2026
	r.change(func(w *writer) {
		w.report(ids[1], 2026, "accepted", value("of_sum", `"bound":"gt","low":"10"`, "2026-01-01", "2026-06-30")+","+
			value("of_sum", `"bound":"exact","low":"3"`, "2026-01-01", "2026-03-31"))
		w.report(ids[4], 2026, "accepted", value("of_mean", `"bound":"range","low":"6","high":"7"`, "2026-01-01", "2026-06-30"))
	})
	r.past(220) // July 2027
	r.change(func(w *writer) {
		w.report(ids[0], 2027, "accepted", value("of_sum", `"bound":"exact","low":"60"`, "2026-06-01", "2027-05-31"))
		w.report(ids[1], 2027, "submitted", value("of_sum", `"bound":"exact","low":"500"`, "2026-07-01", "2027-06-30"))
	})
	r.past(372)
	return r
}

func TestWhatIsReportedIsAddedUpOnce(t *testing.T) {
	t.Parallel()
	r := reporting(t)
	exactly := func(n string) bound.Cell { return bound.Cell{Low: n, LowBound: "ge", High: n, HighBound: "le"} }
	mean := bound.Cell{Low: "5.5", LowBound: "ge", High: "6", HighBound: "le"}
	for name, test := range map[string]struct {
		query statistics.IndicatorQuery
		want  []statistics.IndicatorCell
	}{
		"indicator by indicator": {statistics.IndicatorQuery{}, []statistics.IndicatorCell{
			indicatorCell("of_latest", "latest", 1, 0, bound.Cell{}), indicatorCell("of_mean", "mean", 2, 2, mean),
			indicatorCell("of_sum", "sum", 2, 2, bound.Cell{Low: "110", LowBound: "gt"}),
		}},
		"by country": {statistics.IndicatorQuery{By: []statistics.Dimension{statistics.Country}, Indicator: "of_sum"}, []statistics.IndicatorCell{
			indicatorCell("of_sum", "sum", 1, 1, exactly("100"), "CN"), indicatorCell("of_sum", "sum", 1, 1, bound.Cell{Low: "10", LowBound: "gt"}, "KE"),
		}},
		"by cycle": {statistics.IndicatorQuery{By: []statistics.Dimension{statistics.Cycle}, Indicator: "of_sum"}, []statistics.IndicatorCell{
			indicatorCell("of_sum", "sum", 2, 2, bound.Cell{Low: "50", LowBound: "gt"}, "2026"),
			indicatorCell("of_sum", "sum", 2, 1, exactly("60"), "2027"),
		}},
		"of one cycle, by point": {statistics.IndicatorQuery{By: []statistics.Dimension{statistics.Point}, Cycle: 2027}, []statistics.IndicatorCell{
			indicatorCell("of_latest", "latest", 1, 0, bound.Cell{}, "4"), indicatorCell("of_mean", "mean", 2, 0, bound.Cell{}, "4"),
			indicatorCell("of_sum", "sum", 2, 1, exactly("60"), "4"),
		}},
		"of none": {statistics.IndicatorQuery{Country: "DE"}, []statistics.IndicatorCell{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expect(t, ask(t, r.s.Indicators, test.query).Cells, test.want)
		})
	}
}

func TestCommitmentsAreCountedByProgress(t *testing.T) {
	t.Parallel()
	r := reporting(t)
	// On 1 December 2027 700 of 729 days are over.
	expect(t, ask(t, r.s.Commitments, statistics.CommitmentQuery{By: []statistics.Dimension{statistics.Progress}}).Cells,
		[]statistics.Cell{cell(3, "at_risk"), cell(1, "not_reported"), cell(1, "reached")})
	// On 31 July 2026 it was 211 days, of which 4/5 ask for 23.2; what was accepted of 2026 later counts for it.
	by := []statistics.Dimension{statistics.Cycle, statistics.Progress}
	answer := ask(t, r.s.Commitments, statistics.CommitmentQuery{By: by})
	expect(t, answer.Cells, []statistics.Cell{
		cell(3, "2026", "at_risk"), cell(1, "2026", "not_reported"), cell(1, "2026", "on_track"),
		cell(3, "2027", "at_risk"), cell(1, "2027", "not_reported"), cell(1, "2027", "reached"),
	})
	if !answer.Overlapping || answer.Day != "2027-12-01" {
		t.Errorf("got %+v", answer)
	}
	expect(t, ask(t, r.s.Commitments, statistics.CommitmentQuery{By: by[:1], Progress: "reached"}).Cells, []statistics.Cell{cell(1, "2027")})
	r.change(func(w *writer) {
		w.exec(`update commitment set state = 'closed', outcome = 'not_reached', closing_reason = 'r' where indicator = 'of_latest'`)
	})
	r.number()
	t.Run("a closed one has none, but where it was open", func(t *testing.T) {
		expect(t, ask(t, r.s.Commitments, statistics.CommitmentQuery{By: by[1:], State: "closed"}).Cells, []statistics.Cell{cell(1, "")})
		expect(t, ask(t, r.s.Commitments, statistics.CommitmentQuery{By: by, Cycle: 2027}).Cells,
			[]statistics.Cell{cell(3, "2027", "at_risk"), cell(1, "2027", "not_reported"), cell(1, "2027", "reached")})
	})
	r.change(func(w *writer) { w.exec(`update commitment set target_low = 2 where target_bound is not null`) })
	r.number()
	t.Run("and what is amended later changes no past cycle", func(t *testing.T) {
		expect(t, ask(t, r.s.Commitments, statistics.CommitmentQuery{By: by[1:], State: "registered"}).Cells, []statistics.Cell{cell(4, "reached")})
		expect(t, ask(t, r.s.Commitments, statistics.CommitmentQuery{By: by}).Cells, answer.Cells)
	})
}

func TestWhoReportsInTimeIsCounted(t *testing.T) {
	t.Parallel()
	r := reporting(t)
	count := func(cycle int, owed, reported, inTime int64, share string, values ...string) statistics.ReportingCell {
		return statistics.ReportingCell{Cell: cell(owed, values...), Cycle: cycle, Reported: reported, InTime: inTime, Share: share}
	}
	expect(t, ask(t, r.s.Reporting, statistics.ReportingQuery{}).Cells, []statistics.ReportingCell{count(2027, 2, 2, 2, "1"), count(2026, 2, 2, 1, "0.5")})
	expect(t, ask(t, r.s.Reporting, statistics.ReportingQuery{By: []statistics.Dimension{statistics.Country}, Cycle: 2026}).Cells,
		[]statistics.ReportingCell{count(2026, 1, 1, 1, "1", "CN"), count(2026, 1, 1, 0, "0", "KE")})
	r.change(func(w *writer) {
		w.exec(`update report set state = 'returned', decision = 'returned', decision_reason = 'r', reviewer = gen_random_uuid() where cycle = 2027 and member = 2`)
	})
	r.number()
	t.Run("what was returned is none until it is sent again, and then in time if it was at first", func(t *testing.T) {
		expect(t, ask(t, r.s.Reporting, statistics.ReportingQuery{Cycle: 2027}).Cells, []statistics.ReportingCell{count(2027, 2, 1, 1, "0.5")})
		r.change(func(w *writer) {
			w.exec(`update report set state = 'submitted', decision = null, decision_reason = null, reviewer = null, submitted_at = $1 where cycle = 2027 and member = 2`, w.tx.Now)
		})
		r.number()
		expect(t, ask(t, r.s.Reporting, statistics.ReportingQuery{Cycle: 2027}).Cells, []statistics.ReportingCell{count(2027, 2, 2, 2, "1")})
	})
	r.change(func(w *writer) {
		w.exec(`insert into member_transition (id, member, change, to_status, reason) values (gen_random_uuid(), 2, 0, 'withdrawn', 'r')`)
	})
	r.past(372 + 400) // into 2029
	t.Run("who has left owes none any more, and owed what it owed", func(t *testing.T) {
		expect(t, ask(t, r.s.Reporting, statistics.ReportingQuery{}).Cells,
			[]statistics.ReportingCell{count(2028, 1, 0, 0, "0"), count(2027, 2, 2, 2, "1"), count(2026, 2, 2, 1, "0.5")})
	})
	r.days.Store(372 + 240) // the cycle of 2028 has opened and not fallen due
	t.Run("a cycle is told of once it has fallen due", func(t *testing.T) {
		expect(t, ask(t, r.s.Reporting, statistics.ReportingQuery{Cycle: 2028}).Cells, []statistics.ReportingCell{})
	})
	expect(t, ask(t, r.s.Reporting, statistics.ReportingQuery{Country: "DE"}).Cells, []statistics.ReportingCell{})
}

func TestMembersStandAgainstPoints(t *testing.T) {
	t.Parallel()
	r := reporting(t)
	answer := ask(t, r.s.Matrix, statistics.MatrixQuery{Limit: 10})
	expect(t, answer.Cells, []statistics.MatrixRow{
		{Position: answer.Position, Member: 1, Name: "name", Country: "CN", Points: []statistics.MatrixPoint{{Point: 4, Commitments: 2, Open: 2, Reached: 1, AtRisk: 1}}},
		{Position: answer.Position, Member: 2, Name: "name", Country: "KE", Points: []statistics.MatrixPoint{{Point: 4, Commitments: 3, Open: 3, AtRisk: 2, NotReported: 1}}},
	})
	if answer.Position == 0 || answer.Day != "2027-12-01" {
		t.Errorf("got %+v", answer)
	}
	if next := ask(t, r.s.Matrix, statistics.MatrixQuery{Limit: 10, After: 1}); len(next.Cells) != 1 || next.Cells[0].Member != 2 {
		t.Errorf("the next page is %+v", next)
	}
	if none := ask(t, r.s.Matrix, statistics.MatrixQuery{Limit: 10, Country: "DE"}); len(none.Cells) != 0 || none.Position != answer.Position {
		t.Errorf("of none: %+v", none)
	}
}

// TestWhatAReaderWasToldOfReportsHolds holds an answer against one at the same
// position, after changes that have none yet.
func TestWhatAReaderWasToldOfReportsHolds(t *testing.T) {
	t.Parallel()
	r := reporting(t)
	said := func() (all []any) {
		return []any{
			ask(t, r.s.Indicators, statistics.IndicatorQuery{}), ask(t, r.s.Reporting, statistics.ReportingQuery{}),
			ask(t, r.s.Commitments, statistics.CommitmentQuery{By: []statistics.Dimension{statistics.Progress}}), ask(t, r.s.Matrix, statistics.MatrixQuery{Limit: 9}),
		}
	}
	before := said()
	r.change(func(w *writer) {
		w.exec(`update report set state = 'accepted', decision = 'accepted', found = 'limited', reviewer = gen_random_uuid() where state = 'submitted'`)
		w.exec(`update cycle set due_on = due_on + 100, grace_ends_on = grace_ends_on + 100`)
		w.exec(`update commitment set target_low = 10 where target_bound is not null`)
		w.exec(`update member set name = 'other'`)
	})
	expect(t, said(), before)
	r.number()
	for i, one := range said() {
		if reflect.DeepEqual(one, before[i]) {
			t.Errorf("%+v is as before", one)
		}
	}
}
