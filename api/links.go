package api

import (
	"net/http"

	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/phrase"
)

func (d *Door) requestPasswordReset(r *request) error { return d.requestLink(r, account.ToReset) }
func (d *Door) requestSignInLink(r *request) error    { return d.requestLink(r, account.ToSignIn) }

// requestLink answers alike whoever is asked for, with the same headers.
func (d *Door) requestLink(r *request, purpose account.Purpose) error {
	body, err := bind[LinkRequest](r, nil)
	if err != nil {
		return err
	}
	err = d.offices.Accounts.RequestLink(r.ctx, purpose, account.LinkRequest{Email: body.Email, Lang: phrase.Lang(body.Lang), From: r.from()})
	if err != nil {
		return err
	}
	return r.empty(http.StatusAccepted)
}

func (d *Door) redeemPasswordReset(r *request) error {
	body, err := bind(r, func(b PasswordRedemption) fault.Fields {
		return d.offices.Accounts.CheckPassword("/password", b.Password)
	})
	if err != nil {
		return err
	}
	if err := d.offices.Accounts.SetPassword(r.ctx, body.Token, body.Password); err != nil {
		return err
	}
	return r.nothing()
}

func (d *Door) redeemSignInLink(r *request) error {
	body, err := bind[LinkRedemption](r, nil)
	if err != nil {
		return err
	}
	tokens, err := d.offices.Accounts.SignInByLink(r.ctx, account.LinkSignIn{Token: body.Token, From: r.from(), Agent: r.agent()})
	if err != nil {
		return err
	}
	return r.opened(tokens)
}
