//go:build unix

package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"accord/pkg/access"
	"accord/pkg/account"
)

const (
	weakPassword = "passwordpassword"
	goodPassword = "orbit mantle pickle thunder"
)

// The pages are seen in a real browser, each test in a tab and on a register
// of its own.
func TestPages(t *testing.T) {
	t.Parallel()
	browser := startBrowser(t)

	t.Run("the set-up link makes the administrator, in English on this machine", func(t *testing.T) {
		t.Parallel()
		setUp(t, browser, setUpIn{
			host: "127.0.0.1", accept: "en-GB,en;q=0.9", lang: "en", title: "Make the first administrator",
			summary: "Please mend this first", done: "The administrator is made", gone: "There is nothing to set up here",
		})
	})
	t.Run("and in Chinese over plain http on a local network, where browsers name the origin alone", func(t *testing.T) {
		t.Parallel()
		setUp(t, browser, setUpIn{
			host: "accord.test", accept: "zh-CN,zh;q=0.9", lang: "zh", title: "创建首位管理员",
			summary: "请先更正以下内容", done: "管理员已创建", gone: "此处无需设置",
		})
	})
	t.Run("and with scripts disabled", func(t *testing.T) {
		t.Parallel()
		setUp(t, browser, setUpIn{
			host: "127.0.0.1", accept: "en", lang: "en", title: "Make the first administrator",
			summary: "Please mend this first", done: "The administrator is made", gone: "There is nothing to set up here",
			scriptless: true,
		})
	})
	for _, host := range []string{"127.0.0.1", "accord.test"} {
		t.Run("a form on a stranger's page makes nobody at "+host, func(t *testing.T) {
			t.Parallel()
			refuseStranger(t, browser, host)
		})
	}
	t.Run("a passkey is added and signs in alone", func(t *testing.T) {
		t.Parallel()
		usePasskey(t, browser)
	})
	t.Run("people sign in without scripts, in Chinese, on a phone", func(t *testing.T) {
		t.Parallel()
		signInPlainly(t, browser)
	})
	t.Run("the documentation is drawn from this server alone", func(t *testing.T) {
		t.Parallel()
		readDocs(t, browser)
	})
}

// setUpIn is what a reader brings along, and reads.
type setUpIn struct {
	host, accept, lang         string
	title, summary, done, gone string
	scriptless                 bool
}

func setUp(t *testing.T, browser context.Context, in setUpIn) {
	s := newSite(t, in.host)
	tb, link := newTab(t, browser, s.base, in.accept), s.link(t)
	if in.scriptless {
		tb.scriptless(t)
	}
	tb.shows(t, 200, in.lang, in.title, chromedp.Navigate(link))
	if n := value[int](t, tb, `[...document.querySelectorAll("form input:not([type=hidden])")].filter(i => i.labels.length != 1).length`); n != 0 {
		t.Errorf("%d fields have no label", n)
	}

	// A weak password: what is wrong is told and reached, and the rest stays.
	tb.shows(t, 422, in.lang, in.title, typed("email", "mei@example.org"), typed("name", "林美"), typed("password", weakPassword), submit())
	if got := value[string](t, tb, `document.querySelector("[role=alert] h2").innerText`); got != in.summary {
		t.Errorf("the summary says %q", got)
	}
	if !value[bool](t, tb, `document.activeElement.matches("[role=alert]")`) {
		t.Error("the summary has no focus")
	}
	kept := value[[]string](t, tb, `["email", "name", "password"].map(id => document.getElementById(id).value)`)
	if fmt.Sprint(kept) != "[mei@example.org 林美 ]" {
		t.Errorf("the fields hold %q", kept)
	}
	tb.do(t, chromedp.Click(chromedp.CSS(`[role=alert] a[href="#password"]`)), chromedp.WaitReady(chromedp.CSS("#password:focus")))

	tb.shows(t, 200, in.lang, in.done, typed("password", goodPassword), submit())
	good := account.Credentials{Email: "mei@example.org", Password: goodPassword}
	if _, err := s.accounts.SignIn(access.Public(t.Context()), good); err != nil {
		t.Errorf("the administrator cannot sign in: %v", err)
	}
	tb.shows(t, 404, in.lang, in.gone, chromedp.Navigate(link))
	tb.clean(t)
}

// scriptless has the tab run no script of a page.
func (tb *tab) scriptless(t *testing.T) {
	t.Helper()
	off := emulation.SetScriptExecutionDisabledParams{Value: true}
	if _, err := chromedp.Call(tb.ctx, emulation.SetScriptExecutionDisabled, off); err != nil {
		t.Fatal(err)
	}
}

// shows does the steps and looks at the page to which they lead.
func (tb *tab) shows(t *testing.T, status int64, lang, title string, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if got := tb.open(t, steps...); got != status {
		t.Fatalf("got %d, want %d", got, status)
	}
	if got := value[string](t, tb, `document.documentElement.lang`); got != lang {
		t.Errorf("the page is in %s", got)
	}
	if got := value[string](t, tb, `document.querySelector("h1").innerText`); got != title {
		t.Errorf("the page is headed %q, want %q", got, title)
	}
	if wide := value[int](t, tb, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
		t.Errorf("the page is %d pixels too wide", wide)
	}
}

func typed(id, text string) chromedp.Action[chromedp.Void] {
	return chromedp.SendKeys(chromedp.CSS("#"+id), text)
}

func submit() chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS("form button[type=submit]"))
}

// refuseStranger gives a stranger's page even the token: the browser's word on
// where the form comes from has to be enough.
func refuseStranger(t *testing.T, browser context.Context, host string) {
	s := newSite(t, host)
	tb, link := newTab(t, browser, s.base, "en"), s.link(t)
	_, token, _ := strings.Cut(link, "token=")
	there := stranger(t, fmt.Sprintf(`<form method="post" action="%s/setup">
		<input type="hidden" name="token" value="%s"><input type="hidden" name="email" value="eve@example.org">
		<input type="hidden" name="password" value="%s"><button type="submit">A prize</button></form>`, s.base, token, goodPassword))
	tb.do(t, chromedp.Navigate(there))
	tb.shows(t, 403, "en", "There is nothing to set up here", submit())
	tb.shows(t, 200, "en", "Make the first administrator", chromedp.Navigate(link))
}

func readDocs(t *testing.T, browser context.Context) {
	s := newSite(t, "127.0.0.1")
	tb := newTab(t, browser, s.base, "en")
	if status := tb.open(t, chromedp.Navigate(s.base+"/docs")); status != 200 {
		t.Fatalf("got %d", status)
	}
	drawn := chromedp.Search(`//h2[contains(., "Register a member")]`)
	tb.do(t, chromedp.EmulateViewport(1280, 800), chromedp.WaitVisible(drawn))
	// Redoc draws one operation after another; whatever one of them loads
	// should have been asked for.
	all := `fetch("/openapi.json").then(r => r.json()).then(d => Object.values(d.paths).flatMap(p => Object.values(p)).filter(o => o.operationId).length)`
	operations, err := chromedp.Run(tb.ctx, chromedp.Evaluate[int](all, chromedp.EvalAwaitPromise))
	if err != nil || operations == 0 {
		t.Fatalf("%d operations: %v", operations, err)
	}
	if _, err := chromedp.Run(tb.ctx, chromedp.Poll[bool](fmt.Sprintf(`document.querySelectorAll("[id*='operation/'] h2").length == %d`, operations))); err != nil {
		t.Errorf("not all of %d operations are drawn: %v", operations, err)
	}
	tb.clean(t)
}
