package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
)

const wholeCommitment = `{"point":4,"title":"Train 1,000 people","text":"We train 1,000 people\nin cross-border trade.","strength":"pledged",
	"starts_on":"2026-01-01","due_on":"2027-12-31"}`

func TestCommitments(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number, other := h.Member(t, "Jollychic"), h.Member(t, "Alibaba")
	staff := h.staff(t)
	approver, editor := h.token(t, access.RoleMember, number, access.Approver), h.token(t, access.RoleMember, number, access.Editor)
	foreign := h.token(t, access.RoleMember, other, access.Approver)
	at := "/api/v1/members/" + number.String() + "/commitments"
	made := h.ask(t, editor, "POST", at, wholeCommitment, "Idempotency-Key", "draft").is(t, http.StatusCreated, "")
	where, tag := made.header.Get("Location"), made.header.Get("ETag")

	t.Run("a draft is read by staff and its own member alone", func(t *testing.T) {
		for _, token := range []string{staff, approver, editor} {
			if a := h.ask(t, token, "GET", where, "").is(t, http.StatusOK, ""); a.text != made.text {
				t.Errorf("got %s", a.text)
			}
		}
		for _, token := range []string{"", foreign, h.token(t, access.RoleAnalyst, 0, "")} {
			h.ask(t, token, "GET", where, "").is(t, http.StatusNotFound, "not_found")
			for _, list := range []string{at, at + "?state=draft", "/api/v1/commitments", "/api/v1/commitments?state=draft&member=" + number.String()} {
				if a := h.ask(t, token, "GET", list, "").is(t, http.StatusOK, ""); strings.TrimSpace(a.text) != `{"items":[]}` {
					t.Errorf("%s gives %s", list, a.text)
				}
			}
		}
	})
	t.Run("43 what one may not know of cannot be told from what is not there", func(t *testing.T) {
		nothing := "/api/v1/commitments/0b9f1f62-7d4f-4d4e-9f0e-2a3c8b8a1d11"
		for _, ask := range [][3]string{{"GET", "", ""}, {"PATCH", "", `{"title":"x"}`}, {"POST", "/submit", ""}} {
			hidden := h.ask(t, foreign, ask[0], where+ask[1], ask[2], "If-Match", `"1"`)
			absent := h.ask(t, foreign, ask[0], nothing+ask[1], ask[2], "If-Match", `"1"`)
			if hidden.status != http.StatusNotFound || absent.status != hidden.status || hidden.field("code") != absent.field("code") {
				t.Errorf("%v: %s against %s", ask, hidden.text, absent.text)
			}
		}
	})
	t.Run("nobody writes for another member", func(t *testing.T) {
		h.ask(t, foreign, "POST", at, wholeCommitment).is(t, http.StatusForbidden, "not_your_member")
		h.ask(t, "", "POST", at, wholeCommitment).is(t, http.StatusUnauthorized, "unauthenticated")
	})
	t.Run("all faults of a draft are told at once", func(t *testing.T) {
		a := h.ask(t, editor, "POST", at, `{"point":9,"title":"a\u0007b","strength":"sworn","starts_on":"2026-01-02","due_on":"2026-01-01","state":"registered","member":2}`)
		got := a.is(t, http.StatusUnprocessableEntity, "invalid").faults()
		for _, want := range []string{
			"/point out_of_range", "/text required", "/strength not_in_list", "/state unknown_field", "/member unknown_field", "/title ", "/due_on due_before_start",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s is not in %s", want, got)
			}
		}
	})
	t.Run("a draft is amended under its version", func(t *testing.T) {
		h.ask(t, editor, "PATCH", where, `{"title":"Other"}`).is(t, http.StatusPreconditionRequired, "if_match_required")
		h.ask(t, editor, "PATCH", where, `{"title":"Other"}`, "If-Match", `"7"`).is(t, http.StatusPreconditionFailed, "stale")
		h.ask(t, editor, "PATCH", where, `{"due_on":"2025-01-01"}`, "If-Match", tag).is(t, http.StatusUnprocessableEntity, "invalid")
		h.ask(t, editor, "PATCH", where, `{"text":null}`, "If-Match", tag).is(t, http.StatusUnprocessableEntity, "invalid")
		a := h.ask(t, editor, "PATCH", where, `{"strength":null,"due_on":"2026-06-30","point":5}`, "If-Match", tag).is(t, http.StatusOK, "")
		if a.body["strength"] != nil || a.field("due_on") != "2026-06-30" || a.body["point"] != 5.0 || a.body["version"] != 2.0 || a.field("starts_on") != "2026-01-01" {
			t.Errorf("got %s", a.text)
		}
	})
	t.Run("a key answers again", func(t *testing.T) {
		again := h.ask(t, editor, "POST", at, wholeCommitment, "Idempotency-Key", "draft").is(t, http.StatusCreated, "")
		if again.header.Get("Location") != where {
			t.Errorf("made another one: %s", again.text)
		}
		h.ask(t, editor, "POST", at, strings.Replace(wholeCommitment, "4", "5", 1), "Idempotency-Key", "draft").is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	})
	t.Run("it goes its way step by step", func(t *testing.T) {
		h.ask(t, editor, "POST", where+"/submit", "").is(t, http.StatusForbidden, "forbidden")
		h.ask(t, staff, "POST", where+"/register", "").is(t, http.StatusConflict, "commitment_state")
		submitted := h.ask(t, approver, "POST", where+"/submit", "", "Idempotency-Key", "submit").is(t, http.StatusOK, "")
		h.ask(t, "", "GET", where, "").is(t, http.StatusNotFound, "not_found")
		h.ask(t, approver, "POST", where+"/register", "").is(t, http.StatusForbidden, "forbidden")
		h.ask(t, staff, "POST", where+"/register", `{"x":1}`).is(t, http.StatusBadRequest, "body_not_taken")
		h.ask(t, staff, "POST", where+"/register", "", "If-Match", `"2"`).is(t, http.StatusPreconditionFailed, "stale")
		registered := h.ask(t, staff, "POST", where+"/register", "", "If-Match", `"3"`).is(t, http.StatusOK, "")
		if registered.field("state") != "registered" || h.ask(t, "", "GET", where, "").is(t, http.StatusOK, "").text != registered.text {
			t.Errorf("got %s", registered.text)
		}
		h.ask(t, editor, "PATCH", where, `{"title":"Weaker"}`, "If-Match", `"4"`).is(t, http.StatusConflict, "commitment_state")
		if again := h.ask(t, approver, "POST", where+"/submit", "", "Idempotency-Key", "submit").is(t, http.StatusOK, ""); again.text != submitted.text {
			t.Errorf("submitted %s\nagain %s", submitted.text, again.text)
		}
	})
	t.Run("it is closed with what became of it, and why", func(t *testing.T) {
		a := h.ask(t, staff, "POST", where+"/close", `{"outcome":"lost","by":1}`).is(t, http.StatusUnprocessableEntity, "invalid")
		for _, want := range []string{"/outcome not_in_list", "/reason required", "/by unknown_field"} {
			if !strings.Contains(a.faults(), want) {
				t.Errorf("%s is not in %s", want, a.faults())
			}
		}
		h.ask(t, approver, "POST", where+"/close", `{"outcome":"withdrawn","reason":"r"}`).is(t, http.StatusForbidden, "forbidden")
		closed := h.ask(t, staff, "POST", where+"/close", `{"outcome":"reached_late","reason":"in September"}`).is(t, http.StatusOK, "")
		read := h.ask(t, "", "GET", where, "").is(t, http.StatusOK, "")
		if read.text != closed.text || read.field("outcome") != "reached_late" || read.field("closing_reason") != "in September" {
			t.Errorf("got %s", read.text)
		}
		h.ask(t, "", "GET", where, "", "If-None-Match", read.header.Get("ETag")).is(t, http.StatusNotModified, "")
		h.ask(t, staff, "POST", where+"/close", `{"outcome":"withdrawn","reason":"r"}`).is(t, http.StatusConflict, "commitment_state")
	})
}

