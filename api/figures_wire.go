package api

import "accord/pkg/figure"

// figureOf puts a figure on the wire.
func figureOf(f figure.Figure) Figure {
	body := Figure{
		Id: Id(f.ID), Member: int64(f.Member), Version: f.Version, Measure: Measure(f.Measure), Bound: Bound(f.Interval.Bound()),
		Low: f.Low(), High: f.High(), Currency: string(f.Currency), Basis: Basis(f.Basis), Assurance: Assurance(f.Assurance),
		Confidentiality: Confidentiality(f.Confidentiality), Source: sourceOf(f.Source), SupersededBy: Id(stated(f.SupersededBy)),
		StatedAt: f.StatedAt.UTC(), Synthetic: f.Synthetic,
	}
	if f.Period != nil {
		body.Period = Period{From: f.Period.From, To: f.Period.To}
	}
	return body
}
