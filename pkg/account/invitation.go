package account

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/mail"
	"accord/pkg/phrase"
)

// The states of an invitation. Expired is an open one whose link has ended;
// sending it again opens it again.
const (
	InvitationOpen     = "open"
	InvitationExpired  = "expired"
	InvitationAccepted = "accepted"
	InvitationRevoked  = "revoked"
)

// Invitation is an account that somebody may make.
type Invitation struct {
	ID        ident.Invitation `db:"id"`
	Version   int64            `db:"version"`
	Email     string           `db:"email"`
	Name      string           `db:"name"` // empty where none is given
	Role      access.Role      `db:"role"`
	Member    ident.Member     `db:"member"` // of a RoleMember, else 0
	Post      access.Post      `db:"post"`   // of a RoleMember
	Lang      phrase.Lang      `db:"lang"`
	State     string           `db:"state"`
	InvitedBy ident.User       `db:"invited_by"` // who sent it last; empty for the register itself
	CreatedAt time.Time        `db:"created_at"`
	ExpiresAt time.Time        `db:"expires_at"`
	SentAt    time.Time        `db:"sent_at"`
	Sent      int              `db:"sent"`    // letters, each with another link
	User      ident.User       `db:"user_id"` // the account that it made
}

// NewInvitation says whom to invite as what.
type NewInvitation struct {
	Email  string
	Name   string // may be empty
	Role   access.Role
	Member ident.Member // for a RoleMember, and only for one
	Post   access.Post  // for a RoleMember, and only for one
	Lang   phrase.Lang  // of the letter; empty for English
}

func (n NewInvitation) check() (Invitation, fault.Fields) {
	var faults fault.Fields
	u := NewUser{Email: n.Email, Name: n.Name, Role: n.Role, Member: n.Member, Post: n.Post}.check(&faults)
	i := Invitation{
		ID: ident.New[ident.Invitation](), Version: 1, Email: u.Email, Name: u.Name, Role: u.Role, Member: u.Member, Post: u.Post,
		Lang: n.Lang, State: InvitationOpen, Sent: 1,
	}
	if i.Lang == "" {
		i.Lang = phrase.English
	}
	fault.OneOf(&faults, "/lang", i.Lang, []phrase.Lang{phrase.English, phrase.Chinese})
	return i, faults
}

// CheckInvitation gives every fault of a draft that can be told without the register.
func (s *Service) CheckInvitation(draft NewInvitation) fault.Fields {
	_, faults := draft.check()
	return faults
}

// mayInvite refuses who may not make such an account.
func mayInvite(actor access.Actor, role access.Role, number ident.Member) error {
	switch {
	case staffed(role) && !access.May(actor, access.ManageStaff):
		return fault.New(fault.Forbidden, "forbidden")
	case actor.Staff():
		return nil
	case role != access.RoleMember:
		return fault.New(fault.Forbidden, "forbidden")
	case number != 0 && number != actor.Member:
		return fault.New(fault.Forbidden, "not_your_member")
	default:
		return nil
	}
}

// inviteLimit keeps a member's people from sending letters to the world.
var inviteLimit = limit{"invitations", 30, 10 * time.Minute}

const (
	expireInvited = `
update invitation set state = 'revoked', hash = null, settled_at = $3, version = version + 1
where email_key = $1 and coalesce(member, 0) = $2 and state = 'open' and expires_at <= $3`
	insertInvitation = `
insert into invitation (id, version, email, email_key, name, role, member, post, lang, hash, invited_by, created_at, expires_at, sent_at)
values ($1, $2, $3, $4, nullif($5, ''), $6, nullif($7::bigint, 0), nullif($8, ''), $9, $10, nullif($11, '')::uuid, $12, $13, $12)`
)

