package account

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func TestAddUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, staff := w.add(t, "admin@example.org", access.RoleAdmin), w.add(t, "staff@example.org", access.RoleStaff)
	member := w.member(t)

	t.Run("gives the account as it is then read", func(t *testing.T) {
		u, err := w.AddUser(w.as(t, staff), NewUser{
			Email: " Mei@Example.org", Name: "林 Mei", Role: access.RoleMember, Member: member, Post: access.Approver, Password: goodPassword,
		})
		want := User{ID: u.ID, Version: 1, Email: "Mei@Example.org", Name: "林 Mei", Role: access.RoleMember, Member: member, Post: access.Approver, CreatedAt: w.clock.now()}
		if err != nil || u != want {
			t.Errorf("got %+v, %v", u, err)
		}
		for _, read := range []func() (User, error){
			func() (User, error) { return w.User(w.as(t, staff), u.ID) },
			func() (User, error) { return w.UserByEmail(w.as(t, staff), "MEI@example.org") },
			func() (User, error) { return w.Me(w.as(t, u)) },
		} {
			got, err := read()
			got.CreatedAt = got.CreatedAt.UTC()
			if err != nil || got != want {
				t.Errorf("got %+v, %v", got, err)
			}
		}
	})
	t.Run("every fault is told at once", func(t *testing.T) {
		_, err := w.AddUser(w.as(t, admin), NewUser{Email: "x", Name: "a\x00", Role: access.RoleStaff, Member: 1, Post: access.Editor, Password: "short"})
		invalid(t, err, "/email invalid_email", "/name invalid_characters", "/member only_for_members", "/post only_for_members", "/password password_too_short")
		_, err = w.AddUser(w.as(t, admin), NewUser{Role: access.RoleMember})
		invalid(t, err, "/email required", "/member required", "/post required", "/password required")
	})
	t.Run("only the four roles and the two posts are taken", func(t *testing.T) {
		for _, role := range []access.Role{"", "root", access.RolePublic, access.RoleSystem} {
			_, err := w.AddUser(w.as(t, admin), NewUser{Email: "x@example.org", Role: role, Password: goodPassword})
			invalid(t, err, "/role not_in_list")
		}
		_, err := w.AddUser(w.as(t, admin), NewUser{Email: "x@example.org", Role: access.RoleMember, Member: member, Post: "chief", Password: goodPassword})
		invalid(t, err, "/post not_in_list")
	})
	t.Run("a password made of the address is refused", func(t *testing.T) {
		_, err := w.AddUser(w.as(t, admin), NewUser{Email: "huang.wei@longcompany.example", Role: access.RoleAnalyst, Password: "HuangWei.LongCompany1"})
		invalid(t, err, "/password password_common")
	})
	t.Run("a member that is not there is refused", func(t *testing.T) {
		_, err := w.AddUser(w.as(t, admin), NewUser{Email: "x@example.org", Role: access.RoleMember, Member: 999, Post: access.Editor, Password: goodPassword})
		invalid(t, err, "/member unknown_member")
	})
	t.Run("an address has one account, in any case of letters", func(t *testing.T) {
		_, err := w.AddUser(w.as(t, admin), NewUser{Email: "STAFF@example.org", Role: access.RoleAnalyst, Password: goodPassword})
		refused(t, err, fault.Conflict, "email_taken")
		if strings.Contains(strings.ToLower(err.Error()), "staff@example.org") {
			t.Errorf("the error, which is logged, shows it: %v", err)
		}
	})
	t.Run("38 staff adds no staff", func(t *testing.T) {
		for _, role := range []access.Role{access.RoleAdmin, access.RoleStaff} {
			_, err := w.AddUser(w.as(t, staff), NewUser{Email: "x@example.org", Role: role, Password: goodPassword})
			refused(t, err, fault.Forbidden, "forbidden")
		}
	})
	t.Run("an answered key adds nothing more", func(t *testing.T) {
		claim := db.Claim{User: admin.ID, Route: "POST /api/v1/users", Key: "k", Digest: []byte("d"), Status: 201}
		draft := NewUser{Email: "once@example.org", Role: access.RoleAnalyst, Password: goodPassword}
		u, err := w.AddUser(db.WithClaim(w.as(t, admin), claim), draft)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.AddUser(db.WithClaim(w.as(t, admin), claim), draft)
		if got := fmt.Sprintf("%+v", err); !strings.Contains(got, "answered before") {
			t.Errorf("got %v", err)
		}
		if n := w.count(t, `select count(*) from idempotency where kind = 'user' and subject = $1`, u.ID); n != 1 {
			t.Error("the key does not lead to the account")
		}
	})
	t.Run("accounts leave nothing in the ledger", func(t *testing.T) {
		if n := w.count(t, `select count(*) from entry where action <> 'member.registered'`); n != 0 {
			t.Errorf("%d entries", n)
		}
	})
}

func TestPatchUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, staff := w.add(t, "admin@example.org", access.RoleAdmin), w.add(t, "staff@example.org", access.RoleStaff)
	second := w.add(t, "second@example.org", access.RoleAdmin)
	member := w.member(t)

	t.Run("changes what is given and nothing else", func(t *testing.T) {
		u := w.add(t, "one@example.org", access.RoleAnalyst)
		got, err := w.PatchUser(w.as(t, staff), u.ID, 1, UserPatch{Name: new("Else")})
		want := u
		want.Name, want.Version = "Else", 2
		got.CreatedAt = got.CreatedAt.UTC()
		if err != nil || got != want {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("binds to a member and lets go of it", func(t *testing.T) {
		u := w.add(t, "two@example.org", access.RoleAnalyst)
		got, err := w.PatchUser(w.as(t, staff), u.ID, 1, UserPatch{Role: new(access.RoleMember), Member: &member, Post: new(access.Approver)})
		if err != nil || got.Member != member || got.Post != access.Approver {
			t.Errorf("got %+v, %v", got, err)
		}
		got, err = w.PatchUser(w.as(t, staff), u.ID, 2, UserPatch{Role: new(access.RoleAnalyst)})
		if err != nil || got.Member != 0 || got.Post != "" {
			t.Errorf("got %+v, %v", got, err)
		}
		_, err = w.PatchUser(w.as(t, staff), u.ID, 3, UserPatch{Role: new(access.RoleMember)})
		invalid(t, err, "/member required", "/post required")
		_, err = w.PatchUser(w.as(t, staff), u.ID, 3, UserPatch{Post: new(access.Editor)})
		invalid(t, err, "/post only_for_members")
	})
	t.Run("a patch that changes nothing makes no version", func(t *testing.T) {
		u := w.add(t, "three@example.org", access.RoleAnalyst)
		if got, err := w.PatchUser(w.as(t, staff), u.ID, 1, UserPatch{Name: &u.Name}); err != nil || got.Version != 1 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("71 of two patches at one version the second is stale", func(t *testing.T) {
		u := w.add(t, "four@example.org", access.RoleAnalyst)
		if _, err := w.PatchUser(w.as(t, staff), u.ID, 1, UserPatch{Name: new("A")}); err != nil {
			t.Fatal(err)
		}
		_, err := w.PatchUser(w.as(t, staff), u.ID, 1, UserPatch{Name: new("B")})
		refused(t, err, fault.Stale, "stale")
	})
	t.Run("a taken address is refused", func(t *testing.T) {
		_, err := w.PatchUser(w.as(t, admin), second.ID, 1, UserPatch{Email: new("Admin@example.org")})
		refused(t, err, fault.Conflict, "email_taken")
	})
	t.Run("43 staff sees and changes no staff", func(t *testing.T) {
		for _, other := range []User{admin, staff} {
			_, err := w.User(w.as(t, staff), other.ID)
			refused(t, err, fault.NotFound, "not_found")
			_, err = w.UserByEmail(w.as(t, staff), other.Email)
			refused(t, err, fault.NotFound, "not_found")
			_, err = w.PatchUser(w.as(t, staff), other.ID, 1, UserPatch{Name: new("x")})
			refused(t, err, fault.NotFound, "not_found")
			if other == admin {
				refused(t, w.ResetPassword(w.as(t, staff), other.ID, otherPassword), fault.NotFound, "not_found")
			}
		}
		_, err := w.PatchUser(w.as(t, staff), ident.New[ident.User](), 1, UserPatch{})
		refused(t, err, fault.NotFound, "not_found")
	})
	t.Run("37 staff makes nobody staff", func(t *testing.T) {
		u := w.add(t, "five@example.org", access.RoleAnalyst)
		for _, role := range []access.Role{access.RoleAdmin, access.RoleStaff} {
			_, err := w.PatchUser(w.as(t, staff), u.ID, 1, UserPatch{Role: &role})
			refused(t, err, fault.Forbidden, "forbidden")
		}
	})
	t.Run("nobody changes their own role or disables themselves", func(t *testing.T) {
		_, err := w.PatchUser(w.as(t, admin), admin.ID, 1, UserPatch{Role: new(access.RoleStaff)})
		refused(t, err, fault.Forbidden, "own_role")
		_, err = w.PatchUser(w.as(t, admin), admin.ID, 1, UserPatch{Disabled: new(true)})
		refused(t, err, fault.Forbidden, "own_account")
		if _, err := w.PatchUser(w.as(t, admin), admin.ID, 1, UserPatch{Name: new("Me")}); err != nil {
			t.Error(err)
		}
	})
}

func TestLastAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two := w.add(t, "one@example.org", access.RoleAdmin), w.add(t, "two@example.org", access.RoleAdmin)

	t.Run("two who demote each other at once leave one", func(t *testing.T) {
		versions := map[ident.User]int64{one.ID: 1, two.ID: 1}
		for range 10 {
			var at sync.WaitGroup
			for _, pair := range [][2]User{{one, two}, {two, one}} {
				at.Go(func() {
					_, err := w.PatchUser(w.as(t, pair[0]), pair[1].ID, versions[pair[1].ID], UserPatch{Role: new(access.RoleStaff)})
					if err != nil {
						refused(t, err, fault.Conflict, "last_administrator")
					}
				})
			}
			at.Wait()
			if n := w.count(t, `select count(*) from app_user where role = 'admin'`); n != 1 {
				t.Fatalf("%d are left", n)
			}
			for id := range versions {
				u, err := w.User(system(t), id)
				if err == nil && u.Role == access.RoleStaff {
					u, err = w.PatchUser(system(t), id, u.Version, UserPatch{Role: new(access.RoleAdmin)})
				}
				if err != nil {
					t.Fatal(err)
				}
				versions[id] = u.Version
			}
		}
	})
	t.Run("the last is neither demoted nor disabled, by nobody", func(t *testing.T) {
		u, err := w.User(system(t), two.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.PatchUser(system(t), two.ID, u.Version, UserPatch{Disabled: new(true)}); err != nil {
			t.Fatal(err)
		}
		last, err := w.User(system(t), one.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, patch := range []UserPatch{{Role: new(access.RoleAnalyst)}, {Disabled: new(true)}} {
			_, err = w.PatchUser(system(t), one.ID, last.Version, patch)
			refused(t, err, fault.Conflict, "last_administrator")
			_, err = w.PatchUser(w.as(t, one), one.ID, last.Version, patch)
			refused(t, err, fault.Conflict, "last_administrator")
		}
	})
}
