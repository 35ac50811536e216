package registrytest

import (
	"context"
	"maps"
	"net/netip"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// world is a register with an account for every caller.
type world struct {
	*Register
	member ident.Member
	who    []caller
}

// accountProbe is the case of a method of accounts: the signs are of the same
// callers as a probe's, all but the system, the public and nobody in a session
// of their own.
type accountProbe struct {
	signs string
	make  func(t *testing.T, w world) call
	ends  bool // the caller's session
}

const (
	staffAccounts = "++n ff ff fuu" // that there are accounts of staff, staff does not see
	holders       = "f++ ++ ++ +uu" // who has an account
)

// of makes a call on a fresh account of the role.
func of(role access.Role, do func(w world, user account.User) call) func(t *testing.T, w world) call {
	return func(t *testing.T, w world) call { return do(w, w.Account(t, role, 0, "")) }
}

func accountProbes() map[string]accountProbe {
	all := map[string]accountProbe{
		"Accounts.AddUser":          {signs: staffOnly, make: adds(access.RoleAnalyst)},
		"Accounts.AddUser of staff": {signs: "++f ff ff fuu", make: adds(access.RoleStaff)},
		"Accounts.Users": {signs: staffOnly, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error { _, err := w.Accounts.Users(ctx, account.UserQuery{}); return err }
		}},
		"Accounts.Me": {signs: holders, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error { _, err := w.Accounts.Me(ctx); return err }
		}},
		"Accounts.Secret": {signs: systemAlone, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error { _, err := w.Accounts.Secret(ctx, "test"); return err }
		}},
		"Accounts.Sweep":   {signs: systemAlone, make: func(_ *testing.T, w world) call { return w.Accounts.Sweep }},
		"Accounts.SignIn":  {signs: everybody, make: of(access.RoleAnalyst, signsIn)},
		"Accounts.Refresh": {signs: everybody, make: refreshes},
		"Accounts.CheckSetup": {signs: everybody, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error { return through(w.Accounts.CheckSetup(ctx, "no link"), fault.NotFound) }
		}},
		"Accounts.SetUp": {signs: everybody, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error {
				_, err := w.Accounts.SetUp(ctx, "no link", account.FirstUser{})
				return through(err, fault.NotFound, fault.Invalid)
			}
		}},
		"Accounts.SetupLink": {signs: systemAlone, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error {
				_, err := w.Accounts.SetupLink(ctx)
				return through(err, fault.Conflict)
			}
		}},
		"Accounts.ChangePassword":       {signs: holders, make: func(_ *testing.T, w world) call { return changes(w) }, ends: true},
		"Accounts.SignOut of a session": {signs: holders, make: func(_ *testing.T, w world) call { return w.Accounts.SignOut }, ends: true},
	}
	for role, signs := range map[access.Role]string{access.RoleAnalyst: staffOnly, access.RoleStaff: staffAccounts, access.RoleAdmin: staffAccounts} {
		of := func(do func(w world, user account.User) call) accountProbe {
			return accountProbe{signs: signs, make: of(role, do)}
		}
		all["Accounts.User of "+string(role)] = of(func(w world, u account.User) call {
			return func(ctx context.Context) error { _, err := w.Accounts.User(ctx, u.ID); return err }
		})
		all["Accounts.UserByEmail of "+string(role)] = of(func(w world, u account.User) call {
			return func(ctx context.Context) error { _, err := w.Accounts.UserByEmail(ctx, u.Email); return err }
		})
		all["Accounts.ResetPassword of "+string(role)] = of(func(w world, u account.User) call {
			return func(ctx context.Context) error { return w.Accounts.ResetPassword(ctx, u.ID, "quite another password") }
		})
		all["Accounts.PatchUser of "+string(role)] = of(renames)
	}
	maps.Copy(all, mailProbes())
	maps.Copy(all, tokenProbes())
	maps.Copy(all, auditProbes())
	maps.Copy(all, factorProbes())
	maps.Copy(all, directoryProbes())
	return all
}

// through takes the refusals of somebody who was let through as no refusal.
func through(err error, kinds ...fault.Kind) error {
	for _, kind := range kinds {
		if fault.Is(err, kind) {
			return nil
		}
	}
	return err
}

func adds(role access.Role) func(t *testing.T, w world) call {
	return func(_ *testing.T, w world) call {
		return func(ctx context.Context) error {
			_, err := w.Accounts.AddUser(ctx, account.NewUser{
				Email: strings.ReplaceAll(unique(), " ", "-") + "@example.org", Role: role, Password: Password,
			})
			return err
		}
	}
}

func renames(w world, u account.User) call {
	version := u.Version
	return func(ctx context.Context) error {
		name := unique()
		changed, err := w.Accounts.PatchUser(ctx, u.ID, version, account.UserPatch{Name: &name})
		if err == nil {
			version = changed.Version
		}
		return err
	}
}

func signsIn(w world, u account.User) call {
	return func(ctx context.Context) error {
		_, err := w.Accounts.SignIn(ctx, account.Credentials{Email: u.Email, Password: Password, From: netip.IPv6LinkLocalAllNodes()})
		return err
	}
}

func refreshes(t *testing.T, w world) call {
	token := w.SignIn(t, w.Account(t, access.RoleAnalyst, 0, "")).Refresh
	return func(ctx context.Context) error {
		next, err := w.Accounts.Refresh(ctx, token)
		if err == nil {
			token = next.Refresh
		}
		return err
	}
}

// changes changes the caller's own password and back.
func changes(w world) call {
	return func(ctx context.Context) error {
		from := netip.IPv6LinkLocalAllNodes()
		err := w.Accounts.ChangePassword(ctx, account.PasswordChange{Current: Password, New: "quite another password", From: from})
		if err != nil {
			return err
		}
		return w.Accounts.ChangePassword(ctx, account.PasswordChange{Current: "quite another password", New: Password, From: from})
	}
}

// accountHolders gives the callers with an account each, in a session of its own.
func accountHolders(t *testing.T, r *Register, own, foreign ident.Member) []caller {
	t.Helper()
	who := callers(own, foreign)
	for i := range who {
		actor, ok := access.From(who[i].ctx)
		if ok && actor.User != "" {
			who[i].ctx = r.SignedIn(t, r.Account(t, actor.Role, actor.Member, actor.Post))
		}
	}
	return who
}

func TestEachRoleReachesTheAccountsItMayAndNoMore(t *testing.T) {
	t.Parallel()
	r := New(t)
	own, foreign := r.Member(t, "A Member"), r.Member(t, "Another Member")
	lasting := accountHolders(t, r, own, foreign)
	for name, p := range accountProbes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world{Register: r, member: own, who: lasting}
			if p.ends {
				w.who = accountHolders(t, r, own, foreign)
			}
			compare(t, probe{}, strings.ReplaceAll(p.signs, " ", ""), w.who, p.make(t, w), nil)
		})
	}
}
