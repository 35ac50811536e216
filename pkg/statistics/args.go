package statistics

import (
	"slices"

	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// limit asks for one cell too many, which tells that there are too many.
const limit = MaxCells + 1

// dimensions gives both dimensions, "" for one that is not asked for.
func dimensions(by []Dimension) (first, second Dimension) {
	padded := append(slices.Clone(by), "", "")
	return padded[0], padded[1]
}

// orNull gives nil for a filter that is not asked for.
func orNull[T comparable](value T) any {
	var none T
	if value == none {
		return nil
	}
	return value
}

// args gives the parameters of members.sql, which figures.sql shares.
func (q Query) args(day plan.Date) []any {
	first, second := dimensions(q.By)
	return []any{
		first, second, day,
		orNull(q.Country), orNull(whole(q.Sector)), orNull(q.Kind), orNull(q.Status),
		orNull(q.Capacity), orNull(q.Ceremony), orNull(q.Year), orNull(q.Alliance), orNull(q.Point),
		limit,
	}
}

// args gives the parameters of figures.sql.
func (q FigureQuery) args(day plan.Date) []any {
	return append(q.Query.args(day),
		orNull(q.Measure), orNull(q.currency()), orNull(q.Basis), orNull(q.From), orNull(q.To))
}

// currency gives the code that figures are kept under.
func (q FigureQuery) currency() bound.Currency {
	currency, _ := bound.ParseCurrency(q.Currency)
	return currency
}

// whole gives the code of a sector with the letter of its section, as members have it.
func whole(sector string) ident.Sector {
	code, _ := ident.ParseSector(sector)
	return code
}

// overlapping tells whether a member can have several values of a dimension.
func (q Query) overlapping() bool {
	return slices.ContainsFunc(q.By, func(d Dimension) bool {
		return slices.Contains([]Dimension{Capacity, Ceremony, Alliance, Point, Year}, d)
	})
}

// cell makes a cell of a row of figures.sql. What the query says of all
// figures holds also where there are none.
func (q FigureQuery) cell(r row, cell Cell) FigureCell {
	c := FigureCell{Cell: cell, Measure: r.Measure, Currency: r.Currency, Basis: r.Basis, Undated: r.Undated, Stated: r.Stated}
	if r.Stated == 0 {
		c.Measure, c.Currency, c.Basis = q.Measure, string(q.currency()), q.Basis
	}
	c.Total = r.total()
	return c
}

// total is the sum that a row tells.
func (r row) total() bound.Cell {
	return bound.Cell{
		Low: r.Low, LowBound: bound.Bound(r.LowBound),
		High: r.High, HighBound: bound.Bound(r.HighBound),
		Approx: r.Approximate, About: r.About,
	}
}
