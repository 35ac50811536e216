package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Factor is something by which a person proves to have an account.
type Factor string

// The factors. A passkey counts as two, since the device asks its owner who
// they are before it signs.
const (
	Password     Factor = "password"
	Link         Factor = "link" // sent to the account's e-mail address
	TOTP         Factor = "totp"
	RecoveryCode Factor = "recovery_code"
	Passkey      Factor = "passkey"
	Directory    Factor = "directory" // the association's own
)

// factors are those of a session.
func texts(factors []Factor) db.Texts {
	list := make(db.Texts, len(factors))
	for i, f := range factors {
		list[i] = string(f)
	}
	return list
}

// means is what an account has beside its password.
type means struct {
	TOTP     bool `db:"totp"`
	Codes    int  `db:"codes"`
	Passkeys int  `db:"passkeys"`
}

// second tells whether a sign-in by one factor is not enough.
func (m means) second() bool { return m.TOTP || m.Passkeys > 0 }

// methods are what a challenge is answered with.
func (m means) methods() []Factor {
	var list []Factor
	if m.Passkeys > 0 {
		list = append(list, Passkey)
	}
	if m.TOTP {
		list = append(list, TOTP)
	}
	if m.second() && m.Codes > 0 {
		list = append(list, RecoveryCode)
	}
	return list
}

const readMeans = `
select exists (select from totp_factor where user_id = $1 and confirmed_at is not null) as totp,
    (select count(*) from recovery_code where user_id = $1) as codes,
    (select count(*) from passkey where user_id = $1) as passkeys`

func meansOf(ctx context.Context, tx *db.Tx, user ident.User) (means, error) {
	var m means
	if err := tx.Get(ctx, &m, readMeans, user); err != nil {
		return means{}, fmt.Errorf("read the factors of %s: %w", user, err)
	}
	return m, nil
}

// Factors is what an account is signed in to with, beside its password.
type Factors struct {
	Required  bool      // by the account's role
	TOTPSince time.Time // zero without an authenticator app
	CodesLeft int
	Passkeys  []Key
}

const readFactors = `
select coalesce((select confirmed_at from totp_factor where user_id = $1), to_timestamp(0)) as since,
    (select count(*) from recovery_code where user_id = $1) as codes`

// Factors tells what the actor's own account has.
//
// It refuses with Unauthenticated or Forbidden who has no account.
func (s *Service) Factors(ctx context.Context) (Factors, error) {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil {
		return Factors{}, err
	}
	var row struct {
		Since time.Time `db:"since"`
		Codes int       `db:"codes"`
	}
	if err := s.db.Get(ctx, &row, readFactors, actor.User); err != nil {
		return Factors{}, fmt.Errorf("read own factors: %w", err)
	}
	f := Factors{Required: slices.Contains(s.config.Factored, actor.Role), CodesLeft: row.Codes}
	if row.Since.Unix() != 0 {
		f.TOTPSince = row.Since
	}
	if f.Passkeys, err = s.keysOf(ctx, actor.User); err != nil {
		return Factors{}, err
	}
	return f, nil
}

// lockPerson locks an account against changes of its factors, passwords and
// state by others.
const lockPerson = `select id from app_user where id = $1 and not disabled for no key update`

// A statement of its own: one that waited for the account would still see the
// session as it was before.
const lockOwnSession = `
select id from session where id = $1 and user_id = $2 and ended_at is null and expires_at > $3 for share`

// lockOwn locks the actor's own account. A request that was let in before its
// session was ended, by a reset for instance, does nothing more afterwards.
func lockOwn(ctx context.Context, tx *db.Tx, actor access.Actor) error {
	var id ident.User
	err := tx.Get(ctx, &id, lockPerson, actor.User)
	if err == nil && actor.Session != "" {
		var session ident.Session
		err = tx.Get(ctx, &session, lockOwnSession, actor.Session, actor.User, tx.Now)
	}
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Unauthenticated, "session_ended")
	}
	if err != nil {
		return fmt.Errorf("lock own account: %w", err)
	}
	return nil
}

const (
	deleteTOTP     = `delete from totp_factor where user_id = $1`
	deleteCodes    = `delete from recovery_code where user_id = $1`
	deletePasskeys = `delete from passkey where user_id = $1`
)

// ResetFactors takes all second factors away from an account whose owner has
// lost them, and ends its sessions: the password alone, or a link, lets its
// owner in again.
//
// It refuses with Forbidden when the actor manages no accounts, or when the
// account is the actor's own; Unauthenticated when the actor has to prove again
// who it is; and NotFound when there is no such account or it is out of the
// actor's reach.
func (s *Service) ResetFactors(ctx context.Context, id ident.User) error {
	actor, err := access.Require(ctx, access.ManageAccounts)
	if err != nil {
		return err
	}
	if actor.User == id {
		return fault.New(fault.Forbidden, "own_account")
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if _, _, err := lockAccount(ctx, tx, id, actor); err != nil {
			return err
		}
		for _, statement := range []string{deleteTOTP, deleteCodes, deletePasskeys} {
			if _, err := tx.Exec(ctx, statement, id); err != nil {
				return fmt.Errorf("take the factors away: %w", err)
			}
		}
		return endAll(ctx, tx, id, noSession, "factors_reset")
	})
	if err != nil {
		return fmt.Errorf("reset the factors of %s: %w", id, err)
	}
	s.note(ctx, "factors_reset", id, actor.User)
	return nil
}

// forgetCodes takes the recovery codes away with the last factor that they
// stand in for.
func forgetCodes(ctx context.Context, tx *db.Tx, user ident.User) error {
	m, err := meansOf(ctx, tx, user)
	if err != nil || m.second() {
		return err
	}
	if _, err := tx.Exec(ctx, deleteCodes, user); err != nil {
		return fmt.Errorf("forget the recovery codes: %w", err)
	}
	return nil
}
