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

// SessionInfo is a session as its owner and staff see it.
type SessionInfo struct {
	ID              ident.Session `db:"id"`
	Browser         bool          `db:"browser"`
	Agent           string        `db:"agent"` // family of the browser and the system; empty where none is known
	Factors         db.Texts      `db:"factors"`
	CreatedAt       time.Time     `db:"created_at"`
	SeenAt          time.Time     `db:"seen_at"` // to five minutes
	AuthenticatedAt time.Time     `db:"authenticated_at"`
	ExpiresAt       time.Time     `db:"expires_at"` // unless it is used before
}

// maxSessions is how many sessions are listed: those that were used last.
const maxSessions = 200

const (
	listSessions = `
select id, kind = 'browser' as browser, coalesce(agent, '') as agent, factors, created_at, seen_at, authenticated_at, expires_at
from session where user_id = $1 and ended_at is null and expires_at > $2
order by seen_at desc, created_at desc, id limit $3`
	endOne = `
update session set ended_at = $3, ended_why = $4 where id = $1 and user_id = $2 and ended_at is null and expires_at > $3`
)

func (s *Service) sessionsOf(ctx context.Context, user ident.User) ([]SessionInfo, error) {
	list := []SessionInfo{}
	if err := s.db.Select(ctx, &list, listSessions, user, s.db.Now(), maxSessions); err != nil {
		return nil, fmt.Errorf("list the sessions of %s: %w", user, err)
	}
	return list, nil
}

// endOne ends a session of the account, for the reason.
//
// It refuses with NotFound when it has no such session that is open.
func endOneOf(ctx context.Context, tx *db.Tx, user ident.User, session ident.Session, why string) error {
	ended, err := tx.Exec(ctx, endOne, session, user, tx.Now, why)
	if err != nil {
		return fmt.Errorf("end session %s: %w", session, err)
	}
	if ended == 0 {
		return fault.New(fault.NotFound, "not_found")
	}
	return nil
}

// Sessions lists the open sessions of the actor's own account, 200 at most, the
// one that was used last first.
//
// It refuses with Unauthenticated or Forbidden who has no account.
func (s *Service) Sessions(ctx context.Context) ([]SessionInfo, error) {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil {
		return nil, err
	}
	return s.sessionsOf(ctx, actor.User)
}

// EndSession ends a session of the actor's own account at once.
//
// It refuses with Unauthenticated or Forbidden who has no account, and NotFound
// when the account has no such session that is open.
func (s *Service) EndSession(ctx context.Context, id ident.Session) error {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error { return endOneOf(ctx, tx, actor.User, id, "ended_by_owner") })
	if err != nil {
		return fmt.Errorf("end own session %s: %w", id, err)
	}
	s.note(ctx, "session_ended", actor.User, actor.User, "session", string(id))
	return nil
}

// EndOtherSessions ends all sessions of the actor's own account but the one that
// asks, and sign-ins that wait for a second factor.
//
// It refuses with Unauthenticated or Forbidden who has no account.
func (s *Service) EndOtherSessions(ctx context.Context) error {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error { return endAll(ctx, tx, actor.User, actor.Session, "ended_by_owner") })
	if err != nil {
		return fmt.Errorf("end own other sessions: %w", err)
	}
	s.note(ctx, "sessions_ended", actor.User, actor.User)
	return nil
}

// SessionsOf lists the open sessions of an account, as [Service.Sessions] does.
//
// It refuses with Forbidden when the actor manages no accounts, and with
// NotFound when there is no such account or it is out of the actor's reach.
func (s *Service) SessionsOf(ctx context.Context, id ident.User) ([]SessionInfo, error) {
	if _, err := access.Require(ctx, access.ReadAccounts); err != nil {
		return nil, err
	}
	if _, err := s.User(ctx, id); err != nil {
		return nil, err
	}
	return s.sessionsOf(ctx, id)
}

// EndSessionsOf ends one session of an account or, with "", all of them, and the
// sign-ins that wait for a second factor.
//
// It refuses with Forbidden when the actor ends nobody's sessions, and with
// NotFound when there is no such account or it is out of the actor's reach, or
// it has no such session that is open.
func (s *Service) EndSessionsOf(ctx context.Context, id ident.User, session ident.Session) error {
	actor, err := access.Require(ctx, access.EndSessions)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if _, _, err := lockAccount(ctx, tx, id, actor); err != nil {
			return err
		}
		if session == "" {
			return endAll(ctx, tx, id, noSession, "ended_by_staff")
		}
		return endOneOf(ctx, tx, id, session, "ended_by_staff")
	})
	if err != nil {
		return fmt.Errorf("end sessions of %s: %w", id, err)
	}
	s.note(ctx, "sessions_ended", id, actor.User, "session", string(session))
	return nil
}
