package account

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
)

// Proof is by what somebody proves again to be who has the session's account.
type Proof struct {
	Password string
	Code     string
	Passkey  *Assertion
	From     netip.Addr
}

// Check gives the faults of the proof that can be told by itself.
func (p Proof) Check() fault.Fields {
	faults := Answer{Code: p.Code, Passkey: p.Passkey}.Check()
	switch {
	case p.Code == "" && p.Passkey == nil:
		_, err := normalise("/password", p.Password)
		return fault.FieldsOf(err)
	case p.Password != "":
		faults.Add("/password", "one_proof_only")
	}
	return faults
}

const (
	refreshProof = `
update session set authenticated_at = $2, factors = (select array_agg(distinct f order by f) from unnest(factors || $3::text) f),
    cookie = coalesce($4, cookie)
where id = $1 and ended_at is null and expires_at > $5 returning kind`
	sessionKind = `select kind from session where id = $1 and user_id = $2`
)

// Reauthenticate makes the actor's session fresh. An account with a second
// factor gives that one, or a passkey: where the session may be a stolen one, the
// password alone is what thieves have. Any other gives its password. Wrong ones
// are counted as [Service.SignIn] counts them.
//
// A browser's session goes on under another cookie, which it gives; the old one
// is good no more. One of the API keeps its tokens, and the cookie is empty.
//
// It refuses with Unauthenticated or Forbidden who has no account, Invalid when
// the proof is wrong, is none that the account has, or is not enough for it;
// and RateLimited one attempt too many.
func (s *Service) Reauthenticate(ctx context.Context, with Proof) (cookie string, err error) {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil {
		return "", err
	}
	var who owner
	if err := s.db.Get(ctx, &who, readOwn, actor.User); err != nil {
		return "", fmt.Errorf("read own account: %w", err)
	}
	if err := with.Check().Err(); err != nil {
		return "", err
	}
	tried := s.newProof(who.Key, with.From, actor.Session)
	if err := s.charge(ctx, tried); err != nil {
		return "", fmt.Errorf("reauthenticate: %w", err)
	}
	if with.Password != "" {
		secret, err := normalise("/password", with.Password)
		if err != nil {
			return "", err
		}
		right, _, err := s.hasher.verify(ctx, secret, who.Password)
		if err != nil {
			return "", err
		}
		if !right {
			s.failed(ctx, "reauthentication_failed", actor.User)
			return "", fault.FieldAt("/password", "wrong_password")
		}
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		cookie, err = s.renewProof(ctx, tx, actor, with)
		if err != nil {
			return err
		}
		return tried.refund(ctx, tx)
	})
	if err != nil {
		return "", fmt.Errorf("reauthenticate: %w", err)
	}
	s.note(ctx, "reauthenticated", actor.User, actor.User)
	return cookie, nil
}

func (s *Service) renewProof(ctx context.Context, tx *db.Tx, actor access.Actor, with Proof) (string, error) {
	if err := lockOwn(ctx, tx, actor); err != nil {
		return "", err
	}
	by := Password
	m, err := meansOf(ctx, tx, actor.User)
	switch {
	case err != nil:
		return "", err
	case with.Passkey != nil || with.Code != "":
		by, err = s.secondFactor(ctx, tx, actor.User, with.Code, with.Passkey)
		if err == nil && by == "" {
			err = fault.FieldAt("/code", "wrong_code")
		}
	case m.second():
		err = fault.FieldAt("/code", "second_factor_needed")
	}
	if err != nil {
		return "", err
	}
	return freshen(ctx, tx, actor, by, tx.Now)
}

// freshen notes on the actor's session that its person proved again who they
// are, and when. A browser's gets another cookie.
func freshen(ctx context.Context, tx *db.Tx, actor access.Actor, by Factor, at time.Time) (string, error) {
	var kind string
	if err := tx.Get(ctx, &kind, sessionKind, actor.Session, actor.User); err != nil {
		return "", sessionGone(err)
	}
	cookie, hash := "", []byte(nil)
	if kind == "browser" {
		cookie = newToken()
		hash = tokenHash(cookie)
	}
	if err := tx.Get(ctx, &kind, refreshProof, actor.Session, at, string(by), hash, tx.Now); err != nil {
		return "", sessionGone(err)
	}
	return cookie, nil
}

func sessionGone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Unauthenticated, "session_ended")
	}
	return fmt.Errorf("renew the session's proof: %w", err)
}
