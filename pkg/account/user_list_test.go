package account

import (
	"fmt"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/fault"
)

func TestEveryListOfAccountsRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, staff := w.add(t, "b-admin@example.org", access.RoleAdmin), w.add(t, "d-staff@example.org", access.RoleStaff)
	bound := w.add(t, "e@example.org", access.RoleMember)
	for _, letter := range []string{"f", "A", "c"} {
		w.add(t, letter+"@example.org", access.RoleAnalyst)
	}
	list := func(as User, query UserQuery) string {
		t.Helper()
		var letters []string
		for {
			page, err := w.Users(w.as(t, as), query)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range page.Users {
				letters = append(letters, strings.ToLower(u.Email[:1]))
			}
			if query.After = page.Next; page.Next == "" {
				return strings.Join(letters, "")
			}
		}
	}
	for limit := 1; limit <= 7; limit++ {
		t.Run(fmt.Sprintf("pages of %d give each account once, in order", limit), func(t *testing.T) {
			if got := list(admin, UserQuery{Limit: limit}); got != "abcdef" {
				t.Errorf("administrators see %s", got)
			}
			if got := list(staff, UserQuery{Limit: limit}); got != "acef" {
				t.Errorf("staff sees %s", got)
			}
		})
	}
	t.Run("filters hold", func(t *testing.T) {
		if got := list(admin, UserQuery{Role: access.RoleAnalyst, Limit: 1}) + list(admin, UserQuery{Member: bound.Member}) + list(staff, UserQuery{Role: access.RoleAdmin}); got != "acfe" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("every combination of filters runs", func(t *testing.T) {
		for i := range 8 {
			query := UserQuery{}
			if i&1 != 0 {
				query.Role = access.RoleMember
			}
			if i&2 != 0 {
				query.Member = bound.Member
			}
			if i&4 != 0 {
				query.After = bound.ID
			}
			page, err := w.Users(w.as(t, admin), query)
			if want := []int{6, 1, 1, 1, 1, 0, 0, 0}[i]; err != nil || len(page.Users) != want {
				t.Errorf("%+v gives %d, %v", query, len(page.Users), err)
			}
		}
	})
	t.Run("72 a page after a hidden account tells nothing", func(t *testing.T) {
		page, err := w.Users(w.as(t, staff), UserQuery{After: admin.ID})
		if err != nil || len(page.Users) > 0 {
			t.Errorf("got %v, %v", page, err)
		}
	})
	t.Run("73 limits are bounded", func(t *testing.T) {
		for _, limit := range []int{-1, 201, 1e9} {
			_, err := w.Users(w.as(t, admin), UserQuery{Limit: limit})
			refused(t, err, fault.Malformed, "parameters")
		}
	})
}
