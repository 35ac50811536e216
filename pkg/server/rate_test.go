package server_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/server"
)

// holders is an authenticator that knows an account by the token "session N",
// and an API token of account 1 by "key N".
type holders struct{}

func (holders) Authenticate(_ context.Context, token string) (access.Actor, error) {
	kind, n, _ := strings.Cut(token, "-")
	switch kind {
	case "session":
		return access.Actor{User: ident.User(n), Session: "s", Role: access.RoleStaff}, nil
	case "key":
		return access.Actor{User: "1", Token: ident.Token(n), Role: access.RoleStaff}, nil
	case "away":
		return access.Actor{}, fault.New(fault.Unavailable, "unavailable")
	}
	return access.Actor{}, fault.New(fault.Unauthenticated, "token_invalid")
}

// watch is a clock that is moved by hand.
type watch struct {
	mu sync.Mutex
	at time.Time
}

func (w *watch) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *watch) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

type counted struct {
	house
	watch *watch
}

func newCounted(t *testing.T, rates server.Rates) counted {
	t.Helper()
	w := &watch{at: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	return counted{build(t, func(o *server.Options) {
		o.Authenticator, o.Rates, o.Now = holders{}, rates, w.now
		o.TrustedProxies = []string{"192.0.2.1"}
	}), w}
}

// from asks from an address, with a credential unless that is empty.
func (c counted) from(address, credential string) *httptest.ResponseRecorder {
	headers := []string{"X-Forwarded-For", address}
	if credential != "" {
		headers = append(headers, "Authorization", "Bearer "+credential)
	}
	return c.ask(http.MethodGet, "/who", headers...)
}

// drains asks until one request is refused, and gives how many were answered.
func (c counted) drains(t *testing.T, address, credential string) int {
	t.Helper()
	for n := range 1000 {
		if w := c.from(address, credential); w.Code == http.StatusTooManyRequests {
			return n
		}
	}
	t.Fatalf("%s with %q is never refused", address, credential)
	return 0
}

func TestRequestsAreCountedByWhoAsks(t *testing.T) {
	t.Parallel()
	c := newCounted(t, server.Rates{Public: 4, Account: 6, Token: 3})
	for _, who := range []struct {
		address, credential string
		want                int
	}{
		{"203.0.113.1", "", 4},
		{"203.0.113.2", "", 4},
		{"2001:db8:1:1::1", "", 4},
		{"2001:db8:1:1:ffff::2", "", 0},
		{"2001:db8:1:2::1", "", 4}, // a network of 64 bits is one
		{"::ffff:203.0.113.1", "", 0},
		{"203.0.113.1", "session-1", 6},
		{"203.0.113.9", "session-1", 0},
		{"203.0.113.9", "session-2", 6}, // wherever it asks from
		{"203.0.113.1", "key-a", 3},
		{"203.0.113.1", "key-b", 3},
		{"203.0.113.8", "key-b", 0}, // each key has a budget of its own
	} {
		if got := c.drains(t, who.address, who.credential); got != who.want {
			t.Errorf("%s with %q: %d answers, want %d", who.address, who.credential, got, who.want)
		}
	}
}

func TestBadCredentialsAreCountedByTheirAddress(t *testing.T) {
	t.Parallel()
	c := newCounted(t, server.Rates{Public: 5, Account: 100, Token: 100})
	for range 3 {
		problem(t, c.from("203.0.113.1", "bad"), http.StatusUnauthorized, "token_invalid")
	}
	for range 9 { // that the register is away is nobody's guess
		problem(t, c.from("203.0.113.1", "away"), http.StatusServiceUnavailable, "unavailable")
	}
	if n := c.drains(t, "203.0.113.1", "other"); n != 2 {
		t.Errorf("%d more guesses", n)
	}
	if w := c.from("203.0.113.1", ""); w.Code != http.StatusTooManyRequests {
		t.Errorf("answered %d", w.Code)
	}
	if w := c.from("203.0.113.1", "session-1"); w.Code != http.StatusOK { // others behind the address go on
		t.Errorf("answered %d", w.Code)
	}
}

func TestWhatIsLeftIsTold(t *testing.T) {
	t.Parallel()
	c := newCounted(t, server.Rates{Public: 60})
	for n := range 60 {
		w := c.from("203.0.113.1", "")
		want := `"public";r=` + strconv.Itoa(59-n) + `;t=` + strconv.Itoa(n+1)
		if got := w.Header().Get("RateLimit"); got != want || w.Header().Get("RateLimit-Policy") != `"public";q=60;w=60` {
			t.Fatalf("%d: got %s, want %s", n, got, want)
		}
	}
	w := c.from("203.0.113.1", "")
	problem(t, w, http.StatusTooManyRequests, "rate_limited")
	if w.Header().Get("Retry-After") != "1" || w.Header().Get("RateLimit") != `"public";r=0;t=60` {
		t.Errorf("got %v", w.Header())
	}
	for range 50 { // asking on costs nothing
		c.from("203.0.113.1", "")
	}
	c.watch.pass(2 * time.Second)
	if n := c.drains(t, "203.0.113.1", ""); n != 2 {
		t.Errorf("%d answers after two seconds", n)
	}
	c.watch.pass(time.Hour)
	if n := c.drains(t, "203.0.113.1", ""); n != 60 {
		t.Errorf("%d answers after an hour", n)
	}
}

func TestTheServiceItselfIsNotCounted(t *testing.T) {
	t.Parallel()
	c := newCounted(t, server.Rates{Public: 1})
	for range 5 {
		if w := c.ask(http.MethodGet, "/open"); w.Code != http.StatusOK || w.Header().Get("RateLimit") != "" {
			t.Errorf("answered %d %v", w.Code, w.Header())
		}
	}
}

func TestWithoutABoundNothingIsTold(t *testing.T) {
	t.Parallel()
	c := newCounted(t, server.Rates{})
	for range 50 {
		for _, credential := range []string{"", "session-1", "key-1"} {
			if w := c.from("203.0.113.1", credential); w.Code != http.StatusOK || w.Header().Get("RateLimit") != "" {
				t.Fatalf("answered %d %v", w.Code, w.Header())
			}
		}
	}
}
