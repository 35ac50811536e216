package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/ident"
)

func (h *house) role(t *testing.T, email string) access.Role {
	t.Helper()
	u, err := h.accounts.UserByEmail(access.System(t.Context()), email)
	if err != nil {
		t.Fatal(err)
	}
	return u.Role
}

func (h *house) forges(how forger) { h.forge.Store(&how) }

// signed signs as the provider does.
func (h *house) signed(claims jwt.MapClaims) string {
	token, err := h.provider.Keypair.SignJWT(claims)
	if err != nil {
		return err.Error()
	}
	return token
}

func TestSignInByTheDirectory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.add(t, "keeper@example.org", access.RoleAdmin)
	h.do(t, "GET", "/sign-in", nil).has(t, 200, "Sign in with Example House", `action="/sign-in/directory"`)

	t.Run("makes an account of the person's role, and leads on", func(t *testing.T) {
		h.signIn(t, person("mei", "cooks", "register-readers", "register-staff")).leads(t, "/docs")
		h.do(t, "GET", "/account", nil).has(t, 200, "mei@example.org", "staff")
		if log := h.log.String(); !strings.Contains(log, "msg=account_added_by_directory") || strings.Contains(log, "@") {
			t.Error(log)
		}
	})
	t.Run("another role is taken over; who becomes less is signed out elsewhere", func(t *testing.T) {
		first := h.client
		h.restart(t)
		h.signIn(t, person("mei", "register-admins")).leads(t, "/docs")
		second := h.client
		if got := h.role(t, "mei@example.org"); got != access.RoleAdmin {
			t.Errorf("got %s", got)
		}
		h.restart(t)
		h.signIn(t, person("mei", "register-readers")).leads(t, "/docs")
		if got := h.role(t, "mei@example.org"); got != access.RoleAnalyst {
			t.Errorf("got %s", got)
		}
		last := h.client
		for _, before := range []*http.Client{first, second} {
			h.client = before
			h.do(t, "GET", "/account", nil).leads(t, "/sign-in?next=%2Faccount")
		}
		h.client = last
		h.do(t, "GET", "/account", nil).has(t, 200, "analyst")
	})
	t.Run("the address is followed by the subject", func(t *testing.T) {
		moved := person("mei", "register-readers")
		moved.Email = "mei.lin@example.org"
		h.signIn(t, moved).leads(t, "/docs")
		h.do(t, "GET", "/account", nil).has(t, 200, "mei.lin@example.org")
		moved.Email = "keeper@example.org"
		h.signIn(t, moved).leads(t, "/docs")
		h.do(t, "GET", "/account", nil).has(t, 200, "mei.lin@example.org")
	})
	t.Run("signing out ends our session, and who is in no group any more is shut out", func(t *testing.T) {
		h.do(t, "POST", "/sign-out", nil).leads(t, "/sign-in")
		h.restart(t)
		h.signIn(t, person("mei", "register-readers")).leads(t, "/docs")
		before := h.client
		h.restart(t)
		h.refuses(t, h.signIn(t, person("mei", "cooks")), 401, "no_group")
		h.client = before
		h.do(t, "GET", "/account", nil).leads(t, "/sign-in?next=%2Faccount")
	})
	t.Run("nobody is led to another host", func(t *testing.T) {
		h.restart(t)
		at := h.leave(t, "/sign-in/directory", "//evil.example", person("ada", "register-readers"))
		h.do(t, "GET", at, nil).leads(t, "/account")
	})
	t.Run("other keys are fetched when they are met", func(t *testing.T) {
		other, err := mockoidc.NewKeypair(providerKeys()[1])
		if err != nil {
			t.Fatal(err)
		}
		h.provider.Keypair = other
		h.restart(t)
		h.signIn(t, person("ada", "register-readers")).leads(t, "/docs")
	})
}

