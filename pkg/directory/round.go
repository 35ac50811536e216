package directory

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"accord/pkg/fault"
)

// Round is one sign-in at the directory. All that it needs comes from one secret
// that the browser alone keeps: none of what goes on the way tells it or another.
type Round struct{ secret string }

// NewRound gives the round of the secret, of 256 random bits at least.
func NewRound(secret string) Round { return Round{secret} }

func (r Round) of(what string) string {
	mac := hmac.New(sha256.New, []byte(r.secret))
	mac.Write([]byte(what))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (r Round) state() string    { return r.of("state") }
func (r Round) nonce() string    { return r.of("nonce") }
func (r Round) verifier() string { return r.of("verifier") }

// Address gives where the browser goes, to come back with an answer. A fresh
// round has its person prove again who they are, even where the directory knows.
//
// It refuses with Unavailable when the directory does not answer.
func (p *Provider) Address(ctx context.Context, r Round, fresh bool) (string, error) {
	f, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(r.nonce()), oauth2.S256ChallengeOption(r.verifier())}
	if fresh {
		// With max_age the directory has to say when; some know only the one, some the other.
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return f.oauth.AuthCodeURL(r.state(), options...), nil
}

// Answer is what the browser brought back.
type Answer struct {
	State  string
	Code   string
	Issuer string // who says it (RFC 9207); empty where that is not told
	Error  string // why there is no code
}

// Belongs tells whether the answer is to this round.
func (r Round) Belongs(a Answer) bool {
	return subtle.ConstantTimeCompare([]byte(r.state()), []byte(a.State)) == 1
}

// Person is whom the directory vouches for.
type Person struct {
	Issuer  string
	Subject string // its own name of the person, which never becomes another's
	Email   string
	Name    string
	Role    string    // by the strongest of the groups
	Proved  time.Time // when the person proved who they are; zero where that is not told
	Refused string    // why the person may not come from this directory, for the log; empty for who may
}

// Redeem gives the person that the answer tells of. The round must be used up
// before, and the answer be its own.
//
// It refuses with Unavailable when the directory does not answer, and with
// Unauthenticated and one of the codes directory_declined, where the directory
// did not sign in anybody, and directory_doubtful, where what it says does not
// hold together.
func (p *Provider) Redeem(ctx context.Context, r Round, a Answer) (Person, error) {
	f, err := p.discover(ctx)
	if err != nil {
		return Person{}, err
	}
	switch {
	case a.Issuer != "" && a.Issuer != p.config.Issuer, a.Issuer == "" && f.tellsFrom:
		return Person{}, doubtful(errors.New("the answer is another issuer's"))
	case a.Error != "":
		return Person{}, fault.Wrap(fault.Unauthenticated, "directory_declined", errors.New("it answered with an error"))
	case a.Code == "":
		return Person{}, doubtful(errors.New("there is neither a code nor an error"))
	}
	tokens, err := f.oauth.Exchange(oidc.ClientContext(ctx, p.client), a.Code, oauth2.VerifierOption(r.verifier()))
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.Response.StatusCode < 500 {
		// The body may tell of the person.
		return Person{}, doubtful(fmt.Errorf("the code was refused with status %d", refused.Response.StatusCode))
	} else if ok {
		return Person{}, unavailable(fmt.Errorf("the code was answered with status %d", refused.Response.StatusCode))
	}
	if err != nil {
		return Person{}, unavailable(fmt.Errorf("exchange the code: %w", err))
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return Person{}, doubtful(errors.New("there is no id token"))
	}
	return p.read(ctx, f, r, raw)
}

func doubtful(cause error) error {
	return fault.Wrap(fault.Unauthenticated, "directory_doubtful", cause)
}
