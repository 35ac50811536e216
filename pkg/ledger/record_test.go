package ledger_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
)

func TestAChangeAndItsRecordAreOne(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ctx := staff()
	untouched := func(t *testing.T) {
		t.Helper()
		var n int
		b.get(&n, `select (select count(*) from change) + (select count(*) from entry) + (select count(*) from pending) + (select count(*) from member)`)
		if n != 0 {
			t.Errorf("%d rows were left behind", n)
		}
	}
	member := func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, insertMember, 1, "applied", false)
		return err
	}
	entry := ledger.Entry{Action: "member.registered", Kind: "member", ID: "1", Member: 1, Content: map[string]any{}}
	for name, work := range map[string]func(tx *db.Tx) error{
		"a change without an entry is refused": func(tx *db.Tx) error {
			if _, err := tx.Change(ctx); err != nil {
				return err
			}
			return member(ctx, tx)
		},
		"an entry without a change is refused": func(tx *db.Tx) error { return ledger.Record(ctx, tx, entry) },
		"a row outside a change is refused":    func(tx *db.Tx) error { return member(ctx, tx) },
		"an entry by nobody is refused": func(tx *db.Tx) error {
			if _, err := tx.Change(ctx); err != nil {
				return err
			}
			return ledger.Record(context.Background(), tx, entry)
		},
		"an entry that is too large is refused": func(tx *db.Tx) error {
			if _, err := tx.Change(ctx); err != nil {
				return err
			}
			large := entry
			large.Content = strings.Repeat("a", ledger.MaxContent)
			return ledger.Record(ctx, tx, large)
		},
		"a sealed entry that is too large is refused": func(tx *db.Tx) error {
			if _, err := tx.Change(ctx); err != nil {
				return err
			}
			large := entry
			large.Content, large.Sealed = strings.Repeat("a", ledger.MaxContent), true
			return ledger.Record(ctx, tx, large)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := b.db.InTx(ctx, work); err == nil {
				t.Error("was taken")
			}
			untouched(t)
		})
	}
}

func TestWhatAnEntryMayHoldIsTold(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	entry := ledger.Entry{Action: "t.d", Kind: "t", ID: "1"}
	entry.Content = strings.Repeat("a", ledger.MaxContent)
	if err := b.try(staff(), entry); !fault.Is(err, fault.TooLarge) {
		t.Errorf("too large: %v", err)
	}
	frame := len(`{"action":"t.d","content":"","id":"1","kind":"t","v":1}`)
	entry.Content = strings.Repeat("a", ledger.MaxContent-frame)
	for _, sealed := range []bool{false, true} {
		entry.Sealed = sealed
		b.change(staff(), entry)
	}
	entry.Content = strings.Repeat("a", ledger.MaxContent-frame+1)
	if err := b.try(staff(), entry); !fault.Is(err, fault.TooLarge) {
		t.Errorf("one octet too large: %v", err)
	}
	if err := b.try(context.Background(), entry); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("by nobody: %v", err)
	}
	if err := b.try(public(), ledger.Entry{Action: "t.d", Kind: "t", ID: "1"}); err == nil {
		t.Error("the public made a change")
	}
}

func TestTheLedgerIsOnlyInsertedInto(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.member(1, true)
	b.number()
	for _, statement := range []string{
		`update change set role = 'system'`, `delete from change`, `truncate change cascade`,
		`update entry set content = '{}'`, `delete from entry`, `truncate entry cascade`,
		`update position set position = position + 1`, `delete from position`, `truncate position`,
		`update entry set content = '{}' where false`,
	} {
		t.Run(statement, func(t *testing.T) {
			err := b.db.InTx(access.System(context.Background()), func(tx *db.Tx) error {
				_, err := tx.Exec(context.Background(), statement)
				return err
			})
			if err == nil {
				t.Error("was taken")
			}
		})
	}
	if page := b.changes(0, 10); len(page.Entries) != 1 || page.Last != 1 {
		t.Errorf("the ledger changed: %+v", page)
	}
}

