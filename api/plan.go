package api

import (
	"strconv"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/plan"
)

func (d *Door) readPlan(r *request) error {
	published, err := d.offices.Plans.Read(r.ctx)
	if err != nil {
		return err
	}
	return r.versioned(published.Version, planOf(published))
}

func (d *Door) amendPlan(r *request) error {
	expected, err := r.expected(anyVersion)
	if err != nil {
		return err
	}
	body, err := bind(r, func(b PlanPatch) fault.Fields { return planPatch(b).Check() })
	if err != nil {
		return err
	}
	published, err := d.offices.Plans.Amend(r.ctx, expected, planPatch(body))
	if err != nil {
		return err
	}
	return r.versioned(published.Version, planOf(published))
}

func planPatch(b PlanPatch) commitment.PlanPatch {
	return commitment.PlanPatch{Reason: b.Reason, Period: translated(b.Period, func(p PlanPeriod) commitment.Period {
		return commitment.Period{From: p.From, To: p.To, Source: memberSource(p.Source)}
	})}
}

func planOf(published commitment.Published) Plan {
	body := Plan{
		Title: published.Title, Edition: published.Edition, Publisher: published.Publisher, Release: published.Release,
		TimeZone: published.TimeZone, Source: sourceOf(&published.Source), Version: published.Version,
		Points: each(published.Points, func(p plan.Text) Point { return pointOf(p, published.Indicators) }),
	}
	if p := published.Period; p != nil {
		body.Period = PlanPeriod{From: p.From, To: p.To, Source: sourceOf(&p.Source)}
	}
	return body
}

func (d *Door) readPoint(r *request) error {
	text := r.gin.Param("number")
	wanted, ok := plan.ParsePoint(text)
	if !ok || text != strconv.Itoa(int(wanted)) { // numerals name points in texts, not in addresses
		return fault.New(fault.NotFound, "not_found")
	}
	published, err := d.offices.Plans.Read(r.ctx)
	if err != nil {
		return err
	}
	for _, point := range published.Points {
		if point.Point == wanted {
			return r.list(pointOf(point, published.Indicators))
		}
	}
	return fault.New(fault.NotFound, "not_found")
}

// pointOf puts a point on the wire, with those of the indicators that are its own.
func pointOf(p plan.Text, indicators []commitment.Indicator) Point {
	point := Point{
		Number: int(p.Point), Roman: PointRoman(p.Point.Roman()), Text: p.Text,
		Titles: Titles{En: p.Title.En, Zh: p.Title.Zh}, Indicators: []Indicator{},
	}
	for _, i := range indicators {
		if i.Point == p.Point {
			point.Indicators = append(point.Indicators, indicatorOf(i))
		}
	}
	return point
}
