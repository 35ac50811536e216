package registrytest

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// coded takes the refusals with these codes as none: whoever gets them was let
// through to the thing, and gave something wrong.
func coded(err error, codes ...string) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && slices.Contains(codes, e.Code) {
		return nil
	}
	return err
}

// does makes a call that needs nothing of its own.
func does(do func(ctx context.Context, s *account.Service) error) func(t *testing.T, w world) call {
	return func(_ *testing.T, w world) call {
		return func(ctx context.Context) error { return do(ctx, w.Accounts) }
	}
}

// factorProbes are the cases of what accounts prove themselves with, and of their sessions.
func factorProbes() map[string]accountProbe {
	from := netip.IPv6LinkLocalAllNodes()
	all := map[string]accountProbe{
		"Accounts.CompleteSignIn": {signs: everybody, make: does(func(ctx context.Context, s *account.Service) error {
			_, err := s.CompleteSignIn(ctx, account.Answer{Challenge: "none", Code: "123456", From: from})
			return coded(err, "challenge_invalid")
		})},
		"Accounts.AskPasskey": {signs: everybody, make: does(func(ctx context.Context, s *account.Service) error {
			_, err := s.AskPasskey(ctx, from)
			return err
		})},
		"Accounts.SignInByPasskey": {signs: everybody, make: does(func(ctx context.Context, s *account.Service) error {
			_, err := s.SignInByPasskey(ctx, account.PasskeySignIn{From: from})
			return coded(err, "passkey_invalid")
		})},
		"Accounts.Factors": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error { _, err := s.Factors(ctx); return err })},
		"Accounts.EnrolTOTP": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error {
			_, err := s.EnrolTOTP(ctx)
			return err
		})},
		"Accounts.ConfirmTOTP": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error {
			_, err := s.ConfirmTOTP(ctx, "no code")
			return coded(err, "factor_not_enrolled", "invalid")
		})},
		"Accounts.RemoveTOTP": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error { return coded(s.RemoveTOTP(ctx), "not_found") })},
		"Accounts.RenewRecoveryCodes": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error {
			_, err := s.RenewRecoveryCodes(ctx)
			return coded(err, "factor_none")
		})},
		"Accounts.BeginPasskey": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error { _, err := s.BeginPasskey(ctx); return err })},
		"Accounts.AddPasskey": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error {
			_, _, err := s.AddPasskey(ctx, account.NewKey{Name: "Phone"})
			return through(err, fault.Invalid)
		})},
		"Accounts.RemovePasskey": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error {
			return coded(s.RemovePasskey(ctx, ident.New[ident.Passkey]()), "not_found")
		})},
		"Accounts.Reauthenticate": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error {
			_, err := s.Reauthenticate(ctx, account.Proof{Password: Password, From: from})
			return err
		})},
		"Accounts.Sessions": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error { _, err := s.Sessions(ctx); return err })},
		"Accounts.EndSession": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error {
			return coded(s.EndSession(ctx, ident.New[ident.Session]()), "not_found")
		})},
		"Accounts.EndOtherSessions": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error { return s.EndOtherSessions(ctx) })},
	}
	for role, signs := range map[access.Role]string{access.RoleAnalyst: staffOnly, access.RoleStaff: staffAccounts, access.RoleAdmin: staffAccounts} {
		with := func(do func(ctx context.Context, w world, u account.User) error) accountProbe {
			return accountProbe{signs: signs, make: of(role, func(w world, u account.User) call {
				return func(ctx context.Context) error { return do(ctx, w, u) }
			})}
		}
		all["Accounts.ResetFactors of "+string(role)] = with(func(ctx context.Context, w world, u account.User) error { return w.Accounts.ResetFactors(ctx, u.ID) })
		all["Accounts.SessionsOf of "+string(role)] = with(func(ctx context.Context, w world, u account.User) error {
			_, err := w.Accounts.SessionsOf(ctx, u.ID)
			return err
		})
		all["Accounts.EndSessionsOf of "+string(role)] = with(func(ctx context.Context, w world, u account.User) error {
			return w.Accounts.EndSessionsOf(ctx, u.ID, "")
		})
	}
	return all
}

