//go:build unix

package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/blob"
)

// startBrowser starts a Chromium without a window, for the length of the test.
// It never skips: pages that nobody has seen in a browser are not tested.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Fatal("no Chromium: run scripts/test, or apt-get install --no-install-recommends chromium")
	}
	home := t.TempDir()
	on := func(name string) chromedp.ExecAllocatorOption { return chromedp.Flag(name, true) }
	allocator, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(program), chromedp.UserDataDir(home), chromedp.Env("HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_CACHE_HOME="+home),
		// The sandbox is against strangers' pages, and does not start for root.
		chromedp.NoSandbox, chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		on("disable-background-networking"), on("disable-component-update"), on("disable-dev-shm-usage"),
		on("disable-extensions"), on("disable-quic"), on("disable-sync"),
		// The names .test and localhost lead here and all others nowhere.
		chromedp.Flag("host-resolver-rules", "MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"))
	t.Cleanup(stop)
	browser, _ := chromedp.NewContext(allocator)
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	t.Cleanup(func() {
		if err := chromedp.Cancel(browser); err != nil {
			t.Errorf("stop the browser: %v", err)
		}
	})
	return browser
}

// site is the whole server on a register of the test's own.
type site struct {
	*register
	base string // its address under the name that the test calls it by
}

// newSite serves until the test ends. Browsers trust 127.0.0.1 as they trust
// https; any other name makes it a plain server on a local network.
func newSite(t *testing.T, host string) site {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + strings.Replace(listener.Addr().String(), "127.0.0.1", host, 1)
	c := &serveCommand{InviteDays: 7}
	keys, err := c.keys()
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.wire(t.Context(), &database{DB: dbtest.New(t), log: slog.New(slog.DiscardHandler)}, blob.NewFolder(t.TempDir(), time.Now), keys, base, true)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.server.Run(ctx, listener, nil) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return site{register: r, base: base}
}

func (s site) link(t *testing.T) string {
	t.Helper()
	link, err := s.setupLink(access.System(t.Context()))
	if err != nil || link == "" {
		t.Fatalf("no link: %v", err)
	}
	return link
}

// tab is a tab that shares nothing with the others, and what it was seen to do.
type tab struct {
	ctx  context.Context
	base string

	mu         sync.Mutex // guards what follows; the browser reports while the test reads
	asked      []string   // addresses
	complaints []string   // what stands in the console
}

// tabTime is how long a test may wait for its pages altogether.
const tabTime = 2 * time.Minute

// newTab opens a tab whose reader prefers the language.
func newTab(t *testing.T, browser context.Context, base, lang string) *tab {
	t.Helper()
	tb := &tab{base: base}
	ctx, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(tb.hear))
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	var cancel context.CancelFunc
	tb.ctx, cancel = context.WithTimeout(ctx, tabTime)
	t.Cleanup(cancel)
	headers := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": lang}}
	if _, err := chromedp.Call(tb.ctx, network.SetExtraHTTPHeaders, headers); err != nil {
		t.Fatal(err)
	}
	return tb
}

func (tb *tab) hear(event any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		tb.asked = append(tb.asked, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		tb.complaints = append(tb.complaints, "the console was written to: "+string(e.Type))
	case *runtime.EventExceptionThrown:
		tb.complaints = append(tb.complaints, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		// A page that answers 422 as it should is told there too.
		if at, err := url.Parse(e.Entry.URL); err == nil && e.Entry.Source == log.EntrySourceNetwork && at.Path == "/setup" {
			return
		}
		tb.complaints = append(tb.complaints, e.Entry.Text+" "+e.Entry.URL)
	}
}

// clean fails the test when the tab asked anybody but its server, or when its
// console tells of an error or of something that the page's policy forbids.
func (tb *tab) clean(t *testing.T) {
	t.Helper()
	tb.mu.Lock()
	defer tb.mu.Unlock()
	own := 0
	for _, address := range tb.asked {
		switch {
		case strings.HasPrefix(address, tb.base+"/"):
			own++
		case !strings.HasPrefix(address, "data:") && address != "about:blank":
			t.Errorf("the page asks for %s", address)
		}
	}
	if own == 0 {
		t.Error("no request was seen at all")
	}
	for _, complaint := range tb.complaints {
		t.Errorf("the browser says: %s", complaint)
	}
}

// open does the steps, which lead to another page, and gives its status.
func (tb *tab) open(t *testing.T, steps ...chromedp.Action[chromedp.Void]) int64 {
	t.Helper()
	answer, err := chromedp.RunResponse(tb.ctx, steps...)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Status
}

func (tb *tab) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(tb.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// value evaluates an expression on the page.
func value[T any](t *testing.T, tb *tab, expression string) T {
	t.Helper()
	got, err := chromedp.Run(tb.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return got
}

// stranger serves a page of somebody else's, and gives its address.
func stranger(t *testing.T, page string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: tabTime, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(page))
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + strings.Replace(listener.Addr().String(), "127.0.0.1", "stranger.test", 1)
}
