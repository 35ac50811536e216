package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"accord/pkg/server"
)

func TestAddressesThatAreNoRoutes(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	for name, target := range map[string]string{
		"unknown": "/nowhere", "trailing slash": "/who/", "double slash": "//who", "capitals": "/WHO",
		"encoded slash": "/things/a%2Fb", "encoded backslash": "/things/a%5Cb", "broken UTF-8": "/things/%ff", "encoded dot": "/things/%2e%2e", "encoded NUL": "/things/%00",
	} {
		t.Run(name+" is not found", func(t *testing.T) {
			t.Parallel()
			problem(t, h.ask("GET", target), http.StatusNotFound, "not_found")
		})
	}
	t.Run("another method is told the allowed ones", func(t *testing.T) {
		t.Parallel()
		w := h.ask("DELETE", "/body")
		problem(t, w, http.StatusMethodNotAllowed, "method_not_allowed")
		if w.Header().Get("Allow") != "POST" {
			t.Errorf("Allow: %q", w.Header().Get("Allow"))
		}
	})
	t.Run("a method is not overridden by a header", func(t *testing.T) {
		t.Parallel()
		problem(t, h.ask("DELETE", "/body", "X-Http-Method-Override", "POST"), http.StatusMethodNotAllowed, "method_not_allowed")
	})
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	for name, length := range map[string]int64{"announced": server.BodyLimit + 1, "chunked": -1} {
		t.Run(name+" bodies over the limit are refused", func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/body", io.LimitReader(endless{}, server.BodyLimit+1))
			r.ContentLength = length
			w := httptest.NewRecorder()
			h.Handler().ServeHTTP(w, r)
			problem(t, w, http.StatusRequestEntityTooLarge, "body_too_large")
		})
	}
	t.Run("a body at the limit is taken", func(t *testing.T) {
		t.Parallel()
		r := httptest.NewRequest(http.MethodPost, "/body", io.LimitReader(endless{}, server.BodyLimit))
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, r)
		if w.Code != http.StatusNoContent {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestEveryAnswerHasSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := build(t, func(o *server.Options) { o.HTTPS = true })
	for _, target := range []string{"/open", "/who", "/nowhere", "/panic", "/things/a%2fb"} {
		header := h.ask("GET", target).Header()
		for _, name := range []string{"Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "Strict-Transport-Security", "X-Request-Id"} {
			if header.Get(name) == "" {
				t.Errorf("%s: no %s", target, name)
			}
		}
	}
}
