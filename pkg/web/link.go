package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/phrase"
)

// linkView is the form behind a link that was mailed. Following the link shows
// it and uses nothing up: mail programs follow links before people do.
type linkView struct {
	Page  string // invitation or reset, the beginning of its phrases
	At    string // where the form is sent to
	Title string
	Token string
	Email string // of an invitation
	Name  string
	Named bool // whether a name is asked for
	Wrong []wrong
}

// Of gives what is wrong with the field, or "".
func (v linkView) Of(field string) string {
	for _, w := range v.Wrong {
		if w.Field == field {
			return w.Text
		}
	}
	return ""
}

// linkDoneView is what the last page says.
type linkDoneView struct{ Page string }

func (d *Door) showInvitation(c *gin.Context) {
	i, err := d.accounts.Invited(access.Public(c.Request.Context()), c.Query("token"))
	if err != nil {
		d.refuseLink(c, err)
		return
	}
	d.pages.show(c, http.StatusOK, "link", invitationView(c, c.Query("token"), i))
}

func invitationView(c *gin.Context, token string, i account.Invitation) linkView {
	return linkView{
		Page: "invitation", At: "/invitation", Title: phrase.Text(langOf(c), "invitation_title", nil), Token: token, Email: i.Email, Name: i.Name, Named: true,
	}
}

func (d *Door) acceptInvitation(c *gin.Context) {
	d.take(c, func(token, name, password string) (linkView, error) {
		ctx := access.Public(c.Request.Context())
		i, err := d.accounts.Invited(ctx, token)
		if err != nil {
			return linkView{}, err
		}
		view := invitationView(c, token, i)
		view.Name = name
		_, err = d.accounts.Accept(ctx, account.Acceptance{Token: token, Name: name, Password: password})
		return view, err
	})
}

func (d *Door) showReset(c *gin.Context) {
	if err := d.accounts.CheckLink(access.Public(c.Request.Context()), account.ToReset, c.Query("token")); err != nil {
		d.refuseLink(c, err)
		return
	}
	d.pages.show(c, http.StatusOK, "link", resetView(c, c.Query("token")))
}

func resetView(c *gin.Context, token string) linkView {
	return linkView{Page: "reset", At: "/password-reset", Title: phrase.Text(langOf(c), "reset_title", nil), Token: token}
}

func (d *Door) resetPassword(c *gin.Context) {
	d.take(c, func(token, _, password string) (linkView, error) {
		return resetView(c, token), d.accounts.SetPassword(access.Public(c.Request.Context()), token, password)
	})
}

// take reads the form, has do use the link up, and says what became of it.
func (d *Door) take(c *gin.Context, do func(token, name, password string) (linkView, error)) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	view, err := do(form.Get("token"), strings.TrimSpace(form.Get("name")), form.Get("password"))
	switch {
	case err == nil:
		d.pages.show(c, http.StatusOK, "link_done", linkDoneView{Page: view.Page})
	case len(fault.FieldsOf(err)) > 0:
		view.Wrong = wrongsOf(c, err)
		view.Title = phrase.Text(langOf(c), "setup_wrong_title", nil)
		d.pages.show(c, http.StatusUnprocessableEntity, "link", view)
	default:
		d.refuseLink(c, err)
	}
}

// wrongsOf gives the faults of a form in the reader's language.
func wrongsOf(c *gin.Context, err error) []wrong {
	var found []wrong
	for _, f := range fault.FieldsOf(err) {
		found = append(found, wrong{Field: strings.TrimPrefix(f.Pointer, "/"), Text: phrase.Text(langOf(c), f.Code, f.Args)})
	}
	return found
}

// refuseLink shows why there is no form.
func (d *Door) refuseLink(c *gin.Context, err error) { d.refuseWith(c, "link_refused", err) }
