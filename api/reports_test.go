package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
)

func TestReports(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number, other := h.Member(t, "Jollychic"), h.Member(t, "Alibaba")
	staff, second := h.staff(t), h.staff(t)
	approver, editor := h.token(t, access.RoleMember, number, access.Approver), h.token(t, access.RoleMember, number, access.Editor)
	foreign := h.token(t, access.RoleMember, other, access.Approver)
	h.ask(t, staff, "POST", "/api/v1/indicators", anIndicator("people_trained")).is(t, http.StatusCreated, "people_trained")
	promise := h.ask(t, staff, "POST", "/api/v1/members/"+number.String()+"/commitments", measuredCommitment).is(t, http.StatusCreated, "").header.Get("Location")
	h.ask(t, editor, "POST", promise+"/reports", `{"cycle":2026}`).is(t, http.StatusConflict, "commitment_state")
	h.ask(t, staff, "POST", promise+"/submit", "").is(t, http.StatusOK, "")
	h.ask(t, staff, "POST", promise+"/register", "").is(t, http.StatusOK, "")

	t.Run("staff opens a cycle and extends it", func(t *testing.T) {
		h.ask(t, approver, "POST", "/api/v1/cycles", `{"year":2026}`).is(t, http.StatusForbidden, "forbidden")
		a := h.ask(t, staff, "POST", "/api/v1/cycles", `{"year":2026,"due_on":"2026-13-01","member":1}`).is(t, http.StatusUnprocessableEntity, "invalid")
		for _, want := range []string{"/due_on not_a_date", "/member unknown_field"} {
			if !strings.Contains(a.faults(), want) {
				t.Errorf("%s is not in %s", want, a.faults())
			}
		}
		made := h.ask(t, staff, "POST", "/api/v1/cycles", `{"year":2026,"due_on":"2026-12-01"}`, "Idempotency-Key", "c").is(t, http.StatusCreated, "")
		if made.header.Get("Location") != "/api/v1/cycles/2026" || made.field("silent_from") != "2026-12-02" || made.field("delist_from") != "2027-01-01" {
			t.Errorf("made %s", made.text)
		}
		h.ask(t, staff, "POST", "/api/v1/cycles", `{"year":2026,"due_on":"2026-12-01"}`).is(t, http.StatusConflict, "cycle_exists")
		h.ask(t, staff, "POST", "/api/v1/cycles/2026/extend", `{"due_on":"2026-11-30","reason":"r"}`).is(t, http.StatusUnprocessableEntity, "invalid")
		moved := h.ask(t, staff, "POST", "/api/v1/cycles/2026/extend", `{"due_on":"2026-12-15","reason":"the form did not answer"}`).is(t, http.StatusOK, "")
		if read := h.ask(t, "", "GET", "/api/v1/cycles/2026", "").is(t, http.StatusOK, ""); read.text != moved.text || read.field("extension_reason") == "" {
			t.Errorf("moved %s, reads %s", moved.text, read.text)
		}
		if again := h.ask(t, staff, "POST", "/api/v1/cycles", `{"year":2026,"due_on":"2026-12-01"}`, "Idempotency-Key", "c").is(t, http.StatusCreated, ""); again.text != made.text {
			t.Errorf("made %s, again %s", made.text, again.text)
		}
		for _, year := range []string{"2025", "0", "x", "02026", "99999999999999999999"} {
			h.ask(t, "", "GET", "/api/v1/cycles/"+year, "").is(t, http.StatusNotFound, "not_found")
		}
	})
	started := h.ask(t, editor, "POST", promise+"/reports", `{"cycle":2026}`, "Idempotency-Key", "r").is(t, http.StatusCreated, "")
	at := started.header.Get("Location")
	t.Run("a draft is read by staff and its own member alone", func(t *testing.T) {
		for _, token := range []string{"", foreign} {
			h.ask(t, token, "GET", at, "").is(t, http.StatusNotFound, "not_found")
			for _, list := range []string{promise + "/reports", "/api/v1/members/" + number.String() + "/reports"} {
				if a := h.ask(t, token, "GET", list, "").is(t, http.StatusOK, ""); strings.TrimSpace(a.text) != `{"items":[]}` {
					t.Errorf("%s gives %s", list, a.text)
				}
			}
		}
		h.ask(t, editor, "POST", promise+"/reports", `{"cycle":2026}`).is(t, http.StatusConflict, "report_exists")
		if again := h.ask(t, editor, "POST", promise+"/reports", `{"cycle":2026}`, "Idempotency-Key", "r").is(t, http.StatusCreated, ""); again.text != started.text {
			t.Errorf("started %s, again %s", started.text, again.text)
		}
	})
	t.Run("two people write on it and lose nothing", func(t *testing.T) {
		tag := started.header.Get("ETag")
		h.ask(t, editor, "PATCH", at, `{"narrative":"Mei's text"}`, "If-Match", tag).is(t, http.StatusOK, "")
		h.ask(t, approver, "PATCH", at, `{"completion":"limited"}`, "If-Match", tag).is(t, http.StatusOK, "") // another field
		a := h.ask(t, approver, "PATCH", at, `{"narrative":"Bo's text","milestones":[]}`, "If-Match", tag).is(t, http.StatusPreconditionFailed, "stale")
		var doc struct {
			Conflicts []struct{ Pointer, Yours, Current string }
		}
		if err := json.Unmarshal([]byte(a.text), &doc); err != nil || len(doc.Conflicts) != 1 || doc.Conflicts[0].Pointer != "/narrative" ||
			doc.Conflicts[0].Yours != "Bo's text" || doc.Conflicts[0].Current != "Mei's text" {
			t.Errorf("told %s", a.text)
		}
		read := h.ask(t, approver, "GET", at, "").is(t, http.StatusOK, "")
		if read.field("narrative") != "Mei's text" || read.field("completion") != "limited" {
			t.Errorf("it reads %s", read.text)
		}
		h.ask(t, approver, "PATCH", at, wholeProgress, "If-Match", read.header.Get("ETag")).is(t, http.StatusOK, "")
	})
	t.Run("it is submitted, returned and mended", func(t *testing.T) {
		h.ask(t, editor, "POST", at+"/submit", "").is(t, http.StatusForbidden, "forbidden")
		h.ask(t, staff, "POST", at+"/review", `{"decision":"accepted","completion":"limited"}`).is(t, http.StatusConflict, "report_state")
		h.ask(t, approver, "POST", at+"/submit", "").is(t, http.StatusOK, "")
		a := h.ask(t, staff, "POST", at+"/review", `{"decision":"returned","completion":"all"}`).is(t, http.StatusUnprocessableEntity, "invalid")
		for _, want := range []string{"/completion not_in_list", "/reason required"} {
			if !strings.Contains(a.faults(), want) {
				t.Errorf("%s is not in %s", want, a.faults())
			}
		}
		h.ask(t, staff, "POST", at+"/review", `{"decision":"returned","reason":"How many?"}`).is(t, http.StatusOK, "")
		h.ask(t, "", "GET", at+"/review", "").is(t, http.StatusNotFound, "not_found")
		mended := h.ask(t, editor, "PATCH", at, `{"narrative":"Eight <script>alert(1)</script> **exactly**"}`, "If-Match", "*").is(t, http.StatusOK, "")
		if draft, _ := mended.body["draft"].(map[string]any); mended.field("state") != "returned" || draft["narrative"] == nil {
			t.Errorf("mended %s", mended.text)
		}
		h.ask(t, approver, "POST", at+"/submit", "").is(t, http.StatusOK, "")
		h.ask(t, approver, "POST", at+"/submit", "").is(t, http.StatusConflict, "report_unchanged")
	})
	t.Run("nobody publishes alone that it is complete", func(t *testing.T) {
		h.ask(t, staff, "POST", at+"/review", `{"decision":"accepted","completion":"complete"}`).is(t, http.StatusOK, "")
		h.ask(t, "", "GET", at, "").is(t, http.StatusNotFound, "not_found")
		h.ask(t, staff, "POST", at+"/review/agree", "").is(t, http.StatusConflict, "review_made_by_you")
		h.ask(t, second, "POST", at+"/review/agree", "").is(t, http.StatusOK, "")
		h.ask(t, foreign, "PUT", at+"/review/reply", `{"text":"x"}`, "If-Match", "*").is(t, http.StatusForbidden, "not_your_member")
		h.ask(t, approver, "PUT", at+"/review/reply", `{"text":"Thank you."}`, "If-Match", "*").is(t, http.StatusOK, "")
		read := h.ask(t, "", "GET", at, "").is(t, http.StatusOK, "")
		review, _ := read.body["review"].(map[string]any)
		if read.field("completion") != "substantial" || review["completion"] != "complete" || review["seconded"] != true || review["reply"] != "Thank you." ||
			read.field("narrative") != "Eight <script>alert(1)</script> **exactly**" || read.field("narrative_html") != "<p>Eight alert(1) <strong>exactly</strong></p>\n" {
			t.Errorf("it reads %s", read.text)
		}
		h.ask(t, editor, "PATCH", at, `{"narrative":"Nine"}`, "If-Match", "*").is(t, http.StatusConflict, "report_state")
	})
}
