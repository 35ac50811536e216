package account

import (
	"context"
	"errors"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
)

// spentLink is the one answer to every link that is not good, or not any more:
// unknown, used, ended, revoked or overtaken.
func spentLink() error { return fault.New(fault.NotFound, "link_invalid") }

// errOvertaken is why a link that is good leads nowhere; the log is told.
var errOvertaken = errors.New("the invitation was overtaken")

const (
	readInvited = `
select ` + invitationColumns + ` from invitation where hash = $2 and state = 'open' and expires_at > $1`
	lockInvited = readInvited + ` for no key update`
)

// Invited reads the invitation of a link, without using it: mail programs
// follow links before people do.
//
// It refuses with NotFound a link that is not good, or not any more.
func (s *Service) Invited(ctx context.Context, token string) (Invitation, error) {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return Invitation{}, err
	}
	var i Invitation
	err := s.db.Get(ctx, &i, readInvited, s.db.Now(), tokenHash(token))
	if fault.Is(err, fault.NotFound) {
		return Invitation{}, spentLink()
	}
	if err != nil {
		return Invitation{}, fmt.Errorf("read an invitation: %w", err)
	}
	return i, nil
}

// Acceptance is how somebody takes an invitation up.
type Acceptance struct {
	Token    string
	Name     string // empty for that of the invitation
	Password string
}

const acceptInvitation = `
update invitation set state = 'accepted', hash = null, settled_at = $2, user_id = $3, version = version + 1 where id = $1`

// The others that the same person was sent lead to no account any more.
const closeOthers = `
update invitation set state = 'revoked', hash = null, settled_at = $2, version = version + 1
where id in (select id from invitation where email_key = $1 and state = 'open' order by id for no key update)`

// Accept makes the account that somebody was invited to have, and uses the link
// up. What is refused for its password or name leaves the link good. Two who
// use one link at once make one account.
//
// It refuses with NotFound, in one way whatever the cause, a link that is not
// good, or whose ground is gone: the inviter could not invite so any more, the
// member takes nobody on or has no approver left beside whom an editor works, or
// the address has an account; and with Invalid a password or a name that breaks
// a rule.
func (s *Service) Accept(ctx context.Context, a Acceptance) (User, error) {
	// Before the password is hashed: strangers get no work out of the server.
	i, err := s.Invited(ctx, a.Token)
	if err != nil {
		return User{}, err
	}
	if a.Name == "" {
		a.Name = i.Name
	}
	u, hash, err := s.draft(ctx, NewUser{Email: i.Email, Name: a.Name, Role: i.Role, Member: i.Member, Post: i.Post, Password: a.Password})
	if err != nil {
		return User{}, err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		var now Invitation
		if err := tx.Get(ctx, &now, lockInvited, tx.Now, tokenHash(a.Token)); err != nil {
			return fmt.Errorf("lock the invitation: %w", err)
		}
		if err := now.stillGood(ctx, tx); err != nil {
			return err
		}
		u.CreatedAt = tx.Now
		if err := u.join(ctx, tx, hash); err != nil {
			return overtaken(err)
		}
		if _, err := tx.Exec(ctx, acceptInvitation, now.ID, tx.Now, u.ID); err != nil {
			return fmt.Errorf("use the invitation up: %w", err)
		}
		if _, err := tx.Exec(ctx, closeOthers, emailKey(u.Email), tx.Now); err != nil {
			return fmt.Errorf("close other invitations: %w", err)
		}
		return nil
	})
	if fault.Is(err, fault.NotFound) {
		return User{}, fault.Wrap(fault.NotFound, "link_invalid", err)
	}
	if err != nil {
		return User{}, fmt.Errorf("accept an invitation: %w", err)
	}
	s.note(ctx, "invitation_accepted", u.ID, "", "invitation", string(i.ID), "role", u.Role)
	return u, nil
}

// overtaken turns what the register refuses of a new account into a link that
// leads nowhere.
func overtaken(err error) error {
	if kind := fault.KindOf(err); kind == fault.Conflict || kind == fault.Invalid {
		return fault.Wrap(fault.NotFound, "not_found", errors.Join(errOvertaken, err))
	}
	return err
}

const readInviter = `
select id, role, coalesce(member, 0) as member, coalesce(post, '') as post from app_user where id = $1 and not disabled for share`

// stillGood looks anew whether the inviter may invite so, and whether the member
// takes people on.
func (i Invitation) stillGood(ctx context.Context, tx *db.Tx) error {
	if i.InvitedBy != "" {
		var u User
		if err := tx.Get(ctx, &u, readInviter, i.InvitedBy); err != nil {
			return fmt.Errorf("read the inviter: %w", err)
		}
		inviter := access.Actor{User: u.ID, Role: u.Role, Member: u.Member, Post: u.Post}
		if !access.May(inviter, access.InvitePeople) || mayInvite(inviter, i.Role, i.Member) != nil {
			return fault.Wrap(fault.NotFound, "not_found", errOvertaken)
		}
	}
	if i.Member == 0 {
		return nil
	}
	var m standing
	if err := tx.Get(ctx, &m, readStanding, i.Member); err != nil {
		return fmt.Errorf("read member %s: %w", i.Member, err)
	}
	if m.takesNobody() {
		return fault.Wrap(fault.NotFound, "not_found", errOvertaken)
	}
	return nil
}
