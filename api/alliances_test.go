package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/member"
)

const wholeAlliance = `{"name":"Belt and Road Service Trade Alliance","description":"One\nof many.","point":1,"founded_on":"2017-05-31",
	"source":{"title":"A page","url":"https://example.org/"}}`

func TestAlliances(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff := h.staff(t)
	const at = "/api/v1/alliances"
	made := h.ask(t, staff, "POST", at, wholeAlliance, "Idempotency-Key", "k").is(t, http.StatusCreated, "")
	where, tag := made.header.Get("Location"), made.header.Get("ETag")

	t.Run("are read as they were recorded, by everybody", func(t *testing.T) {
		read := h.ask(t, "", "GET", where, "").is(t, http.StatusOK, "")
		if read.text != made.text || read.header.Get("ETag") != tag || read.body["point"] != 1.0 || read.field("founded_on") != "2017-05-31" {
			t.Errorf("recorded %s\nread %s", made.text, read.text)
		}
		h.ask(t, "", "GET", where, "", "If-None-Match", tag).is(t, http.StatusNotModified, "")
		if list := h.ask(t, "", "GET", at, ""); !strings.Contains(list.text, strings.TrimSpace(made.text)) {
			t.Errorf("got %s", list.text)
		}
		h.ask(t, "", "GET", at+"/4711", "").is(t, http.StatusNotFound, "not_found")
	})
	t.Run("what is not stated is absent", func(t *testing.T) {
		bare := h.ask(t, staff, "POST", at, `{"name":"Bare"}`).is(t, http.StatusCreated, "")
		if strings.Contains(bare.text, "null") || len(bare.body) != 3 {
			t.Errorf("got %s", bare.text)
		}
	})
	t.Run("all faults are told at once", func(t *testing.T) {
		a := h.ask(t, staff, "POST", at, `{"name":"!","point":9,"founded_on":"2017-02-29","number":7,"source":{"url":"ftp://x"}}`)
		const want = "/founded_on not_a_date, /number unknown_field, /point out_of_range, /source/title required, /source/url wrong_format, /name nothing_to_compare"
		if a.is(t, http.StatusUnprocessableEntity, "invalid").faults() != want {
			t.Errorf("got %s", a.faults())
		}
	})
	t.Run("54 a name is taken in every spelling", func(t *testing.T) {
		a := h.ask(t, staff, "POST", at, `{"name":"BELT and ROAD Service\u200b Trade Alliance"}`).is(t, http.StatusConflict, "alliance_exists")
		if a.faults() != "/name alliance_exists" {
			t.Errorf("got %s", a.faults())
		}
	})
	t.Run("are written by staff alone", func(t *testing.T) {
		analyst := h.token(t, access.RoleAnalyst, 0, "")
		for _, path := range []string{at, where + "/memberships"} {
			body := map[string]string{at: `{"name":"Mine"}`}[path]
			if body == "" {
				body = `{"member":1,"role":"chair"}`
			}
			h.ask(t, "", "POST", path, body).is(t, http.StatusUnauthorized, "unauthenticated")
			h.ask(t, analyst, "POST", path, body).is(t, http.StatusForbidden, "forbidden")
		}
		h.ask(t, analyst, "PATCH", where, `{"point":2}`, "If-Match", tag).is(t, http.StatusForbidden, "forbidden")
	})
	t.Run("are amended under their version", func(t *testing.T) {
		h.ask(t, staff, "PATCH", where, `{"point":2}`).is(t, http.StatusPreconditionRequired, "if_match_required")
		h.ask(t, staff, "PATCH", where, `{"point":2}`, "If-Match", `"2"`).is(t, http.StatusPreconditionFailed, "stale")
		h.ask(t, staff, "PATCH", where, `{"name":null}`, "If-Match", tag).is(t, http.StatusUnprocessableEntity, "invalid")
		after := h.ask(t, staff, "PATCH", where, `{"point":2,"description":null,"source":null}`, "If-Match", tag).is(t, http.StatusOK, "")
		if after.body["point"] != 2.0 || after.body["description"] != nil || after.body["source"] != nil || after.body["version"] != 2.0 || after.field("founded_on") == "" {
			t.Errorf("got %s", after.text)
		}
		h.ask(t, staff, "PATCH", where, `{"name":"bare"}`, "If-Match", "*").is(t, http.StatusConflict, "alliance_exists")
	})
	t.Run("a key answers again with what it made, as it was then", func(t *testing.T) {
		again := h.ask(t, staff, "POST", at, wholeAlliance, "Idempotency-Key", "k").is(t, http.StatusCreated, "")
		if again.text != made.text || again.header.Get("ETag") != tag {
			t.Errorf("first %s\nagain %s", made.text, again.text)
		}
	})
	t.Run("are listed in pages", func(t *testing.T) {
		first := h.ask(t, "", "GET", at+"?limit=1", "").is(t, http.StatusOK, "")
		next, _, _ := strings.Cut(strings.TrimPrefix(first.header.Get("Link"), "<"), ">")
		second := h.ask(t, "", "GET", next, "").is(t, http.StatusOK, "")
		if !strings.Contains(first.text, "Belt and Road") || !strings.Contains(second.text, "Bare") || second.header.Get("Link") != "" {
			t.Errorf("got %s and %s", first.text, second.text)
		}
	})
}

