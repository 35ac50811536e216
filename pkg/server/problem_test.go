package server_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestProblems(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	t.Run("a panic says nothing but the request id", func(t *testing.T) {
		t.Parallel()
		w := h.ask("GET", "/panic")
		doc := problem(t, w, http.StatusInternalServerError, "internal")
		if strings.Contains(w.Body.String(), "secret") || doc.Detail != "" {
			t.Errorf("told: %s", w.Body)
		}
	})
	t.Run("an accident says nothing but the request id", func(t *testing.T) {
		t.Parallel()
		w := h.ask("GET", "/accident")
		problem(t, w, http.StatusInternalServerError, "internal")
		if strings.Contains(w.Body.String(), "hunter2") {
			t.Errorf("told: %s", w.Body)
		}
	})
	t.Run("Retry-After rounds up", func(t *testing.T) {
		t.Parallel()
		w := h.ask("GET", "/later")
		problem(t, w, http.StatusTooManyRequests, "rate_limited")
		if w.Header().Get("Retry-After") != "2" {
			t.Errorf("Retry-After: %q", w.Header().Get("Retry-After"))
		}
	})
	t.Run("fields are told in the reader's language, and no ETag is left", func(t *testing.T) {
		t.Parallel()
		w := h.ask("GET", "/fields", "Accept-Language", "zh-TW,zh;q=0.8")
		doc := problem(t, w, http.StatusUnprocessableEntity, "invalid")
		if len(doc.Errors) != 1 || doc.Errors[0].Pointer != "/names/0" || !strings.Contains(doc.Errors[0].Detail, "最多 400 个字符") {
			t.Errorf("errors: %+v", doc.Errors)
		}
		if w.Header().Get("ETag") != "" || w.Header().Get("Content-Language") != "zh" {
			t.Errorf("headers: %v", w.Header())
		}
	})
	t.Run("an answer that breaks off is no answer", func(t *testing.T) {
		t.Parallel()
		ts := httptest.NewServer(h.Handler())
		defer ts.Close()
		res, err := http.Get(ts.URL + "/half")
		if err == nil {
			_, err = io.ReadAll(res.Body)
			_ = res.Body.Close()
		}
		if err == nil {
			t.Error("half an answer was taken for a whole one")
		}
	})
}
