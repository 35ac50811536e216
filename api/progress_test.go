package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"accord/pkg/access"
)

// TestProgressIsToldWithItsCommitment follows one commitment through two cycles.
func TestProgressIsToldWithItsCommitment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.Member(t, "Jollychic")
	staff, approver := h.staff(t), h.token(t, access.RoleMember, number, access.Approver)
	h.ask(t, staff, "POST", "/api/v1/indicators", anIndicator("people_trained")).is(t, http.StatusCreated, "people_trained")
	h.ask(t, staff, "POST", "/api/v1/cycles", `{"year":2026,"due_on":"2026-12-15"}`).is(t, http.StatusCreated, "")
	promise := h.ask(t, approver, "POST", "/api/v1/members/"+number.String()+"/commitments", `{"point":4,"title":"t","text":"x","starts_on":"2026-01-01","due_on":"2027-12-31",
		"indicator":"people_trained","baseline":{"value":"0"},"target":{"bound":"ge","low":"100"}}`).is(t, http.StatusCreated, "").header.Get("Location")
	if a := h.ask(t, approver, "POST", promise+"/submit", "").is(t, http.StatusOK, ""); strings.Contains(a.text, "progress") {
		t.Errorf("submitted it is %s", a.text)
	}
	registered := h.ask(t, staff, "POST", promise+"/register", "", "Idempotency-Key", "k").is(t, http.StatusOK, "")
	h.stands(t, promise, `{"as_of":"2026-11-24","class":"not_reported","expected":"0.4486","reports":0}`)

	told := func(cycle, value string) {
		t.Helper()
		at := h.ask(t, approver, "POST", promise+"/reports", `{"cycle":`+cycle+`}`).is(t, http.StatusCreated, "").header.Get("Location")
		h.ask(t, approver, "PATCH", at, `{"narrative":"n","completion":"limited","values":[`+value+`]}`, "If-Match", `*`).is(t, http.StatusOK, "")
		h.ask(t, approver, "POST", at+"/submit", "").is(t, http.StatusOK, "")
		before := h.ask(t, "", "GET", promise, "")
		h.ask(t, staff, "POST", at+"/review", `{"decision":"accepted","completion":"limited"}`).is(t, http.StatusOK, "")
		if a := h.ask(t, "", "GET", promise, "", "If-None-Match", before.header.Get("ETag")).is(t, http.StatusOK, ""); a.header.Get("ETag") == before.header.Get("ETag") {
			t.Errorf("its tag stays %s", a.header.Get("ETag"))
		}
	}
	told("2026", `{"indicator":"people_trained","bound":"gt","low":"30","from":"2026-01-01","to":"2026-10-31"}`)
	h.stands(t, promise, `{"as_of":"2026-11-24","class":"at_risk","cycle":2026,"expected":"0.4486","found":"limited","from":"2026-01-01","reports":1,`+
		`"share":{"low":"0.3","low_bound":"ge"},"to":"2026-10-31","value":{"low":"30","low_bound":"gt"}}`)
	if again := h.ask(t, staff, "POST", promise+"/register", "", "Idempotency-Key", "k").is(t, http.StatusOK, ""); again.text != registered.text {
		t.Errorf("registered %s, again %s", registered.text, again.text)
	}

	tag := h.ask(t, "", "GET", promise, "").header.Get("ETag")
	h.Clock.Advance(220 * 24 * time.Hour) // to July 2027
	staff, approver = h.staff(t), h.token(t, access.RoleMember, number, access.Approver)
	h.ask(t, "", "GET", promise, "", "If-None-Match", tag).is(t, http.StatusOK, "") // another day expects more
	h.ask(t, staff, "POST", "/api/v1/cycles", `{"year":2027}`).is(t, http.StatusCreated, "")
	told("2027", `{"indicator":"people_trained","bound":"exact","low":"20","from":"2026-10-01","to":"2027-01-31"},
		{"indicator":"people_trained","bound":"range","low":"70","high":"80","from":"2027-02-01","to":"2027-06-30"}`)
	// the value up to 31 October is left out: one that ends later begins on the 1st
	h.stands(t, promise, `{"as_of":"2027-07-02","class":"on_track","cycle":2027,"expected":"0.7503","found":"limited","from":"2026-10-01","reports":2,`+
		`"share":{"high":"1","high_bound":"le","low":"0.9","low_bound":"ge"},"to":"2027-06-30","value":{"high":"100","high_bound":"le","low":"90","low_bound":"ge"}}`)
}

// stands fails where the public is told another progress of the commitment.
func (h *house) stands(t *testing.T, promise, want string) {
	t.Helper()
	got, err := json.Marshal(h.ask(t, "", "GET", promise, "").is(t, http.StatusOK, "").body["progress"])
	if err != nil || string(got) != want {
		t.Errorf("it stands at %s, %v\nwant %s", got, err, want)
	}
}