func TestAccountsMeetTheDirectory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	keeper := h.add(t, "keeper@example.org", access.RoleAdmin)
	staff := h.add(t, "Mei@example.org", access.RoleStaff)
	ctx := access.System(t.Context())

	t.Run("of the same address it is linked, with its role", func(t *testing.T) {
		h.signIn(t, person("mei", "register-staff")).leads(t, "/docs")
		h.do(t, "GET", "/account", nil).has(t, 200, "mei@example.org")
		if got := h.role(t, "mei@example.org"); got != access.RoleStaff {
			t.Errorf("got %s", got)
		}
	})
	t.Run("who becomes more keeps no token of a script that was trusted with less", func(t *testing.T) {
		h.restart(t)
		h.signIn(t, person("ada", "register-readers")).leads(t, "/docs")
		ada, err := h.accounts.UserByEmail(ctx, "ada@example.org")
		if err != nil {
			t.Fatal(err)
		}
		own := access.With(t.Context(), access.Actor{User: ada.ID, Role: ada.Role, Fresh: true})
		_, secret, err := h.accounts.MakeToken(own, account.NewToken{Name: "a script", Scopes: []access.TokenScope{access.TokenReadOwn}})
		if err != nil {
			t.Fatal(err)
		}
		h.restart(t)
		h.signIn(t, person("ada", "register-staff")).leads(t, "/docs")
		if actor, err := h.accounts.Authenticate(t.Context(), secret); err == nil {
			t.Errorf("it is %+v", actor)
		}
	})
	t.Run("an address that was given to another person takes no account along", func(t *testing.T) {
		h.restart(t)
		heir := person("heir", "register-admins")
		heir.Email = "mei@example.org"
		h.refuses(t, h.signIn(t, heir), 401, "account_of_another_person")
	})
	t.Run("an address that only looks alike is another", func(t *testing.T) {
		alike := person("alike", "register-staff")
		alike.Email = "ｋeeper@example.org"
		h.refuses(t, h.signIn(t, alike), 401, "address_only_alike")
	})
	t.Run("who is shut out gets in by no password either, until the directory lets them in", func(t *testing.T) {
		h.refuses(t, h.signIn(t, person("mei")), 401, "no_group")
		credentials := url.Values{"email": {"mei@example.org"}, "password": {goodPassword}}
		h.do(t, "POST", "/sign-in", credentials).has(t, 401, `role="alert"`)
		h.signIn(t, person("mei", "register-staff")).leads(t, "/docs")
		h.do(t, "POST", "/sign-in", credentials).leads(t, "/account")
	})
	t.Run("the last administrator is not made less, but shut out", func(t *testing.T) {
		h.restart(t)
		h.refuses(t, h.signIn(t, person("keeper", "register-readers")), 401, "last_administrator")
		if got := h.role(t, keeper.Email); got != access.RoleAdmin {
			t.Errorf("got %s", got)
		}
	})
	t.Run("one that is disabled stays so", func(t *testing.T) {
		now, err := h.accounts.User(ctx, staff.ID)
		if err != nil {
			t.Fatal(err)
		}
		disabled := true
		if _, err := h.accounts.PatchUser(ctx, staff.ID, now.Version, account.UserPatch{Disabled: &disabled}); err != nil {
			t.Fatal(err)
		}
		h.restart(t)
		h.refuses(t, h.signIn(t, person("mei", "register-admins")), 401, "account_disabled")
	})
	t.Run("one of a member is none of the directory's", func(t *testing.T) {
		var number ident.Member
		err := h.db.InTx(t.Context(), func(tx *db.Tx) error {
			if _, err := tx.Change(t.Context()); err != nil {
				return err
			}
			tx.Enter(db.Author{Role: "system"}, db.Entry{Action: "member.registered", Content: []byte(`{}`)})
			return tx.Get(t.Context(), &number, `insert into member (number, status, name, sort_name, kind)
				values (nextval('member_number'), 'applied', 'A', 'a', 'enterprise') returning number`)
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.accounts.AddUser(ctx, account.NewUser{
			Email: "bo@example.org", Role: access.RoleMember, Member: number, Post: access.Approver, Password: goodPassword,
		})
		if err != nil {
			t.Fatal(err)
		}
		h.refuses(t, h.signIn(t, person("bo", "register-admins")), 401, "account_of_a_member")
		h.do(t, "POST", "/sign-in", url.Values{"email": {"bo@example.org"}, "password": {goodPassword}}).leads(t, "/account")
	})
}

func TestAnswersThatAreNotBelieved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		forge forger
		why   string
	}{
		"nonce":       {func(c jwt.MapClaims) string { c["nonce"] = "other"; return h.signed(c) }, "directory_doubtful"},
		"no nonce":    {func(c jwt.MapClaims) string { delete(c, "nonce"); return h.signed(c) }, "directory_doubtful"},
		"issuer":      {func(c jwt.MapClaims) string { c["iss"] = "https://evil.example"; return h.signed(c) }, "directory_doubtful"},
		"audience":    {func(c jwt.MapClaims) string { c["aud"] = "other"; return h.signed(c) }, "directory_doubtful"},
		"no party":    {func(c jwt.MapClaims) string { c["aud"] = []string{h.provider.ClientID, "x"}; return h.signed(c) }, "directory_doubtful"},
		"other party": {func(c jwt.MapClaims) string { c["azp"] = "x"; return h.signed(c) }, "directory_doubtful"},
		"expired":     {func(c jwt.MapClaims) string { c["exp"] = time.Now().Add(-time.Hour).Unix(); return h.signed(c) }, "directory_doubtful"},
		"future":      {func(c jwt.MapClaims) string { c["iat"] = time.Now().Add(time.Hour).Unix(); return h.signed(c) }, "directory_doubtful"},
		"nobody":      {func(c jwt.MapClaims) string { delete(c, "sub"); return h.signed(c) }, "directory_doubtful"},
		"HS256": {func(c jwt.MapClaims) string {
			token, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString([]byte(h.provider.ClientSecret))
			return token
		}, "directory_doubtful"},
		"none": {func(c jwt.MapClaims) string {
			token, _ := jwt.NewWithClaims(jwt.SigningMethodNone, c).SignedString(jwt.UnsafeAllowNoneSignatureType)
			return token
		}, "directory_doubtful"},
		"another key": {func(c jwt.MapClaims) string {
			token, _ := jwt.NewWithClaims(jwt.SigningMethodRS256, c).SignedString(providerKeys()[1])
			return token
		}, "directory_doubtful"},
		"no token":                    {func(jwt.MapClaims) string { return "" }, "directory_doubtful"},
		"odd groups":                  {func(c jwt.MapClaims) string { c["groups"] = 7; return h.signed(c) }, "directory_doubtful"},
		"no group":                    {func(c jwt.MapClaims) string { delete(c, "groups"); return h.signed(c) }, "no_group"},
		"unverified":                  {func(c jwt.MapClaims) string { c["email_verified"] = false; return h.signed(c) }, "email_not_verified"},
		"verified by word":            {func(c jwt.MapClaims) string { c["email_verified"] = "true"; return h.signed(c) }, "email_not_verified"},
		"other domain":                {h.moved("mei@example.net"), "other_domain"},
		"a longer domain":             {h.moved("mei@evil-example.org"), "other_domain"},
		"a domain behind":             {h.moved("mei@example.org.evil"), "other_domain"},
		"a domain below":              {h.moved("mei@sub.example.org"), "other_domain"},
		"two domains":                 {h.moved("mei@evil.example@example.org"), "other_domain"},
		"letters of another":          {h.moved("mei@ｅxample.org"), "other_domain"},
		"no address":                  {h.moved(""), "other_domain"},
		"an address that can be none": {h.moved("m ei@example.org"), "email_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			h.forges(c.forge)
			h.restart(t)
			h.refuses(t, h.signIn(t, person("mei", "register-admins")), 401, c.why)
		})
	}
	var accounts int
	if err := h.db.Get(t.Context(), &accounts, `select count(*) from app_user`); err != nil || accounts != 0 {
		t.Errorf("%d accounts, %v", accounts, err)
	}
}

func (h *house) moved(email string) forger {
	return func(c jwt.MapClaims) string { c["email"] = email; return h.signed(c) }
}
