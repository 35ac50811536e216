package account

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Credentials are what somebody signs in with.
type Credentials struct {
	Email    string
	Password string
	From     netip.Addr // where the request came from, behind any proxy that is trusted
	Browser  bool       // the session is to be a cookie
	Agent    string     // User-Agent of the request
}

func (c Credentials) client() client { return client{from: c.From, browser: c.Browser, agent: c.Agent} }

// client is what somebody signs in from.
type client struct {
	from    netip.Addr
	browser bool
	agent   string
	proved  time.Time // when the person proved to be the account's; zero for now
}

// Tokens are what a sign-in gives: those of the session or, where the account
// has a second factor, the challenge for it and nothing else.
type Tokens struct {
	Access    string        // of a session of the API
	Refresh   string        // of a session of the API; good once
	ExpiresIn time.Duration // of the access token
	Cookie    string        // of a session of a browser
	User      ident.User
	Session   ident.Session

	Challenge *Challenge
	CodesLeft int // after a recovery code was used, else 0
	SpentCode bool
}

// account is what a sign-in looks at.
type account struct {
	ID       ident.User `db:"id"`
	Password string     `db:"password"` // empty where the account has none
	Disabled bool       `db:"disabled"`
	Familiar bool       `db:"familiar"`
}

const readAccount = `
select u.id, coalesce(u.password, '') as password, u.disabled, exists (
    select from familiar_address f where f.user_id = u.id and f.address = $2 and f.at > $3
) as familiar
from app_user u where u.email_key = $1`

// SignIn opens a session or, where the account has a second factor, gives the
// challenge for it, which [Service.CompleteSignIn] takes.
//
// Attempts are counted before the password is looked at, and taken back when
// it is right: at most 10 wrong ones by one address (an IPv6 network of 64
// bits) on one account, then one each 5 minutes; 100 by one address over all
// accounts, then one a minute; 100 on one account over all addresses, then one
// each 10 minutes, where the last does not hold up an address from which the
// account signed in within 90 days. An account that does not exist is counted
// and answered alike, after the same work.
//
// It refuses with Invalid an empty address or password and a password longer
// than any may be, RateLimited one attempt too many, Unauthenticated a wrong
// password, an unknown address or a disabled account, all with one code, and
// Unavailable when the server is too busy to hash.
func (s *Service) SignIn(ctx context.Context, with Credentials) (Tokens, error) {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return Tokens{}, err
	}
	key := emailKey(with.Email)
	if key == "" || len(key) > 4*maxEmail || !plain(key) {
		return Tokens{}, fault.FieldAt("/email", "invalid_email")
	}
	secret, err := normalise("/password", with.Password)
	if err != nil {
		return Tokens{}, err
	}
	who, tried, old, err := s.try(ctx, key, secret, with.From)
	if err != nil {
		return Tokens{}, err
	}
	rehashed := who.Password
	if old {
		if rehashed, err = s.hasher.hash(ctx, secret); err != nil {
			return Tokens{}, err
		}
	}
	var tokens Tokens
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := lockProved(ctx, tx, who, rehashed); err != nil {
			return err
		}
		tokens, err = s.admit(ctx, tx, who.ID, tried, with.client(), Password)
		return err
	})
	if err != nil {
		return Tokens{}, fmt.Errorf("sign in: %w", err)
	}
	if tokens.Challenge == nil {
		s.note(ctx, "signed_in", who.ID, who.ID)
	}
	return s.withAccess(tokens)
}

// admit lets a person in who proved to be the account's, by the factors named:
// with a session or, where one factor is not enough for the account, with a
// challenge. It is the one place in which a proof becomes either. The account is
// locked, and tried is the attempt that the proof was counted as.
//
// The directory counts as one factor, whatever it asked itself: how it writes that
// down is its own affair, and the account's second factor holds where it is lost.
//
// Only the session empties the bucket of failed attempts: who knows the password
// must not wash away guesses at the second factor by giving it again.
func (s *Service) admit(ctx context.Context, tx *db.Tx, user ident.User, tried attempt, from client, by ...Factor) (Tokens, error) {
	m, err := meansOf(ctx, tx, user)
	if err != nil {
		return Tokens{}, err
	}
	if barred, err := s.barred(ctx, tx, user); err != nil {
		return Tokens{}, err
	} else if barred {
		return Tokens{}, wrongCredentials()
	}
	if m.second() && len(by) == 1 && by[0] != Passkey {
		if err := tried.takeBack(ctx, tx); err != nil {
			return Tokens{}, err
		}
		return s.challenge(ctx, tx, user, m, by)
	}
	tokens, err := s.openSession(ctx, tx, user, from, by)
	if err != nil {
		return Tokens{}, err
	}
	if err := s.remember(ctx, tx, user, from.from); err != nil {
		return Tokens{}, err
	}
	return tokens, tried.refund(ctx, tx)
}

