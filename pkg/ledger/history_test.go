package ledger_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
)

func TestHistory(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.member(7, true)
	b.member(8, true)
	b.member(9, false)
	b.change(of(7), thing("a", "1", false))
	b.change(staff(), thing("s", "low", true))
	b.change(as(access.RoleAdmin, 0), thing("a", "2", false), thing("s", "high", true))
	b.change(access.System(context.Background()), ledger.Entry{Action: "thing.gone", Kind: "thing", ID: "a", Member: 7})
	b.number()
	b.change(staff(), thing("a", "unseen yet", false))

	told := func(t *testing.T, ctx context.Context) string {
		t.Helper()
		var lines []string
		for _, p := range b.history(ctx, 7) {
			lines = append(lines, fmt.Sprintf("%d %s %s by %s(%s): %s", p.Position, p.Action, p.ID, p.By.Role, p.Reason, pointers(p.Fields)))
		}
		return strings.Join(lines, "\n")
	}
	t.Run("shows the public what is open", func(t *testing.T) {
		want := strings.Join([]string{
			`8 thing.gone a by system(): /value "2" > `,
			`6 thing.made a by staff(): /value "1" > "2"`,
			`4 thing.made a by member(): /value  > "1"`,
			`1 member.registered 7 by system(): /name  > "Silk"`,
		}, "\n")
		for _, ctx := range []context.Context{public(), of(8), as(access.RoleAnalyst, 0)} {
			if got := told(t, ctx); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		}
	})
	t.Run("shows its member and staff the sealed too, and why", func(t *testing.T) {
		want := strings.Join([]string{
			`8 thing.gone a by system(): /value "2" > `,
			`7 thing.made s by ADMIN(hush): /value "low" > "high"`,
			`6 thing.made a by ADMIN(hush): /value "1" > "2"`,
			`5 thing.made s by staff(hush): /value  > "low"`,
			`4 thing.made a by member(hush): /value  > "1"`,
			`1 member.registered 7 by system(): /name  > "Silk"`,
		}, "\n")
		if got := told(t, of(7)); got != strings.ReplaceAll(want, "ADMIN", "staff") {
			t.Errorf("its member is told\n%s", got)
		}
		if got := told(t, staff()); got != strings.ReplaceAll(want, "ADMIN", "admin") {
			t.Errorf("staff is told\n%s", got)
		}
	})
	t.Run("marks what is sealed", func(t *testing.T) {
		for _, p := range b.history(staff(), 7) {
			if p.Sealed != (p.ID == "s") {
				t.Errorf("%+v", p)
			}
		}
	})
	t.Run("goes on where the page before ended, with the same differences", func(t *testing.T) {
		var paged []string
		for before := ident.Position(0); ; {
			page, err := b.reader.History(of(7), 7, before, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, p := range page {
				paged = append(paged, fmt.Sprint(p))
				before = p.Position
			}
		}
		var whole []string
		for _, p := range b.history(of(7), 7) {
			whole = append(whole, fmt.Sprint(p))
		}
		if strings.Join(paged, "\n") != strings.Join(whole, "\n") {
			t.Errorf("got %v\nwant %v", paged, whole)
		}
	})
	t.Run("does not know a member that the reader may not know of", func(t *testing.T) {
		for _, c := range []struct {
			ctx    context.Context
			number ident.Member
		}{{public(), 9}, {of(7), 9}, {as(access.RoleAnalyst, 0), 9}, {public(), 99}, {staff(), 99}} {
			if _, err := b.reader.History(c.ctx, c.number, 0, 10); !fault.Is(err, fault.NotFound) {
				t.Errorf("member %d: %v", c.number, err)
			}
		}
		for _, ctx := range []context.Context{staff(), of(9)} {
			if got := b.history(ctx, 9); len(got) != 1 || !got[0].Sealed || got[0].Action != "member.registered" {
				t.Errorf("member 9: %+v", got)
			}
		}
	})
	t.Run("is empty before the first position", func(t *testing.T) {
		if got, err := b.reader.History(staff(), 7, 1, 10); err != nil || len(got) != 0 {
			t.Errorf("got %v, %v", got, err)
		}
	})
	t.Run("is refused to nobody", func(t *testing.T) {
		if _, err := b.reader.History(context.Background(), 7, 0, 10); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("got %v", err)
		}
	})
}

func TestHistoryNamesAccountsToStaffOnly(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.member(7, true)
	user := ident.New[ident.User]()
	exec := func(query string, args ...any) {
		t.Helper()
		err := b.db.InTx(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), query, args...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	exec(`insert into app_user (id, email, email_key, name, role, password, password_at, created_at)
		values ($1, 'li@example.org', 'li@example.org', 'Li Hua', 'staff', '$argon2id$x', now(), now())`, user)
	b.change(access.With(context.Background(), access.Actor{User: user, Role: access.RoleStaff}), thing("a", "1", false))
	b.number()

	latest := func(ctx context.Context) ledger.Author { return b.history(ctx, 7)[0].By }
	if got, want := latest(staff()), (ledger.Author{Role: access.RoleStaff, User: user, Name: "Li Hua"}); got != want {
		t.Errorf("staff is told %+v", got)
	}
	for _, ctx := range []context.Context{public(), of(7), as(access.RoleAnalyst, 0)} {
		if got := latest(ctx); got != (ledger.Author{Role: access.RoleStaff}) {
			t.Errorf("others are told %+v", got)
		}
	}
	exec(`delete from app_user where id = $1`, user)
	if got := latest(staff()); got != (ledger.Author{Role: access.RoleStaff}) {
		t.Errorf("of an erased account staff is told %+v", got)
	}
}
