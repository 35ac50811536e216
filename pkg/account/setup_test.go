package account

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/fault"
)

func TestSetUp(t *testing.T) {
	t.Parallel()
	first := FirstUser{Email: "first@example.org", Name: "First", Password: goodPassword}
	link := func(t *testing.T, w world) string {
		t.Helper()
		token, err := w.SetupLink(system(t))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}

	t.Run("makes an administrator who can sign in, once", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		token := link(t, w)
		if err := w.CheckSetup(public(t), token); err != nil {
			t.Fatal(err)
		}
		u, err := w.SetUp(public(t), token, first)
		if err != nil || u.Role != access.RoleAdmin || u.Email != first.Email || u.Name != first.Name {
			t.Fatalf("got %+v, %v", u, err)
		}
		w.actor(t, w.signIn(t, first.Email).Access)
		refused(t, w.CheckSetup(public(t), token), fault.NotFound, "setup_link_invalid")
		_, err = w.SetUp(public(t), token, FirstUser{Email: "other@example.org", Password: goodPassword})
		refused(t, err, fault.NotFound, "setup_link_invalid")
		_, err = w.SetupLink(system(t))
		refused(t, err, fault.Conflict, "set_up_already")
	})
	t.Run("a link is good for 30 minutes", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		token := link(t, w)
		w.clock.pass(SetupLife - time.Second)
		if err := w.CheckSetup(public(t), token); err != nil {
			t.Error(err)
		}
		w.clock.pass(time.Second)
		refused(t, w.CheckSetup(public(t), token), fault.NotFound, "setup_link_invalid")
		_, err := w.SetUp(public(t), token, first)
		refused(t, err, fault.NotFound, "setup_link_invalid")
	})
	t.Run("a bad draft leaves it good", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		token := link(t, w)
		_, err := w.SetUp(public(t), token, FirstUser{Email: "x", Password: "passwordpassword"})
		invalid(t, err, "/email invalid_email", "/password password_common")
		if _, err := w.SetUp(public(t), token, first); err != nil {
			t.Error(err)
		}
	})
	t.Run("links that are redeemed at once make one administrator", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		tokens := []string{link(t, w), link(t, w)}
		var made atomic.Int32
		var at sync.WaitGroup
		for i := range 6 {
			at.Go(func() {
				_, err := w.SetUp(public(t), tokens[i%2], FirstUser{Email: string(rune('a'+i)) + "@example.org", Password: goodPassword})
				if err == nil {
					made.Add(1)
				}
			})
		}
		at.Wait()
		if n := w.count(t, `select count(*) from app_user`); made.Load() != 1 || n != 1 {
			t.Errorf("%d were made, %d are there", made.Load(), n)
		}
	})
	t.Run("an administrator made meanwhile shuts the door", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		token := link(t, w)
		w.add(t, "admin@example.org", access.RoleAdmin)
		_, err := w.SetUp(public(t), token, first)
		refused(t, err, fault.Conflict, "set_up_already")
	})
	t.Run("only the hash of a link is kept, and a guess is an event", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		token := link(t, w)
		if n := w.count(t, `select count(*) from setup_link where hash = $1`, tokenHash(token)); n != 1 {
			t.Errorf("%d rows", n)
		}
		_, err := w.SetUp(public(t), newToken(), first)
		refused(t, err, fault.NotFound, "setup_link_invalid")
		if n := w.count(t, `select count(*) from setup_link`); n != 1 {
			t.Error("a guess uses the link up")
		}
	})
}

func TestSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.open(t, Keyring{})
	one, err := w.Secret(system(t), "cursors")
	if err != nil || len(one) != 32 {
		t.Fatalf("got %d bytes, %v", len(one), err)
	}
	if same, err := other.Secret(system(t), "cursors"); err != nil || string(same) != string(one) {
		t.Errorf("another server has another: %v", err)
	}
	if different, err := w.Secret(system(t), "exports"); err != nil || string(different) == string(one) {
		t.Errorf("two purposes share one: %v", err)
	}
}
