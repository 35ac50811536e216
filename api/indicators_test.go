package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
)

// anIndicator is the body of an indicator of persons under point IV.
func anIndicator(code string) string {
	return fmt.Sprintf(`{"code":%q,"point":4,"unit":"persons","direction":"increase","aggregation":"sum","titles":{"en":"People","zh":"人数"},
		"definition":{"en":"d","zh":"定义"},"counts":{"en":"c","zh":"计入"},"excludes":{"en":"e","zh":"不计"},"source":"editor"}`, code)
}

func TestIndicators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff := h.staff(t)
	const at = "/api/v1/indicators"
	made := h.ask(t, staff, "POST", at, anIndicator("people_trained"), "Idempotency-Key", "add").is(t, http.StatusCreated, "people_trained")
	where, tag := made.header.Get("Location"), made.header.Get("ETag")

	t.Run("are read by everybody, also under their point", func(t *testing.T) {
		if a := h.ask(t, "", "GET", where, "").is(t, http.StatusOK, "people_trained"); a.text != made.text || where != at+"/people_trained" {
			t.Errorf("%s is %s", where, a.text)
		}
		for _, target := range []string{"/api/v1/plan", "/api/v1/plan/points/4", at, at + "?point=4&retired=false"} {
			if a := h.ask(t, "", "GET", target, "").is(t, http.StatusOK, ""); !strings.Contains(a.text, strings.TrimSpace(made.text)) {
				t.Errorf("%s is %s", target, a.text)
			}
		}
		for _, target := range []string{"/api/v1/plan/points/5", at + "?point=5", at + "?retired=true"} {
			if a := h.ask(t, "", "GET", target, "").is(t, http.StatusOK, ""); strings.Contains(a.text, "people_trained") {
				t.Errorf("%s is %s", target, a.text)
			}
		}
	})
	t.Run("are written by staff alone", func(t *testing.T) {
		member := h.token(t, access.RoleMember, h.Member(t, "A Member"), access.Approver)
		h.ask(t, member, "POST", at, anIndicator("other")).is(t, http.StatusForbidden, "forbidden")
		h.ask(t, "", "POST", at, anIndicator("other")).is(t, http.StatusUnauthorized, "unauthenticated")
		h.ask(t, member, "PATCH", where, `{"titles":{"en":"x"}}`, "If-Match", tag).is(t, http.StatusForbidden, "forbidden")
		h.ask(t, member, "POST", where+"/retire", `{"reason":"r"}`).is(t, http.StatusForbidden, "forbidden")
	})
	t.Run("all faults of one are told at once", func(t *testing.T) {
		body := strings.NewReplacer(`"persons"`, `"cats"`, `"sum"`, `"product"`, `"zh":"计入"`, `"zh":" "`, `"point":4`, `"point":4,"ordinal":1`).Replace(anIndicator("People"))
		a := h.ask(t, staff, "POST", at, body).is(t, http.StatusUnprocessableEntity, "invalid")
		for _, want := range []string{"/code wrong_format", "/unit unit_unknown", "/aggregation not_in_list", "/counts/zh required", "/ordinal unknown_field"} {
			if !strings.Contains(a.faults(), want) {
				t.Errorf("%s is not in %s", want, a.faults())
			}
		}
		h.ask(t, staff, "POST", at, anIndicator("people_trained")).is(t, http.StatusConflict, "indicator_exists")
	})
	t.Run("what one measures cannot be amended", func(t *testing.T) {
		for _, body := range []string{`{"unit":"hours"}`, `{"point":5}`, `{"aggregation":"mean"}`, `{"direction":"decrease"}`, `{"code":"x"}`} {
			h.ask(t, staff, "PATCH", where, body, "If-Match", tag).is(t, http.StatusUnprocessableEntity, "invalid")
		}
		a := h.ask(t, staff, "PATCH", where, `{"titles":{"zh":"受训人数"},"source":null}`, "If-Match", tag).is(t, http.StatusOK, "people_trained")
		if !strings.Contains(a.text, `"titles":{"en":"People","zh":"受训人数"}`) || a.body["source"] != nil || a.body["version"] != 2.0 {
			t.Errorf("got %s", a.text)
		}
	})
	t.Run("one is retired once", func(t *testing.T) {
		h.ask(t, staff, "POST", where+"/retire", `{"reason":"r"}`, "If-Match", tag).is(t, http.StatusPreconditionFailed, "stale")
		retired := h.ask(t, staff, "POST", where+"/retire", `{"reason":"two in one"}`, "Idempotency-Key", "retire").is(t, http.StatusOK, "people_trained")
		if retired.field("retired_on") == "" || retired.field("retired_reason") != "two in one" {
			t.Errorf("got %s", retired.text)
		}
		h.ask(t, staff, "POST", where+"/retire", `{"reason":"again"}`).is(t, http.StatusConflict, "indicator_retired")
		if again := h.ask(t, staff, "POST", where+"/retire", `{"reason":"two in one"}`, "Idempotency-Key", "retire").is(t, http.StatusOK, "people_trained"); again.text != retired.text {
			t.Errorf("again %s", again.text)
		}
		if again := h.ask(t, staff, "POST", at, anIndicator("people_trained"), "Idempotency-Key", "add").is(t, http.StatusCreated, "people_trained"); again.text != made.text {
			t.Errorf("added again %s", again.text)
		}
	})
	h.ask(t, "", "GET", at+"/nothing", "").is(t, http.StatusNotFound, "not_found")
	h.ask(t, "", "GET", at+"?point=9", "").is(t, http.StatusBadRequest, "parameters")
}

func TestThePeriodOfThePlan(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.token(t, access.RoleAdmin, 0, "")
	const at = "/api/v1/plan"
	before := h.ask(t, "", "GET", at, "").is(t, http.StatusOK, "")
	if before.body["period"] != nil {
		t.Errorf("got %s", before.text)
	}
	const body = `{"period":{"from":"2016-05-31","to":"2030-12-31","source":{"title":"A decision","page":"3"}},"reason":"it was published"}`
	h.ask(t, h.staff(t), "PATCH", at, body, "If-Match", before.header.Get("ETag")).is(t, http.StatusForbidden, "forbidden")
	h.ask(t, admin, "PATCH", at, body).is(t, http.StatusPreconditionRequired, "if_match_required")
	a := h.ask(t, admin, "PATCH", at, `{"period":{"from":"2030-01-01","to":"2029-12-31"},"title":"x"}`, "If-Match", "*").is(t, http.StatusUnprocessableEntity, "invalid")
	for _, want := range []string{"/period/source required", "/reason required", "/title unknown_field", "/period/to ends_before_start"} {
		if !strings.Contains(a.faults(), want) {
			t.Errorf("%s is not in %s", want, a.faults())
		}
	}
	after := h.ask(t, admin, "PATCH", at, body, "If-Match", before.header.Get("ETag")).is(t, http.StatusOK, "")
	read := h.ask(t, "", "GET", at, "").is(t, http.StatusOK, "")
	if read.text != after.text || !strings.Contains(read.text, `"period":{"from":"2016-05-31","source":{"page":"3","title":"A decision"},"to":"2030-12-31"}`) {
		t.Errorf("got %s", read.text)
	}
	h.ask(t, "", "GET", at, "", "If-None-Match", after.header.Get("ETag")).is(t, http.StatusNotModified, "")
	none := h.ask(t, admin, "PATCH", at, `{"period":null,"reason":"withdrawn"}`, "If-Match", `"2"`).is(t, http.StatusOK, "")
	if none.body["period"] != nil || none.body["version"] != 3.0 {
		t.Errorf("got %s", none.text)
	}
}
