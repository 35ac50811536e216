package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"accord/pkg/access"
)

func newUser(email, role string) string {
	return fmt.Sprintf(`{"email":%q,"role":%q,"password":%q}`, email, role, password)
}

func TestUsers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(t, "admin@example.org", access.RoleAdmin)
	o.add(t, "staff@example.org", access.RoleStaff)
	o.add(t, "analyst@example.org", access.RoleAnalyst)
	admin, staff := o.signIn(t, "admin@example.org").field("access_token"), o.signIn(t, "staff@example.org").field("access_token")
	analyst := o.signIn(t, "analyst@example.org").field("access_token")

	t.Run("are added, read and amended under their version", func(t *testing.T) {
		made := o.ask(t, staff, "POST", "/api/v1/users", newUser("one@example.org", "analyst")).is(t, 201, "")
		where := made.header.Get("Location")
		if where != "/api/v1/users/"+made.field("id") || strings.Contains(made.text, "password") {
			t.Errorf("got %s at %s", made.text, where)
		}
		read := o.ask(t, staff, "GET", where, "").is(t, 200, "")
		tag := read.header.Get("ETag")
		if read.text != made.text || tag == "" || tag != made.header.Get("ETag") || read.header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("got %s with %v", read.text, read.header)
		}
		o.ask(t, staff, "GET", where, "", "If-None-Match", tag).is(t, 304, "")
		o.ask(t, staff, "PATCH", where, `{"name":"One"}`).is(t, 428, "if_match_required")
		after := o.ask(t, staff, "PATCH", where, `{"name":"One"}`, "If-Match", tag).is(t, 200, "")
		if after.field("name") != "One" || after.body["version"] != 2.0 || after.header.Get("ETag") == tag {
			t.Errorf("got %s", after.text)
		}
		o.ask(t, staff, "PATCH", where, `{"name":"Two"}`, "If-Match", tag).is(t, 412, "stale")
		after = o.ask(t, staff, "PATCH", where, `{"name":null,"disabled":true}`, "If-Match", `"2"`).is(t, 200, "")
		if _, named := after.body["name"]; named || after.body["disabled"] != true {
			t.Errorf("got %s", after.text)
		}
		after = o.ask(t, staff, "PATCH", where, `{"disabled":null}`, "If-Match", "*").is(t, 200, "")
		if after.body["disabled"] != false {
			t.Errorf("got %s", after.text)
		}
	})
	t.Run("tell all faults of a body at once", func(t *testing.T) {
		a := o.ask(t, admin, "POST", "/api/v1/users", `{"email":"x","role":"member","password":"short","id":"1"}`).is(t, 422, "invalid")
		for _, want := range []string{"/email ", "/id unknown_field", "/member required", "/post required", "/password password_too_short"} {
			if !strings.Contains(a.faults(), want) {
				t.Errorf("no %s in %s", want, a.faults())
			}
		}
	})
	t.Run("37 take nothing that is not theirs to give", func(t *testing.T) {
		for _, field := range []string{"id", "version", "disabled", "created_at", "password_hash"} {
			body := strings.Replace(newUser("mass@example.org", "analyst"), "{", fmt.Sprintf("{%q:1,", field), 1)
			if got := o.ask(t, admin, "POST", "/api/v1/users", body).is(t, 422, "invalid").faults(); got != "/"+field+" unknown_field" {
				t.Errorf("got %s", got)
			}
		}
		o.ask(t, analyst, "PUT", "/api/v1/me", `{"role":"admin"}`).is(t, 405, "method_not_allowed")
		o.ask(t, analyst, "PATCH", "/api/v1/me", `{"role":"admin"}`).is(t, 405, "method_not_allowed")
	})
	t.Run("38 are no business of those who manage none", func(t *testing.T) {
		for _, token := range []string{analyst, ""} {
			status, code := 403, "forbidden"
			if token == "" {
				status, code = 401, "unauthenticated"
			}
			o.ask(t, token, "GET", "/api/v1/users", "").is(t, status, code)
			o.ask(t, token, "POST", "/api/v1/users", newUser("x@example.org", "admin")).is(t, status, code)
		}
	})
	t.Run("of staff are for administrators", func(t *testing.T) {
		o.ask(t, staff, "POST", "/api/v1/users", newUser("x@example.org", "staff")).is(t, 403, "forbidden")
		me := o.ask(t, admin, "GET", "/api/v1/me", "").field("id")
		o.ask(t, staff, "GET", "/api/v1/users/"+me, "").is(t, 404, "not_found")
		o.ask(t, staff, "PATCH", "/api/v1/users/"+me, `{"disabled":true}`, "If-Match", `"1"`).is(t, 404, "not_found")
		o.ask(t, staff, "POST", "/api/v1/users/"+me+"/password", `{"password":"x"}`).is(t, 404, "not_found")
		o.ask(t, admin, "PATCH", "/api/v1/users/"+me, `{"role":"staff"}`, "If-Match", `"1"`).is(t, 409, "last_administrator")
	})
	t.Run("have one account for one address", func(t *testing.T) {
		a := o.ask(t, admin, "POST", "/api/v1/users", newUser("STAFF@example.org", "analyst")).is(t, 409, "email_taken")
		if a.faults() != "/email email_taken" || strings.Contains(strings.ToLower(a.text), "staff@") {
			t.Errorf("got %s", a.text)
		}
	})
	t.Run("68 are added once under one key", func(t *testing.T) {
		first := o.ask(t, admin, "POST", "/api/v1/users", newUser("key@example.org", "analyst"), "Idempotency-Key", "k").is(t, 201, "")
		again := o.ask(t, admin, "POST", "/api/v1/users", newUser("key@example.org", "analyst"), "Idempotency-Key", "k").is(t, 201, "")
		if first.text != again.text || first.header.Get("Location") != again.header.Get("Location") {
			t.Errorf("%s\n%s", first.text, again.text)
		}
		o.ask(t, admin, "POST", "/api/v1/users", newUser("else@example.org", "analyst"), "Idempotency-Key", "k").is(t, 422, "idempotency_key_reused")
	})
	t.Run("are listed page by page with a cursor for this reader alone", func(t *testing.T) {
		var emails []string
		path := "/api/v1/users?limit=2"
		for path != "" {
			a := o.ask(t, admin, "GET", path, "").is(t, 200, "")
			var list struct {
				Items []struct{ Email string } `json:"items"`
				Next  string                   `json:"next_cursor"`
			}
			if err := json.Unmarshal([]byte(a.text), &list); err != nil {
				t.Fatal(err)
			}
			for _, u := range list.Items {
				emails = append(emails, u.Email)
			}
			path = ""
			if list.Next != "" {
				path = "/api/v1/users?limit=2&cursor=" + list.Next
				if link := a.header.Get("Link"); !strings.Contains(link, list.Next) || !strings.Contains(link, `rel="next"`) {
					t.Errorf("got %s", link)
				}
				o.ask(t, staff, "GET", path, "").is(t, 400, "parameters")
			}
		}
		if got := strings.Join(emails, " "); got != "admin@example.org analyst@example.org key@example.org one@example.org staff@example.org" {
			t.Errorf("got %s", got)
		}
		for _, query := range []string{"limit=0", "limit=-1", "limit=1000000000", "role=root", "member=x", "cursor=AAAA", "x=1"} {
			o.ask(t, admin, "GET", "/api/v1/users?"+query, "").is(t, 400, "parameters")
		}
	})
	t.Run("get another password from those who manage them", func(t *testing.T) {
		id := o.ask(t, analyst, "GET", "/api/v1/me", "").field("id")
		path := "/api/v1/users/" + id + "/password"
		o.ask(t, staff, "POST", path, `{"password":"passwordpassword"}`).is(t, 422, "invalid")
		o.ask(t, staff, "POST", path, `{"password":"`+otherPassword+`"}`, "Idempotency-Key", "k").is(t, 400, "idempotency_key_refused")
		o.ask(t, staff, "POST", path, `{"password":"`+otherPassword+`"}`).is(t, 204, "")
		o.ask(t, analyst, "GET", "/api/v1/me", "").is(t, 401, "token_invalid")
		o.ask(t, "", "POST", "/api/v1/sessions", credentials("analyst@example.org", otherPassword)).is(t, 201, "")
	})
	t.Run("are not found under what is no id", func(t *testing.T) {
		for _, id := range []string{"1", "00000000-0000-0000-0000-000000000000", "%27", strings.Repeat("a", 5000)} {
			o.ask(t, admin, "GET", "/api/v1/users/"+id, "").is(t, 404, "not_found")
		}
	})
}
