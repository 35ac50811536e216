package registrytest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"accord/pkg/ident"
	"accord/pkg/ledger"
)

// length is how many steps a random register lives: few in the everyday run,
// many in the long one.
func length(everyday, long int) int {
	if testing.Short() {
		return everyday
	}
	return long
}

// replayed gives what is left when all entries are replayed in order: the last
// content of each thing. Sealed ones say nothing.
func replayed(t *testing.T, r *Register) map[string]json.RawMessage {
	t.Helper()
	rows := map[string]json.RawMessage{}
	var last ident.Position
	for {
		page := must(r.Ledger.Changes(Public(), last, 50))(t)
		for _, e := range page.Entries {
			if e.Position != last+1 {
				t.Fatalf("position %d comes after %d", e.Position, last)
			}
			last = e.Position
			if e.Sealed() {
				continue
			}
			if key := keyOf(t, e); e.Content == nil {
				delete(rows, key)
			} else {
				rows[key] = canonical(t, e.Content)
			}
		}
		if last == page.Last {
			return rows
		}
	}
}

// keyOf names the thing of an entry as publicRows does; a term, whose id the
// answers do not show, by its place among its member's.
func keyOf(t *testing.T, e ledger.Numbered) string {
	t.Helper()
	if e.Kind != "term" {
		return e.Kind + " " + e.ID
	}
	var term struct{ Ordinal int }
	if err := json.Unmarshal(e.Content, &term); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("term %d of %s", term.Ordinal, e.Member)
}

// sameRows compares two sets of rows and tells the first differences.
func sameRows(t *testing.T, what string, got, want map[string]json.RawMessage) {
	t.Helper()
	told := 0
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if string(got[key]) != string(want[key]) && told < 5 {
			told++
			t.Errorf("%s: %s is\n%s, want\n%s", what, key, got[key], want[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if want[key] == nil && told < 5 {
			told++
			t.Errorf("%s: %s is there and should not be: %s", what, key, got[key])
		}
	}
}

func TestTheLedgerReplayedIsThePublicRegister(t *testing.T) {
	t.Parallel()
	for seed := range uint64(length(2, 12)) {
		t.Run(fmt.Sprint("of life ", seed), func(t *testing.T) {
			t.Parallel()
			l := newLife(t, seed)
			for range length(150, 600) {
				l.live()
				l.look()
			}
			l.CatchUp(t)
			sameRows(t, "replayed", replayed(t, l.Register), l.look())
			l.checkEntries()
			t.Logf("done: %v; refused: %v", l.done, l.refused)
		})
	}
}

const allBytes = `select convert_from(content, 'UTF8') from entry order by change, seq`

// checkEntries looks for what the public was never shown, and for what may be
// erased one day, in the bytes of all entries.
func (l *life) checkEntries() {
	l.t.Helper()
	var entries []string
	if err := l.DB.Select(context.Background(), &entries, allBytes); err != nil {
		l.t.Fatal(err)
	}
	hidden, held := 0, 0
	for mark, about := range l.marks {
		if l.shown[mark] && !l.personal[mark] {
			held++
			continue
		}
		hidden++
		for _, entry := range entries {
			if strings.Contains(entry, mark) {
				l.t.Errorf("%s stands in an entry that anybody may read: %s", about, entry)
				break
			}
		}
	}
	if hidden < 10 || held < 10 {
		l.t.Errorf("only %d marks were hidden and %d shown: the life was too quiet", hidden, held)
	}
}