func joining(number ident.Member, role, from, until string) string {
	text := fmt.Sprintf(`{"member":%s,"role":%q`, number, role)
	if from != "" {
		text += fmt.Sprintf(`,"from":%q`, from)
	}
	if until != "" {
		text += fmt.Sprintf(`,"until":%q`, until)
	}
	return text + "}"
}

func TestAllianceMemberships(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff, number, alliance := h.staff(t), h.Member(t, "Jollychic"), h.Alliance(t, "Alliance")
	at, of := "/api/v1/alliances/"+alliance.String()+"/memberships", "/api/v1/members/"+number.String()+"/alliance-memberships"
	made := h.ask(t, staff, "POST", at, joining(number, "founding_member", "2017-05-31", ""), "Idempotency-Key", "k").is(t, http.StatusCreated, "")
	where, tag := made.header.Get("Location"), made.header.Get("ETag")

	t.Run("are read by everybody, at the alliance and at the member", func(t *testing.T) {
		read := h.ask(t, "", "GET", where, "").is(t, http.StatusOK, "")
		if read.text != made.text || where != "/api/v1/alliance-memberships/"+made.field("id") {
			t.Errorf("recorded %s at %s\nread %s", made.text, where, read.text)
		}
		for _, list := range []string{at, at + "?role=founding_member", of} {
			if a := h.ask(t, "", "GET", list, "").is(t, http.StatusOK, ""); !strings.Contains(a.text, strings.TrimSpace(made.text)) {
				t.Errorf("%s gives %s", list, a.text)
			}
		}
		if a := h.ask(t, "", "GET", at+"?role=chair", "").is(t, http.StatusOK, ""); strings.TrimSpace(a.text) != `{"items":[]}` {
			t.Errorf("got %s", a.text)
		}
		h.ask(t, "", "GET", at+"?role=king", "").is(t, http.StatusBadRequest, "parameters")
	})
	t.Run("terms of one role do not overlap", func(t *testing.T) {
		a := h.ask(t, staff, "POST", at, joining(number, "founding_member", "", "2017-05-31")).is(t, http.StatusConflict, "terms_overlap")
		if a.faults() != "/from terms_overlap" {
			t.Errorf("got %s", a.faults())
		}
		h.ask(t, staff, "POST", at, joining(number, "chair", "", "2017-05-31")).is(t, http.StatusCreated, "")
		h.ask(t, staff, "POST", at, joining(number, "founding_member", "", "2017-05-30")).is(t, http.StatusCreated, "")
	})
	t.Run("faults are told with their fields", func(t *testing.T) {
		a := h.ask(t, staff, "POST", at, `{"member":0,"role":"king","from":"2017-02-29","until":"2017-01-01","version":7}`)
		const want = "/from not_a_date, /member out_of_range, /role not_in_list, /version unknown_field"
		if a.is(t, http.StatusUnprocessableEntity, "invalid").faults() != want {
			t.Errorf("got %s", a.faults())
		}
		for body, want := range map[string]string{
			joining(4711, "chair", "", ""):                       "/member unknown_member",
			joining(number, "chair", "2018-01-02", "2018-01-01"): "/until ends_before_start",
		} {
			if a := h.ask(t, staff, "POST", at, body).is(t, http.StatusUnprocessableEntity, "invalid"); a.faults() != want {
				t.Errorf("got %s, want %s", a.faults(), want)
			}
		}
		h.ask(t, staff, "POST", "/api/v1/alliances/4711/memberships", joining(number, "chair", "", "")).is(t, http.StatusNotFound, "not_found")
	})
	t.Run("are dated and ended under their version", func(t *testing.T) {
		h.ask(t, staff, "PATCH", where, `{"until":"2018-01-01"}`).is(t, http.StatusPreconditionRequired, "if_match_required")
		h.ask(t, staff, "PATCH", where, `{"until":"2018-01-01"}`, "If-Match", `"7"`).is(t, http.StatusPreconditionFailed, "stale")
		h.ask(t, staff, "PATCH", where, `{"role":"chair"}`, "If-Match", tag).is(t, http.StatusUnprocessableEntity, "invalid")
		after := h.ask(t, staff, "PATCH", where, `{"until":"2018-01-01"}`, "If-Match", tag).is(t, http.StatusOK, "")
		if after.field("until") != "2018-01-01" || after.body["version"] != 2.0 || after.header.Get("ETag") == tag {
			t.Errorf("got %s", after.text)
		}
		again := h.ask(t, staff, "PATCH", where, `{"until":null}`, "If-Match", "*").is(t, http.StatusOK, "")
		if again.body["until"] != nil || again.body["version"] != 3.0 {
			t.Errorf("got %s", again.text)
		}
		a := h.ask(t, staff, "PATCH", where, `{"until":"2016-01-01"}`, "If-Match", "*").is(t, http.StatusUnprocessableEntity, "invalid")
		if a.faults() != "/until ends_before_start" {
			t.Errorf("got %s", a.faults())
		}
	})
	t.Run("a key answers again with what it made, as it was then", func(t *testing.T) {
		again := h.ask(t, staff, "POST", at, joining(number, "founding_member", "2017-05-31", ""), "Idempotency-Key", "k").is(t, http.StatusCreated, "")
		if again.text != made.text || again.header.Get("ETag") != tag {
			t.Errorf("first %s\nagain %s", made.text, again.text)
		}
	})
	t.Run("pages of one make up the list", func(t *testing.T) {
		for _, list := range []string{at, of} {
			next, n := list+"?limit=1", 0
			for ; next != "" && n < 9; n++ {
				page := h.ask(t, "", "GET", next, "").is(t, http.StatusOK, "")
				next, _, _ = strings.Cut(strings.TrimPrefix(page.header.Get("Link"), "<"), ">")
			}
			if n != 3 {
				t.Errorf("%s has %d pages", list, n)
			}
		}
	})
}

