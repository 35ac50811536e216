package account

import (
	"context"
	"fmt"
	"net/netip"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// PasswordChange is somebody's own new password.
type PasswordChange struct {
	Current string
	New     string
	From    netip.Addr // where the request came from
}

const (
	readOwn = `
select id, coalesce(password, '') as password, disabled, email, coalesce(name, '') as name, email_key, false as familiar from app_user where id = $1`
	changePassword = `
update app_user set password = $3, password_at = $4 where id = $1 and password = $2`
	setPassword = `
update app_user set password = $2, password_at = $3 where id = $1`
)

// owner is an account with what its password must not be made of.
type owner struct {
	account
	Email string `db:"email"`
	Name  string `db:"name"`
	Key   string `db:"email_key"`
}

// ChangePassword changes the actor's own password and ends its other sessions.
// Wrong current passwords are counted as [Service.SignIn] counts them: a
// stolen session must not serve to guess the password.
//
// It refuses with Forbidden who has no account; Invalid when the current
// password is wrong or the new one breaks a rule or is the same; RateLimited
// one attempt too many; and Conflict when the password was changed meanwhile.
func (s *Service) ChangePassword(ctx context.Context, change PasswordChange) error {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil {
		return err
	}
	var who owner
	if err := s.db.Get(ctx, &who, readOwn, actor.User); err != nil {
		return fmt.Errorf("read own account: %w", err)
	}
	current, next, err := s.checkChange(change, who)
	if err != nil {
		return err
	}
	tried := s.newProof(who.Key, change.From, actor.Session)
	if err := s.charge(ctx, tried); err != nil {
		return fmt.Errorf("change own password: %w", err)
	}
	right, _, err := s.hasher.verify(ctx, current, who.Password)
	if err != nil {
		return err
	}
	if !right {
		s.failed(ctx, "password_check_failed", who.ID)
		return fault.FieldAt("/current_password", "wrong_password")
	}
	hash, err := s.hasher.hash(ctx, next)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		changed, err := tx.Exec(ctx, changePassword, who.ID, who.Password, hash, tx.Now)
		if err != nil {
			return fmt.Errorf("change the password: %w", err)
		}
		if changed == 0 {
			return fault.New(fault.Conflict, "password_changed_meanwhile")
		}
		if err := endAll(ctx, tx, who.ID, actor.Session, "password_changed"); err != nil {
			return err
		}
		return tried.refund(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("change own password: %w", err)
	}
	s.note(ctx, "password_changed", who.ID, who.ID)
	return nil
}

// checkChange gives the normal forms of both passwords, or all their faults.
func (s *Service) checkChange(change PasswordChange, who owner) (current, next string, err error) {
	var faults fault.Fields
	current, err = normalise("/current_password", change.Current)
	faults.Merge("", fault.FieldsOf(err))
	next, err = s.newSecret("/new_password", change.New, who.Email, who.Name)
	faults.Merge("", fault.FieldsOf(err))
	if next != "" && next == current {
		faults.Add("/new_password", "password_unchanged")
	}
	return current, next, faults.Err()
}

// ResetPassword gives an account another password and ends all its sessions.
//
// It refuses with Forbidden when the actor manages no accounts, or when the
// account is the actor's own (that needs the current password); NotFound when
// there is no such account or it is out of the actor's reach; and Invalid when
// the password breaks a rule.
func (s *Service) ResetPassword(ctx context.Context, id ident.User, password string) error {
	actor, err := access.Require(ctx, access.ManageAccounts)
	if err != nil {
		return err
	}
	if actor.User == id {
		return fault.New(fault.Forbidden, "own_account")
	}
	u, err := s.User(ctx, id)
	if err != nil {
		return err
	}
	secret, err := s.newSecret("/password", password, u.Email, u.Name)
	if err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, secret)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		// Its role may have changed since it was read.
		if _, _, err := lockAccount(ctx, tx, id, actor); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, setPassword, id, hash, tx.Now); err != nil {
			return fmt.Errorf("set the password: %w", err)
		}
		return endAll(ctx, tx, id, noSession, "password_reset")
	})
	if err != nil {
		return fmt.Errorf("reset the password of %s: %w", id, err)
	}
	s.note(ctx, "password_reset", id, actor.User)
	return nil
}
