package api

import (
	"strconv"

	"accord/pkg/fault"
	"accord/pkg/plan"
)

func (d *Door) readPlan(r *request) error {
	published, err := d.offices.Plans.Read(r.ctx)
	if err != nil {
		return err
	}
	return r.list(Plan{
		Title: published.Title, Edition: published.Edition, Publisher: published.Publisher, Release: published.Release,
		TimeZone: published.TimeZone, Source: sourceOf(&published.Source), Points: each(published.Points, pointOf),
	})
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
			return r.list(pointOf(point))
		}
	}
	return fault.New(fault.NotFound, "not_found")
}

func pointOf(p plan.Text) Point {
	return Point{
		Number: int(p.Point), Roman: PointRoman(p.Point.Roman()), Text: p.Text,
		Titles: Titles{En: p.Title.En, Zh: p.Title.Zh}, Indicators: []Indicator{},
	}
}
