package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"html/template"
	"image/png"
	"net/http"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
	"github.com/gin-gonic/gin"

	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// totpView is what the page shows on which an authenticator app is added.
type totpView struct {
	Alert  string
	Secret string // "" where it was shown already
	URI    template.URL
	Image  template.URL
}

// codesView is what the page shows on which recovery codes are, once.
type codesView struct{ Codes []string }

// pictureSize is that of a QR code, in pixels.
const pictureSize = 240

// picture draws a text as a QR code, as an address of its own.
func picture(text string) (template.URL, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err == nil {
		code, err = barcode.Scale(code, pictureSize, pictureSize)
	}
	if err != nil {
		return "", fmt.Errorf("draw a QR code: %w", err)
	}
	var image bytes.Buffer
	if err := png.Encode(&image, code); err != nil {
		return "", fmt.Errorf("draw a QR code: %w", err)
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(image.Bytes())), nil //nolint:gosec // drawn here
}

func (d *Door) enrol(ctx context.Context, c *gin.Context) {
	e, err := d.accounts.EnrolTOTP(ctx)
	if err != nil {
		d.done(ctx, c, err)
		return
	}
	image, err := picture(e.URI)
	if err != nil {
		_ = c.Error(err)
		return
	}
	d.pages.show(c, http.StatusOK, "totp", totpView{Secret: e.Secret, URI: template.URL(e.URI), Image: image}) //nolint:gosec // made here
}

// codes shows the recovery codes that came with a factor, or leads back.
func (d *Door) codes(ctx context.Context, c *gin.Context, codes []string, err error) {
	if err != nil || len(codes) == 0 {
		d.done(ctx, c, err)
		return
	}
	d.pages.show(c, http.StatusOK, "codes", codesView{Codes: codes})
}

func (d *Door) confirm(ctx context.Context, c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	codes, err := d.accounts.ConfirmTOTP(ctx, form.Get("code"))
	if fault.Is(err, fault.Invalid) { // the next code may do
		status, alert := d.told(c, err)
		d.pages.show(c, status, "totp", totpView{Alert: alert})
		return
	}
	d.codes(ctx, c, codes, err)
}

func (d *Door) removeApp(ctx context.Context, c *gin.Context) {
	d.done(ctx, c, d.accounts.RemoveTOTP(ctx))
}

func (d *Door) renewCodes(ctx context.Context, c *gin.Context) {
	codes, err := d.accounts.RenewRecoveryCodes(ctx)
	d.codes(ctx, c, codes, err)
}

func (d *Door) beginPasskey(ctx context.Context, c *gin.Context) {
	ceremony, err := d.accounts.BeginPasskey(ctx)
	d.giveCeremony(c, ceremony, err)
}

func (d *Door) addPasskey(ctx context.Context, c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	_, codes, err := d.accounts.AddPasskey(ctx, account.NewKey{
		Ceremony: form.Get("ceremony"), Name: form.Get("name"), Credential: []byte(form.Get("credential")),
	})
	d.codes(ctx, c, codes, err)
}

func (d *Door) removePasskey(ctx context.Context, c *gin.Context) {
	form, err := readForm(c)
	if err != nil {
		_ = c.Error(err)
		return
	}
	id, ok := ident.Parse[ident.Passkey](form.Get("passkey"))
	if !ok {
		d.done(ctx, c, fault.New(fault.NotFound, "not_found"))
		return
	}
	d.done(ctx, c, d.accounts.RemovePasskey(ctx, id))
}
