package account

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// holder is who holds a session that is good now.
type holder struct {
	Session       ident.Session `db:"id"`
	User          ident.User    `db:"user_id"`
	Role          access.Role   `db:"role"`
	Member        ident.Member  `db:"member"`
	Post          access.Post   `db:"post"`
	Lacking       bool          `db:"lacking"`
	Authenticated time.Time     `db:"authenticated_at"`
	Seen          time.Time     `db:"seen_at"`
	Ends          time.Time     `db:"ends_at"`
}

const (
	// The factors are looked at for those alone whose role must have a second one.
	holderColumns = `s.id, s.user_id, u.role, coalesce(u.member, 0) as member, coalesce(u.post, '') as post,
    s.authenticated_at, s.seen_at, s.ends_at,
    u.role = any($3) and not exists (select from totp_factor f where f.user_id = u.id and f.confirmed_at is not null)
        and not exists (select from passkey k where k.user_id = u.id) as lacking
from session s join app_user u on u.id = s.user_id
where s.ended_at is null and s.expires_at > $2 and not u.disabled`
	readHolder  = `select ` + holderColumns + ` and s.id = $1 and s.kind = 'api' and s.user_id = $4`
	readBrowser = `select ` + holderColumns + ` and s.cookie = $1`
)

// Authenticate tells who holds the token, the access token of a session or an
// API token, with the role, member and post that the account has now. It is how an actor comes about, so it asks
// for none; it costs one round trip to the database.
//
// It refuses with Unauthenticated a token that is not ours or not good now, of
// a session that has ended or of an account that is disabled, and with
// Unavailable when the database does not answer. Which of them it was is for
// the log only.
func (s *Service) Authenticate(ctx context.Context, token string) (access.Actor, error) {
	if looksLikeAPIToken(token) {
		return s.byToken(ctx, token)
	}
	said, err := s.mint.Load().verify(token)
	if err != nil {
		return access.Actor{}, fault.Wrap(fault.Unauthenticated, "token_invalid", err)
	}
	var h holder
	err = s.db.Get(ctx, &h, readHolder, said.session, s.db.Now(), s.factored(), said.user)
	if fault.Is(err, fault.NotFound) {
		err = fmt.Errorf("session %s of user %s has ended", said.session, said.user)
		return access.Actor{}, fault.Wrap(fault.Unauthenticated, "token_invalid", err)
	}
	if err != nil {
		return access.Actor{}, fmt.Errorf("authenticate session %s: %w", said.session, err)
	}
	s.see(ctx, h, false)
	return s.actor(h), nil
}

// AuthenticateCookie tells who holds the cookie of a browser's session, as
// [Service.Authenticate] does of an access token.
//
// It refuses with Unauthenticated a cookie of no session that is good now, and
// with Unavailable when the database does not answer.
func (s *Service) AuthenticateCookie(ctx context.Context, cookie string) (access.Actor, error) {
	var h holder
	err := s.db.Get(ctx, &h, readBrowser, tokenHash(cookie), s.db.Now(), s.factored())
	if fault.Is(err, fault.NotFound) {
		return access.Actor{}, fault.New(fault.Unauthenticated, "session_ended")
	}
	if err != nil {
		return access.Actor{}, fmt.Errorf("authenticate a browser: %w", err)
	}
	s.see(ctx, h, true)
	return s.actor(h), nil
}

func (s *Service) factored() db.Texts {
	list := make(db.Texts, len(s.config.Factored))
	for i, role := range s.config.Factored {
		list[i] = string(role)
	}
	return list
}

func (s *Service) actor(h holder) access.Actor {
	return access.Actor{
		User: h.User, Session: h.Session, Role: h.Role, Member: h.Member, Post: h.Post, Lacking: h.Lacking,
		Fresh: s.db.Now().Before(h.Authenticated.Add(s.config.FreshLife)),
	}
}

// seenEvery is how exactly it is kept when a session was used last.
const seenEvery = 5 * time.Minute

// What requests at once would all write, one of them writes.
const seeSession = `
update session set seen_at = $2, expires_at = greatest(expires_at, $3)
where id = (select id from session where id = $1 and seen_at <= $4 for no key update skip locked)`

// see keeps that the session was used. A browser's lives on with its use; one of
// the API with its refreshes. What becomes of it is nothing to the request.
func (s *Service) see(ctx context.Context, h holder, browser bool) {
	if s.db.Now().Before(h.Seen.Add(seenEvery)) {
		return
	}
	err := s.db.InTx(db.WithoutClaim(ctx), func(tx *db.Tx) error {
		expires := time.Time{}
		if browser {
			expires = s.expiry(tx.Now, h.Ends)
		}
		_, err := tx.Exec(ctx, seeSession, h.Session, tx.Now, expires, tx.Now.Add(-seenEvery))
		return err
	})
	if err != nil {
		s.config.Log.WarnContext(ctx, "could not keep that a session was used", slog.Any("error", err))
	}
}