// Attack 42: an alliance's list tells nothing of a member that nobody may know of.
func TestAlliancesDoNotTellOfApplicants(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff, alliance, applicant := h.staff(t), h.Alliance(t, "Alliance"), h.Applicant(t, "Applicant")
	at := "/api/v1/alliances/" + alliance.String() + "/memberships"
	h.ask(t, staff, "POST", at, joining(h.Member(t, "Known"), "chair", "", "")).is(t, http.StatusCreated, "")
	before := h.ask(t, "", "GET", at, "").is(t, http.StatusOK, "")
	hidden := h.ask(t, staff, "POST", at, joining(applicant, "chair", "", "")).is(t, http.StatusCreated, "")

	others := []string{"", h.token(t, access.RoleAnalyst, 0, ""), h.token(t, access.RoleMember, h.Member(t, "Curious"), access.Approver)}
	for _, token := range others {
		if after := h.ask(t, token, "GET", at, "").is(t, http.StatusOK, ""); after.text != before.text || after.header.Get("ETag") != before.header.Get("ETag") {
			t.Errorf("went from %s to %s", before.text, after.text)
		}
		h.ask(t, token, "GET", hidden.header.Get("Location"), "").is(t, http.StatusNotFound, "not_found")
		h.ask(t, token, "GET", "/api/v1/members/"+applicant.String()+"/alliance-memberships", "").is(t, http.StatusNotFound, "not_found")
	}
	for _, token := range []string{staff, h.token(t, access.RoleMember, applicant, access.Editor)} {
		if list := h.ask(t, token, "GET", at, "").is(t, http.StatusOK, ""); !strings.Contains(list.text, hidden.field("id")) {
			t.Errorf("got %s", list.text)
		}
	}
	h.CatchUp(t)
	if feed := h.ask(t, "", "GET", "/api/v1/changes?limit=200", ""); strings.Contains(feed.text, hidden.field("id")) {
		t.Error("the feed tells of it")
	}
	h.Move(t, applicant, member.InReview, member.Active)
	h.CatchUp(t)
	if feed := h.ask(t, "", "GET", "/api/v1/changes?limit=200", ""); !strings.Contains(feed.text, hidden.field("id")) {
		t.Error("the feed does not tell of it once it is public")
	}
	h.ask(t, "", "GET", hidden.header.Get("Location"), "").is(t, http.StatusOK, "")
}