func TestCommitmentLists(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.Member(t, "Jollychic")
	staff := h.staff(t)
	at := "/api/v1/members/" + number.String() + "/commitments"
	for i, due := range []string{"2027-03-01", "", "2026-12-31"} {
		body := fmt.Sprintf(`{"point":%d,"title":"t%d","text":"x"`, i+1, i)
		if due != "" {
			body += fmt.Sprintf(`,"due_on":%q`, due)
		}
		where := h.ask(t, staff, "POST", at, body+"}").is(t, http.StatusCreated, "").header.Get("Location")
		h.ask(t, staff, "POST", where+"/submit", "").is(t, http.StatusOK, "")
		h.ask(t, staff, "POST", where+"/register", "").is(t, http.StatusOK, "")
	}
	titles := func(t *testing.T, target string) string {
		t.Helper()
		a := h.ask(t, "", "GET", target, "").is(t, http.StatusOK, "")
		var list []string
		items, _ := a.body["items"].([]any)
		for _, item := range items {
			one, _ := item.(map[string]any)
			list = append(list, fmt.Sprint(one["title"]))
		}
		return strings.Join(list, " ")
	}
	for query, want := range map[string]string{
		"": "t2 t0 t1", "?point=2": "t1", "?state=registered": "t2 t0 t1", "?state=closed": "",
	} {
		for _, list := range []string{at, "/api/v1/commitments"} {
			if got := titles(t, list+query); got != want {
				t.Errorf("%s%s: %s, want %s", list, query, got, want)
			}
		}
	}
	for query, want := range map[string]string{
		"?due_after=2027-01-01": "t0", "?due_before=2027-03-01": "t2", "?due_before=2027-03-02&due_after=2026-12-31": "t2 t0",
		"?member=1": "t2 t0 t1", "?member=999": "",
	} {
		if got := titles(t, "/api/v1/commitments"+query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	t.Run("are turned page by page", func(t *testing.T) {
		var got []string
		for target := at + "?limit=1"; target != ""; {
			a := h.ask(t, "", "GET", target, "").is(t, http.StatusOK, "")
			got = append(got, titles(t, target))
			next, _, found := strings.Cut(strings.TrimPrefix(a.header.Get("Link"), "<"), ">")
			if target = next; !found {
				target = ""
			}
		}
		if strings.Join(got, " ") != "t2 t0 t1" {
			t.Errorf("got %v", got)
		}
	})
	for query, want := range map[string]string{
		"?point=9": "point", "?state=open": "state", "?due_after=2026-02-30": "due_after", "?due_before=x": "due_before", "?limit=-1": "limit",
		"?member=0": "member", "?cursor=x": "cursor", "?sort=due": "sort",
	} {
		if a := h.ask(t, "", "GET", "/api/v1/commitments"+query, "").is(t, http.StatusBadRequest, "parameters"); !strings.HasPrefix(a.faults(), want+" ") {
			t.Errorf("%s: %s", query, a.faults())
		}
	}
	h.ask(t, "", "GET", "/api/v1/members/999/commitments", "").is(t, http.StatusNotFound, "not_found")
}
