package account

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// The bounds of API tokens.
const (
	tokenLife     = 90 * 24 * time.Hour  // unless somebody says otherwise
	maxTokenLife  = 365 * 24 * time.Hour // who leaves something running looks after it once a year
	maxTokenName  = 100
	maxLiveTokens = 20 // of one account
)

// NewToken is an API token to be made.
type NewToken struct {
	Name      string
	Scopes    []access.TokenScope
	ExpiresAt time.Time // zero for 90 days from now
}

// check notes the faults of a draft, and gives it with its expiry.
func (n NewToken) check(faults *fault.Fields, now time.Time) NewToken {
	n.Name = norm.NFC.String(strings.TrimSpace(n.Name))
	faults.Text("/name", n.Name, maxTokenName)
	if len(n.Scopes) == 0 {
		faults.Add("/scopes", "required")
	}
	for i, scope := range n.Scopes {
		fault.OneOf(faults, "/scopes/"+strconv.Itoa(i), scope, access.AllTokenScopes())
	}
	if n.ExpiresAt.IsZero() {
		n.ExpiresAt = now.Add(tokenLife)
	}
	n.ExpiresAt = n.ExpiresAt.UTC().Truncate(time.Second)
	switch {
	case !n.ExpiresAt.After(now):
		faults.Add("/expires_at", "in_the_past")
	case n.ExpiresAt.After(now.Add(maxTokenLife)):
		faults.Add("/expires_at", "token_life_too_long", fault.Args{"days": "365"})
	}
	return n
}

const (
	// The lock counts tokens that are made at once one after the other.
	lockOwner      = `select role from app_user where id = $1 and not disabled for no key update`
	countLive      = `select count(*) from api_token where user_id = $1 and revoked_at is null and expires_at > $2`
	insertAPIToken = `
insert into api_token (id, user_id, hash, hint, name, scopes, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)`
)

// MakeToken makes an API token of the actor's account and gives it with the
// secret, which is kept nowhere and shown this once.
//
// It refuses with Forbidden who has no account or came with a token itself;
// Invalid with every field at fault, scopes among them that are not for the
// account's role; and Conflict when the account has as many live ones as it may.
func (s *Service) MakeToken(ctx context.Context, draft NewToken) (APIToken, string, error) {
	actor, err := access.Require(ctx, access.MakeToken)
	if err != nil {
		return APIToken{}, "", err
	}
	var made APIToken
	secret := newAPIToken()
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		var role access.Role
		if err := tx.Get(ctx, &role, lockOwner, actor.User); err != nil {
			return fmt.Errorf("lock the account: %w", err)
		}
		var faults fault.Fields
		sound := draft.check(&faults, tx.Now)
		for i, scope := range sound.Scopes {
			if !scope.Suits(role) {
				faults.Add("/scopes/"+strconv.Itoa(i), "scope_not_for_role")
			}
		}
		if err := faults.Err(); err != nil {
			return err
		}
		if err := lockOwn(ctx, tx, actor); err != nil {
			return err
		}
		var live int
		if err := tx.Get(ctx, &live, countLive, actor.User, tx.Now); err != nil {
			return fmt.Errorf("count the tokens: %w", err)
		}
		if live >= maxLiveTokens {
			return fault.New(fault.Conflict, "too_many_tokens", fault.Args{"max": strconv.Itoa(maxLiveTokens)})
		}
		made = APIToken{
			ID: ident.New[ident.Token](), User: actor.User, Hint: secret[:apiTokenHint], Name: sound.Name,
			Scopes: access.TokenScopesOf(sound.Scopes...), CreatedAt: tx.Now, ExpiresAt: sound.ExpiresAt,
		}
		return made.insert(ctx, tx, secret)
	})
	if err != nil {
		return APIToken{}, "", fmt.Errorf("make a token: %w", err)
	}
	s.note(ctx, "token_made", actor.User, actor.User, "token", string(made.ID))
	return made, secret, nil
}

func (t APIToken) insert(ctx context.Context, tx *db.Tx, secret string) error {
	var scopes db.Texts
	for _, scope := range t.Scopes.List() {
		scopes = append(scopes, string(scope))
	}
	_, err := tx.Exec(ctx, insertAPIToken, t.ID, t.User, tokenHash(secret), t.Hint, t.Name, scopes, t.CreatedAt, t.ExpiresAt)
	if err != nil {
		return fmt.Errorf("insert token: %w", err)
	}
	return nil
}
