package statistics_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
	"accord/pkg/statistics"
)

// anyMeasured takes on a commitment that is measured, or measures another one anew.
func (w *writer) anyMeasured(random *rand.Rand, number ident.Member) {
	indicator := pick(random, "of_sum", "of_sum", "of_latest", "of_mean")
	direction, stated := "increase", pick(random, "ge", "gt", "exact", "")
	low, high := strconv.Itoa(150+random.IntN(100)), ""
	if indicator == "of_latest" {
		direction, stated = "decrease", pick(random, "le", "lt", "exact", "")
		low, high = "", strconv.Itoa(random.IntN(100))
	}
	switch stated {
	case "":
		low, high = "", ""
	case "exact":
		low, high = low+high, low+high
	}
	id := ident.New[ident.Commitment]()
	w.exec(`insert into commitment (id, member, change, point, title, text, state, indicator, unit, direction, baseline_value, baseline_on,
			target_bound, target_low, target_high, target_on, starts_on, due_on)
		values ($1, $2, 0, 4, 'title', 'text', 'registered', $3, 'hours', $4, nullif($5, '')::numeric, null, nullif($6, ''), nullif($7, '')::numeric,
			nullif($8, '')::numeric, nullif($9, '')::date, nullif($10, '')::date, nullif($11, '')::date)`,
		id, number, indicator, direction, pick(random, "", "100", "100", "120"), stated, low, high,
		map[bool]string{true: pick(random, "", "", "2027-06-30")}[stated != ""], pick(random, "", "2026-11-24", "2026-11-24", "2027-03-01"),
		pick(random, "", "2027-09-30", "2028-12-31", "2029-06-30"))
	if random.IntN(4) == 0 { // another indicator, as an amendment may set it
		w.exec(`update commitment set indicator = 'of_mean', target_low = 90 where member = $1 and indicator = 'of_sum' and target_bound = 'ge'`, number)
	}
}

// anyReport reports for a cycle on one of the member's commitments, or changes what was reported.
func (w *writer) anyReport(random *rand.Rand, number ident.Member) {
	days := []string{"2025-12-31", "2026-03-31", "2026-12-31", "2027-01-01", "2027-06-30", "2027-12-31"}
	var values []map[string]string
	once := map[string]bool{} // a report gives an indicator one value for a span
	for range random.IntN(4) {
		first := random.IntN(len(days))
		value := map[string]string{
			"indicator": pick(random, "of_sum", "of_sum", "of_latest", "of_mean"), "from": days[first], "to": days[first+random.IntN(len(days)-first)],
			"bound": pick(random, "exact", "exact", "gt", "ge", "lt", "le", "range", "approx"),
		}
		span := value["indicator"] + value["from"] + value["to"]
		if once[span] {
			continue
		}
		once[span] = true
		n := random.IntN(200)
		switch value["bound"] {
		case "lt", "le":
			value["high"] = strconv.Itoa(n)
		case "range":
			value["low"], value["high"] = strconv.Itoa(n), strconv.Itoa(n+random.IntN(3))
		default:
			value["low"] = strconv.Itoa(n)
		}
		values = append(values, value)
	}
	text, err := json.Marshal(append([]map[string]string{}, values...))
	if err != nil {
		w.err = err
		return
	}
	state, found := pick(random, "accepted", "accepted", "submitted", "returned"), pick(random, "limited", "substantial", "complete")
	w.exec(`insert into report (id, commitment, member, cycle, version, change, state, narrative, completion, measured, milestones, content_at, submitted_at,
			decision, found, decision_reason, reviewer, seconder)
		select gen_random_uuid(), c.id, c.member, $2, 1, 0, $3, 'n', 'limited', $4::jsonb, '[]', 1, $5,
			case when $3 <> 'submitted' then $3 end, case when $3 = 'accepted' then $6 end, case when $3 = 'returned' then 'r' end,
			case when $3 <> 'submitted' then $7::uuid end, case when $3 = 'accepted' and $6 = 'complete' then $8::uuid end
		from commitment c where c.member = $1 order by md5(c.id::text || $9::text) limit 1
		on conflict (commitment, cycle) do update set state = excluded.state, measured = excluded.measured, submitted_at = excluded.submitted_at,
			decision = excluded.decision, found = excluded.found, decision_reason = excluded.decision_reason, reviewer = excluded.reviewer,
			seconder = excluded.seconder, version = report.version + 1`,
		number, 2026+random.IntN(3), state, string(text), w.tx.Now, found, ident.New[ident.User](), ident.New[ident.User](), random.IntN(100))
}

