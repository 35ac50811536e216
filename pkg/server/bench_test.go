package server_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"accord/pkg/server"
)

// BenchmarkGet is what every request costs before a handler has done anything.
func BenchmarkGet(b *testing.B) {
	h := build(b, func(o *server.Options) { o.Logger = slog.New(slog.NewJSONHandler(io.Discard, nil)) })
	r := httptest.NewRequest(http.MethodGet, "/who", nil)
	r.Header.Set("Authorization", "Bearer good")
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, r)
	}
}
