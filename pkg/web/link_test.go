package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/account"
)

// mailed gives the token of the last letter.
func (s site) mailed(t *testing.T) string {
	t.Helper()
	var text string
	if err := s.db.Get(t.Context(), &text, `select text from mail order by ctid desc limit 1`); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(text, "?token=")
	token, _, _ := strings.Cut(rest, "\n")
	return token
}

func (s site) invited(t *testing.T) string {
	t.Helper()
	_, err := s.accounts.Invite(access.System(t.Context()), account.NewInvitation{Email: "mei@example.org", Name: `Mei "<b>"`, Role: access.RoleAnalyst})
	if err != nil {
		t.Fatal(err)
	}
	return s.mailed(t)
}

func filled(token, name, password string) string {
	return url.Values{"token": {token}, "name": {name}, "password": {password}}.Encode()
}

func TestAnInvitationIsAcceptedOnItsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t, "https://accord.example.org")
	token := s.invited(t)
	for range 3 { // mail programs follow links before people do
		page := s.ask(t, http.MethodGet, "/invitation?token="+token, "")
		page.has(t, http.StatusOK, "Make your account", "mei@example.org", "Mei &#34;&lt;b&gt;&#34;", token)
		if page.header.Get("Cache-Control") != "no-store" || page.header.Get("Referrer-Policy") == "" || !strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("headers %v", page.header)
		}
	}
	s.ask(t, http.MethodHead, "/invitation?token="+token, "").has(t, http.StatusOK)
	s.ask(t, http.MethodGet, "/invitation?token="+token, "", "Accept-Language", "zh").has(t, http.StatusOK, "开设您的帐户")
	s.ask(t, http.MethodPost, "/invitation", filled(token, "Mei", goodPassword), "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").
		has(t, http.StatusForbidden, "This link leads nowhere")
	again := s.ask(t, http.MethodPost, "/invitation", filled(token, `Mei <Lin>`, "short"))
	again.has(t, http.StatusUnprocessableEntity, "Please mend this first", `href="#password"`, "Mei &lt;Lin&gt;", token)
	if strings.Contains(again.text, `value="short"`) {
		t.Error("the password comes back")
	}
	s.ask(t, http.MethodPost, "/invitation?token="+token, filled("", "Mei", goodPassword)).has(t, http.StatusNotFound)
	s.ask(t, http.MethodPost, "/invitation", filled(token, "Mei", goodPassword)).has(t, http.StatusOK, "Your account is made")
	for _, gone := range []string{token, "", "nolink"} {
		s.ask(t, http.MethodGet, "/invitation?token="+gone, "").has(t, http.StatusNotFound, "This link leads nowhere")
		s.ask(t, http.MethodPost, "/invitation", filled(gone, "Mei", goodPassword)).has(t, http.StatusNotFound, "This link leads nowhere")
	}
	u, err := s.accounts.UserByEmail(access.System(t.Context()), "mei@example.org")
	if err != nil || u.Name != "Mei" {
		t.Errorf("made %+v, %v", u, err)
	}
}

func TestAPasswordIsSetOnItsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.ask(t, http.MethodPost, "/invitation", filled(s.invited(t), "", goodPassword)).has(t, http.StatusOK)
	if err := s.accounts.RequestLink(access.Public(t.Context()), account.ToReset, account.LinkRequest{Email: "mei@example.org"}); err != nil {
		t.Fatal(err)
	}
	if err := s.accounts.MailLinks(access.System(t.Context())); err != nil {
		t.Fatal(err)
	}
	token := s.mailed(t)
	for range 2 {
		page := s.ask(t, http.MethodGet, "/password-reset?token="+token, "")
		page.has(t, http.StatusOK, "Set your password", token)
		if strings.Contains(page.text, "mei@") || strings.Contains(page.text, `name="name"`) {
			t.Errorf("the page tells %s", page.text)
		}
	}
	s.ask(t, http.MethodPost, "/password-reset", filled(token, "", "passwordpassword"), "Accept-Language", "zh").has(t, http.StatusUnprocessableEntity, "请先更正以下内容")
	s.ask(t, http.MethodPost, "/password-reset", filled(token, "", "tandem oblique fresco nine"), "Origin", "null").has(t, http.StatusForbidden)
	s.ask(t, http.MethodPost, "/password-reset", filled(token, "", "tandem oblique fresco nine")).has(t, http.StatusOK, "Your password is set")
	s.ask(t, http.MethodPost, "/password-reset", filled(token, "", goodPassword)).has(t, http.StatusNotFound)
	s.ask(t, http.MethodGet, "/password-reset?token="+token, "").has(t, http.StatusNotFound, "This link leads nowhere")
}
