package api

import (
	"net/http"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func (d *Door) listTokens(r *request) error {
	return r.tokens(func(q account.TokenQuery) ([]account.APIToken, error) { return d.offices.Accounts.Tokens(r.ctx, q) })
}

func (d *Door) listUserTokens(r *request) error {
	user, err := id[ident.User](r, "id")
	if err != nil {
		return err
	}
	return r.tokens(func(q account.TokenQuery) ([]account.APIToken, error) {
		return d.offices.Accounts.TokensOf(r.ctx, user, q)
	})
}

// tokens answers with a page of what list gives.
func (r *request) tokens(list func(account.TokenQuery) ([]account.APIToken, error)) error {
	place, err := after[ident.Token](r)
	if err != nil {
		return err
	}
	tokens, err := list(account.TokenQuery{After: stated(place), Limit: r.limit() + 1})
	if err != nil {
		return err
	}
	tokens, cursor, err := turn(r, tokens, func(t account.APIToken) ident.Token { return t.ID })
	if err != nil {
		return err
	}
	return r.list(TokenList{Items: each(tokens, tokenOf), NextCursor: cursor})
}

func (d *Door) makeToken(r *request) error {
	body, err := bind(r, func(b NewToken) fault.Fields { return d.offices.Accounts.CheckToken(tokenDraft(b)) })
	if err != nil {
		return err
	}
	t, secret, err := d.offices.Accounts.MakeToken(r.ctx, tokenDraft(body))
	if err != nil {
		return err
	}
	r.gin.Writer.Header()["Location"] = []string{"/api/v1/tokens/" + string(t.ID)}
	made := tokenOf(t)
	return r.secret(http.StatusCreated, MadeToken{
		Token: secret, Id: made.Id, Hint: made.Hint, Name: made.Name, Scopes: made.Scopes, CreatedAt: made.CreatedAt, ExpiresAt: made.ExpiresAt,
	})
}

func (d *Door) readToken(r *request) error {
	token, err := id[ident.Token](r, "id")
	if err != nil {
		return err
	}
	t, err := d.offices.Accounts.Token(r.ctx, token)
	if err != nil {
		return err
	}
	return r.list(tokenOf(t))
}

func (d *Door) revokeToken(r *request) error {
	token, err := id[ident.Token](r, "id")
	if err != nil {
		return err
	}
	if err := d.offices.Accounts.RevokeToken(r.ctx, token); err != nil {
		return err
	}
	return r.nothing()
}

func (d *Door) revokeUserToken(r *request) error {
	user, err := id[ident.User](r, "id")
	if err != nil {
		return err
	}
	token, err := id[ident.Token](r, "token")
	if err != nil {
		return err
	}
	if err := d.offices.Accounts.RevokeTokenOf(r.ctx, user, token); err != nil {
		return err
	}
	return r.nothing()
}

func tokenDraft(b NewToken) account.NewToken {
	return account.NewToken{
		Name: b.Name, ExpiresAt: b.ExpiresAt,
		Scopes: each(b.Scopes, func(s TokenScope) access.TokenScope { return access.TokenScope(s) }),
	}
}

func tokenOf(t account.APIToken) Token {
	return Token{
		Id: Id(t.ID), Hint: t.Hint, Name: t.Name, Scopes: scopesOf(t.Scopes), CreatedAt: t.CreatedAt.UTC(), ExpiresAt: t.ExpiresAt.UTC(),
		LastUsedAt: t.LastUsedAt.UTC(), RevokedAt: t.RevokedAt.UTC(),
	}
}

func scopesOf(set access.TokenScopes) []TokenScope {
	return each(set.List(), func(s access.TokenScope) TokenScope { return TokenScope(s) })
}
