// Package account keeps who may sign in: accounts, passwords, sessions and the
// tokens that stand for them.
//
// Accounts are no content of the register: they give no ledger entries and
// have no history. The ledger names an account by its id alone, so e-mail
// addresses and names can be erased, and they are never logged.
//
// An access token says who somebody is and which session it belongs to, and
// nothing of what they may do: [Service.Authenticate] reads role, member and
// post from the database at every request, so that logging out, disabling and
// demoting take effect at once.
//
// A sign-in has two steps: a proof, such as the password, and for an account
// with a second factor a challenge that wants it. A session is one of the API,
// with tokens, or of a browser, with a cookie; neither is taken for the other.
// It remembers when its person last proved to be the account's and by what, and
// what is dangerous is for fresh proofs alone.
//
// Guessing is held up by leaky buckets in the database ([Service.SignIn] says
// how), which hold over any number of servers.
package account

import (
	"context"
	"crypto/cipher"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/audit"
	"accord/pkg/directory"
	"accord/pkg/mail"
)

// Config says how accounts are kept. The zero value of each field has a
// default.
type Config struct {
	Issuer      string              // who issues access tokens: the deployment's base address; default "accord"
	Audience    string              // whom they are for; default "accord-api"
	Keys        Keyring             // what signs and verifies them; without, a key is made once and kept in the database
	AccessLife  time.Duration       // of an access token; 10 minutes
	IdleLife    time.Duration       // of a session without a refresh; 24 hours
	SessionLife time.Duration       // of a session in any case; 30 days
	Hashes      int                 // password hashes at once; one for each processor
	InviteLife  time.Duration       // of an invitation's link; 7 days
	Mail        *mail.Desk          // where letters to people are written; default one whose links have no address before them
	FreshLife   time.Duration       // how long after a proof dangerous things may be done; 15 minutes
	Factored    []access.Role       // roles whose accounts must have a second factor
	Base        string              // the address that readers reach the register under, for passkeys; without, there are none
	Directory   *directory.Provider // the association's own, which people may sign in by; nil for none
	HashMemory  uint32              // KiB that a password hash works on; 19 MiB, and less only in tests, which make thousands
	Log         *slog.Logger        // takes the security events
	Audit       *audit.Service      // keeps them; without, nobody does
}

func (c *Config) fill() {
	if c.Issuer == "" {
		c.Issuer = "accord"
	}
	if c.Audience == "" {
		c.Audience = "accord-api"
	}
	if c.AccessLife == 0 {
		c.AccessLife = 10 * time.Minute
	}
	if c.IdleLife == 0 {
		c.IdleLife = 24 * time.Hour
	}
	if c.SessionLife == 0 {
		c.SessionLife = 30 * 24 * time.Hour
	}
	if c.InviteLife == 0 {
		c.InviteLife = 7 * 24 * time.Hour
	}
	if c.Mail == nil {
		c.Mail = mail.NewDesk("")
	}
	if c.FreshLife <= 0 {
		c.FreshLife = 15 * time.Minute
	}
	if c.Hashes == 0 {
		c.Hashes = runtime.GOMAXPROCS(0)
	}
	if c.HashMemory == 0 {
		c.HashMemory = hashMemory
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// Service is the office of accounts. It is safe for use by many at once.
type Service struct {
	db      *db.DB
	config  Config
	hasher  *hasher
	common  *common
	buckets []byte               // keys the hashes of addresses and e-mail addresses in the buckets
	party   *webauthn.WebAuthn   // that passkeys are good for; nil for none
	seal    cipher.AEAD          // over the secrets of authenticator apps
	mint    atomic.Pointer[mint] // replaced as a whole when keys are rotated
	uses    uses
}

// New opens the office on a migrated database; it draws the server's secrets
// there at the first start. It works as a class of its own, which alone reaches
// accounts: there is no actor yet when somebody signs in.
//
// It refuses with Unavailable when the database does not answer.
func New(ctx context.Context, d *db.DB, config Config) (*Service, error) {
	config.fill()
	d = d.As(db.Keeper)
	hasher, err := newHasher(hashParams(config.HashMemory), config.Hashes)
	if err != nil {
		return nil, err
	}
	s := &Service{db: d, config: config, hasher: hasher, common: newCommon()}
	if s.buckets, err = serverSecret(ctx, d, "sign-in attempts"); err != nil {
		return nil, fmt.Errorf("read the server's secrets: %w", err)
	}
	secret, err := serverSecret(ctx, d, "second factors")
	if err != nil {
		return nil, fmt.Errorf("read the server's secrets: %w", err)
	}
	if s.seal, err = newSeal(secret); err != nil {
		return nil, err
	}
	if s.party, err = newRelyingParty(config.Base); err != nil {
		return nil, err
	}
	if config.Keys.Empty() {
		if config.Keys, err = keptKeys(ctx, d); err != nil {
			return nil, fmt.Errorf("read the signing keys: %w", err)
		}
	}
	s.Rotate(config.Keys)
	return s, nil
}

// Rotate takes other signing keys while requests run: the first signs from now
// on, and tokens of keys that are not among them are refused from now on.
// An empty ring changes nothing.
func (s *Service) Rotate(keys Keyring) {
	if !keys.Empty() {
		s.mint.Store(newMint(keys, s.config.Issuer, s.config.Audience, s.db.Now))
	}
}
