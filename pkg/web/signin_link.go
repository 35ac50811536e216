package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
)

// signInLinkView is what the page behind a mailed link shows: a button, since
// mail programs follow links before people do.
type signInLinkView struct{ Token string }

func (d *Door) showLink(c *gin.Context) {
	token := c.Query("token")
	if err := d.accounts.CheckLink(access.Public(c.Request.Context()), account.ToSignIn, token); err != nil {
		d.refuseLink(c, err)
		return
	}
	d.pages.show(c, http.StatusOK, "sign_in_link", signInLinkView{Token: token})
}

func (d *Door) followLink(c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	tokens, err := d.accounts.SignInByLink(access.Public(c.Request.Context()), account.LinkSignIn{
		Token: form.Get("token"), From: from(c), Browser: true, Agent: c.Request.UserAgent(),
	})
	if fault.Is(err, fault.NotFound) {
		d.refuseLink(c, err)
		return
	}
	d.enter(c, tokens, err, home)
}
