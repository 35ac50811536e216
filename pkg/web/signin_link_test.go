package web_test

import (
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/account"
)

func TestSignInLink(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, "https://accord.example.org")
	ask := account.LinkRequest{Email: "mei@example.org"}
	if err := b.accounts.RequestLink(access.Public(t.Context()), account.ToSignIn, ask); err != nil {
		t.Fatal(err)
	}
	if err := b.accounts.MailLinks(access.System(t.Context())); err != nil {
		t.Fatal(err)
	}
	token := b.mailed(t)
	for range 2 { // mail programs follow it before people do
		b.get(t, "/sign-in/link?token="+token).has(t, 200, `name="token" value="`+token+`"`, `action="/sign-in/link"`)
	}
	b.get(t, "/account").leads(t, "/sign-in?next=%2Faccount")
	b.post(t, "/sign-in/link", "token", token).leads(t, "/account")
	b.get(t, "/account").has(t, 200, "mei@example.org")
	again := b.post(t, "/sign-in/link", "token", token)
	if again.has(t, 404); strings.Contains(again.text, "<form") {
		t.Error("a link that was used shows a form")
	}
	b.get(t, "/sign-in/link?token="+token).has(t, 404)
}
