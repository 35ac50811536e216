package api

import (
	"slices"
	"strconv"

	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
	"accord/pkg/statistics"
)

func (d *Door) countMembers(r *request) error {
	q := r.statisticsQuery()
	answer, err := d.offices.Statistics.Members(r.ctx, q)
	if err != nil {
		return err
	}
	cells := each(answer.Cells, func(c statistics.Cell) MemberCell {
		of := valuesOf(q.By, c)
		return MemberCell{
			Country: of.text(statistics.Country), Sector: of.text(statistics.Sector), Kind: of.text(statistics.Kind),
			Status: of.text(statistics.Status), Capacity: of.text(statistics.Capacity), Ceremony: of.number(statistics.Ceremony),
			Alliance: of.number(statistics.Alliance), Point: int(of.number(statistics.Point)), Year: int(of.number(statistics.Year)),
			Count: c.Count,
		}
	})
	return r.list(MemberStatistics{
		Position: int64(answer.Position), Query: r.echo(q, answer.Day),
		Synthetic: answer.Synthetic, Overlapping: answer.Overlapping, Cells: cells,
	})
}

func (d *Door) countCommitments(r *request) error {
	q := statistics.CommitmentQuery{
		By: r.dimensions(), Country: r.query.text("country"), Sector: r.query.text("sector"),
		Kind: member.Kind(r.query.text("kind")), Point: plan.Point(r.query.number("point")), State: r.query.text("state"),
		Progress: r.query.text("progress"), Cycle: int(r.query.number("cycle")),
	}
	answer, err := d.offices.Statistics.Commitments(r.ctx, q)
	if err != nil {
		return err
	}
	cells := each(answer.Cells, func(c statistics.Cell) CommitmentCell {
		of := valuesOf(q.By, c)
		return CommitmentCell{
			Point: int(of.number(statistics.Point)), State: of.text(statistics.State), Strength: of.text(statistics.Strength),
			Outcome: of.text(statistics.Outcome), Progress: of.text(statistics.Progress), Cycle: int(of.number(statistics.Cycle)),
			Country: of.text(statistics.Country), Sector: of.text(statistics.Sector), Kind: of.text(statistics.Kind), Count: c.Count,
		}
	})
	return r.list(CommitmentStatistics{
		Position: int64(answer.Position), Query: r.askedOn(answer.Day), Synthetic: answer.Synthetic, Overlapping: answer.Overlapping, Cells: cells,
	})
}

func (d *Door) countActivities(r *request) error {
	q := statistics.ActivityQuery{
		By: r.dimensions(), Point: plan.Point(r.query.number("point")), Kind: r.query.text("kind"), Country: r.query.text("country"),
		Year: int(r.query.number("year")),
	}
	answer, err := d.offices.Statistics.Activities(r.ctx, q)
	if err != nil {
		return err
	}
	cells := each(answer.Cells, func(c statistics.ActivityCell) ActivityCell {
		of := valuesOf(q.By, c.Cell)
		return ActivityCell{
			Point: int(of.number(statistics.Point)), Kind: of.text(statistics.Kind), Country: of.text(statistics.Country),
			Year: int(of.number(statistics.Year)), Count: c.Count, Stated: c.Stated, NotStated: c.NotStated(),
			Low: c.Total.Low, LowBound: ActivityCellLowBound(c.Total.LowBound),
			High: c.Total.High, HighBound: ActivityCellHighBound(c.Total.HighBound),
			Approximate: c.Total.Approx, About: c.Total.About,
		}
	})
	return r.list(ActivityStatistics{Position: int64(answer.Position), Query: r.asked(), Synthetic: answer.Synthetic, Cells: cells})
}