// Invite sends somebody a link under which they make their own account: good
// once, for as long as the configuration says, and as long as whoever invited
// them could still do so. Of the link only the hash is kept, and it stands in
// no answer: who may invite cannot open a box that is not theirs.
//
// It refuses with Forbidden who may not make such an account: an approver
// invites people of the own member alone; Invalid with every field at fault,
// also when the member takes nobody on, or when the first of its people would
// be no approver; Conflict when the address has an account, or an invitation to
// the same member that is open; and RateLimited an approver who sends too many.
func (s *Service) Invite(ctx context.Context, draft NewInvitation) (Invitation, error) {
	actor, err := access.Require(ctx, access.InvitePeople)
	if err != nil {
		return Invitation{}, err
	}
	if err := mayInvite(actor, draft.Role, draft.Member); err != nil {
		return Invitation{}, err
	}
	i, faults := draft.check()
	if err := faults.Err(); err != nil {
		return Invitation{}, err
	}
	token := newToken()
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		tx.Made("invitation", string(i.ID))
		i.CreatedAt, i.SentAt, i.ExpiresAt, i.InvitedBy = tx.Now, tx.Now, tx.Now.Add(s.config.InviteLife), actor.User
		if err := s.chargeInviter(ctx, tx, actor); err != nil {
			return err
		}
		if err := lockPeople(ctx, tx, i.Member); err != nil {
			return err
		}
		if err := i.mayOpen(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, expireInvited, emailKey(i.Email), i.Member, tx.Now); err != nil {
			return fmt.Errorf("close an old invitation: %w", err)
		}
		_, err := tx.Exec(ctx, insertInvitation, i.ID, i.Version, i.Email, emailKey(i.Email), i.Name, i.Role, i.Member, i.Post, i.Lang,
			tokenHash(token), string(i.InvitedBy), i.CreatedAt, i.ExpiresAt)
		if err != nil {
			return fmt.Errorf("insert the invitation: %w", err)
		}
		return s.writeInvitation(ctx, tx, i, token)
	})
	if err != nil {
		return Invitation{}, fmt.Errorf("invite somebody: %w", fault.Locate(err, constraints))
	}
	s.config.Mail.Wake()
	s.note(ctx, "person_invited", "", actor.User, "invitation", string(i.ID), "role", i.Role)
	return i, nil
}

// chargeInviter counts what an approver sends; staff is trusted with it.
func (s *Service) chargeInviter(ctx context.Context, tx *db.Tx, actor access.Actor) error {
	if actor.Staff() {
		return nil
	}
	var tried attempt
	s.add(&tried, inviteLimit, string(actor.User))
	return tried.charge(ctx, tx, "too_many_letters")
}

const (
	addressTaken = `select exists (select from app_user where email_key = $1)`
	readStanding = `select name, status from member where number = $1`
)

// standing is what an invitation has to know of its member.
type standing struct {
	Name   string `db:"name"`
	Status string `db:"status"`
}

func (m standing) takesNobody() bool {
	return m.Status == "merged" || m.Status == "rejected" || m.Status == "withdrawn"
}

// mayOpen refuses an invitation that could not be accepted as things are.
func (i Invitation) mayOpen(ctx context.Context, tx *db.Tx) error {
	var taken bool
	if err := tx.Get(ctx, &taken, addressTaken, emailKey(i.Email)); err != nil {
		return fmt.Errorf("look for an account: %w", err)
	}
	if taken {
		return fault.ConflictAt("/email", "email_taken")
	}
	if i.Member == 0 {
		return nil
	}
	var m standing
	if err := tx.Get(ctx, &m, readStanding, i.Member); err != nil {
		if fault.Is(err, fault.NotFound) {
			return fault.FieldAt("/member", "unknown_member")
		}
		return fmt.Errorf("read member %s: %w", i.Member, err)
	}
	var faults fault.Fields
	if m.takesNobody() {
		faults.Add("/member", "member_takes_nobody", fault.Args{"status": m.Status})
	}
	if i.Post == access.Editor {
		approved, err := hasApprover(ctx, tx, i.Member)
		if err != nil {
			return err
		}
		if !approved {
			faults.Add("/post", "first_is_approver")
		}
	}
	return faults.Err()
}

const anyApprover = `select exists (select from app_user where member = $1 and post = 'approver' and not disabled)`

func hasApprover(ctx context.Context, tx *db.Tx, number ident.Member) (bool, error) {
	var there bool
	if err := tx.Get(ctx, &there, anyApprover, number); err != nil {
		return false, fmt.Errorf("look for an approver of member %s: %w", number, err)
	}
	return there, nil
}

// writeInvitation writes the letter with the link.
func (s *Service) writeInvitation(ctx context.Context, tx *db.Tx, i Invitation, token string) error {
	args := fault.Args{"member": ""}
	if i.Member != 0 {
		var m standing
		if err := tx.Get(ctx, &m, readStanding, i.Member); err != nil {
			return fmt.Errorf("read member %s: %w", i.Member, err)
		}
		args["member"] = m.Name
	}
	return s.config.Mail.Queue(ctx, tx, mail.Letter{
		Kind: mail.Invitation, Lang: i.Lang, To: i.Email, Cause: string(i.ID), Path: "/invitation?token=" + token, GoodUntil: i.ExpiresAt, Args: args,
	})
}
