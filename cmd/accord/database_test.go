//go:build unix

package main_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"accord/db"
	"accord/db/dbtest"
	"accord/db/embedded"
)

// empty makes a database of the users' own with nothing in it.
func empty(t *testing.T, locale string) string {
	t.Helper()
	admin := dbtest.New(t)
	address, err := url.Parse(dbtest.URL(t))
	must(t, err)
	name := "own_" + uuid.NewString()
	must(t, admin.Administer(context.Background(),
		fmt.Sprintf(`create database %q template template0 encoding 'UTF8' locale '%s'`, name, locale)))
	t.Cleanup(func() {
		must(t, admin.Administer(context.Background(), fmt.Sprintf(`drop database %q with (force)`, name)))
	})
	address.Path = "/" + name
	return address.String()
}

func TestOwnDatabase(t *testing.T) {
	t.Parallel()

	t.Run("is not touched unless told to", func(t *testing.T) {
		t.Parallel()
		p := on(empty(t, "C.UTF-8"))
		p.refused(t, 5, []string{"accord migrate up"}, "serve")
		p.refused(t, 5, []string{"accord migrate up"}, "migrate", "status")
		p.refused(t, 5, []string{"accord migrate up"}, "user", "list")
		p.must(t, "", "migrate", "up")
		p.must(t, "", "migrate", "up")
		status := decode[db.Schema](t, p.must(t, "", "migrate", "status", "--json"))
		if status.At == 0 || status.At != status.Want {
			t.Errorf("status: %+v", status)
		}
	})
	t.Run("is migrated by serve when told to", func(t *testing.T) {
		t.Parallel()
		s := on(empty(t, "C.UTF-8")).serve(t, "--migrate")
		if status, _ := s.get(t, "/readyz"); status != http.StatusOK {
			t.Errorf("answers %d", status)
		}
		if code := s.end(t, syscall.SIGTERM); code != 0 {
			t.Errorf("exit code %d\n%s", code, s.log)
		}
	})
	t.Run("is served by a login that owns nothing, and migrated by its owner", func(t *testing.T) {
		t.Parallel()
		owner := empty(t, "C.UTF-8")
		login := strings.Replace(owner, "user="+embedded.Role, "user="+embedded.Login, 1)
		p := on(login)
		p.refused(t, 5, []string{"accord migrate up"}, "serve")
		p.env = append(p.env, "ACCORD_MIGRATE_URL="+owner)
		p.must(t, "", "migrate", "up")
		p.must(t, "seven herons over a quiet lake\n", "user", "add", "--role", "admin", "--email", "first@example.org", "--password-stdin")
		if said := p.must(t, "", "doctor"); !strings.Contains(said, "the login "+embedded.Login+" is bound by them") {
			t.Errorf("the doctor says %s", said)
		}
		if said := on(owner).must(t, "", "doctor"); !strings.Contains(said, "Warning: the login "+embedded.Role+" owns the tables") {
			t.Errorf("of the owner the doctor says %s", said)
		}
		if status, _ := p.serve(t).get(t, "/api/v1/members"); status != http.StatusOK {
			t.Errorf("answers %d", status)
		}
	})
	t.Run("is refused when a policy is not in force", func(t *testing.T) {
		t.Parallel()
		address := dbtest.URL(t)
		must(t, dbtest.Open(t, address).Administer(context.Background(), `alter table contact disable row level security`))
		p := on(address)
		p.refused(t, 6, []string{"contact", "alter table contact enable row level security"}, "serve")
		if said := p.run(t, "", "doctor").out; !strings.Contains(said, "FAIL  wall") {
			t.Errorf("the doctor says %s", said)
		}
	})
	t.Run("is refused when its schema is newer than the program", func(t *testing.T) {
		t.Parallel()
		address := dbtest.URL(t)
		newer(t, address)
		p := on(address)
		p.refused(t, 5, []string{"too new"}, "serve")
		p.refused(t, 5, []string{"too new"}, "serve", "--migrate")
		p.refused(t, 5, []string{"too new"}, "migrate", "up")
	})
	t.Run("is refused when its locale is blind to Chinese", func(t *testing.T) {
		t.Parallel()
		p := on(empty(t, "C"))
		p.refused(t, 6, []string{"Chinese", "C.UTF-8"}, "serve", "--migrate")
		p.refused(t, 6, []string{"Chinese", "C.UTF-8"}, "serve")
		p.refused(t, 6, []string{"Chinese", "C.UTF-8"}, "migrate", "up")
		p.refused(t, 5, nil, "migrate", "status") // so nothing was made
	})
	t.Run("may be on several hosts, of which one takes writes", func(t *testing.T) {
		t.Parallel()
		address, err := url.Parse(dbtest.URL(t))
		must(t, err)
		query := address.Query()
		host, port := query.Get("host"), query.Get("port")
		query.Del("host")
		query.Del("port")
		query.Set("target_session_attrs", "read-write")
		for form, several := range map[string]string{
			"in the query":        fmt.Sprintf("postgres://%s?%s&host=/nonexistent,%s&port=%s", address.Path, query.Encode(), host, port),
			"as PostgreSQL's own": fmt.Sprintf("postgres://%%2Fnonexistent:5433,%s:%s%s?%s", url.PathEscape(host), port, address.Path, query.Encode()),
		} {
			s := on(several).serve(t)
			if status, _ := s.get(t, "/readyz"); status != http.StatusOK {
				t.Errorf("%s: answers %d", form, status)
			}
		}
	})
	t.Run("that cannot be read is refused, and not shown", func(t *testing.T) {
		t.Parallel()
		for _, address := range []string{"postgres://accord:hunter 2@one/accord", "mysql://accord:hunter2@one", "accord:hunter2@one"} {
			p := on(address)
			p.refused(t, 2, []string{"DATABASE_URL", "postgres://"}, "serve")
			p.refused(t, 7, []string{"1 of 6"}, "doctor")
			for _, command := range []string{"serve", "doctor"} {
				if o := p.run(t, "", command); strings.Contains(o.out+o.err, "hunter") {
					t.Errorf("accord %s shows the password:\n%s%s", command, o.out, o.err)
				}
			}
		}
	})
	t.Run("that is not on the server is told from others", func(t *testing.T) {
		t.Parallel()
		address, err := url.Parse(dbtest.URL(t))
		must(t, err)
		address.Path = "/no_such_database"
		on(address.String()).refused(t, 6, []string{"no_such_database", "DATABASE_URL names it"}, "migrate", "status")
	})
	t.Run("that does not answer is named without its password", func(t *testing.T) {
		t.Parallel()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		closed := l.Addr().String()
		must(t, l.Close())
		o := on("postgres://accord:hunter2hunter2@"+closed+"/accord?sslmode=disable").run(t, "", "serve")
		if o.code != 6 || strings.Contains(o.err, "hunter2") {
			t.Errorf("exit code %d\n%s", o.code, o.err)
		}
	})
}

// newer makes the schema look as if a later program had migrated it.
func newer(t *testing.T, address string) {
	t.Helper()
	d := dbtest.Open(t, address)
	must(t, d.Administer(context.Background(),
		`insert into goose_db_version (version_id, is_applied) values (99999, true)`))
}
