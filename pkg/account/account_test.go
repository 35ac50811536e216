package account

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"testing"
	"time"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

const (
	goodPassword  = "orbit mantle pickle thunder"
	otherPassword = "tandem oblique fresco nine"
)

// clock is the time of a test, moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// journal takes what an office logs.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// world is an office of its own with a clock that stands still.
type world struct {
	*Service
	d     *db.DB
	clock *clock
	log   *journal
}

// cheap is the memory with which a hash takes no time.
const cheap = 64

func newWorld(t *testing.T) world {
	t.Helper()
	c := &clock{at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	w := world{d: dbtest.New(t, dbtest.Options{Now: c.now}), clock: c, log: &journal{}}
	w.Service = w.open(t, testKeys(t, 1))
	return w
}

// open opens another server's office on the same database.
func (w world) open(t *testing.T, keys Keyring) *Service {
	t.Helper()
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := New(t.Context(), w.d, Config{Keys: keys, Log: log, HashMemory: cheap, Base: "https://accord.example"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// testKeys makes a ring of the numbered keys, the first of which signs.
func testKeys(t *testing.T, numbers ...byte) Keyring {
	t.Helper()
	keys := Keyring{public: make(map[string]ed25519.PublicKey)}
	for _, n := range numbers {
		if err := keys.add(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, ed25519.SeedSize)), nil); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

func system(t *testing.T) context.Context { return access.System(t.Context()) }
func public(t *testing.T) context.Context { return access.Public(t.Context()) }

// add makes an account with the good password.
func (w world) add(t *testing.T, email string, role access.Role) User {
	t.Helper()
	draft := NewUser{Email: email, Name: "Somebody", Role: role, Password: goodPassword}
	if role == access.RoleMember {
		draft.Member, draft.Post = w.member(t), access.Approver
	}
	u, err := w.AddUser(system(t), draft)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// as is the context of the account, without a session.
func (w world) as(t *testing.T, u User) context.Context {
	t.Helper()
	return access.With(t.Context(), access.Actor{User: u.ID, Role: u.Role, Member: u.Member, Post: u.Post, Fresh: true})
}

// member puts an organisation into the register, past its office, which this
// package does not know.
func (w world) member(t *testing.T) ident.Member {
	t.Helper()
	var number ident.Member
	err := w.d.InTx(t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Change(t.Context()); err != nil {
			return err
		}
		tx.Enter(db.Author{Role: "system"}, db.Entry{Action: "member.registered", Content: []byte(`{}`)})
		return tx.Get(t.Context(), &number, `insert into member (number, status, name, sort_name, kind)
			values (nextval('member_number'), 'applied', 'A', 'a', 'enterprise') returning number`)
	})
	if err != nil {
		t.Fatal(err)
	}
	return number
}

func from(address string) netip.Addr { return netip.MustParseAddr(address) }

// signIn signs in with the good password.
func (w world) signIn(t *testing.T, email string) Tokens {
	t.Helper()
	tokens, err := w.SignIn(public(t), Credentials{Email: email, Password: goodPassword, From: from("192.0.2.1")})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// actor gives the context that the door makes of an access token.
func (w world) actor(t *testing.T, token string) context.Context {
	t.Helper()
	actor, err := w.Authenticate(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return access.With(t.Context(), actor)
}

// refused fails the test unless err is a fault of the kind with the code.
func refused(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != kind || e.Code != code {
		t.Errorf("got %v, want kind %d with code %s", err, kind, code)
	}
}

// invalid fails the test unless err has exactly these faults, as "/pointer code".
func invalid(t *testing.T, err error, want ...string) {
	t.Helper()
	var got []string
	for _, f := range fault.FieldsOf(err) {
		got = append(got, f.Pointer+" "+f.Code)
	}
	if !fault.Is(err, fault.Invalid) || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// untilWaiting returns when so many transactions wait for another one.
func (w world) untilWaiting(t *testing.T, many int) {
	t.Helper()
	const waiting = `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
	for range 50_000 {
		if w.count(t, waiting) >= many {
			return
		}
	}
	t.Fatalf("there are no %d transactions that wait for another", many)
}

// count counts the rows that the query gives.
func (w world) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := w.d.Get(t.Context(), &n, query, args...); err != nil {
		t.Fatal(err)
	}
	return n
}
