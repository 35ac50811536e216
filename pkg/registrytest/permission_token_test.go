package registrytest

import (
	"context"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/ident"
)

// compareTokens lets every caller with an account try with an API token: one
// without a scope is good for nothing, and one that only reads what is public
// gets no further than an analyst, whoever its owner is.
func compareTokens(t *testing.T, who []caller, do call) {
	t.Helper()
	analyst := ""
	for _, c := range who {
		if c.name == "an analyst" {
			analyst = sign(do(c.ctx))
		}
	}
	for _, c := range who {
		actor, ok := access.From(c.ctx)
		if !ok || actor.User == "" {
			continue
		}
		if got := sign(do(access.With(c.ctx, actor.ByToken(ident.New[ident.Token](), 0)))); got != "f" && got != "n" {
			t.Errorf("%s, by a token without a scope: %s", c.name, got)
		}
		narrow := actor.ByToken(ident.New[ident.Token](), access.TokenScopesOf(access.TokenReadPublic))
		if got := sign(do(access.With(c.ctx, narrow))); got != "f" && got != analyst {
			t.Errorf("%s, by a token that reads what is public: %s, an analyst: %s", c.name, got, analyst)
		}
	}
}

// tokenProbes are the cases of API tokens.
func tokenProbes() map[string]accountProbe {
	all := map[string]accountProbe{
		"Accounts.MakeToken": {signs: holders, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error { _, _, err := w.Accounts.MakeToken(ctx, aToken()); return err }
		}},
		"Accounts.Tokens": {signs: holders, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error {
				_, err := w.Accounts.Tokens(ctx, account.TokenQuery{Limit: 1})
				return err
			}
		}},
		"Accounts.Token of another": {signs: strings.ReplaceAll(holders, "+", "n"), make: ofToken(access.RoleAnalyst, func(w world, made account.APIToken) call {
			return func(ctx context.Context) error { _, err := w.Accounts.Token(ctx, made.ID); return err }
		})},
		"Accounts.RevokeToken of another": {signs: strings.ReplaceAll(holders, "+", "n"), make: ofToken(access.RoleAnalyst, func(w world, made account.APIToken) call {
			return func(ctx context.Context) error { return w.Accounts.RevokeToken(ctx, made.ID) }
		})},
		"Accounts.NoteUses": {signs: systemAlone, make: func(_ *testing.T, w world) call { return w.Accounts.NoteUses }},
	}
	for role, signs := range map[access.Role]string{access.RoleAnalyst: staffOnly, access.RoleStaff: staffAccounts, access.RoleAdmin: staffAccounts} {
		all["Accounts.TokensOf "+string(role)] = accountProbe{signs: signs, make: of(role, func(w world, u account.User) call {
			return func(ctx context.Context) error {
				_, err := w.Accounts.TokensOf(ctx, u.ID, account.TokenQuery{Limit: 1})
				return err
			}
		})}
		all["Accounts.RevokeTokenOf "+string(role)] = accountProbe{signs: signs, make: ofToken(role, func(w world, made account.APIToken) call {
			return func(ctx context.Context) error { return w.Accounts.RevokeTokenOf(ctx, made.User, made.ID) }
		})}
	}
	return all
}

func aToken() account.NewToken {
	return account.NewToken{Name: "a script", Scopes: []access.TokenScope{access.TokenReadPublic}}
}

// token makes a token of the account.
func (w world) token(t *testing.T, u account.User) account.APIToken {
	t.Helper()
	ctx := access.With(context.Background(), access.Actor{User: u.ID, Role: u.Role, Member: u.Member, Post: u.Post, Fresh: true})
	made, _, err := w.Accounts.MakeToken(ctx, aToken())
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// ofToken makes a call on a token of a fresh account of the role.
func ofToken(role access.Role, do func(w world, made account.APIToken) call) func(t *testing.T, w world) call {
	return func(t *testing.T, w world) call {
		t.Helper()
		return do(w, w.token(t, w.Account(t, role, 0, "")))
	}
}
