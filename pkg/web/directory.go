package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/directory"
	"accord/pkg/fault"
	"accord/pkg/phrase"
)

// toDirectoryView is the page that leads to the directory.
type toDirectoryView struct {
	Address   string
	Directory string
}

func (d *Door) goToDirectory(c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	round, err := d.accounts.BeginDirectory(access.Public(c.Request.Context()), account.DirectoryVisit{From: from(c), Next: ownPath(form.Get("next"))})
	d.leave(c, round, err)
}

func (d *Door) proveAtDirectory(ctx context.Context, c *gin.Context) {
	round, err := d.accounts.BeginDirectory(ctx, account.DirectoryVisit{From: from(c), Next: home, Proof: true})
	d.leave(c, round, err)
}

// leave sends the browser to the directory by a page that leads on by itself. A
// redirect would not do: to browsers it belongs to the form, and forms of ours go
// nowhere else.
func (d *Door) leave(c *gin.Context, round account.DirectoryRound, err error) {
	if err != nil {
		d.notEntered(c, err)
		return
	}
	d.keepRound(c, round.Secret, int(account.RoundLife.Seconds()))
	c.Writer.Header().Set("Refresh", "0;url="+round.Address)
	d.pages.show(c, http.StatusOK, "to_directory", toDirectoryView{Address: round.Address, Directory: d.accounts.DirectoryName()})
}

// keepRound gives the browser the secret of its round. The cookie comes along when
// the directory sends people back, since that is a link that is followed.
func (d *Door) keepRound(c *gin.Context, secret string, seconds int) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: d.named("accord-directory"), Value: secret, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: d.secure, SameSite: http.SameSiteLaxMode,
	})
}

// arrive takes those in whom the directory sends back. Nothing that the address
// says is shown.
func (d *Door) arrive(c *gin.Context) {
	ctx, _, err := d.who(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	answer := account.DirectoryAnswer{From: from(c), Agent: c.Request.UserAgent(), Answer: directory.Answer{
		State: c.Query("state"), Code: c.Query("code"), Issuer: c.Query("iss"), Error: c.Query("error"),
	}}
	if given := c.Request.CookiesNamed(d.named("accord-directory")); len(given) == 1 {
		answer.Secret = given[0].Value
	}
	entry, err := d.accounts.AnswerDirectory(ctx, answer)
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != "directory_round_invalid" {
		d.keepRound(c, "", -1) // used up; what was not this browser's leaves its own round alone
	}
	switch {
	case err != nil:
		d.notEntered(c, err)
	case entry.Proved:
		d.keep(c, entry.Cookie)
		d.lead(c, ownPath(entry.Next))
	default:
		d.enter(c, entry.Tokens, nil, ownPath(entry.Next))
	}
}

// notEntered tells on a page why nobody was signed in.
func (d *Door) notEntered(c *gin.Context, err error) {
	status, text := d.told(c, err)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Unavailable {
		status, text = http.StatusServiceUnavailable, phrase.Text(langOf(c), f.Code, f.Args)
		c.Writer.Header().Set("Retry-After", strconv.Itoa(max(1, int(f.RetryAfter.Seconds()))))
		_ = c.Error(err).SetType(gin.ErrorTypePublic)
	}
	if status == 0 {
		_ = c.Error(err)
		return
	}
	d.pages.show(c, status, "directory_refused", refusedView{Text: text})
}

// askLetter has a link mailed, and says the same to everybody.
func (d *Door) askLetter(c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	purpose := account.ToSignIn
	if form.Get("purpose") == string(account.ToReset) {
		purpose = account.ToReset
	}
	err = d.accounts.RequestLink(access.Public(c.Request.Context()), purpose, account.LinkRequest{
		Email: form.Get("email"), Lang: langOf(c), From: from(c),
	})
	if status, alert := d.told(c, err); status != 0 {
		d.signInPage(c, status, signInView{Next: home, Alert: alert})
		return
	}
	if err != nil {
		_ = c.Error(err)
		return
	}
	d.pages.show(c, http.StatusOK, "letter_asked", nil)
}
