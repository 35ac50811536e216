package api

import (
	"accord/pkg/alliance"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

func (d *Door) listAlliances(r *request) error {
	place, err := after[ident.Alliance](r)
	if err != nil {
		return err
	}
	alliances, err := d.offices.Alliances.List(r.ctx, stated(place), r.limit()+1)
	if err != nil {
		return err
	}
	alliances, cursor, err := turn(r, alliances, func(a alliance.Alliance) ident.Alliance { return a.ID })
	if err != nil {
		return err
	}
	return r.list(AllianceList{Items: each(alliances, allianceOf), NextCursor: cursor})
}

func (d *Door) foundAlliance(r *request) error {
	body, err := bind(r, func(b NewAlliance) fault.Fields { return allianceDraft(b).Check() })
	if err != nil {
		return err
	}
	a, err := d.offices.Alliances.Create(r.ctx, allianceDraft(body))
	if again, ok := replayed(err); ok {
		id, _ := ident.ParseNumber[ident.Alliance](again.Subject)
		a, err = d.offices.Alliances.Original(r.ctx, id, again.Change)
	}
	if err != nil {
		return err
	}
	return r.created("/api/v1/alliances/"+a.ID.String(), r.allianceTag(a), allianceOf(a))
}

// allianceTag is the same for all readers, since an alliance is public.
func (r *request) allianceTag(a alliance.Alliance) string { return r.tag(a.Version, "", int64(a.ID)) }

func (d *Door) readAlliance(r *request) error {
	id, err := number[ident.Alliance](r, "id")
	if err != nil {
		return err
	}
	a, err := d.offices.Alliances.Read(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.allianceTag(a), allianceOf(a))
}

func (d *Door) amendAlliance(r *request) error {
	id, err := number[ident.Alliance](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(func() (int64, error) {
		a, err := d.offices.Alliances.Read(r.ctx, id)
		return a.Version, err
	})
	if err != nil {
		return err
	}
	body, err := bind(r, func(b AlliancePatch) fault.Fields { return alliancePatch(b).Check() })
	if err != nil {
		return err
	}
	a, err := d.offices.Alliances.Amend(r.ctx, id, expected, alliancePatch(body))
	if err != nil {
		return err
	}
	return r.show(r.allianceTag(a), allianceOf(a))
}

func allianceDraft(b NewAlliance) alliance.Draft {
	return alliance.Draft{
		Name: b.Name, Description: given(b.Description), Point: given(plan.Point(b.Point)), FoundedOn: given(b.FoundedOn), Source: sourceIn(b.Source),
	}
}

func alliancePatch(b AlliancePatch) alliance.Patch {
	return alliance.Patch{
		Name: changed(b.Name, same[string]), Description: b.Description, FoundedOn: b.FoundedOn, Source: translated(b.Source, memberSource),
		Point: translated(b.Point, func(n int) plan.Point { return plan.Point(n) }),
	}
}

func allianceOf(a alliance.Alliance) Alliance {
	return Alliance{
		Id: int64(a.ID), Name: a.Name, Description: stated(a.Description), Point: int(stated(a.Point)), FoundedOn: stated(a.FoundedOn),
		Source: sourceOf(a.Source), Synthetic: a.Synthetic, Version: a.Version,
	}
}
