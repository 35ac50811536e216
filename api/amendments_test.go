package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
)

// proposed has three amendments of the discreet one's proposed, one of them
// refused, one withdrawn and one under way, and gives where the first is.
func (w *world) proposed() string {
	w.t.Helper()
	promise := "/api/v1/commitments/" + w.things["joint"][0]
	first := ""
	for _, ending := range []string{"/refuse", "/withdraw", ""} {
		at, _ := w.made("own approver", promise+"/amendments", `{"text":"Shadow warehouses","class":"weakened","reason":"Shadow"}`)
		if first == "" {
			first = at
		}
		switch ending {
		case "/refuse":
			w.tell("staff", "POST", at+ending, `{"reason":"Shadow"}`, http.StatusOK)
		case "/withdraw":
			w.tell("own approver", "POST", at+ending, "", http.StatusOK)
		}
	}
	return first
}

func TestAmendments(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number, other := h.Member(t, "Jollychic"), h.Member(t, "Alibaba")
	staff, second := h.staff(t), h.staff(t)
	approver, foreign := h.token(t, access.RoleMember, number, access.Approver), h.token(t, access.RoleMember, other, access.Approver)
	h.ask(t, staff, "POST", "/api/v1/indicators", anIndicator("people_trained")).is(t, http.StatusCreated, "people_trained")
	promise := h.ask(t, staff, "POST", "/api/v1/members/"+number.String()+"/commitments", `{"point":4,"title":"Train people","text":"We train 1,000 people.",
		"strength":"pledged","due_on":"2027-12-31","indicator":"people_trained","baseline":{"value":"100"},"target":{"bound":"ge","low":"1000"}}`).is(t, http.StatusCreated, "").header.Get("Location")
	for _, step := range []string{"/submit", "/register"} {
		h.ask(t, staff, "POST", promise+step, "").is(t, http.StatusOK, "")
	}
	original := h.ask(t, "", "GET", promise, "").is(t, http.StatusOK, "")
	const lowering = `{"text":"We train <800> people.","target":{"bound":"ge","low":"800"},"strength":"in_strategy"%s,"reason":"A school was closed."}`

	t.Run("a lowered target is not called strengthened", func(t *testing.T) {
		a := h.ask(t, approver, "POST", promise+"/amendments", fmt.Sprintf(lowering, `,"class":"strengthened"`)).is(t, http.StatusUnprocessableEntity, "invalid")
		if !strings.Contains(a.text, `"pointer":"/class"`) || !strings.Contains(a.text, "because of /target.") {
			t.Errorf("told %s", a.text)
		}
		if a := h.ask(t, approver, "POST", promise+"/amendments", fmt.Sprintf(lowering, `,"class":"strengthened"`), "Accept-Language", "zh"); !strings.Contains(a.text, "由于 /target") {
			t.Errorf("told %s", a.text)
		}
	})
	made := h.ask(t, approver, "POST", promise+"/amendments", fmt.Sprintf(lowering, ""), "Idempotency-Key", "a", "If-Match", original.header.Get("ETag")).is(t, http.StatusCreated, "")
	at := made.header.Get("Location")
	t.Run("a proposal is read by staff and its own member alone", func(t *testing.T) {
		if made.field("class") != "weakened" || made.field("computed_class") != "weakened" || made.body["claimed_class"] != nil || made.field("state") != "proposed" {
			t.Errorf("made %s", made.text)
		}
		for _, token := range []string{staff, approver} {
			if a := h.ask(t, token, "GET", at, "").is(t, http.StatusOK, ""); a.text != made.text {
				t.Errorf("got %s", a.text)
			}
		}
		for _, token := range []string{"", foreign, h.token(t, access.RoleAnalyst, 0, "")} {
			h.ask(t, token, "GET", at, "").is(t, http.StatusNotFound, "not_found")
			if a := h.ask(t, token, "GET", promise+"/amendments", "").is(t, http.StatusOK, ""); strings.TrimSpace(a.text) != `{"items":[]}` {
				t.Errorf("listed are %s", a.text)
			}
		}
		if a := h.ask(t, "", "GET", promise, ""); a.text != original.text || a.header.Get("ETag") != original.header.Get("ETag") {
			t.Errorf("the commitment reads %s", a.text)
		}
		if again := h.ask(t, approver, "POST", promise+"/amendments", fmt.Sprintf(lowering, ""), "Idempotency-Key", "a").is(t, http.StatusCreated, ""); again.text != made.text {
			t.Errorf("made %s, again %s", made.text, again.text)
		}
		h.ask(t, staff, "POST", promise+"/amendments", fmt.Sprintf(lowering, "")).is(t, http.StatusConflict, "amendment_open")
	})
	h.ask(t, second, "POST", at+"/approve", `{"class":"strengthened","reason":"r"}`).is(t, http.StatusUnprocessableEntity, "invalid")
	approved := h.ask(t, second, "POST", at+"/approve", `{}`, "If-Match", made.header.Get("ETag")).is(t, http.StatusOK, "")
	t.Run("everybody reads old beside new", func(t *testing.T) {
		a := h.ask(t, "", "GET", at, "").is(t, http.StatusOK, "")
		changes, _ := json.Marshal(a.body["changes"])
		const want = `[{"after":"in_strategy","before":"pledged","pointer":"/strength"},{"after":"800","before":"1000","pointer":"/target/low"},` +
			`{"after":"We train \u003c800\u003e people.","before":"We train 1,000 people.","pointer":"/text"}]`
		if string(changes) != want || a.field("reason") != "A school was closed." || a.field("state") != "approved" || a.field("decided_at") == "" {
			t.Errorf("it reads %s", a.text)
		}
		if !strings.Contains(a.text, "<800>") || strings.Contains(a.text, "proposer") || strings.Contains(a.text, "decider") {
			t.Errorf("it reads %s", a.text)
		}
		now := h.ask(t, "", "GET", promise, "").is(t, http.StatusOK, "")
		target, _ := now.body["target"].(map[string]any)
		if now.field("text") != "We train <800> people." || target["low"] != "800" || now.body["amendments"] != 1.0 || now.field("amended_on") != "2026-11-24" {
			t.Errorf("the commitment reads %s", now.text)
		}
		if list := h.ask(t, foreign, "GET", promise+"/amendments", "").items(); len(list) != 1 || list[0]["id"] != approved.field("id") || list[0]["class"] != "weakened" {
			t.Errorf("listed are %v", list)
		}
	})
	t.Run("and the history of the member has it", func(t *testing.T) {
		h.CatchUp(t)
		a := h.ask(t, "", "GET", "/api/v1/members/"+number.String()+"/history?limit=2", "").is(t, http.StatusOK, "")
		if items := a.items(); len(items) != 2 || items[0]["action"] != "commitment.amended" || items[1]["action"] != "amendment.approved" || !strings.Contains(a.text, `"pointer":"/target/low"`) {
			t.Errorf("the history is %s", a.text)
		}
	})
}
