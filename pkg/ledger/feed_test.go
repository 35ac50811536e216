package ledger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
)

func thing(id, value string, sealed bool) ledger.Entry {
	return ledger.Entry{
		Action: "thing.made", Kind: "thing", ID: id, Member: 7, Content: map[string]any{"value": value}, Sealed: sealed, Reason: "hush",
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.member(7, true)
	b.change(staff(), thing("a", "1", false), thing("b", "2", true), thing("c", "3", false))
	b.number()
	b.change(staff(), thing("a", "4", false))

	t.Run("come in order, without gaps, the sealed ones among them", func(t *testing.T) {
		var told []string
		for i, e := range b.changes(0, 100).Entries {
			if e.Position != ident.Position(i+1) || e.At.IsZero() || len(e.Digest) != 64 || e.Sealed() != (e.Action == ledger.ActionSealed) {
				t.Errorf("entry %d is %+v", i, e)
			}
			told = append(told, fmt.Sprintf("%s %s %s %d %s", e.Action, e.Kind, e.ID, e.Member, e.Content))
		}
		want := `member.registered member 7 7 {"name":"Silk"}|thing.made thing a 7 {"value":"1"}|sealed   0 |thing.made thing c 7 {"value":"3"}`
		if got := strings.Join(told, "|"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
	t.Run("say nothing of who, why, or which transaction", func(t *testing.T) {
		text, err := json.Marshal(b.changes(0, 100))
		if err != nil {
			t.Fatal(err)
		}
		for _, hidden := range []string{"hush", "staff", "ctor", "hange", "easo"} {
			if strings.Contains(string(text), hidden) {
				t.Errorf("%s holds %q", text, hidden)
			}
		}
	})
	t.Run("are read page by page to the last", func(t *testing.T) {
		var got []ident.Position
		for after := ident.Position(0); ; after = got[len(got)-1] {
			page := b.changes(after, 3)
			if page.Last != 4 {
				t.Fatalf("the last position is %d", page.Last)
			}
			if len(page.Entries) == 0 {
				break
			}
			for _, e := range page.Entries {
				got = append(got, e.Position)
			}
		}
		if fmt.Sprint(got) != "[1 2 3 4]" {
			t.Errorf("read %v", got)
		}
	})
	t.Run("are the same for everybody", func(t *testing.T) {
		want := fmt.Sprint(b.changes(0, 100))
		for _, ctx := range []context.Context{staff(), of(7), of(8), as(access.RoleAnalyst, 0), access.System(context.Background())} {
			page, err := b.reader.Changes(ctx, 0, 100)
			if err != nil || fmt.Sprint(page) != want {
				t.Errorf("got %v, %v", page, err)
			}
		}
	})
	t.Run("are there once they have a position", func(t *testing.T) {
		b.number()
		page := b.changes(4, 100)
		if len(page.Entries) != 1 || page.Last != 5 || string(page.Entries[0].Content) != `{"value":"4"}` {
			t.Errorf("got %+v", page)
		}
	})
	t.Run("are refused to nobody", func(t *testing.T) {
		if _, err := b.reader.Changes(context.Background(), 0, 1); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnEmptyLedgerHasNoPosition(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	if page := b.changes(0, 10); len(page.Entries) != 0 || page.Last != 0 {
		t.Errorf("got %+v", page)
	}
	last, err := b.reader.LastPosition(public())
	if err != nil || last != 0 {
		t.Errorf("last is %d, %v", last, err)
	}
	if at, err := b.reader.PositionAt(public(), time.Now()); err != nil || at != 0 {
		t.Errorf("at now it is %d, %v", at, err)
	}
	for name, err := range map[string]error{
		"LastPosition": second(b.reader.LastPosition(context.Background())),
		"PositionAt":   second(b.reader.PositionAt(context.Background(), time.Now())),
	} {
		if !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s answers nobody with %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestPositionAt(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	var clock atomic.Int64
	b := newBook(t, dbtest.Options{Now: func() time.Time { return start.Add(time.Duration(clock.Load()) * time.Hour) }})
	b.member(7, true)
	for _, hour := range []int64{1, 3, 2} { // the clock of the third is behind
		clock.Store(hour)
		b.change(staff(), thing("a", "1", false), thing("b", "2", true))
		b.number()
	}
	for hour, want := range map[time.Duration]ident.Position{0: 0, 1: 3, 2: 3, 3: 7, 4: 7} {
		got, err := b.reader.PositionAt(public(), start.Add(hour*time.Hour))
		if err != nil || got != want {
			t.Errorf("at %d:00 it is %d, want %d, %v", hour, got, want, err)
		}
	}
	if got, err := b.reader.PositionAt(public(), start.Add(time.Hour-time.Microsecond)); err != nil || got != 0 {
		t.Errorf("just before 1:00 it is %d, %v", got, err)
	}
	if last, err := b.reader.LastPosition(public()); err != nil || last != 7 {
		t.Errorf("last is %d, %v", last, err)
	}
}
