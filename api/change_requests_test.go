package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/access"
	"accord/pkg/member"
	"accord/pkg/registrytest"
)

// requesting gives the path of a step of a change request that staff made about
// a new member.
func requesting(next string, returned bool) func(*world, int) string {
	return func(w *world, n int) string {
		at, _ := w.made("staff", fresh(w, n)+"/change-requests", `{"member":{"founded":2002},"reason":"r"}`)
		if returned {
			w.tell("admin", "POST", at+"/return", `{"reason":"r"}`, http.StatusOK)
		}
		return at + next
	}
}

// request has changes of the discreet one and of the curious one requested.
func (w *world) request() {
	w.t.Helper()
	w.add("ChangeRequestId", "own approver", memberAt(w.discreet)+"/change-requests", `{"member":{"founded":2007},"signatures":[{"capacity":"supporter",
		"signatory":{"name":"A Person"}}],"reason":"Founded earlier","evidence":[{"title":"Licence","url":"https://example.org/licence"}]}`)
	at := w.add("ChangeRequestId", "staff", memberAt(w.curious)+"/change-requests", `{"member":{"country":"DE"},"reason":"Moved"}`)
	w.tell("staff", "POST", at+"/withdraw", "", http.StatusOK)
}

// changeRequests is the part of the story in which what the register vouches for changes.
func (s *teller) changeRequests(member string) {
	made := s.tell("approver", "POST", member+"/change-requests", `{"member":{"city":"Shenzhen","founded":null},
		"figures":[{"measure":"revenue","bound":"exact","low":"7","currency":"RMB","confidentiality":"confidential"}],
		"signatures":[{"capacity":"supporter","signatory":{"name":"A Person"}}],
		"reason":"The licence was renewed.","evidence":[{"title":"Licence","url":"https://example.org/","page":"1","quote":"Shenzhen"}]}`, http.StatusCreated)
	at := made.header.Get("Location")
	s.tell("staff", "POST", at+"/return", `{"reason":"Which year?"}`, http.StatusOK, "If-Match", made.header.Get("ETag"))
	s.tell("approver", "POST", at+"/rebase", "", http.StatusOK)
	s.tell("staff", "POST", at+"/decide", `{"decisions":[{"item":1,"verdict":"accept"},{"item":2,"verdict":"reject","reason":"It was."}]}`, http.StatusOK)
	s.tell("approver", "POST", at+"/withdraw", "", http.StatusOK)
	s.tell("approver", "GET", at, "", http.StatusOK)
	s.tell("approver", "GET", member+"/change-requests?state=withdrawn&kind=figure", "", http.StatusOK)
	s.tell("staff", "GET", "/api/v1/change-requests?member=1&state=decided&limit=1", "", http.StatusOK)
	if a := s.tell("", "GET", member, "", http.StatusOK); a.field("city") != "Shenzhen" || a.body["founded"] != 2007.0 {
		s.t.Errorf("got %s", a.text)
	}
}

// views are what everybody is shown, byte by byte, of a member and of all others.
func (h *house) views(t *testing.T, member string) string {
	t.Helper()
	var all strings.Builder
	for _, target := range []string{
		member, member + "/figures", member + "/signatures", member + "/history", "/api/v1/members", "/api/v1/changes", "/api/v1/statistics/members?by=country",
		"/api/v1/statistics/figures?by=country&measure=gmv",
	} {
		a := h.ask(t, "", "GET", target, "").is(t, http.StatusOK, "")
		fmt.Fprintln(&all, target, a.header.Get("ETag"), a.text)
	}
	return all.String()
}

const threeThings = `{"member":{"country":"SG","name":"Jollychic Group"},"figures":[{"measure":"gmv","bound":"ge","low":"7","currency":"RMB"}],"reason":"It moved."}`

