package statistics_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/shopspring/decimal"

	"accord/pkg/bound"
	"accord/pkg/plan"
	"accord/pkg/statistics"
)

// addIndicators gives the totals by indicator and place, as text.
func (k *known) addIndicators(t testing.TB, q statistics.IndicatorQuery, day plan.Date) map[string]string {
	t.Helper()
	totals := map[string]*bound.Total{}
	years := k.years(q.By, q.Cycle, day)
	take := func(m knownMember, c knownCommitment, indicator string, answers bool, year string, counts func(int) bool) {
		said := k.said(c.ID, indicator, aggregationOf(indicator), counts)
		if said.Value == nil && !answers {
			return
		}
		f := profile(m)
		f[statistics.Point], f[statistics.Cycle] = strconv.Itoa(c.Point), year
		key := indicator + "#" + f.place(q.By)
		if totals[key] == nil {
			totals[key] = &bound.Total{}
		}
		if said.Value == nil {
			totals[key].Miss()
			return
		}
		totals[key].Add(*said.Value)
	}
	for _, m := range k.members {
		for _, c := range k.commitments[m.Number] {
			public := c.State == "registered" || c.State == "closed"
			if !public || !m.counted(q.Country, q.Sector, string(q.Kind)) || !wants(int(q.Point), c.Point) {
				continue
			}
			for _, indicator := range []string{"of_sum", "of_latest", "of_mean"} {
				if !wants(q.Indicator, indicator) {
					continue
				}
				own := or(c.Indicator, same) == indicator
				if years == nil {
					take(m, c, indicator, own, "", func(int) bool { return true })
				}
				for _, y := range years {
					v, open := k.openIn(c.ID, y, day)
					take(m, c, indicator, open && or(v.Indicator, same) == indicator, strconv.Itoa(y.Year), func(cycle int) bool { return cycle == y.Year })
				}
			}
		}
	}
	found := map[string]string{}
	for key, total := range totals {
		sum, stated := total.Sum()
		cell := sum.Cell()
		if stated && key[:len("of_mean")] == "of_mean" {
			cell = divided(cell, total.Stated())
		}
		found[key] = tell(int64(total.Count()), int64(total.Stated()), cell)
	}
	return found
}

func (k *known) countReporting(q statistics.ReportingQuery, day plan.Date) map[string]string {
	type count struct{ owed, reported, inTime int64 }
	counts := map[string]count{}
	for _, m := range k.members {
		if !m.counted(q.Country, q.Sector, string(q.Kind)) {
			continue
		}
		for _, y := range k.cycles {
			owes, reported, inTime := false, false, false
			for _, c := range k.commitments[m.Number] {
				v, ok := k.inForce(c.ID, y.DueOn)
				owes = owes || ok && v.State == "registered" && k.owes(m.Number, y)
				for _, r := range k.reports[c.ID] {
					if r.Cycle == y.Year && (r.State == "submitted" || r.State == "accepted") {
						reported, inTime = true, inTime || plan.Today(r.first) <= y.DueOn
					}
				}
			}
			if !owes || y.DueOn >= day || !wants(q.Cycle, y.Year) {
				continue
			}
			key := strconv.Itoa(y.Year) + "#" + profile(m).place(q.By)
			one := map[bool]int64{true: 1}
			counts[key] = count{counts[key].owed + 1, counts[key].reported + one[reported], counts[key].inTime + one[inTime]}
		}
	}
	found := map[string]string{}
	for key, c := range counts {
		share := bound.Canonical(decimal.NewFromInt(c.inTime).DivRound(decimal.NewFromInt(c.owed), 4))
		found[key] = fmt.Sprintf("%d of %d, %d in time: %s", c.reported, c.owed, c.inTime, share)
	}
	return found
}

func (k *known) crossMembers(q statistics.MatrixQuery, day plan.Date) map[string]string {
	members := slices.SortedFunc(slices.Values(k.members), func(a, b knownMember) int { return cmp.Compare(a.Number, b.Number) })
	found := map[string]string{}
	for _, m := range members {
		if !m.counted(q.Country, q.Sector, string(q.Kind)) || !wants(string(q.Status), m.Status) || m.Number <= q.After || len(found) == q.Limit {
			continue
		}
		points := map[int]statistics.MatrixPoint{}
		for _, c := range k.commitments[m.Number] {
			if c.State == "registered" || c.State == "closed" {
				points[c.Point] = k.promisedUnder(c, points[c.Point], day)
			}
		}
		row := []statistics.MatrixPoint{}
		for _, point := range slices.Sorted(maps.Keys(points)) {
			row = append(row, points[point])
		}
		found[fmt.Sprintf("%d: %s name %s", len(found), m.Number, or(m.Country, same))] = fmt.Sprintf("%+v", row)
	}
	return found
}

// promisedUnder counts one more commitment.
func (k *known) promisedUnder(c knownCommitment, p statistics.MatrixPoint, day plan.Date) statistics.MatrixPoint {
	p.Point = c.Point
	p.Commitments++
	if c.State == "closed" {
		if *c.Outcome == "not_reached" {
			p.Missed++
		}
		return p
	}
	p.Open++
	switch k.progress(c, day, func(int) bool { return true }) {
	case "reached":
		p.Reached++
	case "on_track":
		p.OnTrack++
	case "at_risk":
		p.AtRisk++
	case "overdue":
		p.Overdue++
	case "not_reported":
		p.NotReported++
	}
	return p
}
