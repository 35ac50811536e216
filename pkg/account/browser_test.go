package account

import (
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

const noUser ident.User = "00000000-0000-0000-0000-000000000000"

// browse signs in with a browser.
func (w world) browse(t *testing.T, email string) Tokens {
	t.Helper()
	tokens, err := w.SignIn(public(t), Credentials{
		Email: email, Password: goodPassword, From: from("192.0.2.1"), Browser: true,
		Agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0",
	})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func TestBrowserSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(t, "a@example.org", access.RoleStaff)
	open := func(cookie string) error { _, err := w.AuthenticateCookie(t.Context(), cookie); return err }

	t.Run("33 has a cookie of its own, kept as a hash, and no tokens", func(t *testing.T) {
		one, two := w.browse(t, "a@example.org"), w.browse(t, "a@example.org")
		if one.Cookie == two.Cookie || len(one.Cookie) < 43 || one.Access != "" || one.Refresh != "" {
			t.Errorf("got %+v", one)
		}
		if n := w.count(t, `select count(*) from session where cookie = $1 and kind = 'browser'`, tokenHash(one.Cookie)); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
	t.Run("is not opened by a token, and its id opens none of the API", func(t *testing.T) {
		api, browser := w.signIn(t, "a@example.org"), w.browse(t, "a@example.org")
		for _, token := range []string{api.Access, api.Refresh, "", "x"} {
			refused(t, open(token), fault.Unauthenticated, "session_ended")
		}
		forged, err := w.mint.Load().sign(browser.User, browser.Session, w.clock.now(), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Authenticate(t.Context(), forged)
		refused(t, err, fault.Unauthenticated, "token_invalid")
		_, err = w.Authenticate(t.Context(), browser.Cookie)
		refused(t, err, fault.Unauthenticated, "token_invalid")
		_, err = w.Refresh(public(t), browser.Cookie)
		refused(t, err, fault.Unauthenticated, "refresh_invalid")
	})
	t.Run("goes on under another cookie after each new proof", func(t *testing.T) {
		tokens := w.browse(t, "a@example.org")
		actor, err := w.AuthenticateCookie(t.Context(), tokens.Cookie)
		if err != nil {
			t.Fatal(err)
		}
		next, err := w.Reauthenticate(access.With(t.Context(), actor), Proof{Password: goodPassword, From: from("192.0.2.1")})
		if err != nil || open(next) != nil {
			t.Errorf("%v", err)
		}
		refused(t, open(tokens.Cookie), fault.Unauthenticated, "session_ended")
	})
	t.Run("lives on with its use, and no longer than a session may", func(t *testing.T) {
		idle, busy := w.browse(t, "a@example.org"), w.browse(t, "a@example.org")
		hours := 0
		for ; open(busy.Cookie) == nil; hours += 23 {
			w.clock.pass(23 * time.Hour)
		}
		refused(t, open(idle.Cookie), fault.Unauthenticated, "session_ended")
		if hours < 30*24 || hours > 31*24 {
			t.Errorf("it lived for %d hours", hours)
		}
	})
	t.Run("is told apart by its family, and seen to five minutes", func(t *testing.T) {
		tokens := w.browse(t, "a@example.org")
		actor, err := w.AuthenticateCookie(t.Context(), tokens.Cookie)
		if err != nil {
			t.Fatal(err)
		}
		start := w.clock.now()
		for _, wait := range []time.Duration{4 * time.Minute, 2 * time.Minute} {
			w.clock.pass(wait)
			if err := open(tokens.Cookie); err != nil {
				t.Fatal(err)
			}
		}
		list, err := w.Sessions(access.With(t.Context(), actor))
		if err != nil || list[0].ID != tokens.Session || list[0].Agent != "Firefox, Windows" || !list[0].SeenAt.Equal(start.Add(6*time.Minute)) {
			t.Errorf("got %+v, %v", list, err)
		}
	})
	t.Run("ends at once for its owner and for staff, and others' stay", func(t *testing.T) {
		mine, other := w.browse(t, "a@example.org"), w.signIn(t, "a@example.org")
		stranger := w.add(t, "b@example.org", access.RoleAnalyst)
		theirs := w.browse(t, "b@example.org")
		ctx := w.actor(t, other.Access)
		refused(t, w.EndSession(ctx, theirs.Session), fault.NotFound, "not_found")
		if err := w.EndSession(ctx, mine.Session); err != nil {
			t.Fatal(err)
		}
		refused(t, open(mine.Cookie), fault.Unauthenticated, "session_ended")
		refused(t, w.EndSession(ctx, mine.Session), fault.NotFound, "not_found")
		if err := w.EndOtherSessions(ctx); err != nil {
			t.Fatal(err)
		}
		w.actor(t, other.Access)
		if err := open(theirs.Cookie); err != nil {
			t.Error(err)
		}
		if err := w.EndSessionsOf(ctx, stranger.ID, ""); err != nil {
			t.Fatal(err)
		}
		refused(t, open(theirs.Cookie), fault.Unauthenticated, "session_ended")
	})
}

func TestAgentFamily(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"": "", "strange": "", "curl/8.5.0": "curl", "python-requests/2.32": "Python",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1":             "Safari, iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36 Edg/150.0":    "Edge, Windows",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36":                        "Chrome, Linux",
		"Mozilla/5.0 (Linux; Android 15; V2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150 Safari/537.36 MicroMessenger/8.0.5": "WeChat, Android",
	} {
		if got := agentFamily(line); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}
