package api_test

import (
	"testing"

	"accord/pkg/access"
	"accord/pkg/account"
)

// 33: a browser's session is a cookie, which is nothing here, and no token either.
func TestCookiesAreNothingToTheAPI(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(t, "mei@example.org", access.RoleStaff)
	browser, err := o.accounts.SignIn(access.Public(t.Context()), account.Credentials{Email: "mei@example.org", Password: password, Browser: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"accord", "__Host-accord"} {
		o.ask(t, "", "GET", "/api/v1/me", "", "Cookie", name+"="+browser.Cookie).is(t, 401, "unauthenticated")
		o.ask(t, "", "DELETE", "/api/v1/me/sessions", "", "Cookie", name+"="+browser.Cookie).is(t, 401, "unauthenticated")
	}
	before := o.log.events()
	o.ask(t, browser.Cookie, "GET", "/api/v1/me", "").is(t, 401, "token_invalid")
	if n := o.log.events() - before; n != 1 {
		t.Errorf("%d events", n)
	}
}