// dangerous are the methods that a stale session is not enough for: the account
// of who does them, or that of somebody else, gets other ways in.
var dangerous = []string{
	"Accounts.AddPasskey", "Accounts.AddUser", "Accounts.BeginPasskey", "Accounts.ConfirmTOTP", "Accounts.EnrolTOTP", "Accounts.HandOver", "Accounts.Invite", "Accounts.MakeToken", "Accounts.PatchUser",
	"Accounts.RemovePasskey", "Accounts.RemoveTOTP", "Accounts.RenewRecoveryCodes", "Accounts.Resend", "Accounts.ResetFactors", "Accounts.ResetPassword",
}

// half are those of which some uses are dangerous: ending a membership.
var half = []string{"Members.Transition", "Members.TransitionIn", "Proposals.Accept"}

// as the caller with a session that was proved too long ago.
func stale(ctx context.Context) context.Context {
	actor, ok := access.From(ctx)
	if !ok {
		return ctx
	}
	actor.Fresh = false
	return access.With(ctx, actor)
}

func needsProof(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Kind == fault.Unauthenticated && e.Code == access.CodeReauthenticate
}

// lacking is the caller whose account has no second factor, though it must.
func lacking(ctx context.Context) context.Context {
	actor, _ := access.From(ctx)
	actor.Lacking = true
	return access.With(ctx, actor)
}

// Every method of every office is tried by an administrator who lacks the second
// factor of its role, for whom there is nothing but the own account, and by one
// whose session is stale: the methods of the list ask that one for a proof, and
// no others do.
func TestWhoLacksAFactorOrAFreshSessionIsHeldUpWhereItMatters(t *testing.T) {
	t.Parallel()
	asking := map[string]bool{}
	r := New(t)
	try := func(name string, do call, who context.Context, free bool) {
		method, _, _ := strings.Cut(name, " ")
		err := do(lacking(who))
		e, ok := errors.AsType[*fault.Error](err)
		if barred := ok && (e.Kind == fault.Forbidden || e.Kind == fault.NotFound && e.Code == "not_found"); barred == free {
			t.Errorf("%s without the factor: %v", name, err)
		}
		asking[method] = asking[method] || needsProof(do(stale(who)))
	}
	for name, p := range probes() {
		try(name, p.make(t, r, r.Member(t, unique())), Admin(), false)
	}
	own := r.Member(t, "A Member")
	admin := r.SignedIn(t, r.Account(t, access.RoleAdmin, 0, ""))
	for name, p := range accountProbes() {
		if !p.ends && p.signs != systemAlone {
			try(name, p.make(t, world{Register: r, member: own}), admin, (p.signs == holders || p.signs == everybody) && !strings.HasPrefix(name, "Accounts.MakeToken"))
		}
	}
	for method, asks := range asking {
		if slices.Contains(dangerous, method) != asks && !slices.Contains(half, method) {
			t.Errorf("%s asks a stale session for a proof: %t", method, asks)
		}
	}
	for _, method := range dangerous {
		if !asking[method] {
			t.Errorf("%s was not tried", method)
		}
	}
}

// A membership is ended by a fresh session alone; an accepted proposal takes the
// same step.
func TestAMembershipIsEndedByAFreshSession(t *testing.T) {
	t.Parallel()
	r := New(t)
	number, survivor := r.Member(t, "A Member"), r.Member(t, "Another Member")
	for _, step := range []member.Step{{To: member.Delisted, Reason: "test"}, {To: member.Merged, Reason: "test", Survivor: &survivor}} {
		if _, err := r.Members.Transition(stale(Staff()), number, 0, step); !needsProof(err) {
			t.Errorf("to %s: %v", step.To, err)
		}
	}
	if _, err := r.Members.Transition(stale(Staff()), survivor, r.Version(t, survivor), member.Step{To: member.Suspended, Reason: "test"}); err != nil {
		t.Error(err)
	}
}
