package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/registrytest"
)

// tokening is the story of a script's token.
func (s *teller) tokening() {
	made := s.tell("staff", "POST", "/api/v1/tokens", `{"name":"figures of spring","scopes":["read_own","staff_import"],"expires_at":"2027-01-01T08:00:00+08:00"}`, http.StatusCreated)
	where := made.header.Get("Location")
	if made.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(made.field("token"), "accord_") || made.field("expires_at") != "2027-01-01T00:00:00Z" {
		s.t.Errorf("made %v %s", made.header, made.text)
	}
	for _, target := range []string{where, "/api/v1/tokens"} {
		if a := s.tell("staff", "GET", target, "", http.StatusOK); strings.Contains(a.text, made.field("token")) || !strings.Contains(a.text, `"hint":"`+made.field("token")[:11]+`"`) {
			s.t.Errorf("%s tells %s", target, a.text)
		}
	}
	s.tokens["script"] = made.field("token")
	if a := s.tell("script", "GET", "/api/v1/me", "", http.StatusOK); !strings.Contains(a.text, `"scopes":["read_own","staff_import"]`) {
		s.t.Errorf("the script is told %s", a.text)
	}
	s.made("script", "/api/v1/members", `{"name":"Registered by a script","kind":"other"}`)
	s.tell("script", "GET", "/api/v1/tokens", "", http.StatusForbidden)
	s.tell("staff", "DELETE", where, "", http.StatusNoContent)
	s.tell("script", "GET", "/api/v1/plan", "", http.StatusUnauthorized)

	of := "/api/v1/users/" + s.tell("analyst", "GET", "/api/v1/me", "", http.StatusOK).field("id") + "/tokens"
	s.tokens["notebook"] = s.tell("analyst", "POST", "/api/v1/tokens", `{"name":"a notebook","scopes":["read_public"]}`, http.StatusCreated).field("token")
	s.tell("notebook", "GET", "/api/v1/statistics/members?by=country", "", http.StatusOK)
	list := s.tell("staff", "GET", of, "", http.StatusOK).items()
	s.tell("staff", "DELETE", of+"/"+fmt.Sprint(list[0]["id"]), "", http.StatusNoContent)
	s.tell("notebook", "GET", "/api/v1/plan", "", http.StatusUnauthorized)
}

// TestATokenThatReadsWhatIsPublicReadsAsThePublic walks every address with one
// of staff and one of the own member's approver.
func TestATokenThatReadsWhatIsPublicReadsAsThePublic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	of := map[string]string{"staff's notebook": "staff", "own notebook": "own approver"}
	for notebook, owner := range of {
		w.tokens[notebook] = w.tell(owner, "POST", "/api/v1/tokens", `{"name":"n","scopes":["read_public"]}`, http.StatusCreated).field("token")
	}
	for operation, addresses := range w.addresses() {
		for _, target := range addresses {
			if operation == "readMe" {
				continue
			}
			public := w.send("", "GET", target, "")
			for notebook := range of {
				got := w.send(notebook, "GET", target, "")
				if public.status == http.StatusUnauthorized && (got.status == http.StatusForbidden || got.status == http.StatusNotFound) {
					continue
				}
				if got.status != public.status || public.status == http.StatusOK && withoutCursor(got) != withoutCursor(public) {
					t.Errorf("%s by the %s\ngot %s\nthe public %s", target, notebook, got.plain(), public.plain())
				}
			}
		}
	}
}

// withoutCursor is the tag and the body, without the cursor of a next page, which
// is for its reader alone.
func withoutCursor(r reply) string {
	before, cursor, more := strings.Cut(r.text, `"next_cursor":"`)
	if !more {
		return r.header.Get("ETag") + r.text
	}
	_, after, _ := strings.Cut(cursor, `"`)
	return before + after
}

// A key that made a thing is its owner's, by whatever the owner asks.
func TestTokensKeepTheConventions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.Account(t, access.RoleStaff, 0, "")
	s := &teller{house: h, t: t, tokens: map[string]string{"staff": h.SignIn(t, u).Access}}
	s.tokens["script"] = s.tell("staff", "POST", "/api/v1/tokens", `{"name":"n","scopes":["staff_import"]}`, http.StatusCreated).field("token")
	first := s.tell("script", "POST", "/api/v1/members", `{"name":"One","kind":"other"}`, http.StatusCreated, "Idempotency-Key", "k")
	again := s.tell("staff", "POST", "/api/v1/members", `{"name":"One","kind":"other"}`, http.StatusCreated, "Idempotency-Key", "k")
	if first.text != again.text {
		t.Errorf("got %s\nand %s", first.text, again.text)
	}
	s.tell("script", "PATCH", first.header.Get("Location"), `{"city":"Xi'an"}`, http.StatusOK, "If-Match", first.header.Get("ETag"))
	events := h.log.events()
	for _, bad := range []string{s.tokens["script"] + "x", "accord_", strings.Replace(s.tokens["script"], "accord_", "accord_0", 1)} {
		s.tokens["bad"] = bad
		s.tell("bad", "GET", "/api/v1/plan", "", http.StatusUnauthorized)
	}
	if n := h.log.events() - events; n != 3 || h.log.tells(s.tokens["script"][11:]) {
		t.Errorf("%d events", n)
	}
	if err := h.Accounts.NoteUses(registrytest.System()); err != nil {
		t.Fatal(err)
	}
	if list := s.tell("staff", "GET", "/api/v1/tokens", "", http.StatusOK); list.items()[0]["last_used_at"] == nil {
		t.Errorf("it was never used: %s", list.text)
	}
}
