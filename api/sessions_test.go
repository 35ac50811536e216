package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"accord/api"
	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/registrytest"
	"accord/pkg/server"
)

const (
	password      = "orbit mantle pickle thunder"
	otherPassword = "tandem oblique fresco nine"
)

// office is the whole server with nothing but accounts behind it.
type office struct {
	handler  http.Handler
	accounts *account.Service
	db       *db.DB
	log      *log
}

// log takes what the server logs.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) events() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), `msg="security event"`)
}

func newOffice(t *testing.T, trusted ...string) *office {
	t.Helper()
	o := &office{db: dbtest.New(t), log: &log{}}
	logger := slog.New(slog.NewTextHandler(o.log, nil))
	var err error
	if o.accounts, err = account.New(t.Context(), o.db, account.Config{Log: logger, HashMemory: registrytest.HashMemory}); err != nil {
		t.Fatal(err)
	}
	door, err := api.New(api.Options{Offices: api.Offices{Accounts: o.accounts}, CursorKey: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{
		Doors: []server.Door{door}, Authenticator: o.accounts, Gate: server.NewGate(func(context.Context) error { return nil }),
		Logger: logger, Metrics: prometheus.NewRegistry(), TrustedProxies: trusted,
	})
	if err != nil {
		t.Fatal(err)
	}
	o.handler = s.Handler()
	return o
}

func (o *office) add(t *testing.T, email string, role access.Role) account.User {
	t.Helper()
	u, err := o.accounts.AddUser(access.System(t.Context()), account.NewUser{Email: email, Role: role, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// ask sends a request; token may be "", headers come in pairs.
func (o *office) ask(t *testing.T, token, method, path, body string, headers ...string) answer {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		request.Header.Set("Content-Type", media(body))
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	o.handler.ServeHTTP(recorder, request)
	text, err := io.ReadAll(recorder.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: recorder.Code, header: recorder.Header(), text: string(text)}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &a.body); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
	return a
}

// is fails the test unless the answer has the status and, where one is named, the code.
func (a answer) is(t *testing.T, status int, code string) answer {
	t.Helper()
	got, _ := a.body["code"].(string)
	if a.status != status || got != code {
		t.Errorf("got %d %s, want %d %s: %s", a.status, got, status, code, a.text)
	}
	return a
}

func (a answer) field(name string) string {
	text, _ := a.body[name].(string)
	return text
}

// faults gives the fields at fault, as "/pointer code".
func (a answer) faults() string {
	var list []string
	fields, _ := a.body["errors"].([]any)
	for _, f := range fields {
		field, _ := f.(map[string]any)
		list = append(list, fmt.Sprint(field["pointer"], " ", field["code"]))
	}
	return strings.Join(list, ", ")
}

func credentials(email, password string) string {
	text, _ := json.Marshal(map[string]string{"email": email, "password": password})
	return string(text)
}

func (o *office) signIn(t *testing.T, email string) answer {
	t.Helper()
	return o.ask(t, "", "POST", "/api/v1/sessions", credentials(email, password)).is(t, 201, "")
}

func refreshing(token string) string { return `{"refresh_token":` + strconv.Quote(token) + `}` }

func TestSessions(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.add(t, "mei@example.org", access.RoleStaff)

	t.Run("are as the contract says, and kept by nobody", func(t *testing.T) {
		a := o.signIn(t, "Mei@example.org")
		if a.field("token_type") != "Bearer" || a.body["expires_in"] != 600.0 || a.field("access_token") == "" || a.field("refresh_token") == "" {
			t.Errorf("got %s", a.text)
		}
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Location") != "/api/v1/sessions/current" || a.header.Get("ETag") != "" {
			t.Errorf("got %v", a.header)
		}
		me := o.ask(t, a.field("access_token"), "GET", "/api/v1/me", "").is(t, 200, "")
		if me.field("id") != string(u.ID) || me.field("role") != "staff" || strings.Contains(me.text, "argon2") {
			t.Errorf("got %s", me.text)
		}
	})
	t.Run("are refreshed once, and end when a spent token comes again", func(t *testing.T) {
		first := o.signIn(t, "mei@example.org")
		next := o.ask(t, "", "POST", "/api/v1/sessions/refresh", refreshing(first.field("refresh_token"))).is(t, 200, "")
		before := o.log.events()
		o.ask(t, "", "POST", "/api/v1/sessions/refresh", refreshing(first.field("refresh_token"))).is(t, 401, "refresh_replayed")
		if n := o.log.events() - before; n != 1 {
			t.Errorf("%d events", n)
		}
		o.ask(t, "", "POST", "/api/v1/sessions/refresh", refreshing(next.field("refresh_token"))).is(t, 401, "session_ended")
		o.ask(t, next.field("access_token"), "GET", "/api/v1/me", "").is(t, 401, "token_invalid")
	})
	t.Run("end when they are signed out", func(t *testing.T) {
		a := o.signIn(t, "mei@example.org")
		o.ask(t, a.field("access_token"), "DELETE", "/api/v1/sessions/current", "").is(t, 204, "")
		again := o.ask(t, a.field("access_token"), "DELETE", "/api/v1/sessions/current", "").is(t, 401, "token_invalid")
		if !strings.HasPrefix(again.header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("got %v", again.header)
		}
	})
	t.Run("need the right password, and wrong ones are all alike", func(t *testing.T) {
		before := o.log.events()
		wrong := o.ask(t, "", "POST", "/api/v1/sessions", credentials("mei@example.org", otherPassword), "X-Request-Id", "same-request").is(t, 401, "wrong_credentials")
		unknown := o.ask(t, "", "POST", "/api/v1/sessions", credentials("nobody@example.org", otherPassword), "X-Request-Id", "same-request").is(t, 401, "wrong_credentials")
		if wrong.text != unknown.text {
			t.Errorf("%s\n%s", wrong.text, unknown.text)
		}
		if n := o.log.events() - before; n != 2 {
			t.Errorf("%d events", n)
		}
	})
	t.Run("refuse bodies that are no credentials", func(t *testing.T) {
		for body, want := range map[string]string{
			`{}`:                                     "/email required, /password required",
			`{"email":1,"password":null}`:            "/email wrong_type, /password null_not_allowed",
			`{"email":"a","password":"b","x":1}`:     "/x unknown_field",
			credentials("", password):                "/email too_short",
			credentials("a@x.cn", nines(10<<10)):     "/password too_long",
			`{"email":"a@x.cn","password":"\u0000"}`: "/password nul_character",
		} {
			a := o.ask(t, "", "POST", "/api/v1/sessions", body)
			if got := a.faults(); got != want || a.status >= 500 {
				t.Errorf("%.60s: got %d %s, want %s", body, a.status, got, want)
			}
		}
	})
	t.Run("28 refuse ten megabytes", func(t *testing.T) {
		o.ask(t, "", "POST", "/api/v1/sessions", credentials("mei@example.org", nines(10<<20))).is(t, 413, "body_too_large")
	})
	t.Run("refuse an Idempotency-Key, since their answers are secrets", func(t *testing.T) {
		o.ask(t, "", "POST", "/api/v1/sessions", credentials("mei@example.org", password), "Idempotency-Key", "k").is(t, 400, "idempotency_key_refused")
	})
	t.Run("22 do not take a token from the address", func(t *testing.T) {
		a := o.signIn(t, "mei@example.org")
		o.ask(t, "", "GET", "/api/v1/me?access_token="+a.field("access_token"), "").is(t, 400, "parameters")
		o.ask(t, "", "GET", "/api/v1/me", "").is(t, 401, "unauthenticated")
		o.ask(t, "", "GET", "/api/v1/me", "", "Cookie", "access_token="+a.field("access_token")).is(t, 401, "unauthenticated")
	})
	t.Run("a bad credential is refused on public routes too, as one event", func(t *testing.T) {
		before := o.log.events()
		o.ask(t, "a.b.c", "POST", "/api/v1/sessions", credentials("mei@example.org", password)).is(t, 401, "token_invalid")
		if n := o.log.events() - before; n != 1 {
			t.Errorf("%d events", n)
		}
	})
	t.Run("nothing personal is logged", func(t *testing.T) {
		for _, personal := range []string{"example.org", "mantle", "eyJ", "oblique"} {
			if strings.Contains(strings.ToLower(o.log.text.String()), strings.ToLower(personal)) {
				t.Errorf("the log shows %q", personal)
			}
		}
	})
}

func nines(n int) string { return strings.Repeat("9", n) }

func TestGuessing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, "192.0.2.0/24") // the address that httptest gives its requests
	o.add(t, "mei@example.org", access.RoleStaff)
	guess := func(headers ...string) answer {
		return o.ask(t, "", "POST", "/api/v1/sessions", credentials("mei@example.org", otherPassword), headers...)
	}

	t.Run("25 ends in 429 with a time to come back", func(t *testing.T) {
		for range 10 {
			guess("X-Forwarded-For", "203.0.113.1").is(t, 401, "wrong_credentials")
		}
		before := o.log.events()
		limited := guess("X-Forwarded-For", "203.0.113.1").is(t, 429, "too_many_attempts")
		if seconds, err := strconv.Atoi(limited.header.Get("Retry-After")); err != nil || seconds < 1 || seconds > 300 {
			t.Errorf("got %v", limited.header)
		}
		if n := o.log.events() - before; n != 1 {
			t.Errorf("%d events", n)
		}
		guess("X-Forwarded-For", "203.0.113.2").is(t, 401, "wrong_credentials")
	})
	t.Run("27 is not helped by a forged address", func(t *testing.T) {
		guess("X-Forwarded-For", "198.51.100.7, 203.0.113.1").is(t, 429, "too_many_attempts")
		direct := newOffice(t)
		for i := range 11 {
			a := direct.ask(t, "", "POST", "/api/v1/sessions", credentials("mei@example.org", otherPassword),
				"X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i), "X-Real-Ip", fmt.Sprintf("198.51.100.%d", i), "Forwarded", "for=198.51.100.9")
			if limited := a.status == 429; limited != (i == 10) {
				t.Errorf("guess %d: got %d", i+1, a.status)
			}
		}
	})
}