func TestAChangedRowMovesToHistory(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.member(1, true)
	ctx := staff()
	set := func(city string) {
		err := b.db.InTx(ctx, func(tx *db.Tx) error {
			if _, err := tx.Change(ctx); err != nil {
				return err
			}
			// Twice in one change: only what the change found is a version.
			for _, city := range []string{"between", city} {
				if _, err := tx.Exec(ctx, `update member set city = $1 where number = 1`, city); err != nil {
					return err
				}
			}
			return ledger.Record(ctx, tx, ledger.Entry{Action: "member.amended", Kind: "member", ID: "1", Member: 1, Content: map[string]any{"city": city}})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	set("Dunhuang")
	set("Xi'an")
	var versions []string
	if err := b.db.Select(ctx, &versions, `
		select coalesce(h.city, '-') || ' ' || (h.ended_by = coalesce(lead(h.change) over (order by h.change), m.change))::text
		from member_history h join member m using (number) order by h.change`); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(versions, ", "); got != "- true, Dunhuang true" {
		t.Errorf("history is %s", got)
	}
}

func TestASealedEntryNamesNothing(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.member(7, true)
	id := string(ident.New[ident.Figure]())
	b.change(staff(), ledger.Entry{
		Action: "figure.stated", Kind: "figure", ID: id, Member: 7, Content: map[string]any{"low": "123456"}, Sealed: true, Reason: "audit",
	})
	b.number()
	var row struct {
		Action  string  `db:"action"`
		Kind    *string `db:"kind"`
		Subject *string `db:"subject"`
		Member  *int64  `db:"member"`
		Content []byte  `db:"content"`
	}
	b.get(&row, `select action, kind, subject, member, content from entry where action = 'sealed'`)
	var sealed struct {
		Salt    []byte `db:"salt"`
		Content []byte `db:"content"`
	}
	b.get(&sealed, `select salt, content from sealed`)

	t.Run("not in its row and not in its bytes", func(t *testing.T) {
		if row.Kind != nil || row.Subject != nil || row.Member != nil {
			t.Errorf("names %+v", row)
		}
		for _, secret := range []string{id, "figure", "stated", "123456", `"member"`, "audit"} {
			if bytes.Contains(row.Content, []byte(secret)) {
				t.Errorf("%s holds %s", row.Content, secret)
			}
		}
	})
	t.Run("its seal is the hash of salt and content", func(t *testing.T) {
		var open struct {
			Seal string `json:"seal"`
		}
		if err := json.Unmarshal(row.Content, &open); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(append(bytes.Clone(sealed.Salt), sealed.Content...))
		if open.Seal != hex.EncodeToString(sum[:]) || len(sealed.Salt) != ledger.SaltSize {
			t.Errorf("seal %s does not fit salt %x and %s", open.Seal, sealed.Salt, sealed.Content)
		}
	})
	t.Run("the same thing sealed again looks different", func(t *testing.T) {
		b.change(staff(), ledger.Entry{
			Action: "figure.stated", Kind: "figure", ID: id, Member: 7, Content: map[string]any{"low": "123456"}, Sealed: true,
		})
		var seals int
		b.get(&seals, `select count(distinct content) from entry where action = 'sealed'`)
		if seals != 2 {
			t.Errorf("%d seals for two entries", seals)
		}
	})
}

func TestErasingWhatIsSealedLeavesTheLedgerWhole(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.member(7, true)
	for _, low := range []string{"1", "2"} {
		b.change(staff(), ledger.Entry{Action: "figure.stated", Kind: "figure", ID: "x", Member: 7, Content: map[string]any{"low": low}, Sealed: true})
	}
	b.number()
	before := b.changes(0, 100)
	if len(before.Entries) != 3 || len(b.history(staff(), 7)) != 3 {
		t.Fatalf("%d entries, %d in the history", len(before.Entries), len(b.history(staff(), 7)))
	}
	err := b.db.InTx(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(context.Background(), `delete from sealed where change = (select min(change) from sealed)`)
		return err
	})
	if err != nil {
		t.Fatalf("erase: %v", err)
	}
	b.change(staff(), ledger.Entry{Action: "t.d", Kind: "t", ID: "1", Member: 7, Content: map[string]any{"low": "3"}})
	b.number()

	after := b.changes(0, 100)
	if len(after.Entries) != 4 || after.Last != 4 {
		t.Fatalf("the ledger has %d entries up to %d", len(after.Entries), after.Last)
	}
	for i, entry := range before.Entries {
		if after.Entries[i].Digest != entry.Digest || after.Entries[i].Seal != entry.Seal {
			t.Errorf("position %d changed", entry.Position)
		}
	}
	var told []string
	for _, past := range b.history(staff(), 7) {
		told = append(told, past.Action+": "+pointers(past.Fields))
	}
	if got := strings.Join(told, " | "); got != `t.d: /low  > "3" | figure.stated: /low  > "2" | member.registered: /name  > "Silk"` {
		t.Errorf("history is %s", got)
	}
}
