package api

import (
	"net/http"
	"net/netip"
	"time"

	"accord/pkg/account"
	"accord/pkg/fault"
)

func (d *Door) signIn(r *request) error {
	body, err := bind[Credentials](r, nil)
	if err != nil {
		return err
	}
	tokens, err := d.offices.Accounts.SignIn(r.ctx, account.Credentials{Email: body.Email, Password: body.Password, From: r.from(), Agent: r.agent()})
	if err != nil {
		return err
	}
	return r.opened(tokens)
}

func (d *Door) refreshSession(r *request) error {
	body, err := bind[Refresh](r, nil)
	if err != nil {
		return err
	}
	tokens, err := d.offices.Accounts.Refresh(r.ctx, body.RefreshToken)
	if err != nil {
		return err
	}
	return r.secret(http.StatusOK, sessionOf(tokens))
}

func (d *Door) signOut(r *request) error {
	if err := d.offices.Accounts.SignOut(r.ctx); err != nil {
		return err
	}
	return r.nothing()
}

func (d *Door) readMe(r *request) error {
	u, err := d.offices.Accounts.Me(r.ctx)
	if err != nil {
		return err
	}
	me := userOf(u)
	if r.actor().Token == "" {
		return r.show(r.userTag(u), me)
	}
	me.Scopes = scopesOf(r.actor().Scopes)
	return r.versioned(u.Version, me)
}

func (d *Door) changePassword(r *request) error {
	body, err := bind(r, func(b PasswordChange) fault.Fields {
		return d.offices.Accounts.CheckPassword("/new_password", b.NewPassword)
	})
	if err != nil {
		return err
	}
	change := account.PasswordChange{Current: body.CurrentPassword, New: body.NewPassword, From: r.from()}
	if err := d.offices.Accounts.ChangePassword(r.ctx, change); err != nil {
		return err
	}
	return r.nothing()
}

// from is where the request came from: the address that the connection has,
// or what a proxy that is trusted says.
func (r *request) from() netip.Addr {
	address, err := netip.ParseAddr(r.gin.ClientIP())
	if err != nil {
		return netip.Addr{}
	}
	return address
}

func sessionOf(t account.Tokens) Session {
	return Session{
		AccessToken: t.Access, TokenType: SessionTokenTypeBearer,
		ExpiresIn: int(t.ExpiresIn / time.Second), RefreshToken: t.Refresh,
	}
}
