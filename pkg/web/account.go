package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/phrase"
)

// accountView is what the page of one's own account shows.
type accountView struct {
	User     account.User
	Factors  account.Factors
	Sessions []account.SessionInfo
	Current  ident.Session
	Lacking  bool
	Alert    string
}

// Second tells whether the account has a second factor.
func (v accountView) Second() bool {
	return !v.Factors.TOTPSince.IsZero() || len(v.Factors.Passkeys) > 0
}

// Few tells whether the recovery codes run out.
func (v accountView) Few() bool { return v.Second() && v.Factors.CodesLeft <= fewCodes }

// moment is a time as people read it.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func (d *Door) showAccount(ctx context.Context, c *gin.Context) {
	d.accountPage(ctx, c, http.StatusOK, "")
}

func (d *Door) accountPage(ctx context.Context, c *gin.Context, status int, alert string) {
	actor, _ := access.From(ctx)
	view := accountView{Current: actor.Session, Lacking: actor.Lacking, Alert: alert}
	var err error
	if view.User, err = d.accounts.Me(ctx); err == nil {
		view.Factors, err = d.accounts.Factors(ctx)
	}
	if err == nil {
		view.Sessions, err = d.accounts.Sessions(ctx)
	}
	if err != nil {
		_ = c.Error(err)
		return
	}
	d.pages.show(c, status, "account", view)
}

// done leads back to the account's page after a form, or tells on it what was
// refused. A session that is too old is led to a new proof.
func (d *Door) done(ctx context.Context, c *gin.Context, err error) {
	if stale(err) {
		d.lead(c, "/account/proof")
		return
	}
	if status, alert := d.told(c, err); status != 0 {
		d.accountPage(ctx, c, status, alert)
		return
	}
	if err != nil {
		_ = c.Error(err)
		return
	}
	d.lead(c, home)
}

func stale(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Code == access.CodeReauthenticate
}

// proofView is what the page shows on which people prove again who they are.
type proofView struct {
	Password  bool // whether it is the password that is wanted
	Passkey   bool
	Directory string // its name, where it will do
	Alert     string
}

func (d *Door) showProof(ctx context.Context, c *gin.Context) { d.proofPage(ctx, c, http.StatusOK, "") }

func (d *Door) proofPage(ctx context.Context, c *gin.Context, status int, alert string) {
	f, err := d.accounts.Factors(ctx)
	if err != nil {
		_ = c.Error(err)
		return
	}
	view := proofView{Password: f.TOTPSince.IsZero() && len(f.Passkeys) == 0, Passkey: len(f.Passkeys) > 0, Alert: alert}
	provable, err := d.accounts.ProvableByDirectory(ctx)
	if err != nil {
		_ = c.Error(err)
		return
	}
	if provable && view.Password { // a second factor counts before all else
		view.Directory = d.accounts.DirectoryName()
	}
	d.pages.show(c, status, "proof", view)
}

func (d *Door) prove(ctx context.Context, c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	proof := account.Proof{Password: form.Get("password"), Code: form.Get("code"), From: from(c)}
	if form.Get("credential") != "" {
		proof.Passkey = assertion(form.Get)
	}
	cookie, err := d.accounts.Reauthenticate(ctx, proof)
	if status, alert := d.told(c, err); status != 0 {
		d.proofPage(ctx, c, status, alert)
		return
	}
	if err != nil {
		_ = c.Error(err)
		return
	}
	d.keep(c, cookie)
	d.lead(c, home)
}

func (d *Door) endSession(ctx context.Context, c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	if form.Get("session") == "others" {
		d.done(ctx, c, d.accounts.EndOtherSessions(ctx))
		return
	}
	session, ok := ident.Parse[ident.Session](form.Get("session"))
	if !ok {
		d.done(ctx, c, fault.New(fault.NotFound, "not_found"))
		return
	}
	d.done(ctx, c, d.accounts.EndSession(ctx, session))
}

func (d *Door) showScript(c *gin.Context) {
	header := c.Writer.Header()
	header.Set("Cache-Control", "no-cache")
	c.Data(http.StatusOK, "text/javascript; charset=utf-8", d.pages.script)
}

// giveCeremony answers the script with what the browser is to sign.
func (d *Door) giveCeremony(c *gin.Context, ceremony account.Ceremony, err error) {
	body := struct {
		Ceremony string          `json:"ceremony,omitempty"`
		Options  json.RawMessage `json:"options,omitempty"`
		Alert    string          `json:"alert,omitempty"`
	}{Ceremony: ceremony.Token, Options: ceremony.Options}
	status := http.StatusOK
	if err != nil {
		if status, body.Alert = d.told(c, err); status == 0 {
			_ = c.Error(err)
			return
		}
	}
	c.Writer.Header().Set("Cache-Control", "no-store")
	c.Writer.Header().Set("Content-Language", string(phrase.Match(c.GetHeader("Accept-Language"))))
	c.JSON(status, body)
}
