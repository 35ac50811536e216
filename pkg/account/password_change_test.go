package account

import (
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func TestPasswords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	staff := w.add(t, "staff@example.org", access.RoleStaff)
	w.add(t, "a@example.org", access.RoleAnalyst)
	change := func(tokens Tokens, current, next string) error {
		return w.ChangePassword(w.actor(t, tokens.Access), PasswordChange{Current: current, New: next, From: from("192.0.2.1")})
	}
	signIn := func(password string) error {
		_, err := w.SignIn(public(t), Credentials{Email: "a@example.org", Password: password, From: from("192.0.2.1")})
		return err
	}

	t.Run("one's own needs the old one", func(t *testing.T) {
		tokens := w.signIn(t, "a@example.org")
		invalid(t, change(tokens, otherPassword, otherPassword+"!"), "/current_password wrong_password")
	})
	t.Run("both faults are told at once", func(t *testing.T) {
		invalid(t, change(w.signIn(t, "a@example.org"), "", "short"), "/current_password required", "/new_password password_too_short")
		invalid(t, change(w.signIn(t, "a@example.org"), goodPassword, goodPassword), "/new_password password_unchanged")
	})
	t.Run("a change ends the other sessions and keeps this one", func(t *testing.T) {
		mine, other := w.signIn(t, "a@example.org"), w.signIn(t, "a@example.org")
		if err := change(mine, goodPassword, otherPassword); err != nil {
			t.Fatal(err)
		}
		w.actor(t, mine.Access)
		_, err := w.Authenticate(t.Context(), other.Access)
		refused(t, err, fault.Unauthenticated, "token_invalid")
		refused(t, signIn(goodPassword), fault.Unauthenticated, "wrong_credentials")
		if err := signIn(otherPassword); err != nil {
			t.Error(err)
		}
		if err := change(mine, otherPassword, goodPassword); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a stolen session does not serve to guess it", func(t *testing.T) {
		tokens := w.signIn(t, "a@example.org")
		for range 10 {
			invalid(t, change(tokens, otherPassword, otherPassword+"!"), "/current_password wrong_password")
		}
		refused(t, change(tokens, goodPassword, otherPassword), fault.RateLimited, "too_many_attempts")
		w.clock.pass(time.Hour)
	})
	t.Run("a reset ends all sessions", func(t *testing.T) {
		tokens := w.signIn(t, "a@example.org")
		if err := w.ResetPassword(w.as(t, staff), tokens.User, otherPassword); err != nil {
			t.Fatal(err)
		}
		_, err := w.Authenticate(t.Context(), tokens.Access)
		refused(t, err, fault.Unauthenticated, "token_invalid")
		_, err = w.Refresh(public(t), tokens.Refresh)
		refused(t, err, fault.Unauthenticated, "session_ended")
		refused(t, signIn(goodPassword), fault.Unauthenticated, "wrong_credentials")
		if err := signIn(otherPassword); err != nil {
			t.Error(err)
		}
	})
	t.Run("a reset keeps the rules, and is not for oneself", func(t *testing.T) {
		u, err := w.UserByEmail(system(t), "a@example.org")
		if err != nil {
			t.Fatal(err)
		}
		invalid(t, w.ResetPassword(w.as(t, staff), u.ID, "passwordpassword"), "/password password_common")
		refused(t, w.ResetPassword(w.as(t, staff), staff.ID, otherPassword), fault.Forbidden, "own_account")
		refused(t, w.ResetPassword(w.as(t, staff), ident.New[ident.User](), otherPassword), fault.NotFound, "not_found")
	})
}
