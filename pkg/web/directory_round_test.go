package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/pquerna/otp/totp"

	"accord/pkg/access"
)

// with gives the address with another value of a parameter.
func with(t *testing.T, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set(name, value)
	u.RawQuery = query.Encode()
	return u.String()
}

func TestARoundIsGoodOnceAndInItsBrowser(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := person("mei", "register-staff")
	leave := func(t *testing.T) string {
		t.Helper()
		h.restart(t)
		return h.leave(t, "/sign-in/directory", "/docs", mei)
	}
	t.Run("another state is refused, and leaves the round good", func(t *testing.T) {
		back := leave(t)
		h.refuses(t, h.do(t, "GET", with(t, back, "state", "x"), nil), 401, "other_browser")
		h.do(t, "GET", back, nil).leads(t, "/docs")
		h.do(t, "GET", "/account", nil).has(t, 200)
	})
	t.Run("another browser is refused", func(t *testing.T) {
		back := leave(t)
		h.restart(t)
		h.refuses(t, h.do(t, "GET", back, nil), 401, "other_browser")
	})
	t.Run("one that comes again is refused, with the cookie of then, too", func(t *testing.T) {
		back := leave(t)
		at, _ := url.Parse(h.base)
		kept := h.client.Jar.Cookies(at)
		h.do(t, "GET", back, nil).leads(t, "/docs")
		h.restart(t)
		h.refuses(t, h.do(t, "GET", back, nil), 401, "other_browser")
		h.client.Jar.SetCookies(at, kept)
		h.refuses(t, h.do(t, "GET", back, nil), 401, "used_or_old")
	})
	t.Run("a code of another round is refused by the provider, for want of its verifier", func(t *testing.T) {
		stolen, _ := url.Parse(leave(t))
		h.refuses(t, h.do(t, "GET", with(t, leave(t), "code", stolen.Query().Get("code")), nil), 401, "directory_doubtful")
	})
	t.Run("one of another issuer is refused", func(t *testing.T) {
		h.refuses(t, h.do(t, "GET", with(t, leave(t), "iss", "https://evil.example"), nil), 401, "directory_doubtful")
		h.do(t, "GET", with(t, leave(t), "iss", h.provider.Issuer()), nil).leads(t, "/docs")
	})
	t.Run("what the directory says of an error is not shown", func(t *testing.T) {
		back := with(t, with(t, leave(t), "error", "access_denied<b>"), "error_description", "call 555")
		got := h.do(t, "GET", back, nil)
		h.refuses(t, got, 401, "directory_declined")
		if strings.Contains(got.text, "denied") || strings.Contains(got.text, "555") {
			t.Error(got.text)
		}
	})
	t.Run("one without a code is refused", func(t *testing.T) {
		h.refuses(t, h.do(t, "GET", with(t, leave(t), "code", ""), nil), 401, "directory_doubtful")
	})
	t.Run("one that is too old is refused, and forgotten", func(t *testing.T) {
		back := leave(t)
		h.passed.Add(int64(11 * time.Minute))
		h.refuses(t, h.do(t, "GET", back, nil), 401, "used_or_old")
		if err := h.accounts.Sweep(access.System(t.Context())); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := h.db.Get(t.Context(), &left, `select count(*) from directory_round`); err != nil || left != 0 {
			t.Errorf("%d are left, %v", left, err)
		}
	})
	t.Run("nobody asks for its head", func(t *testing.T) {
		if got := h.do(t, "HEAD", leave(t), nil); got.status != 405 {
			t.Errorf("got %d", got.status)
		}
	})
}

func TestADirectoryThatIsDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.add(t, "mei@example.org", access.RoleStaff)
	fails := func(answer http.HandlerFunc) { h.answer.Store(&answer) }
	asked := 0
	fails(func(w http.ResponseWriter, _ *http.Request) { asked++; w.WriteHeader(http.StatusInternalServerError) })
	for range 3 {
		got := h.do(t, "POST", "/sign-in/directory", nil)
		if got.has(t, 503, "does not answer now"); got.header.Get("Retry-After") == "" {
			t.Errorf("got %v", got.header)
		}
	}
	if asked != 1 {
		t.Errorf("it was asked %d times", asked)
	}
	h.do(t, "POST", "/sign-in", url.Values{"email": {"mei@example.org"}, "password": {goodPassword}}).leads(t, "/account")

	t.Run("is asked again after a while", func(t *testing.T) {
		h.answer.Store(nil)
		h.passed.Add(int64(6 * time.Second))
		h.restart(t)
		h.signIn(t, person("mei", "register-staff")).leads(t, "/docs")
	})
	t.Run("while somebody is there", func(t *testing.T) {
		h.restart(t)
		back := h.leave(t, "/sign-in/directory", "", person("mei", "register-staff"))
		fails(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		h.refuses(t, h.do(t, "GET", back, nil), 503, "directory_unavailable")
	})
	t.Run("and leads its secret to another host", func(t *testing.T) {
		h.answer.Store(nil)
		h.restart(t)
		back := h.leave(t, "/sign-in/directory", "", person("mei", "register-staff"))
		fails(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://evil.example/", http.StatusTemporaryRedirect)
		})
		h.refuses(t, h.do(t, "GET", back, nil), 503, "directory_unavailable")
	})
}

