package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"accord/api"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/server"
)

// tokens is an authenticator that knows one token.
type tokens struct{}

func (tokens) Authenticate(_ context.Context, token string) (access.Actor, error) {
	if token != "good" {
		return access.Actor{}, fault.New(fault.Unauthenticated, "token_invalid")
	}
	return access.Actor{User: "8b3c1c1e-0000-4000-8000-000000000001", Role: access.RoleStaff}, nil
}

// room is a door with a route for each thing that a server does.
type room struct {
	entered chan struct{}
	leave   chan struct{}
}

func (d room) Mount(open, register gin.IRouter) {
	open.GET("/open", func(c *gin.Context) { c.String(http.StatusOK, "open") })
	register.GET("/who", func(c *gin.Context) {
		actor, _ := access.From(c.Request.Context())
		c.String(http.StatusOK, string(actor.Role)+" "+c.ClientIP())
	})
	register.GET("/things/:id", func(c *gin.Context) { c.String(http.StatusOK, "thing") })
	register.POST("/body", func(c *gin.Context) {
		_, err := io.ReadAll(c.Request.Body)
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			err = fault.Wrap(fault.TooLarge, "body_too_large", tooLarge)
		}
		if err != nil {
			_ = c.Error(err)
			return
		}
		c.Status(http.StatusNoContent)
	})
	register.GET("/panic", func(*gin.Context) { panic("secret of the house") })
	register.GET("/half", func(c *gin.Context) {
		_, _ = c.Writer.WriteString("half")
		c.Writer.Flush()
		panic("too late")
	})
	register.GET("/accident", func(c *gin.Context) { _ = c.Error(errors.New("password=hunter2")) })
	register.GET("/later", func(c *gin.Context) {
		_ = c.Error(&fault.Error{Kind: fault.RateLimited, Code: "rate_limited", RetryAfter: 1500 * time.Millisecond})
	})
	register.GET("/page", func(c *gin.Context) {
		c.String(http.StatusForbidden, "told on a page")
		_ = c.Error(fault.New(fault.Forbidden, "cross_origin")).SetType(gin.ErrorTypePublic)
	})
	register.GET("/fields", func(c *gin.Context) {
		c.Header("ETag", `"1-x"`)
		_ = c.Error(fault.FieldAt("/names/0", "too_long", fault.Args{"max": "400"}))
	})
	register.GET("/slow", func(c *gin.Context) {
		close(d.entered)
		<-d.leave
		c.String(http.StatusOK, "whole")
	})
}

// journal is a log that several goroutines write.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

type house struct {
	*server.Server
	log  *journal
	room room
}

func build(t testing.TB, change func(*server.Options)) house {
	t.Helper()
	log, door := &journal{}, room{make(chan struct{}), make(chan struct{})}
	o := server.Options{
		Doors: []server.Door{door}, Authenticator: tokens{}, Gate: server.NewGate(func(context.Context) error { return nil }),
		Logger: slog.New(slog.NewJSONHandler(log, nil)), Metrics: prometheus.NewRegistry(),
	}
	if change != nil {
		change(&o)
	}
	s, err := server.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return house{s, log, door}
}

func (h house) ask(method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	return w
}

func problem(t *testing.T, w *httptest.ResponseRecorder, status int, code string) api.Problem {
	t.Helper()
	var doc api.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	if w.Code != status || doc.Status != status || doc.Code != code || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("answered %d %v %s, want %d %s", w.Code, w.Header(), w.Body, status, code)
	}
	if doc.RequestId == "" || doc.RequestId != w.Header().Get("X-Request-Id") {
		t.Errorf("request id %q, header %q", doc.RequestId, w.Header().Get("X-Request-Id"))
	}
	return doc
}

func TestLogTellsARefusalFromAClientThatIsGone(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.ask(http.MethodGet, "/later")
	if text := h.log.String(); !strings.Contains(text, "rate_limited") || strings.Contains(text, "client gone") {
		t.Errorf("the log says %s", text)
	}
}