// try finds the account and checks the password, at the same cost whether
// there is an account or not.
func (s *Service) try(ctx context.Context, key, secret string, from netip.Addr) (account, attempt, bool, error) {
	var who account
	err := s.db.Get(ctx, &who, readAccount, key, s.place(from), s.db.Now().Add(-familiarFor))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return account{}, attempt{}, false, fmt.Errorf("find the account: %w", err)
	}
	tried := s.newAttempt(key, from, who.Familiar)
	if err := s.charge(ctx, tried); err != nil {
		return account{}, attempt{}, false, fmt.Errorf("sign in: %w", err)
	}
	right, old, err := s.hasher.verify(ctx, secret, who.Password)
	if err != nil {
		return account{}, attempt{}, false, err
	}
	if !right || who.Disabled {
		s.failed(ctx, "sign_in_failed", who.ID)
		return account{}, attempt{}, false, wrongCredentials()
	}
	return who, tried, old, nil
}

func wrongCredentials() error { return fault.New(fault.Unauthenticated, "wrong_credentials") }

func (s *Service) place(from netip.Addr) string { return keyed(s.buckets, "familiar", network(from)) }

const (
	// The account may have changed since the password was checked.
	keepPassword = `
update app_user set password = $3 where id = $1 and password = $2 and not disabled`
	insertSession = `
insert into session (id, user_id, kind, cookie, agent, factors, created_at, authenticated_at, seen_at, expires_at, ends_at)
values ($1, $2, $3, $4, nullif($5, ''), $6, $7, $10, $7, $8, $9)`
	insertRefresh = `
insert into refresh_token (hash, session, created_at) values ($1, $2, $3)`
	insertFamiliar = `
insert into familiar_address (user_id, address, at) values ($1, $2, $3)
on conflict (user_id, address) do update set at = excluded.at`
	// The share lock waits for a disabling or a reset under way, which ends the
	// sessions it sees and would miss this one.
	lockEnabled = `
select id from app_user where id = $1 and coalesce(password, '') = $2 and not disabled for share`
)

// lockProved locks the account if it is still as it was when the password was
// checked.
//
// It refuses with Unauthenticated when it is not.
func lockProved(ctx context.Context, tx *db.Tx, who account, rehashed string) error {
	var err error
	if rehashed == who.Password {
		var id ident.User
		err = tx.Get(ctx, &id, lockEnabled, who.ID, who.Password)
	} else {
		var kept int64
		if kept, err = tx.Exec(ctx, keepPassword, who.ID, who.Password, rehashed); err == nil && kept == 0 {
			err = fault.New(fault.NotFound, "not_found")
		}
	}
	if fault.Is(err, fault.NotFound) {
		return wrongCredentials()
	}
	if err != nil {
		return fmt.Errorf("lock the account: %w", err)
	}
	return nil
}

func (s *Service) openSession(ctx context.Context, tx *db.Tx, user ident.User, from client, by []Factor) (Tokens, error) {
	tokens := Tokens{User: user, Session: ident.New[ident.Session]()}
	kind, cookie := "api", []byte(nil)
	if from.browser {
		tokens.Cookie = newToken()
		kind, cookie = "browser", tokenHash(tokens.Cookie)
	}
	ends := tx.Now.Add(s.config.SessionLife)
	proved := from.proved
	if proved.IsZero() {
		proved = tx.Now
	}
	_, err := tx.Exec(ctx, insertSession, tokens.Session, user, kind, cookie, agentFamily(from.agent), texts(by), tx.Now, s.expiry(tx.Now, ends), ends, proved)
	if err != nil {
		return Tokens{}, fmt.Errorf("insert session: %w", err)
	}
	if from.browser {
		return tokens, nil
	}
	tokens.Refresh = newToken()
	if _, err := tx.Exec(ctx, insertRefresh, tokenHash(tokens.Refresh), tokens.Session, tx.Now); err != nil {
		return Tokens{}, fmt.Errorf("insert refresh token: %w", err)
	}
	return tokens, nil
}

func (s *Service) remember(ctx context.Context, tx *db.Tx, user ident.User, from netip.Addr) error {
	if _, err := tx.Exec(ctx, insertFamiliar, user, s.place(from), tx.Now); err != nil {
		return fmt.Errorf("remember the address: %w", err)
	}
	return nil
}

// expiry is when a session ends that is used now and no more.
func (s *Service) expiry(now, ends time.Time) time.Time {
	if idle := now.Add(s.config.IdleLife); idle.Before(ends) {
		return idle
	}
	return ends
}

// withAccess adds the access token to what a session of the API is given.
func (s *Service) withAccess(tokens Tokens) (Tokens, error) {
	if tokens.Refresh == "" {
		return tokens, nil
	}
	signed, err := s.mint.Load().sign(tokens.User, tokens.Session, s.db.Now(), s.config.AccessLife)
	if err != nil {
		return Tokens{}, err
	}
	tokens.Access, tokens.ExpiresIn = signed, s.config.AccessLife
	return tokens, nil
}
