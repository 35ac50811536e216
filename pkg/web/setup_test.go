package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/registrytest"
	"accord/pkg/web"
)

const goodPassword = "orbit mantle pickle thunder"

// site is a server with nothing but the door on it.
type site struct {
	db       *db.DB
	accounts *account.Service
	engine   *gin.Engine
	host     string // that requests are sent to
	now      func() time.Time
	passed   *atomic.Int64 // nanoseconds since the start
}

func newSite(t *testing.T, base string) site {
	t.Helper()
	passed := new(atomic.Int64)
	now := func() time.Time {
		return time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC).Add(time.Duration(passed.Load()))
	}
	d := dbtest.New(t, dbtest.Options{Now: now})
	accounts, err := account.New(t.Context(), d, account.Config{HashMemory: registrytest.HashMemory, Base: base})
	if err != nil {
		t.Fatal(err)
	}
	door, err := web.New(accounts, base)
	if err != nil {
		t.Fatal(err)
	}
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.Use(func(c *gin.Context) {
		c.Next()
		if last := c.Errors.ByType(gin.ErrorTypePrivate).Last(); last != nil { // the server tells it; here its kind is enough
			c.String(599, "kind %d.", fault.KindOf(last.Err))
		}
	})
	door.Mount(engine, engine)
	host := "example.com"
	if address, err := url.Parse(base); err == nil && base != "" {
		host = address.Host
	}
	return site{db: d, accounts: accounts, engine: engine, host: host, now: now, passed: passed}
}

func (s site) link(t *testing.T) string {
	t.Helper()
	token, err := s.accounts.SetupLink(access.System(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

type page struct {
	status int
	header http.Header
	text   string
}

func (s site) ask(t *testing.T, method, address, body string, headers ...string) page {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Host = s.host
	for i := 0; i < len(headers); i += 2 {
		if request.Header.Set(headers[i], headers[i+1]); headers[i] == "Host" {
			request.Host = headers[i+1]
		}
	}
	recorder := httptest.NewRecorder()
	s.engine.ServeHTTP(recorder, request)
	text, err := io.ReadAll(recorder.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{recorder.Code, recorder.Header(), string(text)}
}

func form(token, email, password string) string {
	return url.Values{"token": {token}, "email": {email}, "name": {"Mei Lin"}, "password": {password}}.Encode()
}

func (p page) has(t *testing.T, status int, texts ...string) {
	t.Helper()
	if p.status != status {
		t.Errorf("got %d, want %d", p.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(p.text, text) {
			t.Errorf("no %q in:\n%s", text, p.text)
		}
	}
}

func (s site) administrators(t *testing.T) int {
	t.Helper()
	list, err := s.accounts.Users(access.System(t.Context()), account.UserQuery{Role: access.RoleAdmin})
	if err != nil {
		t.Fatal(err)
	}
	return len(list.Users)
}

func TestSetUp(t *testing.T) {
	t.Parallel()

	t.Run("the form makes the administrator and says what to do next", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, "https://accord.example.org/")
		token := s.link(t)
		shown := s.ask(t, "GET", "/setup?token="+token, "")
		shown.has(t, 200, `<html lang="en">`, `<form method="post" action="/setup"`, `name="token" value="`+token+`"`,
			`<label for="email">`, `<label for="name">`, `<label for="password">`, `autocomplete="new-password"`)
		made := s.ask(t, "POST", "/setup", form(token, "mei@example.org", goodPassword))
		made.has(t, 200, "curl", "https://accord.example.org/api/v1/sessions", `href="/docs"`)
		_, err := s.accounts.SignIn(access.Public(t.Context()), account.Credentials{Email: "mei@example.org", Password: goodPassword})
		if err != nil {
			t.Error(err)
		}
		if strings.Contains(made.text, goodPassword) || strings.Contains(made.text, token) {
			t.Error("the last page shows a secret")
		}
	})
	t.Run("31 a link that was used is none", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, "")
		token := s.link(t)
		s.ask(t, "POST", "/setup", form(token, "mei@example.org", goodPassword)).has(t, 200)
		s.ask(t, "GET", "/setup?token="+token, "").has(t, 404, "30 minutes")
		s.ask(t, "POST", "/setup", form(token, "other@example.org", goodPassword)).has(t, 404)
		if n := s.administrators(t); n != 1 {
			t.Errorf("%d administrators", n)
		}
	})
	t.Run("without a good link there is no form", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, "")
		s.link(t)
		for _, address := range []string{"/setup", "/setup?token=", "/setup?token=x", "/setup?token=%00", "/setup?token=" + strings.Repeat("x", 5000)} {
			shown := s.ask(t, "GET", address, "")
			shown.has(t, 404, "<h1>")
			if strings.Contains(shown.text, "<form") {
				t.Errorf("%.40s shows the form", address)
			}
		}
	})
	t.Run("faults are summed up, what was typed stays, the password does not", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, "")
		token := s.link(t)
		again := s.ask(t, "POST", "/setup", form(token, `"><script>alert(1)</script>`, "passwordpassword"))
		again.has(t, 422, `role="alert"`, `<a href="#email">`, `<a href="#password">`, `id="email-wrong"`, `aria-invalid="true"`,
			`value="Mei Lin"`, html.EscapeString(`"><script>alert(1)</script>`), `value="`+token+`"`)
		if strings.Contains(again.text, "<script") || strings.Contains(again.text, "passwordpassword") {
			t.Errorf("got\n%s", again.text)
		}
		s.ask(t, "POST", "/setup", form(token, "mei@example.org", "short")).has(t, 422, `value="mei@example.org"`, "15 characters")
		s.ask(t, "POST", "/setup", form(token, "mei@example.org", goodPassword)).has(t, 200)
	})
	t.Run("Chinese readers read Chinese", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, "")
		token := s.link(t)
		shown := s.ask(t, "GET", "/setup?token="+token, "", "Accept-Language", "zh-CN,zh;q=0.9")
		shown.has(t, 200, `<html lang="zh">`, "创建首位管理员")
		if shown.header.Get("Content-Language") != "zh" || shown.header.Get("Vary") != "Accept-Language, Cookie" {
			t.Errorf("got %v", shown.header)
		}
		s.ask(t, "POST", "/setup", form(token, "x", ""), "Accept-Language", "zh").has(t, 422, "请先更正以下内容", "此项必填")
	})
	t.Run("the token is read from the body alone", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, "")
		s.ask(t, "POST", "/setup?token="+s.link(t), form("", "mei@example.org", goodPassword)).has(t, 404)
	})
}

