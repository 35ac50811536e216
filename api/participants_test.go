package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
)

func TestMeasuredCommitments(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff := h.staff(t)
	h.ask(t, staff, "POST", "/api/v1/indicators", anIndicator("people_trained")).is(t, http.StatusCreated, "people_trained")
	at := "/api/v1/members/" + h.Member(t, "Jollychic").String() + "/commitments"
	const measure = `"indicator":"people_trained","baseline":{"value":"100","unit":"persons","on":"2025-12-31"},"target":{"bound":"ge","low":"1000","unit":"persons"},` +
		`"milestones":[{"key":"half","title":"500 people","due_on":"2026-12-31"}],"partner_countries":["PK","KE"]`
	whole := strings.TrimSuffix(wholeCommitment, "}") + "," + measure + "}"
	made := h.ask(t, staff, "POST", at, whole).is(t, http.StatusCreated, "")
	where := made.header.Get("Location")
	for _, part := range []string{
		`"indicator":"people_trained"`, `"baseline":{"on":"2025-12-31","unit":"persons","value":"100"}`, `"target":{"bound":"ge","low":"1000","unit":"persons"}`,
		`"milestones":[{"due_on":"2026-12-31","key":"half","title":"500 people"}]`, `"partner_countries":["PK","KE"]`,
	} {
		if !strings.Contains(made.text, part) {
			t.Errorf("%s is not in %s", part, made.text)
		}
	}
	if read := h.ask(t, staff, "GET", where, "").is(t, http.StatusOK, ""); read.text != made.text {
		t.Errorf("reads %s", read.text)
	}
	t.Run("all faults are told at once, of shape and of sense", func(t *testing.T) {
		body := strings.NewReplacer(`"baseline":{"value":"100"`, `"baseline":{"value":"1e3"`, `"title":"Train 1,000 people",`, "", `["PK","KE"]`, `["PK","PK"]`,
			`"due_on":"2026-12-31"`, `"due_on":"2029-12-31"`).Replace(whole)
		a := h.ask(t, staff, "POST", at, body).is(t, http.StatusUnprocessableEntity, "invalid")
		for _, want := range []string{"/baseline/value wrong_format", "/title required", "/partner_countries/1 repeated", "/milestones/0/due_on outside_span"} {
			if !strings.Contains(a.faults(), want) {
				t.Errorf("%s is not in %s", want, a.faults())
			}
		}
		a = h.ask(t, staff, "POST", at, strings.NewReplacer(`"ge","low":"1000"`, `"exact","low":"50.5"`, `"point":4`, `"point":5`, `"unit":"persons","on"`, `"unit":"CNY","on"`).Replace(whole))
		const want = "/indicator indicator_of_other_point, /baseline/unit unit_mismatch, /target/low decimal_too_precise"
		if got := a.is(t, http.StatusUnprocessableEntity, "invalid").faults(); !strings.Contains(got, strings.Split(want, ", ")[0]) ||
			!strings.Contains(got, strings.Split(want, ", ")[1]) || !strings.Contains(got, strings.Split(want, ", ")[2]) {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("and what it is measured by is amended", func(t *testing.T) {
		a := h.ask(t, staff, "PATCH", where, `{"target":{"bound":"range","low":"200","high":"300"},"milestones":null}`, "If-Match", `"1"`).is(t, http.StatusOK, "")
		if !strings.Contains(a.text, `"target":{"bound":"range","high":"300","low":"200","unit":"persons"}`) || a.body["milestones"] != nil || a.body["baseline"] == nil {
			t.Errorf("got %s", a.text)
		}
		a = h.ask(t, staff, "PATCH", where, `{"indicator":null,"target":null,"baseline":null}`, "If-Match", `"2"`).is(t, http.StatusOK, "")
		if a.body["indicator"] != nil || a.body["target"] != nil || a.body["baseline"] != nil {
			t.Errorf("got %s", a.text)
		}
	})
}

func TestJointCommitments(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number, other := h.Member(t, "Jollychic"), h.Member(t, "Alibaba")
	staff, owner := h.staff(t), h.token(t, access.RoleMember, number, access.Approver)
	approver, editor := h.token(t, access.RoleMember, other, access.Approver), h.token(t, access.RoleMember, other, access.Editor)
	at := "/api/v1/members/" + number.String() + "/commitments"
	body := fmt.Sprintf(`%s,"participants":[{"member":%s,"role":"lead"}]}`, strings.TrimSuffix(wholeCommitment, "}"), other)
	where := h.ask(t, owner, "POST", at, body).is(t, http.StatusCreated, "").header.Get("Location")
	answer := where + "/participants/" + other.String()
	h.ask(t, approver, "POST", answer+"/accept", "").is(t, http.StatusNotFound, "not_found")
	h.ask(t, owner, "POST", where+"/submit", "").is(t, http.StatusOK, "")
	own := "/api/v1/members/" + other.String() + "/commitments"

	t.Run("are seen by who is invited", func(t *testing.T) {
		for _, target := range []string{where, own} {
			if a := h.ask(t, approver, "GET", target, "").is(t, http.StatusOK, ""); !strings.Contains(a.text, fmt.Sprintf(`"participants":[{"member":%s,"role":"lead","state":"invited"}]`, other)) {
				t.Errorf("%s is %s", target, a.text)
			}
		}
		if a := h.ask(t, "", "GET", own, "").is(t, http.StatusOK, ""); strings.TrimSpace(a.text) != `{"items":[]}` {
			t.Errorf("the public is told %s", a.text)
		}
	})
	h.ask(t, staff, "POST", where+"/register", "").is(t, http.StatusOK, "")
	before := h.ask(t, "", "GET", where, "").is(t, http.StatusOK, "")
	if strings.Contains(before.text, "participants") {
		t.Errorf("the public is told of an invitation: %s", before.text)
	}
	h.ask(t, editor, "POST", answer+"/accept", "").is(t, http.StatusForbidden, "forbidden")
	h.ask(t, owner, "POST", answer+"/accept", "").is(t, http.StatusForbidden, "not_your_member")
	h.ask(t, "", "POST", answer+"/accept", "").is(t, http.StatusUnauthorized, "unauthenticated")
	h.ask(t, approver, "POST", answer+"/accept", `{"x":1}`).is(t, http.StatusBadRequest, "body_not_taken")
	accepted := h.ask(t, approver, "POST", answer+"/accept", "", "Idempotency-Key", "yes").is(t, http.StatusOK, "")
	if accepted.field("state") != "accepted" || accepted.body["version"] != 2.0 {
		t.Errorf("got %s", accepted.text)
	}
	if again := h.ask(t, approver, "POST", answer+"/accept", "", "Idempotency-Key", "yes").is(t, http.StatusOK, ""); again.text != accepted.text {
		t.Errorf("again %s", again.text)
	}
	h.ask(t, approver, "POST", answer+"/decline", "").is(t, http.StatusConflict, "invitation_answered")
	t.Run("are public with who accepted, under another ETag", func(t *testing.T) {
		after := h.ask(t, "", "GET", where, "", "If-None-Match", before.header.Get("ETag")).is(t, http.StatusOK, "")
		if !strings.Contains(after.text, fmt.Sprintf(`"participants":[{"member":%s,"role":"lead","state":"accepted"}]`, other)) || after.body["version"] != before.body["version"] {
			t.Errorf("got %s", after.text)
		}
		if a := h.ask(t, "", "GET", own, "").is(t, http.StatusOK, ""); !strings.Contains(a.text, `"state":"accepted"`) {
			t.Errorf("listed %s", a.text)
		}
	})
}
