package account

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/fault"
)

// makes makes a token of the account, in a session.
func (w world) makes(t *testing.T, u User, scopes ...access.TokenScope) (APIToken, string) {
	t.Helper()
	made, secret, err := w.MakeToken(w.as(t, u), NewToken{Name: "a script", Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	return made, secret
}

func (w world) refusesToken(t *testing.T, secret string) {
	t.Helper()
	_, err := w.Authenticate(t.Context(), secret)
	refused(t, err, fault.Unauthenticated, "token_invalid")
}

func TestAPITokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	staff, analyst := w.add(t, "s@example.org", access.RoleStaff), w.add(t, "a@example.org", access.RoleAnalyst)
	made, secret := w.makes(t, staff, access.TokenReadOwn, access.TokenStaffImport)

	t.Run("stand for their owner, cut to their scopes", func(t *testing.T) {
		actor, err := w.Authenticate(t.Context(), secret)
		want := access.Actor{User: staff.ID, Role: access.RoleStaff, Token: made.ID, Scopes: access.TokenScopesOf(access.TokenReadOwn, access.TokenStaffImport)}
		if err != nil || actor != want {
			t.Errorf("got %+v, %v", actor, err)
		}
		_, narrow := w.makes(t, staff, access.TokenReadPublic)
		if actor, err = w.Authenticate(t.Context(), narrow); err != nil || actor.Role != access.RoleAnalyst || actor.Staff() {
			t.Errorf("got %+v, %v", actor, err)
		}
	})
	t.Run("are kept as a hash alone", func(t *testing.T) {
		if n := w.count(t, `select count(*) from api_token where hash = sha256($1::text::bytea) and hint = $2`, secret, secret[:11]); n != 1 {
			t.Errorf("%d rows", n)
		}
		if n := w.count(t, `select count(*) from api_token t where position($1 in t::text) > 0`, secret[11:]); n != 0 || strings.Contains(w.log.String(), secret[11:]) {
			t.Error("the secret is kept")
		}
	})
	t.Run("live for 90 days unless somebody says otherwise", func(t *testing.T) {
		if life := made.ExpiresAt.Sub(made.CreatedAt); life != 90*24*time.Hour {
			t.Errorf("lives %s", life)
		}
	})
	t.Run("are its owner's business, and of who manages the account", func(t *testing.T) {
		_, err := w.Token(w.as(t, analyst), made.ID)
		refused(t, err, fault.NotFound, "not_found")
		refused(t, w.RevokeToken(w.as(t, analyst), made.ID), fault.NotFound, "not_found")
		_, err = w.TokensOf(w.as(t, staff), staff.ID, TokenQuery{Limit: 9}) // staff does not manage staff
		refused(t, err, fault.NotFound, "not_found")
		refused(t, w.RevokeTokenOf(w.as(t, staff), staff.ID, made.ID), fault.NotFound, "not_found")
		of, _ := w.makes(t, analyst, access.TokenReadPublic)
		refused(t, w.RevokeTokenOf(system(t), staff.ID, of.ID), fault.NotFound, "not_found")
	})
	t.Run("end when their owner becomes another", func(t *testing.T) {
		u := w.add(t, "demoted@example.org", access.RoleStaff)
		_, secret := w.makes(t, u, access.TokenStaffImport)
		role := access.RoleAnalyst
		if _, err := w.PatchUser(system(t), u.ID, u.Version, UserPatch{Role: &role}); err != nil {
			t.Fatal(err)
		}
		_, err := w.Authenticate(t.Context(), secret)
		refused(t, err, fault.Unauthenticated, "token_invalid")
	})
}

func TestAPITokensEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	yes, no := true, false
	for name, ends := range map[string]func(t *testing.T, u User, made APIToken) error{
		"revoked by its owner": func(t *testing.T, u User, made APIToken) error { t.Helper(); return w.RevokeToken(w.as(t, u), made.ID) },
		"revoked by a manager": func(t *testing.T, u User, made APIToken) error {
			t.Helper()
			return w.RevokeTokenOf(system(t), u.ID, made.ID)
		},
		"of a reset account": func(t *testing.T, u User, _ APIToken) error {
			t.Helper()
			return w.ResetPassword(system(t), u.ID, otherPassword)
		},
		"of a disabled account": func(t *testing.T, u User, _ APIToken) error {
			t.Helper()
			_, err := w.PatchUser(system(t), u.ID, 1, UserPatch{Disabled: &yes})
			return err
		},
		"of an account that was disabled": func(t *testing.T, u User, _ APIToken) error {
			t.Helper()
			for version, disabled := range []*bool{&yes, &no} {
				if _, err := w.PatchUser(system(t), u.ID, int64(version+1), UserPatch{Disabled: disabled}); err != nil {
					return err
				}
			}
			return nil
		},
		"expired": func(*testing.T, User, APIToken) error { w.clock.pass(90 * 24 * time.Hour); return nil },
	} {
		u := w.add(t, strings.ReplaceAll(name, " ", "-")+"@example.org", access.RoleAnalyst)
		made, secret := w.makes(t, u, access.TokenReadPublic)
		if _, err := w.Authenticate(t.Context(), secret); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := ends(t, u, made); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		w.refusesToken(t, secret)
		if err := w.RevokeTokenOf(system(t), u.ID, made.ID); err != nil { // once more ends nothing more
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATokenThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, good := w.makes(t, w.add(t, "a@example.org", access.RoleAnalyst), access.TokenReadPublic)
	if !regexp.MustCompile(`^accord_[0-9A-Za-z]{49}$`).MatchString(good) {
		t.Errorf("%s has another form", good)
	}
	body := apiTokenPrefix + strings.Repeat("0", randomDigits)
	for _, bad := range []string{
		"accord_", good + "0", good[:len(good)-1], body + sum(body), strings.ToUpper(good), good[:20] + "!" + good[21:], "accord_" + strings.Repeat("x", 4000),
	} {
		w.refusesToken(t, bad)
	}
	for i := len(apiTokenPrefix); i < len(good); i++ { // one letter mistyped is told from the token alone
		typo := good[:i] + string(rune('0'+(good[i]-'0'+1)%10)) + good[i+1:]
		if typo != good && wellFormed(typo) {
			t.Errorf("%d: a mistyped token passes for whole", i)
		}
	}
}

func TestDraftsOfTokensAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	analyst := w.as(t, w.add(t, "a@example.org", access.RoleAnalyst))
	now := w.clock.now()
	for want, draft := range map[string]NewToken{
		"[/name required /scopes required]":                           {},
		"[/name invalid_characters /scopes/1 not_in_list]":            {Name: "a\x00", Scopes: []access.TokenScope{access.TokenReadOwn, "all"}},
		"[/name too_long /expires_at in_the_past]":                    {Name: strings.Repeat("n", 101), Scopes: []access.TokenScope{access.TokenReadOwn}, ExpiresAt: now},
		"[/expires_at token_life_too_long]":                           {Name: "n", Scopes: []access.TokenScope{access.TokenReadOwn}, ExpiresAt: now.Add(366 * 24 * time.Hour)},
		"[/scopes/0 scope_not_for_role /scopes/1 scope_not_for_role]": {Name: "n", Scopes: []access.TokenScope{access.TokenWriteOwn, access.TokenStaffImport}},
	} {
		_, _, err := w.MakeToken(analyst, draft)
		var got []string
		for _, f := range fault.FieldsOf(err) {
			got = append(got, f.Pointer+" "+f.Code)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestATokenHasNoHandInAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "admin@example.org", access.RoleAdmin)
	made, secret := w.makes(t, u, access.TokenReadOwn, access.TokenStaffImport)
	ctx := w.actor(t, secret)
	for name, call := range map[string]func() error{
		"MakeToken":      func() error { _, _, err := w.MakeToken(ctx, NewToken{}); return err },
		"Tokens":         func() error { _, err := w.Tokens(ctx, TokenQuery{Limit: 1}); return err },
		"Token":          func() error { _, err := w.Token(ctx, made.ID); return err },
		"RevokeToken":    func() error { return w.RevokeToken(ctx, made.ID) },
		"TokensOf":       func() error { _, err := w.TokensOf(ctx, u.ID, TokenQuery{Limit: 1}); return err },
		"RevokeTokenOf":  func() error { return w.RevokeTokenOf(ctx, u.ID, made.ID) },
		"ChangePassword": func() error { return w.ChangePassword(ctx, PasswordChange{}) },
		"SignOut":        func() error { return w.SignOut(ctx) },
		"SignIn":         func() error { _, err := w.SignIn(ctx, Credentials{}); return err },
		"Users":          func() error { _, err := w.Users(ctx, UserQuery{}); return err },
		"AddUser":        func() error { _, err := w.AddUser(ctx, NewUser{}); return err },
	} {
		if err := call(); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if me, err := w.Me(ctx); err != nil || me.ID != u.ID {
		t.Errorf("got %v, %v", me, err)
	}
}

// Tokens that are made at once are counted one after the other.
func TestAnAccountHasSoManyTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "a@example.org", access.RoleAnalyst)
	for range maxLiveTokens - 2 {
		w.makes(t, u, access.TokenReadPublic)
	}
	var together sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		together.Go(func() {
			_, _, errs[i] = w.MakeToken(w.as(t, u), NewToken{Name: "n", Scopes: []access.TokenScope{access.TokenReadOwn}})
		})
	}
	together.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
			continue
		}
		refused(t, err, fault.Conflict, "too_many_tokens")
	}
	if made != 2 {
		t.Errorf("%d more were made", made)
	}
	list, err := w.Tokens(w.as(t, u), TokenQuery{Limit: 15})
	if err != nil || len(list) != 15 {
		t.Fatalf("%d tokens, %v", len(list), err)
	}
	rest, err := w.Tokens(w.as(t, u), TokenQuery{After: list[14].ID, Limit: 15})
	if err != nil || len(rest) != 5 {
		t.Errorf("%d tokens on the second page, %v", len(rest), err)
	}
	if err := w.RevokeToken(w.as(t, u), list[0].ID); err != nil {
		t.Fatal(err)
	}
	w.makes(t, u, access.TokenReadPublic)
}
