package api

import (
	"accord/pkg/commitment"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

func activityDraft(b NewActivity) commitment.ActivityDraft {
	return commitment.ActivityDraft{
		Point: plan.Point(b.Point), Kind: commitment.ActivityKind(b.Kind), Title: b.Title, Description: b.Description, Place: placeIn(b.Place),
		From: b.From, Until: b.Until, Organisers: organisersIn(b.Organisers), Participants: quantityIn(b.Participants), Hours: quantityIn(b.Hours),
		Trained: quantityIn(b.Trained), Beneficiaries: quantityIn(b.Beneficiaries), Categories: each(b.Categories, categoryIn),
		Countries: each(b.Countries, same), Source: sourceIn(b.Source),
	}
}

// activityPatch gives the patch in the office's words. A list of organisers
// that is absent stays nil.
func activityPatch(b ActivityPatch) commitment.ActivityPatch {
	p := commitment.ActivityPatch{
		Point: plan.Point(b.Point), Kind: commitment.ActivityKind(b.Kind), Title: b.Title, Description: b.Description,
		Place: translated(b.Place, placeIn), From: b.From, Until: b.Until, Participants: translated(b.Participants, quantityIn),
		Hours: translated(b.Hours, quantityIn), Trained: translated(b.Trained, quantityIn), Beneficiaries: translated(b.Beneficiaries, quantityIn),
		Categories: translated(b.Categories, func(list []NewCategory) []commitment.Category { return each(list, categoryIn) }),
		Countries:  translated(b.Countries, func(list []Country) []string { return each(list, same) }),
		Source:     translated(b.Source, memberSource),
	}
	if b.Organisers != nil {
		p.Organisers = organisersIn(b.Organisers)
	}
	return p
}

func organisersIn(numbers []int64) []ident.Member {
	return each(numbers, func(n int64) ident.Member { return ident.Member(n) })
}

func placeIn(p NewPlace) commitment.Place {
	return commitment.Place{City: p.City, Country: p.Country}
}

func quantityIn(q StatedQuantity) commitment.Quantity {
	return commitment.Quantity{Bound: string(q.Bound), Low: q.Low, High: q.High}
}

func categoryIn(c NewCategory) commitment.Category {
	return commitment.Category{
		Name: c.Name, Entrants: quantityIn(c.Entrants),
		Winners: each(c.Winners, func(w NewWinner) commitment.Winner {
			return commitment.Winner{Name: w.Name, Country: w.Country, Prize: w.Prize}
		}),
	}
}

func activityOf(a commitment.Activity) Activity {
	return Activity{
		Id: Id(a.ID), State: ActivityState(a.State), Reason: a.Reason, Point: int(a.Point), Kind: ActivityKind(a.Kind), Title: a.Title,
		Description: a.Description, Place: Place{City: a.Place.City, Country: a.Place.Country}, From: a.From, Until: a.Until,
		Organisers:   each(a.Organisers, func(n ident.Member) int64 { return int64(n) }),
		Participants: quantityOf(a.Participants), Hours: quantityOf(a.Hours), Trained: quantityOf(a.Trained), Beneficiaries: quantityOf(a.Beneficiaries),
		Categories: stated(listed(each(a.Categories, categoryOf))), Countries: stated(listed(each(a.Countries, same))),
		Source: sourceOf(a.Source), Synthetic: a.Synthetic, Version: a.Version,
	}
}

// listed gives nil for a list without items, which the wire leaves out.
func listed[T any](list []T) *[]T {
	if len(list) == 0 {
		return nil
	}
	return &list
}

func quantityOf(q commitment.Quantity) StatedQuantity {
	return StatedQuantity{Bound: Bound(q.Bound), Low: q.Low, High: q.High}
}

func categoryOf(c commitment.Category) Category {
	return Category{
		Name: c.Name, Entrants: quantityOf(c.Entrants),
		Winners: stated(listed(each(c.Winners, func(w commitment.Winner) Winner {
			return Winner{Name: w.Name, Country: w.Country, Prize: w.Prize}
		}))),
	}
}
