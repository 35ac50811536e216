package account

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
)

// SetupLife is how long a set-up link is good.
const SetupLife = 30 * time.Minute

const (
	administered = `select exists (select from app_user where role = 'admin')`
	deleteStale  = `delete from setup_link where expires_at <= $1`
	insertLink   = `insert into setup_link (hash, expires_at) values ($1, $2)`
	readLink     = `select exists (select from setup_link where hash = $1 and expires_at > $2)`
	// Two links that are redeemed at once make one administrator.
	lockSetup   = `select pg_advisory_xact_lock(6102)::text`
	deleteLink  = `delete from setup_link where hash = $1 and expires_at > $2`
	deleteLinks = `delete from setup_link`
)

// SetupLink draws the token of a link under which the first administrator is
// made: good once, for [SetupLife], and only while there is none. Only its
// hash is kept.
//
// It refuses with Forbidden when the actor is not the register itself, and
// with Conflict when there is an administrator already.
func (s *Service) SetupLink(ctx context.Context) (string, error) {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return "", err
	}
	token := newToken()
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := refuseAdministered(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, deleteStale, tx.Now); err != nil {
			return fmt.Errorf("delete old links: %w", err)
		}
		_, err := tx.Exec(ctx, insertLink, tokenHash(token), tx.Now.Add(SetupLife))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("make a set-up link: %w", err)
	}
	return token, nil
}

func refuseAdministered(ctx context.Context, tx *db.Tx) error {
	var done bool
	if err := tx.Get(ctx, &done, administered); err != nil {
		return fmt.Errorf("look for an administrator: %w", err)
	}
	if done {
		return fault.New(fault.Conflict, "set_up_already")
	}
	return nil
}

// CheckSetup tells whether the link is good, without using it.
//
// It refuses with NotFound a link that is unknown, used or too old.
func (s *Service) CheckSetup(ctx context.Context, token string) error {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return err
	}
	var good bool
	if err := s.db.Get(ctx, &good, readLink, tokenHash(token), s.db.Now()); err != nil {
		return fmt.Errorf("read the set-up link: %w", err)
	}
	if !good {
		return badLink()
	}
	return nil
}

func badLink() error { return fault.New(fault.NotFound, "setup_link_invalid") }

// FirstUser is the first administrator, as the set-up form gives it.
type FirstUser struct {
	Email    string
	Name     string // may be empty
	Password string
}

// SetUp makes the first administrator and uses the link up. A draft that is
// refused leaves the link good.
//
// It refuses with NotFound a link that is unknown, used or too old; Invalid
// with every field at fault; and Conflict when there is an administrator
// already, or the address has an account.
func (s *Service) SetUp(ctx context.Context, token string, first FirstUser) (User, error) {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return User{}, err
	}
	// Before the password is hashed: strangers get no work out of the server.
	if err := s.CheckSetup(ctx, token); err != nil {
		return User{}, err
	}
	u, hash, err := s.draft(ctx, NewUser{Email: first.Email, Name: first.Name, Role: access.RoleAdmin, Password: first.Password})
	if err != nil {
		return User{}, err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		var locked string
		if err := tx.Get(ctx, &locked, lockSetup); err != nil {
			return fmt.Errorf("lock the set-up: %w", err)
		}
		if used, err := tx.Exec(ctx, deleteLink, tokenHash(token), tx.Now); err != nil || used == 0 {
			if err == nil {
				err = badLink()
			}
			return err
		}
		if err := refuseAdministered(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, deleteLinks); err != nil {
			return fmt.Errorf("delete other links: %w", err)
		}
		u.CreatedAt = tx.Now
		return u.insert(ctx, tx, hash)
	})
	if err != nil {
		return User{}, fmt.Errorf("set up the first administrator: %w", fault.Locate(err, constraints))
	}
	s.note(ctx, "first_administrator_made", u.ID, "")
	return u, nil
}
