package db_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

type whoKey struct{}

// of is a context of a member's person; 0 is somebody of no member.
func of(ctx context.Context, number ident.Member) context.Context {
	return context.WithValue(ctx, whoKey{}, number)
}

// members opens a register in which each of the first few members has a
// contact of its own, with that few connections.
func members(t *testing.T, few, connections int) *db.DB {
	t.Helper()
	address := dbtest.URL(t)
	owner := dbtest.Open(t, address)
	for n := range few {
		err := owner.Administer(t.Context(), fmt.Sprintf(`
			select set_config('accord.change', '1', true);
			insert into change (id, at, role) values (1, now(), 'system') on conflict do nothing;
			insert into member (number, status, published, name, sort_name, kind) values (%[1]d, 'active', true, 'M', 'M', 'other');
			insert into contact (id, member, name, phone) values (gen_random_uuid(), %[1]d, '%[1]d', '123')`, n+1))
		if err != nil {
			t.Fatal(err)
		}
	}
	return dbtest.Open(t, address, dbtest.Options{MaxOpen: connections, Who: func(ctx context.Context) (string, ident.Member, ident.User) {
		number, _ := ctx.Value(whoKey{}).(ident.Member)
		return string(db.Member), number, ident.User(uuid.NewString())
	}})
}

const (
	allContacts = `select coalesce(string_agg(name, ' ' order by name), '') from contact` // whose WHERE was forgotten
	allSettings = `select coalesce(current_setting('accord.member', true), '') || coalesce(current_setting('accord.user', true), '')`
)

// Many people of several members share two connections, and their
// transactions end in every way that there is. None ever sees another's row.
func TestNoActorIsLeftOnAConnection(t *testing.T) {
	t.Parallel()
	d := members(t, 3, 4)
	rounds := 30
	if !testing.Short() {
		rounds = 600
	}
	var people sync.WaitGroup
	for i := range 6 {
		people.Go(func() {
			draw := rand.New(rand.NewPCG(4, uint64(i)))
			for range rounds {
				person(t, d, draw)
			}
		})
	}
	people.Wait()

	t.Run("and a transaction of nobody's finds no name", func(t *testing.T) {
		for range 4 {
			var set string
			if err := d.Get(of(t.Context(), 0), &set, allSettings); err != nil || len(set) != 36 { // the account's, and no member's
				t.Errorf("found %q, %v", set, err)
			}
			var seen string
			if err := d.Get(of(t.Context(), 0), &seen, allContacts); err != nil || seen != "" {
				t.Errorf("somebody of no member sees %q, %v", seen, err)
			}
		}
	})
}

// person does one thing as a person of a random member.
func person(t *testing.T, d *db.DB, draw *rand.Rand) {
	own := ident.Member(draw.IntN(4)) // 0: of none
	want := ""
	if own != 0 {
		want = own.String()
	}
	ctx, cancel := context.WithCancel(of(t.Context(), own))
	defer cancel()
	look := func(get func(context.Context, any, string, ...any) error) {
		var seen string
		if err := get(ctx, &seen, allContacts); err == nil && seen != want {
			t.Errorf("a person of member %q sees the contacts of %q", want, seen)
		} else if err != nil && !fault.Is(err, fault.Unavailable) {
			t.Error(err)
		}
	}
	switch draw.IntN(6) {
	case 0:
		look(d.Get)
	case 1:
		_ = d.Snapshot(ctx, func(tx *db.Tx) error { look(tx.Get); return nil })
	case 2: // a transaction that fails, on an error of the database's
		_ = d.InTx(ctx, func(tx *db.Tx) error {
			look(tx.Get)
			_, err := tx.Exec(ctx, `select 1 / 0`)
			return err
		})
	case 3: // one whose request is gone
		_ = d.InTx(ctx, func(tx *db.Tx) error { cancel(); look(tx.Get); return ctx.Err() })
	case 4: // one that panics
		func() {
			defer func() { _ = recover() }()
			_ = d.InTx(ctx, func(tx *db.Tx) error { look(tx.Get); panic("as a test") })
		}()
	case 5: // one that runs again, since it lost to another
		tries := 0
		_ = d.InTx(ctx, func(tx *db.Tx) error {
			look(tx.Get)
			if tries++; tries < 3 {
				_, err := tx.Exec(ctx, `do $$ begin raise exception 'lost' using errcode = '40001'; end $$`)
				return err
			}
			return nil
		})
	}
}

