package account

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// APIToken is what a script signs in with, without what is secret of it.
type APIToken struct {
	ID         ident.Token
	User       ident.User
	Hint       string // its first characters
	Name       string
	Scopes     access.TokenScopes
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedAt time.Time // to within some minutes; zero before its first use
	RevokedAt  time.Time // zero while it is not
}

// apiTokenRow is a token as it is kept.
type apiTokenRow struct {
	ID         ident.Token `db:"id"`
	User       ident.User  `db:"user_id"`
	Hint       string      `db:"hint"`
	Name       string      `db:"name"`
	Scopes     db.Texts    `db:"scopes"`
	CreatedAt  time.Time   `db:"created_at"`
	ExpiresAt  time.Time   `db:"expires_at"`
	LastUsedAt *time.Time  `db:"last_used_at"`
	RevokedAt  *time.Time  `db:"revoked_at"`
}

func (r apiTokenRow) token() APIToken {
	t := APIToken{
		ID: r.ID, User: r.User, Hint: r.Hint, Name: r.Name, Scopes: scopesOf(r.Scopes), CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt,
	}
	if r.LastUsedAt != nil {
		t.LastUsedAt = *r.LastUsedAt
	}
	if r.RevokedAt != nil {
		t.RevokedAt = *r.RevokedAt
	}
	return t
}

// scopesOf reads the scopes that a row has.
func scopesOf(texts db.Texts) access.TokenScopes {
	var set access.TokenScopes
	for _, text := range texts {
		set |= access.TokenScopesOf(access.TokenScope(text))
	}
	return set
}

const apiTokenColumns = `id, user_id, hint, name, scopes, created_at, expires_at, last_used_at, revoked_at`

const readAPIToken = `select ` + apiTokenColumns + ` from api_token where id = $1 and user_id = $2`

// Token reads one of the actor's own API tokens.
//
// It refuses with Forbidden who has no account or came with a token itself, and
// with NotFound a token that is not there, or another's.
func (s *Service) Token(ctx context.Context, id ident.Token) (APIToken, error) {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil {
		return APIToken{}, err
	}
	var row apiTokenRow
	if err := s.db.Get(ctx, &row, readAPIToken, id, actor.User); err != nil {
		return APIToken{}, fmt.Errorf("read token %s: %w", id, err)
	}
	return row.token(), nil
}

// TokenQuery says which page of the tokens of an account to list.
type TokenQuery struct {
	After ident.Token // the last token of the page before
	Limit int         // how many at most
}

// Tokens lists the actor's own API tokens, the oldest first, those that are
// over and not yet forgotten among them.
//
// It refuses with Forbidden who has no account or came with a token itself.
func (s *Service) Tokens(ctx context.Context, query TokenQuery) ([]APIToken, error) {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil {
		return nil, err
	}
	return s.listTokens(ctx, actor.User, query)
}

const findInReach = `select id from app_user where id = $1 and role = any($2)`

// TokensOf lists the API tokens of an account that the actor manages.
//
// It refuses with Forbidden when the actor manages no accounts, and with
// NotFound when there is no such account or it is out of the actor's reach.
func (s *Service) TokensOf(ctx context.Context, user ident.User, query TokenQuery) ([]APIToken, error) {
	actor, err := access.Require(ctx, access.ReadAccounts)
	if err != nil {
		return nil, err
	}
	var found ident.User
	if err := s.db.Get(ctx, &found, findInReach, user, reach(actor)); err != nil {
		return nil, fmt.Errorf("find user %s: %w", user, err)
	}
	return s.listTokens(ctx, user, query)
}

const (
	listAPITokens = `
select ` + apiTokenColumns + ` from api_token where user_id = $1 order by created_at, id limit $2`
	listAPITokensAfter = `
select ` + apiTokenColumns + ` from api_token
where user_id = $1 and (created_at, id) > (select t.created_at, t.id from api_token t where t.id = $3 and t.user_id = $1)
order by created_at, id limit $2`
)

func (s *Service) listTokens(ctx context.Context, user ident.User, query TokenQuery) ([]APIToken, error) {
	var rows []apiTokenRow
	var err error
	if query.After == "" {
		err = s.db.Select(ctx, &rows, listAPITokens, user, query.Limit)
	} else {
		err = s.db.Select(ctx, &rows, listAPITokensAfter, user, query.Limit, query.After)
	}
	if err != nil {
		return nil, fmt.Errorf("list the tokens of %s: %w", user, err)
	}
	tokens := make([]APIToken, 0, len(rows))
	for _, row := range rows {
		tokens = append(tokens, row.token())
	}
	return tokens, nil
}

const (
	findAPIToken   = `select id from api_token where id = $1 and user_id = $2`
	revokeAPIToken = `update api_token set revoked_at = $3 where id = $1 and user_id = $2 and revoked_at is null`
	revokeAll      = `update api_token set revoked_at = $2 where user_id = $1 and revoked_at is null`
)

// RevokeToken ends one of the actor's own API tokens, at once and everywhere.
// One that is over already stays so.
//
// It refuses as [Service.Token] does.
func (s *Service) RevokeToken(ctx context.Context, id ident.Token) error {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error { return revoke(ctx, tx, actor.User, id) })
	if err != nil {
		return fmt.Errorf("revoke token %s: %w", id, err)
	}
	s.note(ctx, "token_revoked", actor.User, actor.User, "token", string(id))
	return nil
}

// RevokeTokenOf ends an API token of an account that the actor manages.
//
// It refuses with Forbidden when the actor manages no accounts, and with
// NotFound when there is no such account or token, or the account is out of
// the actor's reach.
func (s *Service) RevokeTokenOf(ctx context.Context, user ident.User, id ident.Token) error {
	actor, err := access.Require(ctx, access.EndSessions)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		var found ident.User
		if err := tx.Get(ctx, &found, findInReach, user, reach(actor)); err != nil {
			return err
		}
		return revoke(ctx, tx, user, id)
	})
	if err != nil {
		return fmt.Errorf("revoke token %s of %s: %w", id, user, err)
	}
	s.note(ctx, "token_revoked", user, actor.User, "token", string(id))
	return nil
}

func revoke(ctx context.Context, tx *db.Tx, user ident.User, id ident.Token) error {
	changed, err := tx.Exec(ctx, revokeAPIToken, id, user, tx.Now)
	if err != nil || changed > 0 {
		return err
	}
	var over ident.Token
	return tx.Get(ctx, &over, findAPIToken, id, user)
}

// CheckToken gives every fault of a draft that can be told without the register.
func (s *Service) CheckToken(draft NewToken) fault.Fields {
	var faults fault.Fields
	draft.check(&faults, s.db.Now())
	return faults
}
