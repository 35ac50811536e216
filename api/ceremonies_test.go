package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
)

const wholeCeremony = `{"name":"Signing of the plan","place":"Beijing","from":"2018-05-31","until":"2018-06-01",
	"forum":{"name":"A forum","event":"A fair","hosts":["UNCTAD"]},"convenors":["An association"],"batch":"first batch",
	"initiation_units":10,"source":{"title":"A page","url":"https://example.org/","quote":"so it was","retrieved":"2026-01-02"}}`

func TestCeremonies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff := h.staff(t)
	made := h.ask(t, staff, "POST", "/api/v1/ceremonies", wholeCeremony).is(t, http.StatusCreated, "")
	at := made.header.Get("Location")

	t.Run("are read as they were recorded, by everybody", func(t *testing.T) {
		t.Parallel()
		read := h.ask(t, "", "GET", at, "").is(t, http.StatusOK, "")
		if read.text != made.text || read.header.Get("Cache-Control") != "public, no-cache" {
			t.Errorf("recorded %s\nread %s %v", made.text, read.text, read.header)
		}
		for _, part := range []string{`"initiation_units":10`, `"batch":"first batch"`, `"hosts":["UNCTAD"]`, `"retrieved":"2026-01-02"`, `"version":1`} {
			if !strings.Contains(read.text, part) {
				t.Errorf("no %s in %s", part, read.text)
			}
		}
	})
	t.Run("what is not stated is absent", func(t *testing.T) {
		t.Parallel()
		bare := h.ask(t, staff, "POST", "/api/v1/ceremonies", `{"name":"Another"}`).is(t, http.StatusCreated, "")
		if bare.body["place"] != nil || bare.body["forum"] != nil || strings.Contains(bare.text, "null") || len(bare.body) != 4 {
			t.Errorf("got %s", bare.text)
		}
		same := h.ask(t, staff, "PATCH", bare.header.Get("Location"), `{"name":"Another"}`, "If-Match", "*").is(t, http.StatusOK, "")
		if same.text != bare.text {
			t.Errorf("a patch that changes nothing made %s", same.text)
		}
	})
	t.Run("an unchanged one costs 304", func(t *testing.T) {
		t.Parallel()
		tag := h.ask(t, "", "GET", at, "").header.Get("ETag")
		again := h.ask(t, "", "GET", at, "", "If-None-Match", tag).is(t, http.StatusNotModified, "")
		if again.text != "" || again.header.Get("ETag") != tag {
			t.Errorf("got %q %v", again.text, again.header)
		}
		h.ask(t, "", "GET", at, "", "If-None-Match", tag, "Accept-Language", "zh").is(t, http.StatusOK, "")
	})
	t.Run("HEAD answers as GET does", func(t *testing.T) {
		t.Parallel()
		if head := h.ask(t, "", "HEAD", at, "").is(t, http.StatusOK, ""); head.header.Get("ETag") == "" || head.header.Get("Content-Length") == "" {
			t.Errorf("got %v", head.header)
		}
	})
	t.Run("are recorded by staff alone", func(t *testing.T) {
		t.Parallel()
		h.ask(t, "", "POST", "/api/v1/ceremonies", wholeCeremony).is(t, http.StatusUnauthorized, "unauthenticated")
		analyst := h.token(t, access.RoleAnalyst, 0, "")
		h.ask(t, analyst, "POST", "/api/v1/ceremonies", wholeCeremony).is(t, http.StatusForbidden, "forbidden")
	})
	t.Run("all faults are told at once", func(t *testing.T) {
		t.Parallel()
		a := h.ask(t, staff, "POST", "/api/v1/ceremonies", `{"until":"2018-02-30","number":7,"source":{"title":"x","url":"ftp://x"},"initiation_units":0}`)
		a.is(t, http.StatusUnprocessableEntity, "invalid")
		const want = "/initiation_units out_of_range, /name required, /number unknown_field, /source/url wrong_format, /until not_a_date"
		if a.faults() != want {
			t.Errorf("got %s", a.faults())
		}
	})
	t.Run("what is no number names nothing", func(t *testing.T) {
		t.Parallel()
		for _, name := range []string{"0", "-1", "01", "1e3", "x", "99", "9223372036854775808", "%2F", "1%2Fsignatures"} {
			h.ask(t, "", "GET", "/api/v1/ceremonies/"+name, "").is(t, http.StatusNotFound, "not_found")
		}
	})
}