func TestAMemberChangesOnlyItsOwn(t *testing.T) {
	t.Parallel()
	d := members(t, 2, 4)
	ctx := of(t.Context(), 1)
	for name, statement := range map[string]string{
		"another's row":        `update contact set name = 'x' where member = 2`,
		"a row into another's": `insert into contact (id, member, name, phone) values (gen_random_uuid(), 2, 'x', '123')`,
		"a public member":      `update member set name = 'x' where number = 2`,
		"history":              `insert into member_history select 1, m.* from member m`,
		"the plan":             `update plan set title = 'x'`,
		"an account":           `select password from app_user`,
	} {
		var n int64
		err := d.InTx(ctx, func(tx *db.Tx) error {
			if _, err := tx.Change(ctx); err != nil {
				return err
			}
			var err error
			n, err = tx.Exec(ctx, statement)
			return errors.Join(err, errDone)
		})
		if n != 0 || err == nil {
			t.Errorf("%s: %d rows, %v", name, n, err)
		}
	}
	// A change without a WHERE reaches the member's own rows, or fails where it sees others.
	_ = d.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		if n, err := tx.Exec(ctx, `update contact set name = 'mine'`); err != nil || n != 1 {
			t.Errorf("an update without a condition changed %d rows, %v", n, err)
		}
		if n, err := tx.Exec(ctx, `delete from contact`); err != nil || n != 1 {
			t.Errorf("a deletion without a condition took %d rows, %v", n, err)
		}
		return errDone
	})
}

var errDone = errors.New("done")

// stranger makes a login that knows nothing of the register, and gives the
// address of the database for it and for an administrator of the server.
func stranger(t *testing.T, address string) (login, theirs string, admin *db.DB) {
	t.Helper()
	login = "stranger_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	user := regexp.MustCompile(`user=[a-z]+`)
	admin = dbtest.Open(t, user.ReplaceAllString(address, "user=postgres")) // of the tests' server: the owner may make no roles
	if err := admin.Administer(t.Context(), "create role "+login+" login noinherit"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin.Administer(context.Background(), "drop role "+login); err != nil {
			t.Log(err)
		}
	})
	return login, user.ReplaceAllString(address, "user="+login), admin
}

func TestALoginThatIsNotLetIn(t *testing.T) {
	t.Parallel()
	login, address, admin := stranger(t, dbtest.URL(t))
	d, err := db.Open(t.Context(), db.Config{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })

	var n int
	err = d.As(db.Public).Get(t.Context(), &n, "select 1")
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != "wall_role_missing" || f.Kind != fault.Unavailable {
		t.Errorf("works as the public: %v", err)
	}
	_, err = d.Migrate(t.Context())
	refused, ok := errors.AsType[*fault.Error](err)
	if !ok || refused.Code != "wall_roles_missing" || refused.Args["login"] != login {
		t.Fatalf("it migrates: %v", err)
	}
	if err := admin.Administer(t.Context(), refused.Args["sql"]); err != nil {
		t.Fatalf("what an administrator is told to run does not run: %v", err)
	}
	wall, err := d.Wall(t.Context())
	if err != nil || !wall.Strong || wall.Login != login || len(wall.Gaps) > 0 {
		t.Errorf("after that the wall is %+v, %v", wall, err)
	}
	if err := d.As(db.Login).Get(t.Context(), &n, "select count(*) from member"); err == nil {
		t.Error("the login itself reads the register")
	}
}

func TestAGapInTheWallIsTold(t *testing.T) {
	t.Parallel()
	owner := dbtest.New(t)
	if wall, err := owner.Wall(t.Context()); err != nil || len(wall.Gaps) > 0 || wall.Strong {
		t.Errorf("as its owner the wall is %+v, %v", wall, err)
	}
	if err := owner.Administer(t.Context(), `alter table contact disable row level security`); err != nil {
		t.Fatal(err)
	}
	wall, err := owner.Wall(t.Context())
	if err != nil || strings.Join(wall.Gaps, " ") != "contact" {
		t.Fatalf("a gap is told as %+v, %v", wall, err)
	}
	if err := owner.Administer(t.Context(), wall.Mend()); err != nil {
		t.Fatal(err)
	}
	if wall, err = owner.Wall(t.Context()); err != nil || len(wall.Gaps) > 0 {
		t.Errorf("mended, it is %+v, %v", wall, err)
	}
}
