package account

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// CeremonyLife is how long a browser has to sign what it was asked to.
const CeremonyLife = 5 * time.Minute

// ceremonyLimit is on what anybody may ask for without an account.
var ceremonyLimit = limit{"ceremony", 60, 10 * time.Second}

// Ceremony is what a browser is asked to sign, and under which name it comes back.
type Ceremony struct {
	Token     string
	Options   []byte // JSON, as navigator.credentials takes it
	ExpiresIn time.Duration
}

// newRelyingParty makes the party that passkeys are good for: the host of the
// base address and nothing that a request says. Nil where there is no base
// address, or its host is a number, which passkeys cannot be bound to.
func newRelyingParty(base string) (*webauthn.WebAuthn, error) {
	if base == "" {
		return nil, nil
	}
	address, err := url.Parse(base)
	if err != nil || address.Host == "" {
		return nil, fmt.Errorf("the base address is no URL with a host")
	}
	host := address.Hostname()
	if _, err := netip.ParseAddr(host); err == nil {
		return nil, nil
	}
	party, err := webauthn.New(&webauthn.Config{
		RPID: strings.ToLower(host), RPDisplayName: "Accord", RPOrigins: []string{address.Scheme + "://" + address.Host},
		AttestationPreference: protocol.PreferNoAttestation,
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return party, nil
}

func (s *Service) relyingParty() (*webauthn.WebAuthn, error) {
	if s.party == nil {
		return nil, fault.New(fault.Conflict, "passkeys_unavailable")
	}
	return s.party, nil
}

// keyOwner is an account as the library sees it.
type keyOwner struct {
	User
	keys []webauthn.Credential
}

func (o keyOwner) WebAuthnID() []byte                         { return []byte(o.ID) }
func (o keyOwner) WebAuthnName() string                       { return o.Email }
func (o keyOwner) WebAuthnDisplayName() string                { return o.Email }
func (o keyOwner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

const (
	readCredentials = `select credential from passkey where user_id = $1`
	readOwnerByKey  = `select ` + userColumns + ` from app_user where id = (select user_id from passkey where credential_id = $1) and not disabled`
	insertCeremony  = `insert into passkey_ceremony (hash, user_id, data, expires_at) values ($1, $2, $3, $4)`
	spendCeremony   = `delete from passkey_ceremony where hash = $1 and user_id is not distinct from $2::uuid and expires_at > $3 returning data`
	useKey          = `update passkey set credential = $2, used_at = $3 where credential_id = $1 and user_id = $4`
)

func withKeys(ctx context.Context, tx *db.Tx, u User) (keyOwner, error) {
	owner := keyOwner{User: u}
	var kept [][]byte
	if err := tx.Select(ctx, &kept, readCredentials, u.ID); err != nil {
		return keyOwner{}, fmt.Errorf("read the passkeys of %s: %w", u.ID, err)
	}
	owner.keys = make([]webauthn.Credential, len(kept))
	for i, text := range kept {
		if err := json.Unmarshal(text, &owner.keys[i]); err != nil {
			return keyOwner{}, fmt.Errorf("read a passkey of %s: %w", u.ID, err)
		}
	}
	return owner, nil
}

// keepCeremony keeps what was asked, for the account or, with nil, for anybody.
func keepCeremony(ctx context.Context, tx *db.Tx, user *ident.User, options any, asked *webauthn.SessionData) (Ceremony, error) {
	c := Ceremony{Token: newToken(), ExpiresIn: CeremonyLife}
	var err error
	if c.Options, err = json.Marshal(options); err != nil {
		return Ceremony{}, fmt.Errorf("encode a ceremony: %w", err)
	}
	data, err := json.Marshal(asked)
	if err != nil {
		return Ceremony{}, fmt.Errorf("encode a ceremony: %w", err)
	}
	if _, err := tx.Exec(ctx, insertCeremony, tokenHash(c.Token), user, data, tx.Now.Add(CeremonyLife)); err != nil {
		return Ceremony{}, fmt.Errorf("keep a ceremony: %w", err)
	}
	return c, nil
}

func ceremonyOf(ctx context.Context, tx *db.Tx, token string, user *ident.User) (webauthn.SessionData, error) {
	var asked webauthn.SessionData
	var data []byte
	err := tx.Get(ctx, &data, spendCeremony, tokenHash(token), user, tx.Now)
	if err != nil {
		return asked, err
	}
	if err := json.Unmarshal(data, &asked); err != nil {
		return asked, fmt.Errorf("read a ceremony: %w", err)
	}
	return asked, nil
}

// AskPasskey begins a ceremony in which a browser signs with a passkey: to sign in
// with it alone, to answer a challenge, or to prove again who it is. It names no
// account, so that it tells of none.
//
// It refuses with Conflict where the server has no name that passkeys could be
// bound to, and RateLimited who asks for too many.
func (s *Service) AskPasskey(ctx context.Context, from netip.Addr) (Ceremony, error) {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return Ceremony{}, err
	}
	party, err := s.relyingParty()
	if err != nil {
		return Ceremony{}, err
	}
	var asks attempt
	s.add(&asks, ceremonyLimit, network(from))
	if err := s.charge(ctx, asks); err != nil {
		return Ceremony{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	options, asked, err := party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	var c Ceremony
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		c, err = keepCeremony(ctx, tx, nil, options, asked)
		return err
	})
	if err != nil {
		return Ceremony{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	return c, nil
}

// Assertion is what a browser signed with a passkey.
type Assertion struct {
	Ceremony   string
	Credential []byte // JSON, as navigator.credentials gives it
}

func badPasskey(cause error) error {
	return fault.Wrap(fault.Unauthenticated, "passkey_invalid", cause)
}

// assert checks what was signed, uses the ceremony up, and gives whose passkey it
// is. A wrong one changes nothing.
//
// It refuses with Unauthenticated what is no answer to the ceremony, and a
// passkey whose counter went back: there are two of it.
func (s *Service) assert(ctx context.Context, tx *db.Tx, said Assertion) (ident.User, error) {
	party, err := s.relyingParty()
	if err != nil {
		return "", err
	}
	asked, err := ceremonyOf(ctx, tx, said.Ceremony, nil)
	if fault.Is(err, fault.NotFound) {
		return "", badPasskey(nil)
	}
	if err != nil {
		return "", fmt.Errorf("find the ceremony: %w", err)
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes(said.Credential)
	if err != nil {
		return "", badPasskey(nil) // the cause would show a piece of the body in the log
	}
	var owner keyOwner
	var accident error
	whose := func(id, handle []byte) (webauthn.User, error) {
		var u User
		if accident = tx.Get(ctx, &u, readOwnerByKey, id); accident == nil {
			owner, accident = withKeys(ctx, tx, u)
		}
		return owner, accident
	}
	_, key, err := party.ValidatePasskeyLogin(whose, asked, answer)
	switch {
	case accident != nil && !fault.Is(accident, fault.NotFound):
		return "", fmt.Errorf("find the passkey: %w", accident)
	case err != nil:
		return "", badPasskey(nil)
	case key.Authenticator.CloneWarning:
		return "", fault.Wrap(fault.Unauthenticated, "passkey_copied", fmt.Errorf("a passkey of user %s", owner.ID))
	}
	text, err := json.Marshal(key)
	if err != nil {
		return "", fmt.Errorf("encode a passkey: %w", err)
	}
	if _, err := tx.Exec(ctx, useKey, key.ID, text, tx.Now, owner.ID); err != nil {
		return "", fmt.Errorf("keep the passkey's counter: %w", err)
	}
	return owner.ID, nil
}

// PasskeySignIn is what somebody signs in with who gives a passkey alone.
type PasskeySignIn struct {
	Passkey Assertion
	From    netip.Addr
	Browser bool   // the session is to be a cookie
	Agent   string // User-Agent of the request
}

// SignInByPasskey opens a session of the account whose passkey it is. The device
// asked its owner who they are, so no other factor is wanted.
//
// It refuses with Unauthenticated what is no answer to the ceremony, or of an
// account that is disabled; Conflict as [Service.AskPasskey] does; and
// RateLimited one attempt too many.
func (s *Service) SignInByPasskey(ctx context.Context, with PasskeySignIn) (Tokens, error) {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return Tokens{}, err
	}
	tried := s.newAttempt("passkey", with.From, true)
	if err := s.charge(ctx, tried); err != nil {
		return Tokens{}, fmt.Errorf("sign in by passkey: %w", err)
	}
	var tokens Tokens
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		user, err := s.assert(ctx, tx, with.Passkey)
		if err != nil {
			return err
		}
		var locked ident.User
		if err := tx.Get(ctx, &locked, lockPerson, user); err != nil {
			return badPasskey(err)
		}
		tokens, err = s.admit(ctx, tx, user, tried, client{from: with.From, browser: with.Browser, agent: with.Agent}, Passkey)
		return err
	})
	if err != nil {
		return Tokens{}, fmt.Errorf("sign in by passkey: %w", err)
	}
	s.note(ctx, "signed_in_by_passkey", tokens.User, tokens.User)
	return s.withAccess(tokens)
}
