package account

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/fault"
)

// guess tries a wrong password and tells whether it was looked at at all.
func (w world) guess(t *testing.T, s *Service, email, address string) bool {
	t.Helper()
	_, err := s.SignIn(public(t), Credentials{Email: email, Password: otherPassword, From: from(address)})
	switch {
	case fault.Is(err, fault.Unauthenticated):
		return true
	case fault.Is(err, fault.RateLimited):
		return false
	default:
		t.Fatalf("a guess: %v", err)
		return false
	}
}

func TestGuessingOneAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(t, "a@example.org", access.RoleStaff)
	other := w.open(t, testKeys(t, 1))

	t.Run("25 of 100 guesses ten are looked at, over all servers and at once", func(t *testing.T) {
		var looked atomic.Int32
		var guesses sync.WaitGroup
		for i := range 4 {
			guesses.Go(func() {
				for range 25 {
					if w.guess(t, []*Service{w.Service, other}[i%2], "A@example.org", "192.0.2.1") {
						looked.Add(1)
					}
				}
			})
		}
		guesses.Wait()
		if looked.Load() != 10 {
			t.Errorf("%d were looked at", looked.Load())
		}
	})
	t.Run("the answer says when to come back, and then one is looked at", func(t *testing.T) {
		_, err := w.SignIn(public(t), Credentials{Email: "a@example.org", Password: goodPassword, From: from("192.0.2.1")})
		refused(t, err, fault.RateLimited, "too_many_attempts")
		e, _ := errors.AsType[*fault.Error](err)
		if e == nil || e.RetryAfter <= 0 || e.RetryAfter > 5*time.Minute {
			t.Fatalf("got %+v", e)
		}
		w.clock.pass(e.RetryAfter)
		if !w.guess(t, other, "a@example.org", "192.0.2.1") || w.guess(t, other, "a@example.org", "192.0.2.1") {
			t.Error("not exactly one is looked at")
		}
	})
	t.Run("the right password makes all wrong ones forgotten", func(t *testing.T) {
		w.clock.pass(5 * time.Minute)
		w.signIn(t, "a@example.org")
		for range 10 {
			if !w.guess(t, w.Service, "a@example.org", "192.0.2.1") {
				t.Fatal("held up")
			}
		}
	})
}

func TestGuessingManyAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	looked := 0
	for i := range 150 {
		if w.guess(t, w.Service, fmt.Sprintf("user%d@example.org", i), "192.0.2.1") {
			looked++
		}
	}
	if looked != 100 {
		t.Errorf("26 one password over 150 accounts: %d were looked at", looked)
	}
	t.Run("an account that does not exist is held up like one that does", func(t *testing.T) {
		for i := range 11 {
			if looked := w.guess(t, w.Service, "nobody@example.org", "192.0.2.2"); looked != (i < 10) {
				t.Errorf("guess %d: %t", i+1, looked)
			}
		}
	})
	t.Run("nobody else's address is held up", func(t *testing.T) {
		w.add(t, "a@example.org", access.RoleStaff)
		if _, err := w.SignIn(public(t), Credentials{Email: "a@example.org", Password: goodPassword, From: from("192.0.2.3")}); err != nil {
			t.Error(err)
		}
	})
}

func TestLockingOutSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(t, "a@example.org", access.RoleStaff)
	w.signIn(t, "a@example.org") // from 192.0.2.1
	looked := 0
	for i := range 150 {
		if w.guess(t, w.Service, "a@example.org", fmt.Sprintf("198.51.100.%d", i)) {
			looked++
		}
	}
	if looked != 100 {
		t.Errorf("from 150 addresses: %d were looked at", looked)
	}
	t.Run("32 the owner comes in from a familiar address", func(t *testing.T) {
		w.signIn(t, "a@example.org")
	})
	t.Run("32 and from a new one after a while, however long the attack", func(t *testing.T) {
		try := func() error {
			_, err := w.SignIn(public(t), Credentials{Email: "a@example.org", Password: goodPassword, From: from("203.0.113.9")})
			return err
		}
		refused(t, try(), fault.RateLimited, "too_many_attempts")
		for range 20 { // guesses that are refused do not keep the bucket full
			w.guess(t, w.Service, "a@example.org", "198.51.100.200")
		}
		w.clock.pass(10 * time.Minute)
		if err := try(); err != nil {
			t.Error(err)
		}
	})
	t.Run("an address is familiar for 90 days", func(t *testing.T) {
		w.clock.pass(familiarFor)
		for i := range 150 {
			w.guess(t, w.Service, "a@example.org", fmt.Sprintf("198.51.100.%d", i))
		}
		_, err := w.SignIn(public(t), Credentials{Email: "a@example.org", Password: goodPassword, From: from("192.0.2.1")})
		refused(t, err, fault.RateLimited, "too_many_attempts")
	})
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	t.Run("an IPv6 network is one address, and a mapped IPv4 address is itself", func(t *testing.T) {
		t.Parallel()
		for address, want := range map[string]string{
			"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::": "2001:db8:1:2::/64",
			"::ffff:192.0.2.1": "192.0.2.1", "192.0.2.1": "192.0.2.1", "fe80::1%eth0": "fe80::/64",
		} {
			if got := network(from(address)); got != want {
				t.Errorf("%s: got %s", address, got)
			}
		}
		if network(netip.Addr{}) == "" {
			t.Error("no address has no bucket")
		}
	})
	t.Run("neither addresses nor e-mail addresses are kept", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.add(t, "a@example.org", access.RoleStaff)
		w.signIn(t, "a@example.org")
		w.guess(t, w.Service, "a@example.org", "192.0.2.77")
		var kept []string
		if err := w.d.Select(t.Context(), &kept, `select bucket from sign_in_attempt union all select address from familiar_address`); err != nil {
			t.Fatal(err)
		}
		for _, text := range kept {
			if len(text) != 64 || strings.ContainsAny(text, ".@:") {
				t.Errorf("kept: %s", text)
			}
		}
	})
	t.Run("attempts that were right leave nothing behind", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.add(t, "a@example.org", access.RoleStaff)
		for range 120 {
			w.signIn(t, "a@example.org")
		}
		if n := w.count(t, `select count(*) from sign_in_attempt where level > 0`); n != 0 {
			t.Errorf("%d buckets hold something", n)
		}
	})
}

func TestSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(t, "a@example.org", access.RoleAnalyst)
	w.signIn(t, "a@example.org")
	w.guess(t, w.Service, "a@example.org", "192.0.2.77")
	tables := `select (select count(*) from session) + (select count(*) from refresh_token) +
		(select count(*) from sign_in_attempt) + (select count(*) from familiar_address)`
	before := w.count(t, tables)
	if err := w.Sweep(system(t)); err != nil {
		t.Fatal(err)
	}
	if after := w.count(t, tables); after != before-1 { // the emptied bucket of the address that signed in
		t.Errorf("%d of %d rows are swept", before-after, before)
	}
	w.clock.pass(familiarFor + time.Hour)
	if err := w.Sweep(system(t)); err != nil {
		t.Fatal(err)
	}
	if after := w.count(t, tables); after != 0 {
		t.Errorf("%d rows stay", after)
	}
	w.signIn(t, "a@example.org")
}
