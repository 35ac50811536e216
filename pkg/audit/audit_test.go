package audit

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
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

type world struct {
	*Service
	t     *testing.T
	clock *clock
}

func newWorld(t *testing.T) world {
	t.Helper()
	c := &clock{at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	return world{New(dbtest.New(t, dbtest.Options{Now: c.now}), 0, slog.New(slog.DiscardHandler)), t, c}
}

// flush writes and gives how often each row says that something happened.
func (w world) flush() []int {
	w.t.Helper()
	if err := w.Flush(access.System(w.t.Context()), false); err != nil {
		w.t.Fatal(err)
	}
	times := []int{}
	if err := w.db.Select(w.t.Context(), &times, `select times from audit_event order by id`); err != nil {
		w.t.Fatal(err)
	}
	return times
}

func (w world) list(q Query) []Kept {
	w.t.Helper()
	q.Limit = 100
	events, err := w.Events(access.System(w.t.Context()), q)
	if err != nil {
		w.t.Fatal(err)
	}
	return events
}

func from(ctx context.Context, address string) context.Context {
	return With(ctx, Origin{RequestID: "0123456789", Address: address})
}

func TestAnEventTellsIdsAndCodesAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	actor := access.Actor{User: ident.New[ident.User](), Session: ident.New[ident.Session](), Role: access.RoleAdmin}
	ctx := from(access.With(t.Context(), actor), "2001:db8:aaaa:bbbb::1")
	other := ident.New[ident.User]()
	w.Record(ctx, Event{Name: "account_changed", Kind: "user", Subject: string(other), Details: map[string]string{
		"role": "staff", "email": "mei@example.org", "name": "Chen Mei", "note": "陈梅",
	}})
	got := w.list(Query{User: other})
	if len(got) != 1 {
		t.Fatalf("got %v", got)
	}
	e := got[0]
	if e.Actor != actor.User || e.Session != actor.Session || e.Network != "2001:db8:aaaa::/48" || e.RequestID != "0123456789" || e.Outcome != Done || string(e.Details) != `{"role": "staff"}` {
		t.Errorf("got %+v with %s", e, e.Details)
	}
	w.Record(from(t.Context(), "203.0.113.77"), Event{Name: "signed_out"})
	if got := w.list(Query{Event: "signed_out"}); got[0].Network != "203.0.113.0/24" || got[0].Actor != "" {
		t.Errorf("got %+v", got)
	}
}

// A flood of the same is two rows a minute, whatever it brings.
func TestWhatIsTheSameIsFolded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fail := func(times int, address string) {
		for range times {
			w.Note(from(t.Context(), address), Event{Name: "sign_in_failed", Outcome: Failed})
		}
	}
	fail(3, "203.0.113.1")
	step := func(want ...int) {
		t.Helper()
		if got := w.flush(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("at %s %v, want %v", w.clock.now(), got, want)
		}
	}
	step(3)
	fail(500, "203.0.113.2") // of the same network
	step(3)
	fail(1, "198.51.100.1")
	step(3, 1)
	w.clock.pass(time.Minute)
	step(3, 1, 500)
	w.clock.pass(time.Minute)
	step(3, 1, 500)
	fail(2, "203.0.113.2")
	step(3, 1, 500, 2)
	fail(4, "203.0.113.2")
	if err := w.Flush(access.System(t.Context()), true); err != nil {
		t.Fatal(err)
	}
	step(3, 1, 500, 2, 4)
}

func TestManyKindsAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 10 * mostFolds {
		w.Note(from(t.Context(), fmt.Sprintf("10.%d.%d.1", n/256, n%256)), Event{Name: "token_invalid", Outcome: Denied})
	}
	rows, total := w.flush(), 0
	for _, times := range rows {
		total += times
	}
	if len(rows) != mostFolds+1 || total != 10*mostFolds || w.Blurred() != 9*mostFolds {
		t.Errorf("%d rows tell of %d, %d blurred", len(rows), total, w.Blurred())
	}
}

func TestTheRecordIsFiltered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := ident.New[ident.User]()
	for n := range 3 {
		w.Record(t.Context(), Event{Name: fmt.Sprintf("event_%d", n), By: user, Kind: "token", Subject: fmt.Sprint(n)})
		w.clock.pass(24 * time.Hour)
	}
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for want, q := range map[string]Query{
		"[event_2 event_1 event_0]": {User: user},
		"[event_1]":                 {From: day, Until: day.AddDate(0, 0, 1)},
		"[event_2]":                 {Subject: "2"},
		"[]":                        {Outcome: Denied},
	} {
		got := []string{}
		for _, e := range w.list(q) {
			got = append(got, e.Event)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%+v gives %v, want %s", q, got, want)
		}
	}
	first := w.list(Query{})[0]
	if got := w.list(Query{After: first.ID}); len(got) != 2 || got[0].Event != "event_1" {
		t.Errorf("got %v", got)
	}
	w.flush()
	if got := w.list(Query{Event: "audit_read"}); len(got) == 0 || got[len(got)-1].Subject != string(user) && got[0].Subject != string(user) {
		t.Errorf("that it was read is told as %v", got)
	}
}

func TestTheRecordIsForgottenAfterItsTimeAndNeverChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Record(t.Context(), Event{Name: "one"})
	if err := w.db.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `update audit_event set outcome = 'denied'`)
		return err
	}); err == nil {
		t.Error("an event was changed")
	}
	system := access.System(t.Context())
	for _, step := range []struct {
		pass time.Duration
		want int
	}{{Retention - time.Second, 1}, {time.Second, 0}} {
		w.clock.pass(step.pass)
		if err := w.Sweep(system); err != nil {
			t.Fatal(err)
		}
		if got := w.list(Query{Event: "one"}); len(got) != step.want {
			t.Errorf("%d events at %s", len(got), w.clock.now())
		}
	}
	if s := New(w.db, time.Hour, slog.New(slog.DiscardHandler)); s.keep != LeastRetention {
		t.Errorf("kept for %s", s.keep)
	}
}

func TestOnlyAdministratorsReadTheRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, role := range []access.Role{access.RoleStaff, access.RoleMember, access.RoleAnalyst} {
		if _, err := w.Events(access.With(t.Context(), access.Actor{User: "u", Role: role}), Query{Limit: 1}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
	}
}
