package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	if got := h.ask("GET", "/open", "X-Request-Id", "abcDEF-12345").Header().Get("X-Request-Id"); got != "abcDEF-12345" {
		t.Errorf("a well-formed id became %q", got)
	}
	for _, bad := range []string{"short", "has blank in it", "quote\"quote", strings.Repeat("a", 65), "新的请求编号新的请求编号"} {
		if got := h.ask("GET", "/open", "X-Request-Id", bad).Header().Get("X-Request-Id"); got == bad || len(got) != 32 {
			t.Errorf("%q was taken: %q", bad, got)
		}
	}
}

func TestLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.ask("GET", "/who?token=topsecret", "Authorization", "Bearer bad-topsecret")
	h.ask("GET", "/things/topsecret", "Cookie", "session=topsecret")
	if log := h.log.String(); strings.Contains(log, "topsecret") || !strings.Contains(log, `"route":"/things/:id"`) {
		t.Errorf("log: %s", log)
	}
	if !strings.Contains(h.log.String(), `"event":"token_invalid"`) {
		t.Error("a bad token gave no security event")
	}
}

func TestWhatADoorToldItselfIsNoted(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	w := h.ask("GET", "/page", "X-Request-Id", "abcDEF-12345")
	if w.Code != http.StatusForbidden || w.Body.String() != "told on a page" {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	want := `"event":"forbidden","request_id":"abcDEF-12345","route":"/page"`
	if log := h.log.String(); !strings.Contains(log, want) || strings.Contains(log, "broken off") {
		t.Errorf("the log says %s", log)
	}
}

func TestMetricsNameRoutesByPattern(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.ask("GET", "/things/1")
	h.ask("GET", "/things/2")
	h.ask("GET", "/random/address")
	h.ask("BREW", "/who")
	w := httptest.NewRecorder()
	h.MetricsHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := w.Body.String()
	for _, want := range []string{
		`accord_http_request_duration_seconds_count{method="GET",route="/things/:id",status="200"} 2`,
		`accord_http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} 1`,
		`method="other",route="unmatched",status="405"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, "random") {
		t.Error("an address that a stranger made up is a label")
	}
}
