package account

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Bounds of sending one invitation again.
const (
	resendPause = time.Minute
	mostSent    = 10
)

const (
	sendAgain = `
update invitation set hash = $2, invited_by = nullif($3, '')::uuid, sent = sent + 1, sent_at = $4, expires_at = $5, version = version + 1 where id = $1`
	revokeInvitation = `
update invitation set state = 'revoked', hash = null, settled_at = $2, version = version + 1 where id = $1`
)

// Resend sends an invitation again, with another link: the one before is void.
// Whoever sends it answers for it from now on.
//
// It refuses with Forbidden who may invite nobody; NotFound as
// [Service.Invitation] does; Conflict when it was accepted or revoked, was sent
// ten times, or its address has an account now; Invalid when its member takes
// nobody on any more; and RateLimited within a minute of the last letter.
func (s *Service) Resend(ctx context.Context, id ident.Invitation) (Invitation, error) {
	actor, err := access.Require(ctx, access.InvitePeople)
	if err != nil {
		return Invitation{}, err
	}
	token := newToken()
	var i Invitation
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		tx.Made("invitation", string(id))
		var err error
		if i, err = lockOpen(ctx, tx, actor, id); err != nil {
			return err
		}
		if wait := i.SentAt.Add(resendPause).Sub(tx.Now); wait > 0 {
			return &fault.Error{Kind: fault.RateLimited, Code: "too_many_letters", RetryAfter: max(wait, time.Second)}
		}
		if i.Sent >= mostSent {
			return fault.New(fault.Conflict, "invitation_sent_often")
		}
		if err := s.chargeInviter(ctx, tx, actor); err != nil {
			return err
		}
		if err := lockPeople(ctx, tx, i.Member); err != nil {
			return err
		}
		if err := i.mayOpen(ctx, tx); err != nil {
			return err
		}
		i.State, i.InvitedBy, i.SentAt, i.ExpiresAt = InvitationOpen, actor.User, tx.Now, tx.Now.Add(s.config.InviteLife)
		i.Sent++
		i.Version++
		if _, err := tx.Exec(ctx, sendAgain, id, tokenHash(token), string(i.InvitedBy), i.SentAt, i.ExpiresAt); err != nil {
			return fmt.Errorf("renew the link: %w", err)
		}
		return s.writeInvitation(ctx, tx, i, token)
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("send invitation %s again: %w", id, err)
	}
	s.config.Mail.Wake()
	s.note(ctx, "invitation_sent_again", "", actor.User, "invitation", string(id))
	return i, nil
}

// Revoke voids an invitation.
//
// It refuses with Forbidden who may invite nobody; NotFound as
// [Service.Invitation] does; and Conflict when it was accepted or revoked.
func (s *Service) Revoke(ctx context.Context, id ident.Invitation) (Invitation, error) {
	actor, err := access.Require(ctx, access.KeepInvitations)
	if err != nil {
		return Invitation{}, err
	}
	var i Invitation
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		tx.Made("invitation", string(id))
		var err error
		if i, err = lockOpen(ctx, tx, actor, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, revokeInvitation, id, tx.Now); err != nil {
			return fmt.Errorf("void the link: %w", err)
		}
		i.State = InvitationRevoked
		i.Version++
		return nil
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("revoke invitation %s: %w", id, err)
	}
	s.note(ctx, "invitation_revoked", "", actor.User, "invitation", string(id))
	return i, nil
}
