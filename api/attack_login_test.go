package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/registrytest"
)

var loginAttacks = []attack{
	{line: 23, name: "whether an account is there, by the answer", tries: func(s *siege) {
		known := s.guess("taken@example.org", "X-Request-Id", "the-same-one")
		for _, email := range []string{"nobody@example.org", "disabled@example.org", "TAKEN@example.org "} {
			if other := s.guess(email, "X-Request-Id", "the-same-one"); other.plain() != known.plain() {
				s.t.Errorf("%s is answered %s\nand one that is there %s", email, other.plain(), known.plain())
			}
		}
	}},
	{line: 24, name: "whether an account is there, by asking for a link", tries: func(s *siege) {
		s.changes("requested_link")
		for _, at := range []string{"/api/v1/password-resets", "/api/v1/sessions/links"} {
			known := s.is(s.asked("", "POST", at, `{"email":"taken@example.org"}`), http.StatusAccepted)
			for _, email := range []string{"nobody@example.org", "disabled@example.org"} {
				if other := s.asked("", "POST", at, `{"email":"`+email+`"}`); other.plain() != known.plain() {
					s.t.Errorf("%s is answered %s\nand one that is there %s", email, other.plain(), known.plain())
				}
			}
		}
	}},
	{line: 25, name: "a hundred guesses at one account", tries: func(s *siege) {
		for i := range 100 {
			want := http.StatusUnauthorized
			if i >= 10 {
				want = http.StatusTooManyRequests
			}
			s.is(s.guess("taken@example.org"), want)
		}
	}},
	{line: 26, name: "one password over many accounts", tries: func(s *siege) {
		accounts := 1000
		if testing.Short() {
			accounts = 120
		}
		for i := range accounts {
			want := http.StatusUnauthorized
			if i >= 100 {
				want = http.StatusTooManyRequests
			}
			s.is(s.guess(fmt.Sprintf("user%d@example.org", i)), want)
		}
	}},
	{line: 27, name: "forged addresses", tries: func(s *siege) {
		for i := range 12 {
			from := fmt.Sprintf("198.51.100.%d", i)
			want := http.StatusUnauthorized
			if i >= 10 {
				want = http.StatusTooManyRequests
			}
			s.is(s.guess("taken@example.org", "X-Forwarded-For", from, "X-Real-Ip", from, "Forwarded", "for="+from, "Cf-Connecting-Ip", from), want)
		}
	}},
	{line: 28, name: "a password of 10 MB", asks: []badInput{
		{"at once", "", "POST /api/v1/sessions", `{"email":"taken@example.org","password":"{10 MB}"}`, nil, 413, "body_too_large", ""},
		{"in chunks", "", "POST /api/v1/sessions", `{"email":"taken@example.org","password":"{10 MB}"}`, []string{"Transfer-Encoding", "chunked"}, 413, "body_too_large", ""},
		{"just longer than any may be", "", "POST /api/v1/sessions", `{"email":"taken@example.org","password":"{401 letters}"}`, nil, 422, "invalid", "/password password_too_long"},
	}},
	{line: 29, name: "long passwords that are cut off", tries: func(s *siege) {
		long := strings.Repeat("orbit mantle pickle ", 12) + "thunder"
		s.person("long@example.org", long)
		s.is(s.signs("long@example.org", long), http.StatusCreated)
		for _, cut := range []int{8, 55, 64, 71, 72, 127, 128, 191, len(long) - 1} {
			s.met++
			s.is(s.signs("long@example.org", long[:cut]), http.StatusUnauthorized)
			if cut%2 == 0 {
				s.is(s.signs("long@example.org", long), http.StatusCreated) // which forgets the wrong one
			}
		}
	}},
	{line: 30, name: "one password in two forms of Unicode", tries: func(s *siege) {
		s.person("form@example.org", "orbit m\u00e4ntle pickle \uac00")
		s.is(s.signs("form@example.org", "orbit ma\u0308ntle pickle \u1100\u1161"), http.StatusCreated)
		s.met++
		s.is(s.signs("form@example.org", "orbit mantle pickle \uac00"), http.StatusUnauthorized)
	}},
	{line: 31, name: "a link that is used twice", tries: (*siege).linksOnce},
	{line: 32, name: "somebody else locked out on purpose", tries: func(s *siege) {
		s.person("owner@example.org", registrytest.Password)
		s.is(s.signs("owner@example.org", registrytest.Password), http.StatusCreated)
		home := s.from
		for i := range 130 {
			s.from = fmt.Sprintf("127.0.2.%d", i+1)
			s.guess("owner@example.org")
		}
		s.from = home
		s.is(s.signs("owner@example.org", registrytest.Password), http.StatusCreated)
	}},
	{line: 33, name: "a session that somebody else chose", asks: []badInput{
		{"its id", "", "POST /api/v1/sessions", `{"email":"taken@example.org","password":"a password for tests only","session":"{none}"}`, nil, 422, "invalid", "/session unknown_field"},
		{"its tokens", "", "POST /api/v1/sessions", `{"email":"taken@example.org","password":"a password for tests only","refresh_token":"x"}`, nil, 422, "invalid", "/refresh_token unknown_field"},
	}, tries: func(s *siege) {
		s.person("fixed@example.org", registrytest.Password)
		one, two := s.is(s.signs("fixed@example.org", registrytest.Password), http.StatusCreated), s.is(s.signs("fixed@example.org", registrytest.Password), http.StatusCreated)
		for _, token := range []string{"access_token", "refresh_token"} {
			_, first, _ := strings.Cut(one.text, `"`+token+`":"`)
			first, _, _ = strings.Cut(first, `"`)
			if first == "" || strings.Contains(two.text, first) {
				s.t.Errorf("two sign-ins share the %s %q", token, first)
			}
		}
		if one.header.Get("Set-Cookie") != "" {
			s.t.Errorf("the API sets a cookie: %v", one.header)
		}
	}},
}

