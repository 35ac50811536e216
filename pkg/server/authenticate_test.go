package server_test

import (
	"net/http"
	"strings"
	"testing"

	"accord/pkg/server"
)

func TestCallers(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	t.Run("without a credential it is the public", func(t *testing.T) {
		t.Parallel()
		if w := h.ask("GET", "/who"); !strings.HasPrefix(w.Body.String(), "public ") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
	t.Run("a good token is its owner, whatever the case of the scheme", func(t *testing.T) {
		t.Parallel()
		if w := h.ask("GET", "/who", "Authorization", "bearer good"); !strings.HasPrefix(w.Body.String(), "staff ") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
	for name, headers := range map[string][]string{
		"a bad token":          {"Authorization", "Bearer bad"},
		"a megabyte of dots":   {"Authorization", "Bearer " + strings.Repeat(".", 1<<20-100)},
		"no scheme":            {"Authorization", "good"},
		"another scheme":       {"Authorization", "Basic Z29vZA=="},
		"an empty header":      {"Authorization", ""},
		"two tokens":           {"Authorization", "Bearer good, Bearer good"},
		"two headers":          {"Authorization", "Bearer good", "Authorization", "Bearer good"},
		"a token after blanks": {"Authorization", "Bearer  good"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			w := h.ask("GET", "/who", headers...)
			if w.Code != http.StatusUnauthorized || !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("%d %v", w.Code, w.Header())
			}
		})
	}
	t.Run("the service's own routes look at no credential", func(t *testing.T) {
		t.Parallel()
		if w := h.ask("GET", "/open", "Authorization", "Bearer bad"); w.Code != http.StatusOK {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
	t.Run("a forged forwarding header is not believed", func(t *testing.T) {
		t.Parallel()
		if w := h.ask("GET", "/who", "X-Forwarded-For", "9.9.9.9", "X-Real-Ip", "9.9.9.9"); strings.Contains(w.Body.String(), "9.9.9.9") {
			t.Errorf("believed: %s", w.Body)
		}
	})
	t.Run("a trusted proxy is believed", func(t *testing.T) {
		t.Parallel()
		trusting := build(t, func(o *server.Options) { o.TrustedProxies = []string{"192.0.2.1"} })
		if w := trusting.ask("GET", "/who", "X-Forwarded-For", "9.9.9.9"); !strings.Contains(w.Body.String(), "9.9.9.9") {
			t.Errorf("not believed: %s", w.Body)
		}
	})
}
