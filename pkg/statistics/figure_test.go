package statistics_test

import (
	"testing"

	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/statistics"
)

func exact(number string) bound.Cell {
	return bound.Cell{Low: number, LowBound: bound.AtLeast, High: number, HighBound: bound.AtMost}
}

func TestATotalTakesOneFigureOfAMember(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	r.change(func(w *writer) {
		w.member(organisation{number: 1})
		w.member(organisation{number: 2})
		for year, number := range map[int]string{0: "1", 2023: "10", 2024: "100"} {
			w.figure(1, quantity{measure: "gmv", bound: "exact", low: number, high: number, currency: "CNY", year: year})
		}
		w.figure(2, quantity{measure: "gmv", bound: "exact", low: "1000", high: "1000", currency: "CNY", year: 2023})
		w.exec(`insert into figure (id, member, change, measure, period_from, period_to, bound, low, high, currency, stated_at)
			values (gen_random_uuid(), 1, 0, 'gmv', '2024-10-01', '2024-12-31', 'exact', 25, 25, 'CNY', now())`)
	})
	r.number()

	t.Run("without a period the latest dated one counts, the longer of two that end together, and undated ones stand apart", func(t *testing.T) {
		expect(t, ask(t, r.s.Figures, statistics.FigureQuery{}).Cells, []statistics.FigureCell{
			{Cell: cell(2), Measure: "gmv", Currency: "CNY", Stated: 2, Total: exact("1100")},
			{Cell: cell(2), Measure: "gmv", Currency: "CNY", Undated: true, Stated: 1, Total: exact("1")},
		})
	})
	t.Run("with a period only figures of that very period count", func(t *testing.T) {
		expect(t, ask(t, r.s.Figures, statistics.FigureQuery{From: "2023-01-01", To: "2023-12-31"}).Cells, []statistics.FigureCell{
			{Cell: cell(2), Measure: "gmv", Currency: "CNY", Stated: 2, Total: exact("1010")},
		})
	})
	t.Run("of a period that nobody stated a figure for nothing is stated", func(t *testing.T) {
		expect(t, ask(t, r.s.Figures, statistics.FigureQuery{Measure: "gmv", From: "2022-01-01", To: "2022-12-31"}).Cells,
			[]statistics.FigureCell{{Cell: cell(2), Measure: "gmv"}})
	})
}

func TestWhatIsNotAlikeIsNeverAddedUp(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	kinds := []quantity{
		{measure: "gmv", currency: "CNY"},
		{measure: "gmv", currency: "USD"},
		{measure: "gmv", currency: "USD", netting: "gross"},
		{measure: "gmv", currency: "USD", netting: "net"},
		{measure: "gmv", currency: "USD", scope: "entity"},
		{measure: "gmv", currency: "USD", scope: "group"},
		{measure: "gmv", currency: "USD", scope: "group", netting: "net"},
		{measure: "revenue", currency: "USD"},
	}
	r.change(func(w *writer) {
		for number := ident.Member(1); number <= 2; number++ {
			w.member(organisation{number: number})
			for _, q := range kinds {
				q.bound, q.low, q.high = "exact", "2.50", "2.50"
				w.figure(number, q)
			}
		}
	})
	r.number()
	var want []statistics.FigureCell
	for _, q := range kinds {
		basis := q.scope + q.netting
		if q.scope != "" && q.netting != "" {
			basis = q.scope + "_" + q.netting
		}
		want = append(want, statistics.FigureCell{
			Cell: cell(2), Measure: q.measure, Currency: q.currency, Basis: basis, Undated: true, Stated: 2, Total: exact("5"),
		})
	}
	expect(t, ask(t, r.s.Figures, statistics.FigureQuery{}).Cells, want)
	expect(t, ask(t, r.s.Figures, statistics.FigureQuery{Basis: "group_net"}).Cells, want[6:7])
	expect(t, ask(t, r.s.Figures, statistics.FigureQuery{Currency: "RMB"}).Cells, want[:1])
	expect(t, ask(t, r.s.Figures, statistics.FigureQuery{Measure: "revenue"}).Cells, want[7:])
}
