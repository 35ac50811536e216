package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
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

func TestStopLetsRunningRequestsEnd(t *testing.T) {
	t.Parallel()
	gate := server.NewGate(func(context.Context) error { return nil })
	h := build(t, func(o *server.Options) { o.Gate = gate })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- h.Run(ctx, listener, nil) }()
	answered := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + listener.Addr().String() + "/slow")
		if err != nil {
			answered <- err.Error()
			return
		}
		defer func() { _ = res.Body.Close() }()
		body, _ := io.ReadAll(res.Body)
		answered <- string(body)
	}()
	<-h.room.entered
	if err := gate.Ready(t.Context()); err != nil {
		t.Errorf("not ready while serving: %v", err)
	}
	stop()
	for gate.Ready(context.Background()) == nil { // until the server has heard of it
		continue
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Log("the listener is still open: Shutdown has not begun")
	}
	close(h.room.leave)
	if got := <-answered; got != "whole" {
		t.Errorf("the running request got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	away := server.NewGate(func(context.Context) error { return errors.New("connection refused") })
	if err := away.Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("ready without a database: %v", err)
	}
}

func TestLogTellsARefusalFromAClientThatIsGone(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.ask(http.MethodGet, "/later")
	if text := h.log.String(); !strings.Contains(text, "rate_limited") || strings.Contains(text, "client gone") {
		t.Errorf("the log says %s", text)
	}
}
