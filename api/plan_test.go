package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.CatchUp(t)
	plan := h.ask(t, "", "GET", "/api/v1/plan", "").is(t, http.StatusOK, "")
	if points, _ := plan.body["points"].([]any); len(points) != 8 || !strings.Contains(plan.text, `"roman":"VIII"`) {
		t.Errorf("got %s", plan.text)
	}
	if point := h.ask(t, "", "GET", "/api/v1/plan/points/4", "").is(t, http.StatusOK, ""); point.field("roman") != "IV" {
		t.Errorf("got %s", point.text)
	}
	for _, name := range []string{"0", "9", "IV", "04", "4.0", "four"} {
		h.ask(t, "", "GET", "/api/v1/plan/points/"+name, "").is(t, http.StatusNotFound, "not_found")
	}
	h.ask(t, "", "GET", "/api/v1/plan", "", "If-None-Match", plan.header.Get("ETag")).is(t, http.StatusNotModified, "")
}

func TestChangesAreOneOrderedFeed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Member(t, "Public Company")
	h.Applicant(t, "Hidden Company")
	h.CatchUp(t)
	position, target := 0.0, "/api/v1/changes?limit=4"
	var all strings.Builder
	for target != "" {
		page := h.ask(t, "", "GET", target, "").is(t, http.StatusOK, "")
		all.WriteString(page.text)
		items, _ := page.body["items"].([]any)
		for _, item := range items {
			entry, _ := item.(map[string]any)
			if position++; entry["position"] != position {
				t.Errorf("position %v stands where %v should", entry["position"], position)
			}
		}
		target, _, _ = strings.Cut(strings.TrimPrefix(page.header.Get("Link"), "<"), ">")
	}
	if !strings.Contains(all.String(), "Public Company") || strings.Contains(all.String(), "Hidden") || !strings.Contains(all.String(), `"sealed":true`) {
		t.Errorf("got %s", all.String())
	}
	end := h.ask(t, "", "GET", "/api/v1/changes?after=100000", "").is(t, http.StatusOK, "")
	if items, _ := end.body["items"].([]any); len(items) != 0 || end.body["position"] != position {
		t.Errorf("got %s", end.text)
	}
	h.ask(t, "", "GET", "/api/v1/changes?after=-1", "").is(t, http.StatusBadRequest, "parameters")
}

func TestHistoryIsForThoseWhoMaySeeIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	public, hidden := h.Member(t, "Public Company"), h.Applicant(t, "Hidden Company")
	h.CatchUp(t)
	staff := h.staff(t)
	h.ask(t, "", "GET", "/api/v1/members/"+public.String()+"/history", "").is(t, http.StatusOK, "")
	h.ask(t, staff, "GET", "/api/v1/members/"+hidden.String()+"/history?limit=1", "").is(t, http.StatusOK, "")
	h.ask(t, "", "GET", "/api/v1/members/"+hidden.String()+"/history", "").is(t, http.StatusNotFound, "not_found")
	h.ask(t, "", "GET", "/api/v1/members/77/history", "").is(t, http.StatusNotFound, "not_found")
}

func TestService(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, target := range []string{"/healthz", "/readyz", "/version", "/openapi.json", "/docs", "/docs/docs.css", "/docs/redoc.standalone.js", "/docs/LICENSE.txt"} {
		a := h.head(t, target)
		if a.status != http.StatusOK {
			t.Errorf("%s: %d", target, a.status)
		}
		h.ask(t, "", "GET", target+"?x=1", "").is(t, http.StatusBadRequest, "parameters")
		if tag := a.header.Get("ETag"); tag != "" {
			h.ask(t, "", "GET", target, "", "If-None-Match", tag).is(t, http.StatusNotModified, "")
		}
	}
	h.ask(t, "", "GET", "/docs/index.html", "").is(t, http.StatusNotFound, "not_found")
	document := h.ask(t, "", "GET", "/openapi.json", "").is(t, http.StatusOK, "")
	if document.body["openapi"] != "3.0.3" || strings.Contains(document.text, "x-go") {
		t.Errorf("got %.200s", document.text)
	}
}

// head asks for the headers alone, since not all of these answers are JSON.
func (h *house) head(t *testing.T, target string) answer {
	t.Helper()
	return h.ask(t, "", "HEAD", target, "")
}