// linksOnce uses the link of a letter, and then tries it again, for itself and for
// what another link is for, at once with somebody else too.
func (s *siege) linksOnce() {
	s.person("forgetful@example.org", registrytest.Password)
	s.changes("app_user", "session", "refresh_token", "familiar_address", "requested_link", "account_link", "mail")
	for _, at := range []string{"/api/v1/password-resets", "/api/v1/sessions/links"} {
		s.is(s.asked("", "POST", at, `{"email":"forgetful@example.org"}`), http.StatusAccepted)
		s.Clock.Advance(time.Second)
		if err := s.Accounts.MailLinks(registrytest.System()); err != nil {
			s.t.Fatal(err)
		}
		body := fmt.Sprintf(`{"token":%q,"password":"tandem oblique fresco nine"}`, s.Letter(s.t, "forgetful@example.org"))
		if strings.Contains(at, "links") {
			body = strings.Replace(body, `,"password":"tandem oblique fresco nine"`, "", 1)
		}
		replies := make([]reply, 4)
		var asking sync.WaitGroup
		for i := range replies {
			asking.Go(func() { replies[i] = s.send("", "POST", at+"/redeem", body) })
		}
		asking.Wait()
		used := 0
		for _, r := range replies {
			if r.status < 300 {
				used++
				continue
			}
			s.met++
			s.is(r, http.StatusNotFound)
		}
		if used != 1 {
			s.t.Errorf("%s: used %d times", at, used)
		}
		s.met++
		s.is(s.asked("", "POST", at+"/redeem", body), http.StatusNotFound)
	}
}

// guess tries a wrong password, of which a security event is due.
func (s *siege) guess(email string, headers ...string) reply {
	s.t.Helper()
	s.met++
	return s.send("", "POST", "/api/v1/sessions", credentials(email, "not the password of anybody"), headers...)
}

func (s *siege) signs(email, password string) reply {
	s.t.Helper()
	return s.send("", "POST", "/api/v1/sessions", credentials(email, password))
}

// person adds an account of an analyst that may sign in.
func (s *siege) person(email, password string) {
	s.t.Helper()
	s.changes("app_user", "session", "refresh_token", "familiar_address")
	_, err := s.Accounts.AddUser(registrytest.System(), account.NewUser{Email: email, Role: access.RoleAnalyst, Password: password})
	if err != nil {
		s.t.Fatal(err)
	}
}