func anyCommitmentQuery(random *rand.Rand) statistics.CommitmentQuery {
	return statistics.CommitmentQuery{
		By: anyDimensions(random, statistics.CommitmentDimensions()), Country: sometimes(random, "CN", "DE"), Sector: sometimes(random, "G47", "C"),
		Kind: sometimes(random, member.Enterprise), Point: sometimes[plan.Point](random, 1, 4), State: sometimes(random, "registered", "closed"),
		Progress: sometimes(random, "reached", "on_track", "at_risk", "overdue", "not_reported"), Cycle: sometimes(random, 2026, 2027, 2028),
	}
}

func (r *register) anyIndicators(random *rand.Rand) (told, error) {
	q := statistics.IndicatorQuery{
		By: anyDimensions(random, statistics.IndicatorDimensions()), Country: sometimes(random, "CN", "DE"), Sector: sometimes(random, "G47", "C"),
		Kind: sometimes(random, member.Enterprise), Point: sometimes[plan.Point](random, 4), Indicator: sometimes(random, "of_sum", "of_mean"),
		Cycle: sometimes(random, 2026, 2027),
	}
	answer, err := r.s.Indicators(public(), q)
	got := map[string]string{}
	for _, c := range answer.Cells {
		got[c.Indicator+"#"+strings.Join(c.Values, "|")] = tell(c.Count, c.Reported, c.Total)
	}
	return told{answer.Position, fmt.Sprintf("indicators %+v", q), got, func(k *known) map[string]string {
		return k.addIndicators(r.t, q, answer.Day)
	}}, err
}

func (r *register) anyReporting(random *rand.Rand) (told, error) {
	q := statistics.ReportingQuery{
		By: anyDimensions(random, statistics.ReportingDimensions()), Country: sometimes(random, "CN", "DE"), Sector: sometimes(random, "G47", "C"),
		Kind: sometimes(random, member.Enterprise), Cycle: sometimes(random, 2026, 2027),
	}
	answer, err := r.s.Reporting(public(), q)
	got := map[string]string{}
	for _, c := range answer.Cells {
		got[fmt.Sprint(c.Cycle)+"#"+strings.Join(c.Values, "|")] = fmt.Sprintf("%d of %d, %d in time: %s", c.Reported, c.Count, c.InTime, c.Share)
	}
	return told{answer.Position, fmt.Sprintf("reporting %+v", q), got, func(k *known) map[string]string {
		return k.countReporting(q, answer.Day)
	}}, err
}

func (r *register) anyMatrix(random *rand.Rand) (told, error) {
	q := statistics.MatrixQuery{
		Country: sometimes(random, "CN", "DE"), Sector: sometimes(random, "G47", "C"), Kind: sometimes(random, member.Enterprise),
		Status: sometimes(random, member.Active), After: ident.Member(random.IntN(3)), Limit: 1 + random.IntN(6),
	}
	answer, err := r.s.Matrix(public(), q)
	got := map[string]string{}
	for i, c := range answer.Cells {
		got[fmt.Sprintf("%d: %s %s %s", i, c.Member, c.Name, c.Country)] = fmt.Sprintf("%+v", c.Points)
	}
	return told{answer.Position, fmt.Sprintf("matrix %+v", q), got, func(k *known) map[string]string {
		return k.crossMembers(q, answer.Day)
	}}, err
}

// divided gives a total, of which every end is divided and rounded as the office does.
func divided(total bound.Cell, n int) bound.Cell {
	for _, end := range []*string{&total.Low, &total.High, &total.About} {
		if *end != "" {
			*end = bound.Canonical(number(*end).DivRound(number(strconv.Itoa(n)), 4))
		}
	}
	return total
}
