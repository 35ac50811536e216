package api

import (
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
)

func (d *Door) stateFigure(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b NewFigure) fault.Fields { return figureDraft(b).Check() })
	if err != nil {
		return err
	}
	f, err := d.offices.Figures.State(r.ctx, number, figureDraft(body))
	return d.figureMade(r, f, err)
}

func (d *Door) supersedeFigure(r *request) error {
	id, err := id[ident.Figure](r, "id")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b NewFigure) fault.Fields { return figureDraft(b).Check() })
	if err != nil {
		return err
	}
	expected, err := r.expectedIfGiven(func() (int64, error) { return 0, nil }) // 0 is any version
	if err != nil {
		return err
	}
	f, err := d.offices.Figures.Supersede(r.ctx, id, expected, figureDraft(body))
	return d.figureMade(r, f, err)
}

// figureMade answers with the new figure, or with the one that the same key
// made before, as it was then.
func (d *Door) figureMade(r *request, f figure.Figure, err error) error {
	if again, ok := replayed(err); ok {
		f, err = d.offices.Figures.Original(r.ctx, ident.Figure(again.Subject), again.Change)
	}
	if err != nil {
		return err
	}
	return r.created("/api/v1/figures/"+string(f.ID), r.figureTag(f), figureOf(f))
}

func (d *Door) readFigure(r *request) error {
	id, err := id[ident.Figure](r, "id")
	if err != nil {
		return err
	}
	f, err := d.offices.Figures.Read(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.figureTag(f), figureOf(f))
}

func (r *request) figureTag(f figure.Figure) string {
	return r.tag(f.Version, r.actor().Audience(f.Member))
}

func (d *Door) listFigures(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	listing := figure.Listing{Measure: figure.Measure(r.query.text("measure")), Limit: r.limit() + 1}
	listing.Current = stated(r.query.flag("current"))
	if listing.After, err = after[figure.Key](r); err != nil {
		return err
	}
	figures, err := d.offices.Figures.List(r.ctx, number, listing)
	if err != nil {
		return err
	}
	figures, cursor, err := turn(r, figures, figure.Figure.Key)
	if err != nil {
		return err
	}
	body := FigureList{Items: make([]Figure, len(figures)), NextCursor: cursor}
	for i, f := range figures {
		body.Items[i] = figureOf(f)
	}
	return r.list(body)
}

func figureDraft(b NewFigure) figure.Draft {
	draft := figure.Draft{
		Measure: figure.Measure(b.Measure), Bound: string(b.Bound), Low: b.Low, High: b.High, Currency: b.Currency, Basis: figure.Basis(b.Basis),
		Assurance: figure.Assurance(b.Assurance), Confidentiality: figure.Confidentiality(b.Confidentiality), Source: sourceIn(b.Source),
	}
	if b.Period != (Period{}) {
		draft.Period = &figure.Period{From: b.Period.From, To: b.Period.To}
	}
	return draft
}
