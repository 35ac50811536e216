package api

import (
	"slices"

	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
	"accord/pkg/statistics"
)

func (d *Door) totalIndicators(r *request) error {
	q := statistics.IndicatorQuery{
		By: r.dimensions(), Country: r.query.text("country"), Sector: r.query.text("sector"), Kind: member.Kind(r.query.text("kind")),
		Point: plan.Point(r.query.number("point")), Indicator: r.query.text("indicator"), Cycle: int(r.query.number("cycle")),
	}
	answer, err := d.offices.Statistics.Indicators(r.ctx, q)
	if err != nil {
		return err
	}
	cells := each(answer.Cells, func(c statistics.IndicatorCell) IndicatorCell {
		of := valuesOf(q.By, c.Cell)
		return IndicatorCell{
			Indicator: c.Indicator, Unit: Unit(c.Unit), Aggregation: Aggregation(c.Aggregation), Point: int(of.number(statistics.Point)),
			Cycle: int(of.number(statistics.Cycle)), Country: of.text(statistics.Country), Sector: of.text(statistics.Sector), Kind: of.text(statistics.Kind),
			Count: c.Count, Reported: c.Reported, NotReported: c.NotReported(),
			Low: c.Total.Low, LowBound: IndicatorCellLowBound(c.Total.LowBound),
			High: c.Total.High, HighBound: IndicatorCellHighBound(c.Total.HighBound),
			Approximate: c.Total.Approx, About: c.Total.About,
		}
	})
	return r.list(IndicatorStatistics{
		Position: int64(answer.Position), Query: r.askedOn(answer.Day), Synthetic: answer.Synthetic, Overlapping: answer.Overlapping, Cells: cells,
	})
}

func (d *Door) countReporting(r *request) error {
	q := statistics.ReportingQuery{
		By: r.dimensions(), Country: r.query.text("country"), Sector: r.query.text("sector"), Kind: member.Kind(r.query.text("kind")),
		Cycle: int(r.query.number("cycle")),
	}
	answer, err := d.offices.Statistics.Reporting(r.ctx, q)
	if err != nil {
		return err
	}
	cells := each(answer.Cells, func(c statistics.ReportingCell) ReportingCell {
		of := valuesOf(q.By, c.Cell)
		return ReportingCell{
			Cycle: c.Cycle, Country: of.text(statistics.Country), Sector: of.text(statistics.Sector), Kind: of.text(statistics.Kind),
			Owed: c.Count, Reported: c.Reported, InTime: c.InTime, ShareInTime: c.Share,
		}
	})
	return r.list(ReportingStatistics{Position: int64(answer.Position), Query: r.askedOn(answer.Day), Synthetic: answer.Synthetic, Cells: cells})
}

func (d *Door) crossMembers(r *request) error {
	after, err := after[ident.Member](r)
	if err != nil {
		return err
	}
	q := statistics.MatrixQuery{
		Country: r.query.text("country"), Sector: r.query.text("sector"), Kind: member.Kind(r.query.text("kind")),
		Status: member.Status(r.query.text("status")), Limit: r.limit() + 1,
	}
	if after != nil {
		q.After = *after
	}
	answer, err := d.offices.Statistics.Matrix(r.ctx, q)
	if err != nil {
		return err
	}
	rows, cursor, err := turn(r, answer.Cells, func(row statistics.MatrixRow) ident.Member { return row.Member })
	if err != nil {
		return err
	}
	return r.list(Matrix{
		Position: int64(answer.Position), Query: r.askedOn(answer.Day), Items: each(rows, matrixRowOf), NextCursor: cursor,
		Synthetic: slices.ContainsFunc(rows, func(row statistics.MatrixRow) bool { return row.Synthetic }), // of this page, not of the row behind it
	})
}

func matrixRowOf(row statistics.MatrixRow) MatrixRow {
	return MatrixRow{
		Member: int64(row.Member), Name: row.Name, Country: Country(row.Country), Synthetic: row.Synthetic,
		Points: each(row.Points, func(p statistics.MatrixPoint) MatrixPoint {
			return MatrixPoint{
				Point: p.Point, Commitments: p.Commitments, Open: p.Open, Kept: p.Kept, Missed: p.Missed,
				Reached: p.Reached, OnTrack: p.OnTrack, AtRisk: p.AtRisk, Overdue: p.Overdue, NotReported: p.NotReported,
			}
		}),
	}
}
