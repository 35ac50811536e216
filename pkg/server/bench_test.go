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
func BenchmarkGet(b *testing.B) { benchmarkGet(b, server.Rates{}) }

// BenchmarkGetCounted is the same where requests are counted.
func BenchmarkGetCounted(b *testing.B) { benchmarkGet(b, server.Rates{Account: 1 << 40}) }

func benchmarkGet(b *testing.B, rates server.Rates) {
	h := build(b, func(o *server.Options) {
		o.Logger, o.Rates = slog.New(slog.NewJSONHandler(io.Discard, nil)), rates
	})
	r := httptest.NewRequest(http.MethodGet, "/who", nil)
	r.Header.Set("Authorization", "Bearer good")
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, r)
	}
}