func TestSetUpIsHardened(t *testing.T) {
	t.Parallel()
	s := newSite(t, "https://accord.example.org")
	token := s.link(t)
	shown := s.ask(t, "GET", "/setup?token="+token, "")

	t.Run("no script, no frame, no other host, no cache, no token in the referrer", func(t *testing.T) {
		style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(shown.text)
		if style == nil {
			t.Fatal("no style")
		}
		digest := sha256.Sum256([]byte(style[1]))
		want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) +
			"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
		if got := shown.header.Get("Content-Security-Policy"); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if shown.header.Get("Cache-Control") != "no-store" || shown.header.Get("Referrer-Policy") != "strict-origin" {
			t.Errorf("got %v", shown.header)
		}
		if regexp.MustCompile(`(?i)<script|<link|<img|https?:|\son[a-z]+=|\sstyle=`).MatchString(shown.text) {
			t.Errorf("got\n%s", shown.text)
		}
	})
	t.Run("75 other sites' forms are refused", func(t *testing.T) {
		body := form(token, "evil@example.org", goodPassword)
		for name, headers := range map[string][]string{
			"cross-site":       {"Sec-Fetch-Site", "cross-site"},
			"same-site":        {"Sec-Fetch-Site", "same-site"},
			"an older browser": {"Origin", "https://evil.example"},
			"Origin: null":     {"Origin", "null"},
		} {
			t.Run(name, func(t *testing.T) {
				s.ask(t, "POST", "/setup", body, headers...).has(t, 403, "another site")
			})
		}
		if n := s.administrators(t); n != 0 {
			t.Errorf("%d administrators", n)
		}
	})
	t.Run("bodies that are no such form are refused", func(t *testing.T) {
		for name, try := range map[string]struct {
			body, kind string
			want       fault.Kind
		}{
			"JSON":          {`{"token":"x"}`, "application/json", fault.MediaType},
			"plain text":    {"token=x", "text/plain", fault.MediaType},
			"several parts": {"token=x", "multipart/form-data; boundary=x", fault.MediaType},
			"ten megabytes": {"password=" + strings.Repeat("x", 10<<20), "application/x-www-form-urlencoded", fault.TooLarge},
			"a bad escape":  {"token=%zz", "application/x-www-form-urlencoded", fault.Malformed},
			"token twice":   {"token=a&token=b", "application/x-www-form-urlencoded", fault.Malformed},
			"bytes":         {"token=" + token + "&email=%ff", "application/x-www-form-urlencoded", fault.Malformed},
		} {
			t.Run(name, func(t *testing.T) {
				got := s.ask(t, "POST", "/setup", try.body, "Content-Type", try.kind)
				got.has(t, 599, fmt.Sprintf("kind %d.", try.want))
			})
		}
	})
	t.Run("readers' own forms are taken, behind a proxy too", func(t *testing.T) {
		body := form(token, "x", "")
		for _, headers := range [][]string{
			{"Sec-Fetch-Site", "same-origin"},
			{"Sec-Fetch-Site", "none"},
			{"Origin", "http://accord.example.org"},
			{"Origin", "https://accord.example.org"},
			{},
		} {
			s.ask(t, "POST", "/setup", body, headers...).has(t, 422)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"accord.example.org", "://", "https://"} {
		if _, err := web.New(nil, base); err == nil {
			t.Errorf("took %q", base)
		}
	}
}
