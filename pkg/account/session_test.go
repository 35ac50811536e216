package account

import (
	"slices"
	"strings"
	"testing"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "Mei@Example.org", access.RoleMember)
	gone := w.add(t, "gone@example.org", access.RoleStaff)
	disabled := true
	if _, err := w.PatchUser(system(t), gone.ID, 1, UserPatch{Disabled: &disabled}); err != nil {
		t.Fatal(err)
	}
	try := func(email, password string) error {
		_, err := w.SignIn(public(t), Credentials{Email: email, Password: password, From: from("192.0.2.1")})
		return err
	}

	t.Run("opens a session for the account as it is now", func(t *testing.T) {
		tokens := w.signIn(t, "mei@example.org")
		if tokens.ExpiresIn != 10*time.Minute || len(tokens.Refresh) < 43 {
			t.Errorf("got %+v", tokens)
		}
		actor, err := w.Authenticate(t.Context(), tokens.Access)
		want := access.Actor{User: u.ID, Session: tokens.Session, Role: access.RoleMember, Member: u.Member, Post: access.Approver, Fresh: true}
		if err != nil || actor != want {
			t.Errorf("got %+v, %v, want %+v", actor, err, want)
		}
	})
	t.Run("takes the address in any spelling", func(t *testing.T) {
		for _, email := range []string{"MEI@EXAMPLE.ORG", " ｍｅｉ@example.org "} {
			if err := try(email, goodPassword); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("30 takes the password in NFC and NFD", func(t *testing.T) {
		if _, err := w.AddUser(system(t), NewUser{Email: "zoe@example.org", Role: access.RoleAnalyst, Password: "Zo\u00eb mantle pickle thunder"}); err != nil {
			t.Fatal(err)
		}
		if err := try("zoe@example.org", "Zoe\u0308 mantle pickle thunder"); err != nil {
			t.Error(err)
		}
	})
	t.Run("23 wrong, unknown and disabled answer alike", func(t *testing.T) {
		var texts []string
		for _, err := range []error{try("mei@example.org", otherPassword), try("nobody@example.org", goodPassword), try("gone@example.org", goodPassword)} {
			refused(t, err, fault.Unauthenticated, "wrong_credentials")
			texts = append(texts, err.Error())
		}
		if len(slices.Compact(texts)) != 1 {
			t.Errorf("told apart: %v", texts)
		}
	})
	t.Run("29 nothing of a password is cut off or added", func(t *testing.T) {
		for _, password := range []string{goodPassword + " ", goodPassword + "x", goodPassword[:len(goodPassword)-1], strings.ToUpper(goodPassword)} {
			refused(t, try("mei@example.org", password), fault.Unauthenticated, "wrong_credentials")
		}
	})
	t.Run("28 ten megabytes are refused before any work", func(t *testing.T) {
		invalid(t, try("mei@example.org", strings.Repeat("x", 10<<20)), "/password password_too_long")
	})
	t.Run("what is missing is told", func(t *testing.T) {
		invalid(t, try("", goodPassword), "/email invalid_email")
		invalid(t, try("mei@example.org\x00", goodPassword), "/email invalid_email")
		invalid(t, try("mei@example.org", ""), "/password required")
	})
	t.Run("33 every sign-in is a session of its own", func(t *testing.T) {
		one, two := w.signIn(t, "mei@example.org"), w.signIn(t, "mei@example.org")
		if one.Session == two.Session || one.Refresh == two.Refresh || one.Access == two.Access {
			t.Error("two sessions share something")
		}
	})
	t.Run("tokens are kept as hashes only", func(t *testing.T) {
		tokens := w.signIn(t, "mei@example.org")
		if n := w.count(t, `select count(*) from refresh_token where hash = $1`, tokenHash(tokens.Refresh)); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
	t.Run("nobody's address, name, password or token is logged", func(t *testing.T) {
		for _, personal := range []string{"example.org", "Somebody", "mantle", "eyJ"} {
			if strings.Contains(strings.ToLower(w.log.String()), strings.ToLower(personal)) {
				t.Errorf("the log shows %q", personal)
			}
		}
	})
}

func TestRehash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "a@example.org", access.RoleStaff)
	w.hasher.params.Iterations = 2
	w.signIn(t, "a@example.org")
	if n := w.count(t, `select count(*) from app_user where id = $1 and password like '%t=2,%'`, u.ID); n != 1 {
		t.Error("a sign-in leaves the hash at the old parameters")
	}
	w.signIn(t, "a@example.org")
}

func TestSignInDuringReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "a@example.org", access.RoleStaff)
	answer := make(chan error, 1)
	err := w.d.InTx(t.Context(), func(tx *db.Tx) error { // a reset under way: it has looked for sessions, and is not committed
		if _, err := tx.Exec(t.Context(), setPassword, u.ID, w.hasher.dummy, tx.Now); err != nil {
			return err
		}
		go func() {
			_, err := w.SignIn(public(t), Credentials{Email: "a@example.org", Password: goodPassword, From: from("192.0.2.1")})
			answer <- err
		}()
		w.untilWaiting(t, 1)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	refused(t, <-answer, fault.Unauthenticated, "wrong_credentials")
	if n := w.count(t, `select count(*) from session`); n != 0 {
		t.Error("a session was opened with a password that was just replaced")
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "a@example.org", access.RoleStaff)

	t.Run("19 when it is signed out, and only that one", func(t *testing.T) {
		one, two := w.signIn(t, "a@example.org"), w.signIn(t, "a@example.org")
		if err := w.SignOut(w.actor(t, one.Access)); err != nil {
			t.Fatal(err)
		}
		_, err := w.Authenticate(t.Context(), one.Access)
		refused(t, err, fault.Unauthenticated, "token_invalid")
		_, err = w.Refresh(public(t), one.Refresh)
		refused(t, err, fault.Unauthenticated, "session_ended")
		w.actor(t, two.Access)
	})
	t.Run("when it lies idle for a day", func(t *testing.T) {
		tokens := w.signIn(t, "a@example.org")
		w.clock.pass(24 * time.Hour)
		_, err := w.Refresh(public(t), tokens.Refresh)
		refused(t, err, fault.Unauthenticated, "session_ended")
	})
	t.Run("when it is 30 days old, however busy", func(t *testing.T) {
		tokens := w.signIn(t, "a@example.org")
		var err error
		for range 32 {
			w.clock.pass(23 * time.Hour)
			if tokens, err = w.Refresh(public(t), tokens.Refresh); err != nil {
				break
			}
		}
		refused(t, err, fault.Unauthenticated, "session_ended")
	})
	t.Run("18 when the account is disabled, and does not come back with it", func(t *testing.T) {
		tokens := w.signIn(t, "a@example.org")
		ctx := w.actor(t, tokens.Access)
		for i, disabled := range []bool{true, false} {
			if _, err := w.PatchUser(system(t), u.ID, int64(i+1), UserPatch{Disabled: &disabled}); err != nil {
				t.Fatal(err)
			}
			_, err := w.Authenticate(t.Context(), tokens.Access)
			refused(t, err, fault.Unauthenticated, "token_invalid")
			_, err = w.Refresh(public(t), tokens.Refresh)
			refused(t, err, fault.Unauthenticated, "session_ended")
		}
		if err := w.SignOut(ctx); err != nil {
			t.Errorf("signing out of a session that has ended: %v", err)
		}
	})
	t.Run("18 and no session of a disabled account is good, even one that was not ended", func(t *testing.T) {
		tokens := w.signIn(t, "a@example.org")
		set := func(disabled bool) {
			err := w.d.InTx(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), `update app_user set disabled = $2 where id = $1`, u.ID, disabled)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		set(true)
		_, err := w.Authenticate(t.Context(), tokens.Access)
		refused(t, err, fault.Unauthenticated, "token_invalid")
		_, err = w.Refresh(public(t), tokens.Refresh)
		refused(t, err, fault.Unauthenticated, "session_ended")
		set(false)
	})
	t.Run("17 but a demotion holds at once without ending it", func(t *testing.T) {
		tokens := w.signIn(t, "a@example.org")
		w.actor(t, tokens.Access)
		analyst := access.RoleAnalyst
		if _, err := w.PatchUser(system(t), u.ID, 3, UserPatch{Role: &analyst}); err != nil {
			t.Fatal(err)
		}
		actor, err := w.Authenticate(t.Context(), tokens.Access)
		if err != nil || actor.Role != access.RoleAnalyst {
			t.Errorf("got %+v, %v", actor, err)
		}
	})
}
