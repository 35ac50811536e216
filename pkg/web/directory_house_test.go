package web_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"
	"github.com/prometheus/client_golang/prometheus"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/directory"
	"accord/pkg/registrytest"
	"accord/pkg/server"
	"accord/pkg/web"
)

// house is a whole server on its port, and a real provider beside it.
type house struct {
	provider *mockoidc.MockOIDC
	accounts *account.Service
	db       *db.DB
	base     string
	client   *http.Client // a browser's, with a jar, that follows nothing by itself
	log      *lockedLog
	passed   *atomic.Int64 // nanoseconds that our clock is ahead of the provider's
	answer   atomic.Pointer[http.HandlerFunc]
	forge    atomic.Pointer[forger]
}

// forger makes another id token of the claims of the provider's own.
type forger func(claims jwt.MapClaims) string

type lockedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Keys take long to make, and are the same in all tests.
var providerKeys = sync.OnceValue(func() []*rsa.PrivateKey {
	keys := make([]*rsa.PrivateKey, 2)
	for i := range keys {
		keys[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return keys
})

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{log: &lockedLog{}, passed: new(atomic.Int64)}
	h.startProvider(t)
	now := func() time.Time { return time.Now().Add(time.Duration(h.passed.Load())) }
	site := httptest.NewUnstartedServer(nil)
	h.base = "http://" + site.Listener.Addr().String()
	provider, err := directory.New(directory.Config{
		Issuer: h.provider.Issuer(), ClientID: h.provider.ClientID, ClientSecret: h.provider.ClientSecret,
		Redirect: h.base + "/sign-in/directory/callback", Domains: []string{"Example.org"}, Name: "Example House",
		Roles:     map[string]string{"register-admins": "admin", "register-staff": "staff", "register-readers": "analyst"},
		Transport: http.DefaultTransport, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(h.log, nil))
	h.db = dbtest.New(t, dbtest.Options{Now: now})
	h.accounts, err = account.New(t.Context(), h.db, account.Config{HashMemory: registrytest.HashMemory, Directory: provider, Log: logger})
	if err != nil {
		t.Fatal(err)
	}
	door, err := web.New(h.accounts, h.base)
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{
		Doors: []server.Door{door}, Authenticator: h.accounts, Logger: logger, Metrics: prometheus.NewRegistry(),
		Gate: server.NewGate(func(context.Context) error { return nil }),
	})
	if err != nil {
		t.Fatal(err)
	}
	site.Config.Handler = s.Handler()
	site.Start()
	t.Cleanup(site.Close)
	h.restart(t)
	return h
}

// startProvider starts the provider, whose answers can be replaced.
func (h *house) startProvider(t *testing.T) {
	t.Helper()
	var err error
	if h.provider, err = mockoidc.NewServer(providerKeys()[0]); err != nil {
		t.Fatal(err)
	}
	err = h.provider.AddMiddleware(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			forge := h.forge.Load()
			if answer := h.answer.Load(); answer != nil {
				(*answer)(w, r)
				return
			}
			if forge == nil || r.URL.Path != mockoidc.TokenEndpoint {
				next.ServeHTTP(w, r)
				return
			}
			recorder := httptest.NewRecorder()
			next.ServeHTTP(recorder, r)
			var tokens map[string]any
			claims := jwt.MapClaims{}
			if json.Unmarshal(recorder.Body.Bytes(), &tokens) == nil {
				raw, _ := tokens["id_token"].(string)
				_, _, _ = jwt.NewParser().ParseUnverified(raw, claims)
			}
			tokens["id_token"] = (*forge)(claims)
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(tokens)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.provider.Start(l, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.provider.Server.Close() })
}

// restart takes another browser.
func (h *house) restart(t *testing.T) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	h.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (h *house) do(t *testing.T, method, address string, form url.Values) page {
	t.Helper()
	if strings.HasPrefix(address, "/") {
		address = h.base + address
	}
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	response, err := h.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{response.StatusCode, response.Header, string(text)}
}

// leave goes to the directory and gives the address that it sends back to.
func (h *house) leave(t *testing.T, from string, next string, user mockoidc.User) string {
	t.Helper()
	left := h.do(t, "POST", from, url.Values{"next": {next}})
	left.has(t, 200, "Example House")
	_, address, found := strings.Cut(left.header.Get("Refresh"), "0;url=")
	if !found {
		t.Fatalf("leads nowhere: %v", left.header)
	}
	h.provider.QueueUser(user)
	there := h.do(t, "GET", address, nil)
	if there.status != 302 {
		t.Fatalf("the provider answers %d: %s", there.status, there.text)
	}
	return there.header.Get("Location")
}

func (h *house) signIn(t *testing.T, user mockoidc.User) page {
	t.Helper()
	return h.do(t, "GET", h.leave(t, "/sign-in/directory", "/docs", user), nil)
}

// refuses fails the test unless the person is not let in, for the reason.
func (h *house) refuses(t *testing.T, got page, status int, why string) {
	t.Helper()
	got.has(t, status, "Not signed in")
	log := h.log.String()
	if !strings.Contains(log, "msg=directory_refused") || !strings.Contains(log, "why="+why) {
		t.Errorf("not noted as %s:\n%s", why, log)
	}
	if strings.Contains(log, "@") || strings.Contains(log, "code=") {
		t.Errorf("the log tells of somebody:\n%s", log)
	}
	h.do(t, "GET", "/account", nil).leads(t, "/sign-in?next=%2Faccount")
}

func (h *house) add(t *testing.T, email string, role access.Role) account.User {
	t.Helper()
	u, err := h.accounts.AddUser(access.System(t.Context()), account.NewUser{Email: email, Name: "Mei Lin", Role: role, Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// person is somebody of the directory, in the groups.
func person(subject string, groups ...string) *mockoidc.MockUser {
	return &mockoidc.MockUser{Subject: subject, Email: subject + "@example.org", EmailVerified: true, Groups: groups}
}
