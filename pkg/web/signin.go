package web

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/phrase"
)

// signInView is what the sign-in page shows.
type signInView struct {
	Next      string
	Email     string
	Alert     string
	Directory string // its name, where people may sign in by one
}

// factorView is what the page for the second factor shows.
type factorView struct {
	Next      string
	Challenge string
	Methods   string // separated by commas, so that the page can be shown again
	Alert     string
}

// ByCode tells whether a code is wanted, and ByPasskey whether a passkey will do.
func (v factorView) ByCode() bool {
	return strings.Contains(v.Methods, string(account.TOTP)) || strings.Contains(v.Methods, string(account.RecoveryCode))
}

// ByPasskey tells whether a passkey will do.
func (v factorView) ByPasskey() bool { return strings.Contains(v.Methods, string(account.Passkey)) }

func (d *Door) showSignIn(c *gin.Context) {
	next := ownPath(c.Query("next"))
	_, ok, err := d.who(c)
	switch {
	case err != nil:
		_ = c.Error(err)
	case ok:
		d.lead(c, next)
	default:
		d.signInPage(c, http.StatusOK, signInView{Next: next})
	}
}

func (d *Door) signInPage(c *gin.Context, status int, view signInView) {
	view.Directory = d.accounts.DirectoryName()
	d.pages.show(c, status, "sign_in", view)
}

func (d *Door) signIn(c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	next := ownPath(form.Get("next"))
	tokens, err := d.accounts.SignIn(access.Public(c.Request.Context()), account.Credentials{
		Email: form.Get("email"), Password: form.Get("password"), From: from(c), Browser: true, Agent: c.Request.UserAgent(),
	})
	if status, alert := d.told(c, err); status != 0 {
		d.signInPage(c, status, signInView{Next: next, Email: form.Get("email"), Alert: alert})
		return
	}
	d.enter(c, tokens, err, next)
}

func (d *Door) giveFactor(c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	next := ownPath(form.Get("next"))
	answer := account.Answer{Challenge: form.Get("challenge"), Code: form.Get("code"), From: from(c), Browser: true, Agent: c.Request.UserAgent()}
	if form.Get("credential") != "" {
		answer.Code, answer.Passkey = "", assertion(form.Get)
	}
	tokens, err := d.accounts.CompleteSignIn(access.Public(c.Request.Context()), answer)
	if status, alert := d.told(c, err); status != 0 {
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "challenge_invalid" {
			d.signInPage(c, status, signInView{Next: next, Alert: alert})
			return
		}
		d.pages.show(c, status, "factor", factorView{Next: next, Challenge: answer.Challenge, Methods: form.Get("methods"), Alert: alert})
		return
	}
	d.enter(c, tokens, err, next)
}

func (d *Door) givePasskey(c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	next := ownPath(form.Get("next"))
	tokens, err := d.accounts.SignInByPasskey(access.Public(c.Request.Context()), account.PasskeySignIn{
		Passkey: *assertion(form.Get), From: from(c), Browser: true, Agent: c.Request.UserAgent(),
	})
	if status, alert := d.told(c, err); status != 0 {
		d.signInPage(c, status, signInView{Next: next, Alert: alert})
		return
	}
	d.enter(c, tokens, err, next)
}

func assertion(field func(string) string) *account.Assertion {
	return &account.Assertion{Ceremony: field("ceremony"), Credential: []byte(field("credential"))}
}

// enter gives the browser its cookie and leads on, or asks for the second factor.
// A session that the browser had before ends: its cookie is overwritten.
func (d *Door) enter(c *gin.Context, tokens account.Tokens, err error, next string) {
	if err != nil {
		_ = c.Error(err)
		return
	}
	if challenge := tokens.Challenge; challenge != nil {
		methods := make([]string, len(challenge.Methods))
		for i, m := range challenge.Methods {
			methods[i] = string(m)
		}
		d.pages.show(c, http.StatusOK, "factor", factorView{Next: next, Challenge: challenge.Token, Methods: strings.Join(methods, ",")})
		return
	}
	if before, ok, err := d.who(c); err == nil && ok {
		if err := d.accounts.SignOut(before); err != nil {
			_ = c.Error(err)
			return
		}
	}
	d.keep(c, tokens.Cookie)
	if tokens.SpentCode && tokens.CodesLeft <= fewCodes {
		next = home // where it says how many are left
	}
	d.lead(c, next)
}

// fewCodes is how many recovery codes are too few to go on without a word.
const fewCodes = 3

func (d *Door) signOut(c *gin.Context) {
	ctx, ok, err := d.who(c)
	if err == nil && ok {
		err = d.accounts.SignOut(ctx)
	}
	if err != nil {
		_ = c.Error(err)
		return
	}
	d.keep(c, "")
	d.lead(c, "/sign-in")
}

func (d *Door) askPasskey(c *gin.Context) {
	ceremony, err := d.accounts.AskPasskey(access.Public(c.Request.Context()), from(c))
	d.giveCeremony(c, ceremony, err)
}

// told gives the status and the sentence of a refusal that is told on the page, 0
// for what is none of ours. The server notes whether it was an attack.
func (d *Door) told(c *gin.Context, err error) (int, string) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return 0, ""
	}
	status := map[fault.Kind]int{
		fault.Unauthenticated: http.StatusUnauthorized, fault.Invalid: http.StatusUnprocessableEntity, fault.RateLimited: http.StatusTooManyRequests,
		fault.Conflict: http.StatusConflict, fault.NotFound: http.StatusNotFound, fault.Forbidden: http.StatusForbidden,
	}[f.Kind]
	if status == 0 {
		return 0, ""
	}
	_ = c.Error(err).SetType(gin.ErrorTypePublic)
	if f.Kind == fault.RateLimited {
		c.Writer.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(f.RetryAfter.Seconds())))))
	}
	code, args := f.Code, f.Args
	if len(f.Fields) > 0 {
		code, args = f.Fields[0].Code, f.Fields[0].Args
	}
	return status, phrase.Text(langOf(c), code, args)
}
