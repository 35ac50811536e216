package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/phrase"
)

// cookieName is what the cookie of a session is called. Under the prefix browsers
// take it from this very host and over https alone, so that no neighbour of the
// host can set one; over plain http they would refuse it.
func (d *Door) cookieName() string { return d.named("accord") }

func (d *Door) named(cookie string) string {
	if d.secure {
		return "__Host-" + cookie
	}
	return cookie
}

// keep gives the browser the cookie; "" takes it away. It lasts as long as the
// browser runs, and no longer than the session.
func (d *Door) keep(c *gin.Context, value string) {
	cookie := &http.Cookie{
		Name: d.cookieName(), Value: value, Path: "/", HttpOnly: true, Secure: d.secure, SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(c.Writer, cookie)
}

// who puts whose session the cookie is into the context of the request, and tells
// whether there is one. Nothing but the cookie is looked at, and two of its name
// are none: one of them is not ours.
//
// It refuses with Unavailable when that cannot be told now.
func (d *Door) who(c *gin.Context) (context.Context, bool, error) {
	ctx := access.Public(c.Request.Context())
	given := c.Request.CookiesNamed(d.cookieName())
	if len(given) != 1 || given[0].Value == "" {
		return ctx, false, nil
	}
	actor, err := d.accounts.AuthenticateCookie(ctx, given[0].Value)
	if fault.Is(err, fault.Unauthenticated) {
		return ctx, false, nil
	}
	if err != nil {
		return ctx, false, err
	}
	ctx = access.With(ctx, actor)
	c.Request = c.Request.WithContext(ctx) // for the log
	return ctx, true, nil
}

// signedIn hands a page to those who are signed in, and leads all others to the
// sign-in and back.
func (d *Door) signedIn(page func(ctx context.Context, c *gin.Context)) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, ok, err := d.who(c)
		switch {
		case err != nil:
			_ = c.Error(err)
		case !ok:
			d.lead(c, "/sign-in?next="+url.QueryEscape(home))
		default:
			page(ctx, c)
		}
	}
}

// home is where people get who sign in.
const home = "/account"

// ownPath gives the address if it is a path of this server, else home. What a
// browser could take for another host is none: //evil, /\evil, evil:, and
// whatever hides between control characters.
func ownPath(next string) string {
	odd := func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f || fault.Unseen(r) || fault.Invisible(r) }
	address, err := url.Parse(next)
	if err != nil || len(next) > 500 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, odd) ||
		address.IsAbs() || address.Host != "" || address.User != nil || strings.HasPrefix(address.Path, "//") {
		return home
	}
	return next
}

// lead answers 303 to a path of this server.
func (d *Door) lead(c *gin.Context, to string) {
	header := c.Writer.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Vary", "Cookie")
	header.Set("Location", to)
	c.Status(http.StatusSeeOther)
	c.Writer.WriteHeaderNow()
}

// atHome refuses a request that was sent to another host than the configured one:
// what a page does with its host would be a stranger's to say. A proxy before the
// server passes Host on as it is.
func (d *Door) atHome(c *gin.Context) {
	asked := strings.ToLower(c.Request.Host)
	if len(d.hosts) > 0 && !slices.Contains(d.hosts, asked) {
		d.pages.show(c, http.StatusMisdirectedRequest, "refused", refusedView{Text: phrase.Text(langOf(c), "host_unknown", nil)})
		_ = c.Error(fault.New(fault.Malformed, "host_unknown")).SetType(gin.ErrorTypePublic)
		c.Abort()
	}
}

// sameSite refuses forms and scripts of other people's pages.
func (d *Door) sameSite(c *gin.Context) {
	if err := d.guard.Check(c.Request); err != nil {
		d.refuseWith(c, refusalOf(c.FullPath()), fault.Wrap(fault.Forbidden, "cross_origin", err))
		c.Abort()
	}
}

// refusalOf gives the page on which a refusal of the form at the path is told.
func refusalOf(path string) string {
	switch path {
	case "/setup":
		return "setup_refused"
	case "/invitation", "/password-reset", "/sign-in/link":
		return "link_refused"
	default:
		return "refused"
	}
}

// bounded gives the request the time that the database may take.
func bounded(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), requestTime)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}
