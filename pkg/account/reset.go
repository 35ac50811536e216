package account

import (
	"context"
	"fmt"
	"net/netip"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// CheckLink tells whether a link is good, without using it: mail programs follow
// links before people do.
//
// It refuses with NotFound a link that is unknown, used or too old.
func (s *Service) CheckLink(ctx context.Context, purpose Purpose, token string) error {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return err
	}
	_, err := s.follow(ctx, purpose, token)
	return err
}

// SetPassword sets the password of the account that a link was mailed to, uses
// the link up, voids its others and ends its sessions. A password that is
// refused leaves the link good. It opens no session: whoever follows it signs in
// next, with whatever else that takes.
//
// It refuses with NotFound, in one way, a link that is unknown, used or too old,
// or of an account that is disabled; and with Invalid a password that breaks a
// rule.
func (s *Service) SetPassword(ctx context.Context, token, password string) error {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return err
	}
	who, err := s.follow(ctx, ToReset, token) // before the password is hashed
	if err != nil {
		return err
	}
	secret, err := s.newSecret("/password", password, who.Email, who.Name)
	if err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, secret)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		var locked ident.User
		if err := tx.Get(ctx, &locked, lockForReset, who.ID); fault.Is(err, fault.NotFound) {
			return spentLink()
		} else if err != nil {
			return fmt.Errorf("lock the account: %w", err)
		}
		if err := spend(ctx, tx, ToReset, token, who.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, setPassword, who.ID, hash, tx.Now); err != nil {
			return fmt.Errorf("set the password: %w", err)
		}
		return endAll(ctx, tx, who.ID, noSession, "password_reset")
	})
	if err != nil {
		return fmt.Errorf("set a password by a link: %w", err)
	}
	s.note(ctx, "password_reset_by_link", who.ID, who.ID)
	return nil
}

// The lock is taken before the link's: whoever disables the account, or changes
// its password, locks in this order, too.
const lockForReset = `select id from app_user where id = $1 and not disabled for no key update`

// LinkSignIn is what somebody signs in with who follows a link.
type LinkSignIn struct {
	Token   string
	From    netip.Addr
	Browser bool   // the session is to be a cookie
	Agent   string // User-Agent of the request
}

// SignInByLink opens a session for whoever reads the mail of the account or, where
// it has a second factor, gives the challenge for it; and uses the link up with all others of the account. It comes to its session
// where [Service.SignIn] does, so that what a session takes besides holds here.
//
// It refuses with NotFound, in one way, a link that is unknown, used or too old,
// or of an account that is disabled.
func (s *Service) SignInByLink(ctx context.Context, with LinkSignIn) (Tokens, error) {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return Tokens{}, err
	}
	who, err := s.follow(ctx, ToSignIn, with.Token)
	if err != nil {
		return Tokens{}, err
	}
	var tokens Tokens
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := lockProved(ctx, tx, who.account, who.Password); err != nil {
			return err
		}
		if err := spend(ctx, tx, ToSignIn, with.Token, who.ID); err != nil {
			return err
		}
		tokens, err = s.admit(ctx, tx, who.ID, attempt{}, client{from: with.From, browser: with.Browser, agent: with.Agent}, Link) // a link cannot be guessed, so no attempt is counted
		return err
	})
	if fault.Is(err, fault.Unauthenticated) { // disabled, or its password changed, since the link was looked at
		err = fault.Wrap(fault.NotFound, "link_invalid", err)
	}
	if err != nil {
		return Tokens{}, fmt.Errorf("sign in by a link: %w", err)
	}
	if tokens.Challenge == nil {
		s.note(ctx, "signed_in_by_link", who.ID, who.ID)
	}
	return s.withAccess(tokens)
}
