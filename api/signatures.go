package api

import (
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

func (d *Door) recordSignature(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b NewSignature) fault.Fields { return signatureDraft(b).Check() })
	if err != nil {
		return err
	}
	g, err := d.offices.Members.Sign(r.ctx, number, signatureDraft(body))
	if again, ok := replayed(err); ok {
		g, err = d.offices.Members.ReadSignature(r.ctx, ident.Signature(again.Subject))
	}
	if err != nil {
		return err
	}
	return r.created("/api/v1/signatures/"+string(g.ID), r.signatureTag(g), signatureOf(g))
}

func (d *Door) readSignature(r *request) error {
	id, err := id[ident.Signature](r, "id")
	if err != nil {
		return err
	}
	g, err := d.offices.Members.ReadSignature(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.signatureTag(g), signatureOf(g))
}

// signatureTag counts the signatory in, who may be erased without a new version.
func (r *request) signatureTag(g member.Signature) string {
	known := int64(0)
	if g.Name != nil {
		known = 1
	}
	return r.tag(g.Version, r.actor().Audience(g.Member), known)
}

func (d *Door) listSignatures(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	place, err := after[ident.Signature](r)
	if err != nil {
		return err
	}
	signatures, err := d.offices.Members.Signatures(r.ctx, number, stated(place), r.limit()+1)
	if err != nil {
		return err
	}
	return r.listSignatures(signatures)
}

func (r *request) listSignatures(signatures []member.Signature) error {
	signatures, cursor, err := turn(r, signatures, func(g member.Signature) ident.Signature { return g.ID })
	if err != nil {
		return err
	}
	body := SignatureList{Items: make([]Signature, len(signatures)), NextCursor: cursor}
	for i, g := range signatures {
		body.Items[i] = signatureOf(g)
	}
	return r.list(body)
}

func signatureDraft(b NewSignature) member.SignatureDraft {
	draft := member.SignatureDraft{
		Ceremony: given(ident.Ceremony(b.Ceremony)), Capacity: member.Capacity(b.Capacity), SignedOn: given(b.SignedOn),
	}
	if b.Signatory != (Signatory{}) {
		draft.Signatory = &member.Signatory{Name: b.Signatory.Name, Title: given(b.Signatory.Title)}
	}
	return draft
}

func signatureOf(g member.Signature) Signature {
	return Signature{
		Id: Id(g.ID), Member: int64(g.Member), Ceremony: int64(stated(g.Ceremony)), Capacity: Capacity(g.Capacity),
		SignedOn: stated(g.SignedOn), Signatory: Signatory{Name: stated(g.Name), Title: stated(g.Title)}, Version: g.Version,
	}
}
