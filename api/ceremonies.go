package api

import (
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

func (d *Door) listCeremonies(r *request) error {
	place, err := after[ident.Ceremony](r)
	if err != nil {
		return err
	}
	ceremonies, err := d.offices.Members.Ceremonies(r.ctx, stated(place), r.limit()+1)
	if err != nil {
		return err
	}
	ceremonies, next, err := turn(r, ceremonies, func(c member.Ceremony) ident.Ceremony { return c.ID })
	if err != nil {
		return err
	}
	return r.list(CeremonyList{Items: each(ceremonies, ceremonyOf), NextCursor: next})
}

func (d *Door) recordCeremony(r *request) error {
	body, err := bind(r, func(body NewCeremony) fault.Fields { return ceremonyDraft(body).Check() })
	if err != nil {
		return err
	}
	made, err := d.offices.Members.RecordCeremony(r.ctx, ceremonyDraft(body))
	if replay, ok := replayed(err); ok {
		id, _ := ident.ParseNumber[ident.Ceremony](replay.Subject)
		made, err = d.offices.Members.OriginalCeremony(r.ctx, id, replay.Change)
	}
	if err != nil {
		return err
	}
	return r.created("/api/v1/ceremonies/"+made.ID.String(), r.ceremonyTag(made), ceremonyOf(made))
}

func (d *Door) readCeremony(r *request) error {
	id, err := number[ident.Ceremony](r, "id")
	if err != nil {
		return err
	}
	ceremony, err := d.offices.Members.ReadCeremony(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.ceremonyTag(ceremony), ceremonyOf(ceremony))
}

func (d *Door) amendCeremony(r *request) error {
	id, err := number[ident.Ceremony](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(func() (int64, error) {
		ceremony, err := d.offices.Members.ReadCeremony(r.ctx, id)
		return ceremony.Version, err
	})
	if err != nil {
		return err
	}
	body, err := bind(r, func(b CeremonyPatch) fault.Fields { return ceremonyPatch(b).Check() })
	if err != nil {
		return err
	}
	ceremony, err := d.offices.Members.AmendCeremony(r.ctx, id, expected, ceremonyPatch(body))
	if err != nil {
		return err
	}
	return r.show(r.ceremonyTag(ceremony), ceremonyOf(ceremony))
}

func (d *Door) listCeremonySignatures(r *request) error {
	id, err := number[ident.Ceremony](r, "id")
	if err != nil {
		return err
	}
	place, err := after[ident.Signature](r)
	if err != nil {
		return err
	}
	signatures, err := d.offices.Members.CeremonySignatures(r.ctx, id, stated(place), r.limit()+1)
	if err != nil {
		return err
	}
	return r.listSignatures(signatures)
}

// ceremonyTag is the same for all readers, since a ceremony is public.
func (r *request) ceremonyTag(c member.Ceremony) string { return r.tag(c.Version, "", int64(c.ID)) }

func ceremonyOf(c member.Ceremony) Ceremony {
	wire := Ceremony{
		Id: int64(c.ID), Name: c.Name, Place: stated(c.Place), From: stated(c.From), Until: stated(c.Until),
		Convenors: c.Convenors, Batch: stated(c.Batch), InitiationUnits: stated(c.InitiationUnits),
		Source: sourceOf(c.Source), Synthetic: c.Synthetic, Version: c.Version,
	}
	if wire.Convenors == nil {
		wire.Convenors = []string{}
	}
	if c.Forum != nil {
		wire.Forum = Forum{Name: c.Forum.Name, Event: c.Forum.Event, Hosts: c.Forum.Hosts}
	}
	return wire
}

func ceremonyDraft(body NewCeremony) member.CeremonyDraft {
	draft := member.CeremonyDraft{
		Name: body.Name, Place: given(body.Place), From: given(body.From), Until: given(body.Until),
		Convenors: body.Convenors, Batch: given(body.Batch), InitiationUnits: given(body.InitiationUnits),
		Source: sourceIn(body.Source),
	}
	if body.Forum.Name != "" || body.Forum.Event != "" || body.Forum.Hosts != nil {
		forum := forumIn(body.Forum)
		draft.Forum = &forum
	}
	return draft
}

func ceremonyPatch(body CeremonyPatch) member.CeremonyPatch {
	return member.CeremonyPatch{
		Name:            changed(body.Name, same[string]),
		Place:           body.Place,
		From:            body.From,
		Until:           body.Until,
		Forum:           translated(body.Forum, forumIn),
		Convenors:       body.Convenors,
		Batch:           body.Batch,
		InitiationUnits: body.InitiationUnits,
		Source:          translated(body.Source, memberSource),
	}
}

func forumIn(f Forum) member.Forum { return member.Forum{Name: f.Name, Event: f.Event, Hosts: f.Hosts} }
