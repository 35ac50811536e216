package api

import (
	"strings"
	"testing"

	"accord/pkg/access"
)

func TestCursors(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	mine := access.Actor{User: "8b3c1c1e-0000-4000-8000-000000000001", Role: access.RoleStaff}
	open := func(door *Door, actor access.Actor, target, cursor string) (*int, error) {
		r := door.ask(t, "listMembers", target, "")
		r.ctx = access.With(t.Context(), actor)
		path, raw, _ := strings.Cut(target, "?")
		_ = path
		var err error
		if r.query, err = r.op.readQuery(raw + "&cursor=" + cursor); err != nil {
			return nil, err
		}
		return after[int](r)
	}
	maker := d.ask(t, "listMembers", "/api/v1/members?q=a&country=CN&limit=2", "")
	maker.ctx = access.With(t.Context(), mine)
	maker.query, _ = maker.op.readQuery("q=a&country=CN&limit=2")
	cursor, err := maker.seal(41)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("the same place has the same cursor, another place another", func(t *testing.T) {
		t.Parallel()
		again, _ := maker.seal(41)
		elsewhere, _ := maker.seal(42)
		if again != cursor || elsewhere[:16] == cursor[:16] {
			t.Errorf("first %s\nagain %s\nelsewhere %s", cursor, again, elsewhere)
		}
	})
	t.Run("a cursor opens with its query in another order and page size", func(t *testing.T) {
		t.Parallel()
		place, err := open(d, mine, "/api/v1/members?country=CN&limit=5&q=a", cursor)
		if err != nil || place == nil || *place != 41 {
			t.Errorf("%v, %v", place, err)
		}
	})
	other := newDoor(t)
	if other.cursors, err = newSealer([]byte(strings.Repeat("o", 32))); err != nil {
		t.Fatal(err)
	}
	flipped := []byte(cursor)
	flipped[20] ^= 1
	for name, try := range map[string]func() (*int, error){
		"another query":   func() (*int, error) { return open(d, mine, "/api/v1/members?q=b&country=CN", cursor) },
		"a wider query":   func() (*int, error) { return open(d, mine, "/api/v1/members?q=a", cursor) },
		"another address": func() (*int, error) { return open(d, mine, "/api/v1/users?q=a&country=CN", cursor) },
		"another reader": func() (*int, error) {
			return open(d, access.Actor{User: "8b3c1c1e-0000-4000-8000-000000000002"}, "/api/v1/members?q=a&country=CN", cursor)
		},
		"the public":    func() (*int, error) { return open(d, access.Actor{}, "/api/v1/members?q=a&country=CN", cursor) },
		"another key":   func() (*int, error) { return open(other, mine, "/api/v1/members?q=a&country=CN", cursor) },
		"another bit":   func() (*int, error) { return open(d, mine, "/api/v1/members?q=a&country=CN", string(flipped)) },
		"a short one":   func() (*int, error) { return open(d, mine, "/api/v1/members?q=a&country=CN", "AAAA") },
		"no base64":     func() (*int, error) { return open(d, mine, "/api/v1/members?q=a&country=CN", "%21%21") },
		"plain numbers": func() (*int, error) { return open(d, mine, "/api/v1/members?q=a&country=CN", "41") },
	} {
		t.Run(name+" does not open it", func(t *testing.T) {
			t.Parallel()
			if _, err := try(); told(err) != "parameters\ncursor cursor_invalid" {
				t.Errorf("got %s", told(err))
			}
		})
	}
}
