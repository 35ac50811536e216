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

const invitationColumns = `id, version, email, coalesce(name, '') as name, role, coalesce(member, 0) as member, coalesce(post, '') as post, lang,
    case when state = 'open' and expires_at <= $1 then 'expired' else state end as state, coalesce(invited_by::text, '') as invited_by,
    created_at, expires_at, sent_at, sent, coalesce(user_id::text, '') as user_id`

// invited is which invitations an actor sees: staff those of the accounts that
// it manages, an approver those of the own member.
const (
	readInvitation = `
select ` + invitationColumns + ` from invitation where id = $2 and role = any($3) and ($4 or member = $5)`
	lockInvitation = readInvitation + ` for no key update`
)

// Invitation reads an invitation.
//
// It refuses with Forbidden who may invite nobody, and with NotFound when there
// is no such invitation, or it is not one that the actor could have sent.
func (s *Service) Invitation(ctx context.Context, id ident.Invitation) (Invitation, error) {
	actor, err := access.Require(ctx, access.KeepInvitations)
	if err != nil {
		return Invitation{}, err
	}
	var i Invitation
	if err := s.db.Get(ctx, &i, readInvitation, s.db.Now(), id, reach(actor), actor.Staff(), actor.Member); err != nil {
		return Invitation{}, fmt.Errorf("read invitation %s: %w", id, err)
	}
	return i, nil
}

// InvitationKey is the place of an invitation in the list.
type InvitationKey struct {
	At time.Time        `json:"at"`
	ID ident.Invitation `json:"id"`
}

// Key gives the place of the invitation in the list.
func (i Invitation) Key() InvitationKey { return InvitationKey{At: i.CreatedAt, ID: i.ID} }

// InvitationQuery says which invitations to list. The zero value of a field
// does not filter.
type InvitationQuery struct {
	Member ident.Member
	State  string
	After  *InvitationKey
	Limit  int
}

// Invitations lists the invitations that the actor could have sent, the newest
// first.
//
// It refuses with Forbidden who may invite nobody.
func (s *Service) Invitations(ctx context.Context, query InvitationQuery) ([]Invitation, error) {
	actor, err := access.Require(ctx, access.KeepInvitations)
	if err != nil {
		return nil, err
	}
	now := s.db.Now()
	var f db.Filter
	f.Arg(now) // $1 of the columns
	f.And(`role = any(?)`, reach(actor))
	if !actor.Staff() {
		f.And(`member = ?`, actor.Member)
	}
	if query.Member != 0 {
		f.And(`member = ?`, query.Member)
	}
	switch query.State {
	case InvitationOpen:
		f.And(`state = 'open' and expires_at > ?`, now)
	case InvitationExpired:
		f.And(`state = 'open' and expires_at <= ?`, now)
	case InvitationAccepted, InvitationRevoked:
		f.And(`state = ?`, query.State)
	}
	if query.After != nil {
		f.And(`(created_at, id) < (?, ?)`, query.After.At, query.After.ID)
	}
	list := []Invitation{}
	statement := `select ` + invitationColumns + ` from invitation where ` + f.Where() + ` order by created_at desc, id desc limit ` + f.Arg(query.Limit)
	if err := s.db.Select(ctx, &list, statement, f.Args()...); err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return list, nil
}

// lockOpen locks an invitation that can still be sent again or revoked.
func lockOpen(ctx context.Context, tx *db.Tx, actor access.Actor, id ident.Invitation) (Invitation, error) {
	var i Invitation
	if err := tx.Get(ctx, &i, lockInvitation, tx.Now, id, reach(actor), actor.Staff(), actor.Member); err != nil {
		return Invitation{}, fmt.Errorf("lock the invitation: %w", err)
	}
	if i.State != InvitationOpen && i.State != InvitationExpired {
		return Invitation{}, fault.New(fault.Conflict, "invitation_settled", fault.Args{"state": i.State})
	}
	return i, nil
}
