//go:build unix

package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	p := private(t)
	got := decode[map[string]any](t, p.must(t, "", "version", "--json"))
	if got["version"] != "v1-test" || got["four_eyes"] != true {
		t.Errorf("version: %v", got)
	}
	if got := decode[map[string]any](t, p.must(t, "", "version", "--json", "--four-eyes", "off")); got["four_eyes"] != false {
		t.Errorf("of an office of one person: %v", got)
	}
	p.refused(t, 2, []string{"four-eyes"}, "version", "--four-eyes", "perhaps")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	p := private(t)
	p.refused(t, 2, []string{"unexpected argument"}, "frobnicate")
	p.refused(t, 2, []string{"--password-stdin"}, "user", "add", "--role", "admin", "--email", "a@example.org")
	p.refused(t, 2, []string{"--role"}, "user", "add", "--role", "king", "--email", "a@example.org", "--password-stdin")
	p.refused(t, 2, []string{"no password"}, "user", "add", "--role", "admin", "--email", "a@example.org", "--password-stdin")
	p.refused(t, 2, []string{"ACCORD_SIGNING_KEYS"}, "serve", "--signing-keys", "nonsense")
}

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	got := decode[map[string]any](t, private(t).must(t, "", "openapi", "--json"))
	if version, ok := got["openapi"].(string); !ok || !strings.HasPrefix(version, "3.0.") {
		t.Errorf("openapi: %v", got["openapi"])
	}
}

func TestUser(t *testing.T) {
	t.Parallel()
	p := private(t)
	type user struct{ ID, Email, Role string }
	add := []string{"user", "add", "--role", "admin", "--email", "first@example.org", "--password-stdin"}

	t.Run("is added without a running server", func(t *testing.T) {
		added := decode[user](t, p.must(t, "seven herons over a quiet lake\r\n", append(add, "--json")...))
		if added.Email != "first@example.org" || added.Role != "admin" || added.ID == "" {
			t.Errorf("added %+v", added)
		}
	})
	t.Run("is refused with a short password and with an address that has an account", func(t *testing.T) {
		if o := p.run(t, "short\n", "user", "add", "--role", "staff", "--email", "b@example.org", "--password-stdin"); o.code != 3 || !strings.Contains(o.err, "password") {
			t.Errorf("short password: %+v", o)
		}
		if o := p.run(t, "seven herons over a quiet lake\n", add...); o.code != 3 || !strings.Contains(o.err, "email") {
			t.Errorf("second account: %+v", o)
		}
	})
	t.Run("is listed and given another password while the server runs", func(t *testing.T) {
		s := p.serve(t)
		users := decode[[]user](t, p.must(t, "", "user", "list", "--json"))
		if len(users) != 1 || users[0].Email != "first@example.org" {
			t.Errorf("users: %+v", users)
		}
		if said := p.must(t, "", "user", "list"); !strings.Contains(said, "first@example.org") {
			t.Error(said)
		}
		p.must(t, "nine cranes above the river\n", "user", "reset-password", "--email", "First@Example.org", "--password-stdin")
		if status, body := s.signIn(t, "first@example.org", "nine cranes above the river"); status != 201 && status != 200 {
			t.Errorf("signing in answers %d: %s", status, body)
		}
	})
}

func TestSeed(t *testing.T) {
	t.Parallel()
	p := private(t)
	p.must(t, "", "seed")
	s := p.serve(t)
	_, before := s.get(t, "/api/v1/changes?limit=200")
	p.must(t, "", "seed")
	if _, after := s.get(t, "/api/v1/changes?limit=200"); after != before {
		t.Errorf("loading it once more changed something:\n%s\n%s", before, after)
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	type report struct {
		Sound  bool
		Checks []struct {
			Check, Detail, Mend string
			Sound               bool
		}
	}
	look := func(t *testing.T, p place) report {
		t.Helper()
		return decode[report](t, p.run(t, "", "doctor", "--json").out)
	}

	t.Run("finds nothing wrong before the first start, and makes nothing", func(t *testing.T) {
		t.Parallel()
		p := private(t)
		if got := look(t, p); !got.Sound {
			t.Errorf("%+v", got)
		}
		_, data, _ := strings.Cut(p.env[0], "=")
		if _, err := os.Stat(filepath.Join(data, "postgres")); err == nil {
			t.Error("there is a database now")
		}
	})
	t.Run("has a mend for each failure", func(t *testing.T) {
		t.Parallel()
		for name, p := range map[string]place{
			"no administrator": func() place { p := private(t); p.must(t, "", "migrate", "up"); return p }(),
			"no server":        on("postgres://nobody@127.0.0.1:1/accord?sslmode=disable"),
			"no programs":      {env: []string{"ACCORD_DATA=/nonexistent", "PG_BIN=/nonexistent"}},
		} {
			o := p.run(t, "", "doctor")
			if o.code != 7 || !strings.Contains(o.out, "FAIL") {
				t.Errorf("%s: exit code %d\n%s%s", name, o.code, o.out, o.err)
			}
			for _, check := range look(t, p).Checks {
				if !check.Sound && check.Mend == "" {
					t.Errorf("%s: %s has no mend", name, check.Check)
				}
			}
		}
	})
}