func TestChangeRequests(t *testing.T) {
	t.Parallel()
	h := houseOf(t, registrytest.New(t).FourEyes())
	number, other := h.Member(t, "Jollychic"), h.Member(t, "Alibaba")
	one, second := h.staff(t), h.staff(t)
	approver, editor := h.token(t, access.RoleMember, number, access.Approver), h.token(t, access.RoleMember, number, access.Editor)
	foreign := h.token(t, access.RoleMember, other, access.Approver)
	about := memberAt(number)
	h.CatchUp(t)
	before := h.views(t, about)

	t.Run("nobody changes alone what the register vouches for", func(t *testing.T) {
		const mixed = `{"country":"SG","names":[{"text":"J","lang":"en","kind":"legal","primary":true}],"website":"https://example.org/"}`
		a := h.ask(t, one, "PATCH", about, mixed, "If-Match", "*").is(t, http.StatusConflict, "second_person_needed")
		if !strings.Contains(a.text, `"pointer":"/country"`) || !strings.Contains(a.text, `"pointer":"/names"`) || strings.Contains(a.text, "/website") || !strings.Contains(a.text, "change-requests") {
			t.Errorf("told %s", a.text)
		}
		a = h.ask(t, approver, "PATCH", about, mixed, "If-Match", "*", "Accept-Language", "zh").is(t, http.StatusForbidden, "guarded_field")
		if !strings.Contains(a.text, "change-requests") || strings.Contains(a.text, "/website") {
			t.Errorf("told %s", a.text)
		}
		h.ask(t, one, "POST", about+"/figures", bodies["stateFigure"]).is(t, http.StatusConflict, "second_person_needed")
		h.ask(t, one, "POST", about+"/signatures", bodies["recordSignature"]).is(t, http.StatusConflict, "second_person_needed")
	})
	h.ask(t, editor, "POST", about+"/change-requests", threeThings).is(t, http.StatusForbidden, "forbidden")
	h.ask(t, foreign, "POST", about+"/change-requests", threeThings).is(t, http.StatusForbidden, "not_your_member")
	made := h.ask(t, approver, "POST", about+"/change-requests", threeThings, "Idempotency-Key", "a").is(t, http.StatusCreated, "")
	at := made.header.Get("Location")
	t.Run("a request is shown to staff and the member's people alone", func(t *testing.T) {
		for _, token := range []string{one, approver, editor} {
			h.ask(t, token, "GET", at, "").is(t, http.StatusOK, "")
		}
		for _, token := range []string{foreign, h.token(t, access.RoleAnalyst, 0, "")} {
			h.ask(t, token, "GET", at, "").is(t, http.StatusNotFound, "not_found")
		}
		if again := h.ask(t, approver, "POST", about+"/change-requests", threeThings, "Idempotency-Key", "a").is(t, http.StatusCreated, ""); again.text != made.text {
			t.Errorf("made %s, again %s", made.text, again.text)
		}
		if strings.Contains(made.text, `"user"`) || !strings.Contains(h.ask(t, one, "GET", at, "").text, `"user"`) {
			t.Errorf("made %s", made.text)
		}
		a := h.ask(t, one, "POST", about+"/change-requests", `{"member":{"country":"HK"},"reason":"r"}`).is(t, http.StatusConflict, "change_requested")
		if !strings.Contains(a.text, last(at)) || !strings.Contains(a.text, `"/member/country"`) {
			t.Errorf("told %s", a.text)
		}
	})
	t.Run("what is rejected leaves no trace that everybody sees", func(t *testing.T) {
		h.ask(t, approver, "POST", at+"/decide", `{"decisions":[{"item":1,"verdict":"accept"}]}`).is(t, http.StatusForbidden, "forbidden")
		h.ask(t, one, "POST", at+"/decide", `{"decisions":[{"item":1,"verdict":"reject"}]}`).is(t, http.StatusUnprocessableEntity, "invalid")
		a := h.ask(t, one, "POST", at+"/decide", `{"decisions":[{"item":1,"verdict":"reject","reason":"No."},{"item":2,"verdict":"reject","reason":"No."},{"item":3,"verdict":"reject","reason":"No."}]}`,
			"If-Match", made.header.Get("ETag")).is(t, http.StatusOK, "")
		if a.field("state") != "decided" {
			t.Errorf("it reads %s", a.text)
		}
		h.CatchUp(t)
		if after := h.views(t, about); after != before {
			t.Errorf("before %s\nafter %s", before, after)
		}
	})
	t.Run("what changed below a request is shown beside it", func(t *testing.T) {
		own := h.ask(t, one, "POST", about+"/change-requests", `{"member":{"country":"SG"},"reason":"r"}`).is(t, http.StatusCreated, "")
		at := own.header.Get("Location")
		if _, err := h.Members.Amend(registrytest.System(), number, h.Version(t, number), member.Patch{Country: nullable.NewNullableWithValue("HK")}); err != nil {
			t.Fatal(err)
		}
		a := h.ask(t, second, "GET", at, "").is(t, http.StatusOK, "")
		if !strings.Contains(a.text, `"stale":true`) || a.header.Get("ETag") == own.header.Get("ETag") {
			t.Errorf("it reads %s", a.text)
		}
		a = h.ask(t, second, "POST", at+"/decide", `{"decisions":[{"item":1,"verdict":"accept"}]}`).is(t, http.StatusConflict, "base_changed")
		if !strings.Contains(a.text, `"/decisions/0/item"`) || !strings.Contains(a.text, `"current":"HK"`) {
			t.Errorf("told %s", a.text)
		}
		h.ask(t, one, "POST", at+"/rebase", "").is(t, http.StatusOK, "")
		h.ask(t, one, "POST", at+"/decide", `{"decisions":[{"item":1,"verdict":"accept"}]}`).is(t, http.StatusConflict, "request_proposed_by_you")
		h.ask(t, second, "POST", at+"/decide", `{"decisions":[{"item":1,"verdict":"accept"}]}`).is(t, http.StatusOK, "")
		h.CatchUp(t)
		past := h.ask(t, "", "GET", about+"/history?limit=1", "").is(t, http.StatusOK, "")
		if !strings.Contains(past.text, `"proposed_by":{"role":"staff"}`) || strings.Contains(past.text, "single_person") {
			t.Errorf("the history is %s", past.text)
		}
	})
	if a := h.ask(t, one, "GET", "/api/v1/change-requests", "").is(t, http.StatusOK, ""); !strings.Contains(a.text, `"counts":{"decided":2,"open":0,"returned":0,"withdrawn":0}`) {
		t.Errorf("the queue is %s", a.text)
	}
}
