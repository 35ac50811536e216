package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"accord/pkg/access"
	"accord/pkg/account"
)

// browser is a site with somebody who has an account, and the cookie that it gave.
type browser struct {
	site
	name   string // of the cookie
	cookie string
}

func newBrowser(t *testing.T, base string) *browser {
	t.Helper()
	b := &browser{site: newSite(t, base), name: "accord"}
	if strings.HasPrefix(base, "https:") {
		b.name = "__Host-accord"
	}
	b.add(t, "mei@example.org", access.RoleStaff)
	return b
}

func (s site) add(t *testing.T, email string, role access.Role) {
	t.Helper()
	_, err := s.accounts.AddUser(access.System(t.Context()), account.NewUser{Email: email, Name: "Mei Lin", Role: role, Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
}

// get and post ask with the cookie, and keep another one that is given.
func (b *browser) get(t *testing.T, address string, headers ...string) page {
	t.Helper()
	return b.took(b.ask(t, "GET", address, "", append(headers, "Cookie", b.name+"="+b.cookie)...))
}

func (b *browser) post(t *testing.T, address string, fields ...string) page {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.took(b.ask(t, "POST", address, form.Encode(), "Cookie", b.name+"="+b.cookie, "Sec-Fetch-Site", "same-origin"))
}

func (b *browser) took(p page) page {
	for _, c := range (&http.Response{Header: p.header}).Cookies() {
		b.cookie = c.Value
	}
	return p
}

func (b *browser) signIn(t *testing.T) page {
	t.Helper()
	return b.post(t, "/sign-in", "email", "mei@example.org", "password", goodPassword)
}

// leads fails the test unless the answer leads to the address and is kept by nobody.
func (p page) leads(t *testing.T, to string) {
	t.Helper()
	if p.status != 303 || p.header.Get("Location") != to || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d to %s, %s; want %s\n%s", p.status, p.header.Get("Location"), p.header.Get("Cache-Control"), to, p.text)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()

	t.Run("gives a cookie for this host alone, and shows the account", func(t *testing.T) {
		t.Parallel()
		b := newBrowser(t, "https://accord.example.org")
		b.get(t, "/account").leads(t, "/sign-in?next=%2Faccount")
		b.get(t, "/sign-in?next=/account").has(t, 200, `name="next" value="/account"`, `autocomplete="current-password"`)
		in := b.signIn(t)
		in.leads(t, "/account")
		if got := in.header.Get("Set-Cookie"); got != "__Host-accord="+b.cookie+"; Path=/; HttpOnly; Secure; SameSite=Lax" || len(b.cookie) < 43 {
			t.Errorf("got %s", got)
		}
		shown := b.get(t, "/account")
		shown.has(t, 200, "mei@example.org", "this one", "staff")
		if shown.header.Get("Cache-Control") != "no-store" || !strings.Contains(shown.header.Get("Vary"), "Cookie") {
			t.Errorf("got %v", shown.header)
		}
		b.get(t, "/sign-in?next=/docs").leads(t, "/docs")
	})
	t.Run("over plain http the cookie has no prefix that browsers would refuse", func(t *testing.T) {
		t.Parallel()
		b := newBrowser(t, "")
		if got := b.signIn(t).header.Get("Set-Cookie"); got != "accord="+b.cookie+"; Path=/; HttpOnly; SameSite=Lax" {
			t.Errorf("got %s", got)
		}
		b.get(t, "/account").has(t, 200)
	})
	t.Run("wrong and unknown are told alike, and the password is not shown again", func(t *testing.T) {
		t.Parallel()
		b := newBrowser(t, "")
		wrong := b.post(t, "/sign-in", "email", "mei@example.org", "password", goodPassword+"x")
		wrong.has(t, 401, `role="alert"`, `value="mei@example.org"`)
		unknown := b.post(t, "/sign-in", "email", "mei@example.net", "password", goodPassword+"x")
		if strings.ReplaceAll(unknown.text, "example.net", "example.org") != wrong.text || strings.Contains(wrong.text, goodPassword) || b.cookie != "" {
			t.Errorf("%s\n%s", wrong.text, unknown.text)
		}
		b.post(t, "/sign-in", "email", "", "password", "").has(t, 422, `role="alert"`)
		for range 12 {
			wrong = b.post(t, "/sign-in", "email", "mei@example.org", "password", "x")
		}
		if wrong.has(t, 429, `role="alert"`); wrong.header.Get("Retry-After") == "" {
			t.Error("no time to come back is told")
		}
	})
	t.Run("33 another sign-in ends the session before, and signing out ends it at once", func(t *testing.T) {
		t.Parallel()
		b := newBrowser(t, "")
		b.cookie = "fixed"
		b.signIn(t)
		first := b.cookie
		b.signIn(t)
		second := b.cookie
		b.post(t, "/sign-out").leads(t, "/sign-in")
		for _, old := range []string{"fixed", first, second} {
			b.cookie = old
			b.get(t, "/account").leads(t, "/sign-in?next=%2Faccount")
		}
		b.post(t, "/sign-out").leads(t, "/sign-in")
	})
	t.Run("leads to paths of this server alone", func(t *testing.T) {
		t.Parallel()
		b := newBrowser(t, "")
		b.signIn(t)
		for next, want := range map[string]string{
			"/docs": "/docs", "/account?x=1": "/account?x=1", "/%2F/evil.example": "/account",
			"//evil.example": "/account", `/\evil.example`: "/account", `\\evil.example`: "/account", "https:evil.example": "/account",
			"https://evil.example": "/account", "javascript:alert(1)": "/account", "/\t/evil.example": "/account", "/\n/evil.example": "/account",
			"\t//evil.example": "/account", " //evil.example": "/account", "/\u200b/evil": "/account", "evil.example": "/account", "": "/account",
			"/" + strings.Repeat("a", 600): "/account", "///evil.example": "/account", "/\x00/evil": "/account", "%2F%2Fevil.example": "/account",
		} {
			b.get(t, "/sign-in?next="+url.QueryEscape(next)).leads(t, want)
			b.post(t, "/sign-in", "email", "mei@example.org", "password", goodPassword, "next", next).leads(t, want)
		}
	})
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, "https://accord.example.org")
	code := func(secret string) string {
		b.passed.Add(int64(time.Minute))
		made, err := totp.GenerateCode(secret, b.now())
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	b.signIn(t)
	enrolled := b.post(t, "/account/totp")
	enrolled.has(t, 200, `<img src="data:image/png;base64,`, "otpauth://totp/")
	secret := regexp.MustCompile(`<code>([A-Z2-7]+)</code>`).FindStringSubmatch(enrolled.text)[1]
	if !strings.Contains(enrolled.header.Get("Content-Security-Policy"), "img-src data:") {
		t.Errorf("got %v", enrolled.header)
	}
	again := b.post(t, "/account/totp/confirm", "code", "000000")
	if again.has(t, 422, `role="alert"`); strings.Contains(again.text, secret) {
		t.Error("the secret is shown again")
	}
	kept := b.post(t, "/account/totp/confirm", "code", code(secret))
	kept.has(t, 200, "Recovery codes")
	codes := regexp.MustCompile(`<code>([a-z2-7]{4}-[a-z2-7-]+)</code>`).FindAllStringSubmatch(kept.text, -1)
	if len(codes) != 10 {
		t.Fatalf("%d codes", len(codes))
	}
	b.get(t, "/account").has(t, 200, "Remove the app", "Codes that are left: 10")

	challenge := func() string {
		b.cookie = ""
		asked := b.signIn(t)
		asked.has(t, 200, "One more step", `autocomplete="one-time-code"`)
		if b.cookie != "" {
			t.Error("the password alone gives a cookie")
		}
		return regexp.MustCompile(`name="challenge" value="([^"]+)"`).FindStringSubmatch(asked.text)[1]
	}
	give := func(challenge, code string) page {
		return b.post(t, "/sign-in/factor", "challenge", challenge, "code", code, "methods", "totp,recovery_code", "next", "/docs")
	}
	t.Run("is asked for, and asked again when it is wrong", func(t *testing.T) {
		asked := challenge()
		give(asked, "000000").has(t, 401, `role="alert"`, asked)
		give(asked, code(secret)).leads(t, "/docs")
		b.get(t, "/account").has(t, 200)
		give(asked, code(secret)).has(t, 401, "Sign in")
	})
	t.Run("a recovery code stands in for it", func(t *testing.T) {
		give(challenge(), codes[0][1]).leads(t, "/docs")
		b.get(t, "/account").has(t, 200, "Codes that are left: 9")
	})
	t.Run("a session that was left open is asked for a proof, and goes on under another cookie", func(t *testing.T) {
		b.passed.Add(int64(time.Hour))
		b.post(t, "/account/codes").leads(t, "/account/proof")
		b.get(t, "/account/proof").has(t, 200, `name="code"`)
		before := b.cookie
		b.post(t, "/account/proof", "password", goodPassword).has(t, 422, `role="alert"`)
		b.post(t, "/account/proof", "code", code(secret)).leads(t, "/account")
		if b.cookie == before {
			t.Error("the cookie is the same")
		}
		b.post(t, "/account/codes").has(t, 200, "Recovery codes")
		b.post(t, "/account/totp/remove").leads(t, "/account")
		b.get(t, "/account").has(t, 200, "Add an authenticator app")
	})
}

func TestSessionsOnThePage(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, "")
	b.signIn(t)
	other := b.cookie
	b.cookie = ""
	b.signIn(t)
	shown := b.get(t, "/account")
	ids := regexp.MustCompile(`name="session" value="([0-9a-f-]{36})"`).FindAllStringSubmatch(shown.text, -1)
	if len(ids) != 1 {
		t.Fatalf("%d sessions can be ended", len(ids))
	}
	b.post(t, "/account/sessions", "session", "none").has(t, 404, `role="alert"`)
	b.post(t, "/account/sessions", "session", ids[0][1]).leads(t, "/account")
	mine := b.cookie
	b.cookie = other
	b.get(t, "/account").leads(t, "/sign-in?next=%2Faccount")
	b.signIn(t)
	other, b.cookie = b.cookie, mine
	b.post(t, "/account/sessions", "session", "others").leads(t, "/account")
	b.get(t, "/account").has(t, 200)
	b.cookie = other
	b.get(t, "/account").leads(t, "/sign-in?next=%2Faccount")
}