func (d *Door) totalFigures(r *request) error {
	q := statistics.FigureQuery{
		Query: r.statisticsQuery(), Measure: r.query.text("measure"), Currency: r.query.text("currency"),
		Basis: r.query.text("basis"), From: r.query.date("from"), To: r.query.date("to"),
	}
	answer, err := d.offices.Statistics.Figures(r.ctx, q)
	if err != nil {
		return err
	}
	echo := r.echo(q.Query, answer.Day)
	echo["in"] = "never"
	if currency, ok := bound.ParseCurrency(q.Currency); ok {
		echo["currency"] = string(currency)
	}
	return r.list(FigureStatistics{
		Position: int64(answer.Position), Query: echo, Synthetic: answer.Synthetic, Overlapping: answer.Overlapping,
		Cells: each(answer.Cells, func(c statistics.FigureCell) FigureCell { return figureCellOf(q, c) }),
	})
}

func figureCellOf(q statistics.FigureQuery, c statistics.FigureCell) FigureCell {
	of := valuesOf(q.By, c.Cell)
	return FigureCell{
		Country: of.text(statistics.Country), Sector: of.text(statistics.Sector), Kind: of.text(statistics.Kind),
		Status: of.text(statistics.Status), Capacity: of.text(statistics.Capacity), Ceremony: of.number(statistics.Ceremony),
		Alliance: of.number(statistics.Alliance), Point: int(of.number(statistics.Point)), Year: int(of.number(statistics.Year)),
		Measure: Measure(c.Measure), Currency: c.Currency, Basis: Basis(c.Basis),
		Period: Period{From: Date(q.From), To: Date(q.To)}, Undated: c.Undated,
		Count: c.Count, Stated: c.Stated, NotStated: c.NotStated(),
		Low: c.Total.Low, LowBound: FigureCellLowBound(c.Total.LowBound),
		High: c.Total.High, HighBound: FigureCellHighBound(c.Total.HighBound),
		Approximate: c.Total.Approx, About: c.Total.About,
	}
}

// statisticsQuery reads which members are asked for, and by what.
func (r *request) statisticsQuery() statistics.Query {
	return statistics.Query{
		By: r.dimensions(), Country: r.query.text("country"), Sector: r.query.text("sector"),
		Kind: member.Kind(r.query.text("kind")), Status: member.Status(r.query.text("status")),
		Capacity: member.Capacity(r.query.text("capacity")), Ceremony: ident.Ceremony(r.query.number("ceremony")),
		Alliance: ident.Alliance(r.query.number("alliance")), Point: plan.Point(r.query.number("point")), Year: int(r.query.number("year")),
	}
}

func (r *request) dimensions() []statistics.Dimension {
	var by []statistics.Dimension
	for _, name := range r.query.list("by") {
		by = append(by, statistics.Dimension(name))
	}
	return by
}

// asked gives the query back as it was understood.
func (r *request) asked() QueryEcho {
	echo := QueryEcho{}
	for _, pair := range r.query {
		echo[pair.name] = pair.value
	}
	return echo
}

// askedOn is asked for an answer that depends on the day, "" for one that does not.
func (r *request) askedOn(day plan.Date) QueryEcho {
	echo := r.asked()
	if day != "" {
		echo["as_of"] = string(day)
	}
	return echo
}

// echo is asked for members. An answer that depends on the day names it: who
// belongs to an alliance changes without a change in the register.
func (r *request) echo(q statistics.Query, day plan.Date) QueryEcho {
	echo := r.asked()
	if q.Alliance != 0 || slices.Contains(q.By, statistics.Alliance) {
		echo["as_of"] = string(day)
	}
	return echo
}

// values are those of one cell.
type values map[statistics.Dimension]string

func valuesOf(by []statistics.Dimension, c statistics.Cell) values {
	of := make(values, len(by))
	for i, dimension := range by {
		of[dimension] = c.Values[i]
	}
	return of
}

func (v values) text(d statistics.Dimension) string { return v[d] }

// number gives 0, which is left out, where the value is not known.
func (v values) number(d statistics.Dimension) int64 {
	n, err := strconv.ParseInt(v[d], 10, 64)
	if err != nil {
		return 0
	}
	return n
}
