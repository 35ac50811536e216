package api

import (
	"net/http"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/phrase"
)

func (d *Door) listInvitations(r *request) error {
	place, err := after[account.InvitationKey](r)
	if err != nil {
		return err
	}
	invitations, err := d.offices.Accounts.Invitations(r.ctx, account.InvitationQuery{
		Member: ident.Member(r.query.number("member")), State: r.query.text("state"), After: place, Limit: r.limit() + 1,
	})
	if err != nil {
		return err
	}
	invitations, cursor, err := turn(r, invitations, account.Invitation.Key)
	if err != nil {
		return err
	}
	return r.list(InvitationList{Items: each(invitations, invitationOf), NextCursor: cursor})
}

func (d *Door) invitePerson(r *request) error {
	body, err := bind(r, func(b NewInvitation) fault.Fields { return d.offices.Accounts.CheckInvitation(invitationDraft(b)) })
	if err != nil {
		return err
	}
	i, err := d.offices.Accounts.Invite(r.ctx, invitationDraft(body))
	if again, ok := replayed(err); ok {
		// Invitations have no history: the answer is the invitation as it stands.
		i, err = d.offices.Accounts.Invitation(r.ctx, ident.Invitation(again.Subject))
	}
	if err != nil {
		return err
	}
	return r.created("/api/v1/invitations/"+string(i.ID), r.invitationTag(i), invitationOf(i))
}

func (d *Door) readInvitation(r *request) error {
	id, err := id[ident.Invitation](r, "id")
	if err != nil {
		return err
	}
	i, err := d.offices.Accounts.Invitation(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.invitationTag(i), invitationOf(i))
}

func (d *Door) resendInvitation(r *request) error {
	return d.settleInvitation(r, func(id ident.Invitation) (account.Invitation, error) {
		return d.offices.Accounts.Resend(r.ctx, id)
	})
}

func (d *Door) revokeInvitation(r *request) error {
	return d.settleInvitation(r, func(id ident.Invitation) (account.Invitation, error) {
		return d.offices.Accounts.Revoke(r.ctx, id)
	})
}

// settleInvitation answers what is done to an invitation, with it as it stands.
func (d *Door) settleInvitation(r *request, do func(ident.Invitation) (account.Invitation, error)) error {
	id, err := id[ident.Invitation](r, "id")
	if err != nil {
		return err
	}
	if err := bindNothing(r); err != nil {
		return err
	}
	i, err := do(id)
	if again, ok := replayed(err); ok {
		i, err = d.offices.Accounts.Invitation(r.ctx, ident.Invitation(again.Subject))
	}
	if err != nil {
		return err
	}
	return r.show(r.invitationTag(i), invitationOf(i))
}

// invitationTag is the same for everybody who may see the invitation. It tells
// of the state, too, which ends by itself.
func (r *request) invitationTag(i account.Invitation) string { return r.tag(i.Version, i.State) }

func (d *Door) redeemInvitation(r *request) error {
	body, err := bind(r, func(b Redemption) fault.Fields { return d.offices.Accounts.CheckPassword("/password", b.Password) })
	if err != nil {
		return err
	}
	u, err := d.offices.Accounts.Accept(r.ctx, account.Acceptance{Token: body.Token, Name: body.Name, Password: body.Password})
	if err != nil {
		return err
	}
	r.gin.Writer.Header()["Location"] = []string{"/api/v1/me"}
	return r.secret(http.StatusCreated, userOf(u))
}

func invitationDraft(b NewInvitation) account.NewInvitation {
	return account.NewInvitation{
		Email: b.Email, Name: b.Name, Role: access.Role(b.Role), Member: ident.Member(b.Member), Post: access.Post(b.Post), Lang: phrase.Lang(b.Lang),
	}
}

func invitationOf(i account.Invitation) Invitation {
	return Invitation{
		Id: Id(i.ID), Email: i.Email, Name: i.Name, Role: Role(i.Role), Member: int64(i.Member), Post: Post(i.Post), Lang: Language(i.Lang),
		State: InvitationState(i.State), InvitedBy: Id(i.InvitedBy), CreatedAt: i.CreatedAt.UTC(), ExpiresAt: i.ExpiresAt.UTC(),
		SentAt: i.SentAt.UTC(), Sent: i.Sent, User: Id(i.User), Version: i.Version,
	}
}
