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

// family is a session with one of its refresh tokens.
type family struct {
	Session  ident.Session `db:"session"`
	User     ident.User    `db:"user_id"`
	Used     bool          `db:"used"`
	Over     bool          `db:"over"`
	Disabled bool          `db:"disabled"`
	EndsAt   time.Time     `db:"ends_at"`
}

const (
	readFamily = `
select t.session, s.user_id, t.used_at is not null as used,
    s.ended_at is not null or s.expires_at <= $2 as over, u.disabled, s.ends_at
from refresh_token t join session s on s.id = t.session join app_user u on u.id = s.user_id
where t.hash = $1`
	lockSession = `select id from session where id = $1 for update`
	spendToken  = `update refresh_token set used_at = $2 where hash = $1 and used_at is null`
	moveSession = `update session set expires_at = $2, seen_at = $3 where id = $1`
	endSession  = `update session set ended_at = $2, ended_why = $3 where id = $1 and ended_at is null`
)

// Refresh spends a refresh token and gives the next pair of the session.
//
// A spent token that comes again ends the whole session: one of its two
// holders stole it, and which one cannot be told. That holds for an answer
// that was lost on the way and a client that asks again, too; it signs in
// anew. One case is different: requests with one token that were under way at
// the same time, none of them after another was answered. One of them wins,
// the others are refused with the code refresh_raced, and the session lives on
// with the tokens of the winner, since a client that asked twice at once is no
// thief. A thief gains nothing by it: whoever comes later with the spent
// token, a client that lost the race and tries again included, ends the
// session.
//
// It refuses with Unauthenticated a token that is not known, spent, raced, of
// a session that has ended or of an account that is disabled.
func (s *Service) Refresh(ctx context.Context, token string) (Tokens, error) {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return Tokens{}, err
	}
	var next Tokens
	var replayed *family
	hash := tokenHash(token)
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		next, replayed = Tokens{Refresh: newToken()}, nil
		// Before the lock: what is current here may be spent when the lock is
		// held, by a request that was under way at the same time.
		var before, now family
		if err := tx.Get(ctx, &before, readFamily, hash, tx.Now); err != nil {
			return unknownToken(err)
		}
		var locked ident.Session
		if err := tx.Get(ctx, &locked, lockSession, before.Session); err != nil {
			return unknownToken(err)
		}
		if err := tx.Get(ctx, &now, readFamily, hash, tx.Now); err != nil {
			return unknownToken(err)
		}
		next.Session, next.User = now.Session, now.User
		switch {
		case before.Used:
			replayed = &now
			return end(ctx, tx, now.Session, "replayed")
		case now.Over || now.Disabled:
			return fault.New(fault.Unauthenticated, "session_ended")
		case now.Used:
			return fault.New(fault.Unauthenticated, "refresh_raced")
		}
		return s.rotate(ctx, tx, hash, next, now.EndsAt)
	})
	if err != nil {
		return Tokens{}, fmt.Errorf("refresh a session: %w", err)
	}
	if replayed != nil { // the end of the session is committed; only the answer is a refusal
		s.failed(ctx, "refresh_replayed", replayed.User)
		err = fmt.Errorf("session %s of user %s", replayed.Session, replayed.User)
		return Tokens{}, fault.Wrap(fault.Unauthenticated, "refresh_replayed", err)
	}
	return s.withAccess(next)
}

func unknownToken(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Unauthenticated, "refresh_invalid")
	}
	return fmt.Errorf("find the session: %w", err)
}

func (s *Service) rotate(ctx context.Context, tx *db.Tx, spent []byte, next Tokens, ends time.Time) error {
	if _, err := tx.Exec(ctx, spendToken, spent, tx.Now); err != nil {
		return fmt.Errorf("spend the refresh token: %w", err)
	}
	if _, err := tx.Exec(ctx, insertRefresh, tokenHash(next.Refresh), next.Session, tx.Now); err != nil {
		return fmt.Errorf("insert refresh token: %w", err)
	}
	if _, err := tx.Exec(ctx, moveSession, next.Session, s.expiry(tx.Now, ends), tx.Now); err != nil {
		return fmt.Errorf("move the session's expiry: %w", err)
	}
	return nil
}

func end(ctx context.Context, tx *db.Tx, session ident.Session, why string) error {
	if _, err := tx.Exec(ctx, endSession, session, tx.Now, why); err != nil {
		return fmt.Errorf("end session %s: %w", session, err)
	}
	return nil
}

const (
	endSessions = `
update session set ended_at = $2, ended_why = $3 where user_id = $1 and id <> $4 and ended_at is null`
	deletePending = `delete from pending_sign_in where user_id = $1`
)

// noSession is the id that no session has.
const noSession ident.Session = "00000000-0000-0000-0000-000000000000"

// endAll ends the sessions of the account but for one, and the sign-ins that wait
// for a second factor, and voids the links that were mailed to it. Where none is
// spared, everything is taken from whoever holds it, and its API tokens end, too.
func endAll(ctx context.Context, tx *db.Tx, user ident.User, spare ident.Session, why string) error {
	if _, err := tx.Exec(ctx, endSessions, user, tx.Now, why, spare); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", user, err)
	}
	if _, err := tx.Exec(ctx, deletePending, user); err != nil {
		return fmt.Errorf("end the pending sign-ins of %s: %w", user, err)
	}
	if err := voidLinks(ctx, tx, user); err != nil {
		return err
	}
	if spare != noSession {
		return nil
	}
	if _, err := tx.Exec(ctx, revokeAll, user, tx.Now); err != nil {
		return fmt.Errorf("revoke the tokens of %s: %w", user, err)
	}
	return nil
}

// SignOut ends the actor's session, its access tokens and its refresh token at
// once. A session that has ended already stays so.
//
// It refuses with Forbidden who has no account.
func (s *Service) SignOut(ctx context.Context) error {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error { return end(ctx, tx, actor.Session, "signed_out") })
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	s.note(ctx, "signed_out", actor.User, actor.User)
	return nil
}
