package ledger_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/ledger"
)

func as(role access.Role, number ident.Member) context.Context {
	return access.With(context.Background(), access.Actor{User: ident.New[ident.User](), Role: role, Member: number})
}

func staff() context.Context                 { return as(access.RoleStaff, 0) }
func of(number ident.Member) context.Context { return as(access.RoleMember, number) }
func public() context.Context                { return access.Public(context.Background()) }

// book is a register of the test's own. Its sequencer works when it is told to.
type book struct {
	t      *testing.T
	db     *db.DB
	reader *ledger.Reader
	quill  *ledger.Sequencer
}

func newBook(t *testing.T, options ...dbtest.Options) book {
	t.Helper()
	d := dbtest.New(t, options...)
	return book{t: t, db: d, reader: ledger.NewReader(d), quill: ledger.NewSequencer(d, slog.New(slog.DiscardHandler))}
}

// change makes one change that records the entries.
func (b book) change(ctx context.Context, entries ...ledger.Entry) {
	b.t.Helper()
	if err := b.try(ctx, entries...); err != nil {
		b.t.Fatalf("record %+v: %v", entries, err)
	}
}

func (b book) try(ctx context.Context, entries ...ledger.Entry) error {
	return b.db.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		for _, entry := range entries {
			if err := ledger.Record(ctx, tx, entry); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b book) number() {
	b.t.Helper()
	if err := b.quill.CatchUp(context.Background()); err != nil {
		b.t.Fatal(err)
	}
}

func (b book) changes(after ident.Position, limit int) ledger.Page {
	b.t.Helper()
	page, err := b.reader.Changes(public(), after, limit)
	if err != nil {
		b.t.Fatal(err)
	}
	return page
}

func (b book) history(ctx context.Context, number ident.Member) []ledger.Past {
	b.t.Helper()
	past, err := b.reader.History(ctx, number, 0, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	return past
}

const insertMember = `
insert into member (number, status, published, name, sort_name, kind) values ($1, $2, $3, 'Silk', 'silk', 'enterprise')`

// member puts a member's row into the register, public or not.
func (b book) member(number ident.Member, published bool) {
	b.t.Helper()
	ctx := access.System(context.Background())
	status := "applied"
	if published {
		status = "active"
	}
	err := b.db.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, insertMember, number, status, published); err != nil {
			return err
		}
		return ledger.Record(ctx, tx, ledger.Entry{
			Action: "member.registered", Kind: "member", ID: number.String(), Member: number,
			Content: map[string]any{"name": "Silk"}, Sealed: !published,
		})
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b book) get(dest any, query string, args ...any) {
	b.t.Helper()
	if err := b.db.Get(context.Background(), dest, query, args...); err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
}

// pointers lists what changed, for comparing in one line.
func pointers(fields []ledger.FieldChange) string {
	var list []string
	for _, f := range fields {
		list = append(list, f.Pointer+" "+string(f.Before)+" > "+string(f.After))
	}
	return strings.Join(list, "; ")
}
