//go:build unix

package main

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"accord/pkg/access"
	"accord/pkg/account"
)

// phone gives the tab a device that holds passkeys and knows its owner.
func (tb *tab) phone(t *testing.T) {
	t.Helper()
	if _, err := chromedp.Call(tb.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	options := webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}
	if _, err := chromedp.Call(tb.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &options}); err != nil {
		t.Fatal(err)
	}
}

func click(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector))
}

// usePasskey signs in with the password, adds a passkey, and then signs in with it
// alone, all on the pages.
func usePasskey(t *testing.T, browser context.Context) {
	s := newSite(t, "localhost") // a name, which passkeys are bound to, that browsers trust as they trust https
	_, err := s.accounts.AddUser(access.System(t.Context()), account.NewUser{Email: "mei@example.org", Name: "林美", Role: access.RoleAdmin, Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	tb := newTab(t, browser, s.base, "en")
	tb.phone(t)
	tb.shows(t, 200, "en", "Sign in", chromedp.Navigate(s.base+"/account"))
	tb.shows(t, 200, "en", "Your account", typed("email", "mei@example.org"), typed("password", goodPassword), submit())
	tb.shows(t, 200, "en", "Recovery codes", typed("name", "My phone"), click(`form[data-passkey] button`))
	tb.shows(t, 200, "en", "Your account", click(`main a`))
	if got := value[string](t, tb, `document.querySelector(".list strong").innerText`); got != "My phone" {
		t.Errorf("the passkey is called %q", got)
	}
	if got := value[string](t, tb, `document.cookie`); got != "" {
		t.Errorf("a script sees the cookie %s", got)
	}
	tb.shows(t, 200, "en", "Sign in", click(`header button`))
	tb.shows(t, 200, "en", "Your account", click(`form[data-passkey] button`))
	tb.shows(t, 200, "en", "Sign in", click(`header button`))
	tb.shows(t, 200, "en", "One more step", typed("email", "mei@example.org"), typed("password", goodPassword), submit())
	tb.shows(t, 200, "en", "Your account", click(`form[data-passkey] button`))
	tb.clean(t)
}

// signInPlainly signs in in Chinese, on a narrow screen, without scripts.
func signInPlainly(t *testing.T, browser context.Context) {
	s := newSite(t, "accord.test")
	_, err := s.accounts.AddUser(access.System(t.Context()), account.NewUser{Email: "mei@example.org", Role: access.RoleStaff, Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	tb := newTab(t, browser, s.base, "zh-CN")
	tb.scriptless(t)
	tb.do(t, chromedp.EmulateViewport(360, 700))
	tb.shows(t, 200, "zh", "登录", chromedp.Navigate(s.base+"/sign-in"))
	if value[bool](t, tb, `document.querySelector("form[data-passkey]").checkVisibility()`) {
		t.Error("a passkey is offered that needs a script")
	}
	tb.shows(t, 200, "zh", "您的账户", typed("email", "mei@example.org"), typed("password", goodPassword), submit())
	tb.shows(t, 200, "zh", "添加验证器应用", click(`form[action="/account/totp"] button`))
	if got := value[int](t, tb, `document.querySelector("img").naturalWidth`); got != 240 {
		t.Errorf("the QR code is %d pixels wide", got)
	}
	tb.clean(t)
}
