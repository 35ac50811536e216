package web_test

import (
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/account"
)

// forms are all addresses of the door that change something.
func forms(s site) []string {
	var all []string
	for _, route := range s.engine.Routes() {
		if route.Method != http.MethodGet && route.Method != http.MethodHead {
			all = append(all, route.Path)
		}
	}
	return all
}

func TestFormsAreTakenFromThisServersPagesAlone(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, "https://accord.example.org")
	b.signIn(t)
	paths := forms(b.site)
	if len(paths) < 14 {
		t.Fatalf("only %d forms", len(paths))
	}
	for _, path := range paths {
		for name, headers := range map[string][]string{
			"cross-site":          {"Sec-Fetch-Site", "cross-site"},
			"same-site":           {"Sec-Fetch-Site", "same-site"},
			"an older browser":    {"Origin", "https://evil.example"},
			"Origin: null":        {"Origin", "null"},
			"a simple cross-site": {"Origin", "https://evil.example", "Content-Type", "text/plain"},
		} {
			got := b.ask(t, "POST", path, "email=mei%40example.org&session=others", append(headers, "Cookie", b.name+"="+b.cookie)...)
			if got.status != 403 || got.header.Get("Set-Cookie") != "" || got.header.Get("Cache-Control") != "no-store" {
				t.Errorf("75 %s %s: %d %v", name, path, got.status, got.header)
			}
		}
	}
	b.get(t, "/account").has(t, 200)
}

func TestPagesKnowNobodyByAToken(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, "")
	tokens, err := b.accounts.SignIn(access.Public(t.Context()), account.Credentials{Email: "mei@example.org", Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	b.ask(t, "GET", "/account", "", "Authorization", "Bearer "+tokens.Access).leads(t, "/sign-in?next=%2Faccount")
	for _, path := range forms(b.site) {
		if strings.HasPrefix(path, "/account") {
			b.ask(t, "POST", path, "session=others", "Authorization", "Bearer "+tokens.Access).leads(t, "/sign-in?next=%2Faccount")
		}
	}
	for _, cookie := range []string{"accord=" + tokens.Access, "accord=" + tokens.Refresh, "accord=", "__Host-accord=x", "access_token=" + tokens.Access} {
		b.ask(t, "GET", "/account", "", "Cookie", cookie).leads(t, "/sign-in?next=%2Faccount")
	}
	b.signIn(t)
	twice := "accord=evil; accord=" + b.cookie
	b.ask(t, "GET", "/account", "", "Cookie", twice).leads(t, "/sign-in?next=%2Faccount")
	b.get(t, "/account").has(t, 200)
}

func TestPagesAnswerUnderTheConfiguredNameAlone(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, "https://accord.example.org")
	for _, route := range b.engine.Routes() {
		for _, host := range []string{"evil.example", "accord.example.org.evil.example", "accord.example.org:8080", "127.0.0.1"} {
			got := b.ask(t, route.Method, route.Path, "", "Host", host, "X-Forwarded-Host", "accord.example.org", "Forwarded", "host=accord.example.org")
			if got.status != 421 || strings.Contains(got.text, "evil") || got.header.Get("Set-Cookie") != "" {
				t.Errorf("%s %s at %s: %d", route.Method, route.Path, host, got.status)
			}
		}
	}
	for _, host := range []string{"accord.example.org", "ACCORD.example.org", "accord.example.org:443"} {
		b.get(t, "/sign-in", "Host", host).has(t, 200)
	}
	made := b.ask(t, "POST", "/sign-in", "email=mei%40example.org&password="+strings.ReplaceAll(goodPassword, " ", "+"), "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "http")
	made.leads(t, "/account")
	if !strings.HasPrefix(made.header.Get("Set-Cookie"), "__Host-accord=") {
		t.Errorf("got %v", made.header)
	}
}

func TestPagesRunNothingButTheServersOwnScript(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, "https://accord.example.org")
	b.signIn(t)
	for path, scripted := range map[string]bool{"/account": true, "/account/proof": true} {
		shown := b.get(t, path)
		policy := shown.header.Get("Content-Security-Policy")
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src 'self'") != scripted || strings.Contains(policy, "img-src") {
			t.Errorf("%s: %s", path, policy)
		}
		if strings.Count(shown.text, "<script") != 1 || strings.Contains(shown.text, " onclick") || strings.Contains(shown.text, " style=") {
			t.Errorf("%s: %s", path, shown.text)
		}
	}
	script := b.get(t, "/passkey.js")
	if script.has(t, 200, "navigator.credentials"); script.header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("got %v", script.header)
	}
	b.get(t, "/account", "Accept-Language", "zh").has(t, 200, `<html lang="zh">`, "您的账户", "通行密钥")
}
