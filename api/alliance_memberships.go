package api

import (
	"accord/pkg/alliance"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func (d *Door) listAllianceMembers(r *request) error {
	id, err := number[ident.Alliance](r, "id")
	if err != nil {
		return err
	}
	q := alliance.Belonging{Role: alliance.Role(r.query.text("role")), Limit: r.limit() + 1}
	if q.After, err = after[alliance.Key](r); err != nil {
		return err
	}
	terms, err := d.offices.Alliances.Memberships(r.ctx, id, q)
	if err != nil {
		return err
	}
	return r.listMemberships(terms, alliance.Membership.MemberKey)
}

func (d *Door) listAllianceMemberships(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	place, err := after[alliance.Key](r)
	if err != nil {
		return err
	}
	terms, err := d.offices.Alliances.MembershipsOf(r.ctx, number, place, r.limit()+1)
	if err != nil {
		return err
	}
	return r.listMemberships(terms, alliance.Membership.AllianceKey)
}

func (r *request) listMemberships(terms []alliance.Membership, place func(alliance.Membership) alliance.Key) error {
	terms, cursor, err := turn(r, terms, place)
	if err != nil {
		return err
	}
	return r.list(AllianceMembershipList{Items: each(terms, allianceMembershipOf), NextCursor: cursor})
}

func (d *Door) joinAlliance(r *request) error {
	id, err := number[ident.Alliance](r, "id")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b NewAllianceMembership) fault.Fields { return membershipDraft(b).Check() })
	if err != nil {
		return err
	}
	term, err := d.offices.Alliances.Admit(r.ctx, id, membershipDraft(body))
	if again, ok := replayed(err); ok {
		term, err = d.offices.Alliances.OriginalMembership(r.ctx, ident.AllianceMembership(again.Subject), again.Change)
	}
	if err != nil {
		return err
	}
	return r.created("/api/v1/alliance-memberships/"+string(term.ID), r.membershipTag(term), allianceMembershipOf(term))
}

func (r *request) membershipTag(m alliance.Membership) string {
	return r.tag(m.Version, r.actor().Audience(m.Member))
}

func (d *Door) readAllianceMembership(r *request) error {
	id, err := id[ident.AllianceMembership](r, "id")
	if err != nil {
		return err
	}
	term, err := d.offices.Alliances.ReadMembership(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.membershipTag(term), allianceMembershipOf(term))
}

func (d *Door) amendAllianceMembership(r *request) error {
	id, err := id[ident.AllianceMembership](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(func() (int64, error) {
		term, err := d.offices.Alliances.ReadMembership(r.ctx, id)
		return term.Version, err
	})
	if err != nil {
		return err
	}
	body, err := bind(r, func(b AllianceMembershipPatch) fault.Fields { return membershipPatch(b).Check() })
	if err != nil {
		return err
	}
	term, err := d.offices.Alliances.AmendMembership(r.ctx, id, expected, membershipPatch(body))
	if err != nil {
		return err
	}
	return r.show(r.membershipTag(term), allianceMembershipOf(term))
}

func membershipDraft(b NewAllianceMembership) alliance.MembershipDraft {
	return alliance.MembershipDraft{Member: ident.Member(b.Member), Role: alliance.Role(b.Role), From: given(b.From), Until: given(b.Until)}
}

func membershipPatch(b AllianceMembershipPatch) alliance.MembershipPatch {
	return alliance.MembershipPatch{From: b.From, Until: b.Until}
}

func allianceMembershipOf(m alliance.Membership) AllianceMembership {
	return AllianceMembership{
		Id: Id(m.ID), Alliance: int64(m.Alliance), Member: int64(m.Member), Role: AllianceRole(m.Role), From: stated(m.From), Until: stated(m.Until),
		Version: m.Version,
	}
}
