package web

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/phrase"
)

// formLimit is how many bytes a form may send.
const formLimit = 16 << 10

// setupView is what the form shows.
type setupView struct {
	Title string
	Token string
	Email string
	Name  string
	Wrong []wrong
}

// wrong is a fault of a field of the form.
type wrong struct {
	Field string // the id of its input
	Text  string
}

// At gives what is wrong with the field, or "".
func (v setupView) At(field string) string {
	for _, w := range v.Wrong {
		if w.Field == field {
			return w.Text
		}
	}
	return ""
}

// doneView is what the last page shows.
type doneView struct{ Base string }

// refusedView says why there is no form.
type refusedView struct{ Text string }

func (d *Door) showSetup(c *gin.Context) {
	token := c.Query("token")
	if err := d.accounts.CheckSetup(access.Public(c.Request.Context()), token); err != nil {
		d.refuse(c, err)
		return
	}
	d.pages.show(c, http.StatusOK, "setup", setupView{Title: phrase.Text(langOf(c), "setup_title", nil), Token: token})
}

func (d *Door) setUp(c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	token, first := form.Get("token"), account.FirstUser{
		Email: form.Get("email"), Name: form.Get("name"), Password: form.Get("password"),
	}
	_, err = d.accounts.SetUp(access.Public(c.Request.Context()), token, first)
	switch {
	case err == nil:
		d.pages.show(c, http.StatusOK, "setup_done", doneView{Base: d.reached(c)})
	case len(fault.FieldsOf(err)) > 0:
		d.again(c, err, setupView{Token: token, Email: first.Email, Name: first.Name})
	default:
		d.refuse(c, err)
	}
}

// again shows the form with its faults and all that was typed but the password.
func (d *Door) again(c *gin.Context, err error, view setupView) {
	view.Wrong = wrongsOf(c, err)
	view.Title = phrase.Text(langOf(c), "setup_wrong_title", nil)
	d.pages.show(c, http.StatusUnprocessableEntity, "setup", view)
}

// refuse shows why there is no form.
func (d *Door) refuse(c *gin.Context, err error) { d.refuseWith(c, "setup_refused", err) }

// refuseWith shows a refusal on the page; what is no refusal of ours is left to the server.
func (d *Door) refuseWith(c *gin.Context, page string, err error) {
	status := map[fault.Kind]int{
		fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.Forbidden: http.StatusForbidden,
	}[fault.KindOf(err)]
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || status == 0 {
		_ = c.Error(err)
		return
	}
	d.pages.show(c, status, page, refusedView{Text: phrase.Text(langOf(c), f.Code, f.Args)})
	_ = c.Error(err).SetType(gin.ErrorTypePublic) // told; the server notes whether it was an attack
}

// reached is the address under which the reader reached the server.
func (d *Door) reached(c *gin.Context) string {
	if d.base != "" {
		return d.base
	}
	return "http://" + c.Request.Host
}

// readForm reads the fields of the body; those of the address are not looked
// at, since they end up in histories and logs.
//
// It refuses with MediaType what is no plain form, TooLarge one beyond
// [formLimit], and Malformed what cannot be read or gives a field twice.
func readForm(c *gin.Context) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(c.ContentType())
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, fault.New(fault.MediaType, "media_type", fault.Args{"taken": "application/x-www-form-urlencoded"})
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, formLimit)
	if err := c.Request.ParseForm(); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, fault.New(fault.TooLarge, "body_too_large", fault.Args{"max": strconv.Itoa(formLimit)})
		}
		return nil, fault.New(fault.Malformed, "form_malformed") // the cause would show a piece of the body in the log
	}
	for _, values := range c.Request.PostForm {
		if len(values) > 1 || !utf8.ValidString(values[0]) {
			return nil, fault.New(fault.Malformed, "form_malformed")
		}
	}
	return c.Request.PostForm, nil
}