// proved has the provider say when the person proved who they are.
func (h *house) proved(ago time.Duration) {
	h.forges(func(c jwt.MapClaims) string {
		c["auth_time"] = time.Now().Add(time.Duration(h.passed.Load())).Add(-ago).Unix()
		return h.signed(c)
	})
}

func TestAProofByTheDirectory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mei := person("mei", "register-staff")
	stale := func(t *testing.T) {
		t.Helper()
		h.do(t, "POST", "/account/totp", nil).leads(t, "/account/proof")
	}
	t.Run("is no fresh one where it is of long ago, or nobody says when it was", func(t *testing.T) {
		h.signIn(t, mei).leads(t, "/docs")
		stale(t)
		h.proved(time.Hour)
		h.restart(t)
		h.signIn(t, mei).leads(t, "/docs")
		stale(t)
		h.do(t, "GET", "/account/proof", nil).has(t, 200, `action="/account/proof/directory"`)
	})
	t.Run("is not taken where the directory did not ask anew, or for somebody else", func(t *testing.T) {
		refused := h.do(t, "GET", h.leave(t, "/account/proof/directory", "", mei), nil)
		refused.has(t, 401, "did not ask you anew")
		h.proved(0)
		h.do(t, "GET", h.leave(t, "/account/proof/directory", "", person("ada", "register-admins")), nil).has(t, 401, "may not use")
		stale(t)
	})
	t.Run("makes the session fresh, under another cookie", func(t *testing.T) {
		at, _ := url.Parse(h.base)
		before := h.client.Jar.Cookies(at)
		h.do(t, "GET", h.leave(t, "/account/proof/directory", "", mei), nil).leads(t, "/account")
		if now := h.client.Jar.Cookies(at); len(now) != 1 || now[0].Value == before[0].Value {
			t.Errorf("got %v", now)
		}
	})
	t.Run("does not stand in for the account's second factor", func(t *testing.T) {
		shown := h.do(t, "POST", "/account/totp", nil)
		shown.has(t, 200, "otpauth://totp/")
		_, rest, _ := strings.Cut(shown.text, "secret=")
		secret := strings.FieldsFunc(rest, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '2' || r > '7') })[0]
		code, err := totp.GenerateCode(secret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		h.do(t, "POST", "/account/totp/confirm", url.Values{"code": {code}}).has(t, 200, "Recovery codes")
		h.do(t, "GET", h.leave(t, "/account/proof/directory", "", mei), nil).has(t, 422, "Not signed in")
		h.restart(t)
		h.signIn(t, mei).has(t, 200, "One more step", `name="challenge"`)
		h.do(t, "GET", "/account", nil).leads(t, "/sign-in?next=%2Faccount")
	})
}

func TestLettersAreAskedForOnThePage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.add(t, "keeper@example.org", access.RoleAdmin)
	h.signIn(t, person("mei", "register-staff")).leads(t, "/docs")
	h.restart(t)
	var first string
	for _, email := range []string{"keeper@example.org", "nobody@example.org", "mei@example.org"} {
		for _, purpose := range []string{"sign_in", "password_reset"} {
			got := h.do(t, "POST", "/sign-in/letter", url.Values{"email": {email}, "purpose": {purpose}})
			if got.has(t, 200, "Look into your mailbox"); first != "" && got.text != first {
				t.Errorf("%s is told another thing", email)
			}
			first = got.text
		}
	}
	h.do(t, "POST", "/sign-in/letter", url.Values{"email": {""}}).has(t, 422, `role="alert"`)
	if err := h.accounts.MailLinks(access.System(t.Context())); err != nil {
		t.Fatal(err)
	}
	var sent []string
	if err := h.db.Select(t.Context(), &sent, `select recipient || ' ' || kind from mail order by 1`); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(sent, ", "); got != "keeper@example.org password_reset, keeper@example.org sign_in_link" {
		t.Errorf("got %s", got) // and none to whom the directory alone signs in
	}
}