func TestCeremoniesAreAmended(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff := h.staff(t)
	made := h.ask(t, staff, "POST", "/api/v1/ceremonies", wholeCeremony).is(t, http.StatusCreated, "")
	at, tag := made.header.Get("Location"), made.header.Get("ETag")

	h.ask(t, staff, "PATCH", at, `{"batch":"x"}`).is(t, http.StatusPreconditionRequired, "if_match_required")
	h.ask(t, staff, "PATCH", at, `{"batch":"x"}`, "If-Match", "1").is(t, http.StatusBadRequest, "etag_malformed")
	h.ask(t, staff, "PATCH", at, `{"batch":"x"}`, "If-Match", `"2"`).is(t, http.StatusPreconditionFailed, "stale")
	h.ask(t, staff, "PATCH", at, `{}`, "If-Match", tag).is(t, http.StatusUnprocessableEntity, "invalid")
	h.ask(t, "", "PATCH", at, `{"batch":"x"}`, "If-Match", tag).is(t, http.StatusUnauthorized, "unauthenticated")
	if now := h.ask(t, "", "GET", at, ""); now.text != made.text {
		t.Errorf("a refused patch changed it: %s", now.text)
	}
	if same := h.ask(t, staff, "PATCH", at, `{"batch":"first batch"}`, "If-Match", tag).is(t, http.StatusOK, ""); same.header.Get("ETag") != tag {
		t.Errorf("a patch that changes nothing made %s", same.header.Get("ETag"))
	}
	amended := h.ask(t, staff, "PATCH", at, `{"batch":"second batch","forum":null,"until":null}`,
		"If-Match", tag, "Content-Type", "application/merge-patch+json").is(t, http.StatusOK, "")
	if amended.body["batch"] != "second batch" || amended.body["forum"] != nil || amended.body["until"] != nil || amended.body["place"] != "Beijing" ||
		!strings.HasPrefix(amended.header.Get("ETag"), `"2-`) {
		t.Errorf("got %s %v", amended.text, amended.header)
	}
	h.ask(t, staff, "PATCH", at, `{"batch":"third batch"}`, "If-Match", tag).is(t, http.StatusPreconditionFailed, "stale")
	h.ask(t, staff, "PATCH", at, `{"batch":"third batch"}`, "If-Match", "*").is(t, http.StatusOK, "")
	h.ask(t, staff, "PATCH", "/api/v1/ceremonies/99", `{"batch":"x"}`, "If-Match", "*").is(t, http.StatusNotFound, "not_found")
}

func TestCeremoniesAreRecordedOncePerKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff := h.staff(t)
	record := func(token, body, key string) answer {
		return h.ask(t, token, "POST", "/api/v1/ceremonies", body, "Idempotency-Key", key)
	}
	first := record(staff, `{"name":"A","batch":"b"}`, "k1").is(t, http.StatusCreated, "")
	h.ask(t, staff, "PATCH", first.header.Get("Location"), `{"name":"Changed since"}`, "If-Match", "*").is(t, http.StatusOK, "")
	again := record(staff, "{\n\"batch\": \"b\", \"name\": \"A\"}", "k1").is(t, http.StatusCreated, "")
	if again.text != first.text || again.header.Get("Location") != first.header.Get("Location") || again.header.Get("ETag") != first.header.Get("ETag") {
		t.Errorf("first %s %v\nagain %s %v", first.text, first.header, again.text, again.header)
	}
	record(staff, `{"name":"B"}`, "k1").is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	record(staff, `{"name":"A","batch":"b"}`, "two words").is(t, http.StatusBadRequest, "idempotency_key_malformed")
	record(h.staff(t), `{"name":"A","batch":"b"}`, "k1").is(t, http.StatusCreated, "") // another's key is another key
	if list := h.ask(t, "", "GET", "/api/v1/ceremonies", ""); strings.Count(list.text, `"id":`) != 2 {
		t.Errorf("got %s", list.text)
	}
}

func TestCeremoniesAreListedByPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff := h.staff(t)
	for i := range 5 {
		h.ask(t, staff, "POST", "/api/v1/ceremonies", fmt.Sprintf(`{"name":"Ceremony %d"}`, i+1)).is(t, http.StatusCreated, "")
	}
	var names []string
	pages := 0
	for target := "/api/v1/ceremonies?limit=2"; target != ""; pages++ {
		page := h.ask(t, "", "GET", target, "").is(t, http.StatusOK, "")
		items, _ := page.body["items"].([]any)
		for _, item := range items {
			ceremony, _ := item.(map[string]any)
			names = append(names, fmt.Sprint(ceremony["name"]))
		}
		link := page.header.Get("Link")
		if (link == "") != (page.body["next_cursor"] == nil) {
			t.Errorf("Link %q and cursor %v", link, page.body["next_cursor"])
		}
		target, _, _ = strings.Cut(strings.TrimPrefix(link, "<"), ">")
	}
	if pages != 3 || strings.Join(names, ", ") != "Ceremony 1, Ceremony 2, Ceremony 3, Ceremony 4, Ceremony 5" {
		t.Errorf("%d pages: %v", pages, names)
	}
	t.Run("a cursor is good for its reader alone", func(t *testing.T) {
		t.Parallel()
		page := h.ask(t, "", "GET", "/api/v1/ceremonies?limit=2", "")
		next := "/api/v1/ceremonies?cursor=" + page.field("next_cursor")
		h.ask(t, "", "GET", next, "").is(t, http.StatusOK, "")
		if stolen := h.ask(t, staff, "GET", next, "").is(t, http.StatusBadRequest, "parameters"); stolen.faults() != "cursor cursor_invalid" {
			t.Errorf("got %s", stolen.text)
		}
	})
	t.Run("a list that is the same costs 304", func(t *testing.T) {
		t.Parallel()
		tag := h.ask(t, "", "GET", "/api/v1/ceremonies", "").header.Get("ETag")
		h.ask(t, "", "GET", "/api/v1/ceremonies", "", "If-None-Match", `"other", `+tag).is(t, http.StatusNotModified, "")
	})
}
