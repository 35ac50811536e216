package registrytest

import (
	"context"
	"net/netip"
	"testing"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

const (
	inviters   = "+++ f+ fn fuu" // of an invitation to the own member
	colleagues = "+++ ++ nn fuu" // of people of the own member
)

// mailProbes are the cases of invitations, of links that are mailed, of a
// member's people, and of the post office.
func mailProbes() map[string]accountProbe {
	all := map[string]accountProbe{
		"Accounts.Invite to a member": {signs: "+++ f+ ff fuu", make: func(_ *testing.T, w world) call { return invites(w, access.RoleMember) }},
		"Accounts.Invite of analysts": {signs: staffOnly, make: func(_ *testing.T, w world) call { return invites(w, access.RoleAnalyst) }},
		"Accounts.Invite of staff":    {signs: "++f ff ff fuu", make: func(_ *testing.T, w world) call { return invites(w, access.RoleStaff) }},
		"Accounts.Invitations": {signs: "+++ f+ f+ fuu", make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error {
				_, err := w.Accounts.Invitations(ctx, account.InvitationQuery{Limit: 1})
				return err
			}
		}},
		"Accounts.Invitation": {signs: inviters, make: onInvitation((*account.Service).Invitation)},
		"Accounts.Resend":     {signs: inviters, make: onInvitation((*account.Service).Resend)},
		"Accounts.Revoke":     {signs: inviters, make: onInvitation((*account.Service).Revoke)},
		"Accounts.People": {signs: colleagues, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error { _, err := w.Accounts.People(ctx, w.member); return err }
		}},
		"Accounts.Person": {signs: colleagues, make: func(t *testing.T, w world) call {
			u := w.Account(t, access.RoleMember, w.member, access.Approver)
			return func(ctx context.Context) error { _, err := w.Accounts.Person(ctx, u.ID); return err }
		}},
		"Accounts.HandOver of another's": {signs: "+++ fn fn fuu", make: func(t *testing.T, w world) call {
			from, to := w.Account(t, access.RoleMember, w.member, access.Approver), w.Account(t, access.RoleMember, w.member, access.Approver)
			return func(ctx context.Context) error {
				_, err := w.Accounts.HandOver(ctx, from.ID, to.ID)
				return through(err, fault.Conflict)
			}
		}},
		"Accounts.MailLinks": {signs: systemAlone, make: func(_ *testing.T, w world) call { return w.Accounts.MailLinks }},
		"Mail.Deliver":       {signs: systemAlone, make: func(_ *testing.T, w world) call { return w.Mail.Deliver }},
		"Mail.Sweep":         {signs: systemAlone, make: func(_ *testing.T, w world) call { return w.Mail.Sweep }},
		"Mail.List": {signs: systemAlone, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error { _, err := w.Mail.List(ctx, 1); return err }
		}},
	}
	for name, do := range map[string]func(w world, ctx context.Context) error{
		"Invited": func(w world, ctx context.Context) error { _, err := w.Accounts.Invited(ctx, "no link"); return err },
		"Accept": func(w world, ctx context.Context) error {
			_, err := w.Accounts.Accept(ctx, account.Acceptance{Token: "no link"})
			return err
		},
		"RequestLink": func(w world, ctx context.Context) error {
			return w.Accounts.RequestLink(ctx, account.ToReset, account.LinkRequest{Email: "nobody@example.org", From: netip.IPv6LinkLocalAllNodes()})
		},
		"CheckLink":   func(w world, ctx context.Context) error { return w.Accounts.CheckLink(ctx, account.ToReset, "no link") },
		"SetPassword": func(w world, ctx context.Context) error { return w.Accounts.SetPassword(ctx, "no link", Password) },
		"SignInByLink": func(w world, ctx context.Context) error {
			_, err := w.Accounts.SignInByLink(ctx, account.LinkSignIn{Token: "no link", From: netip.IPv6LinkLocalAllNodes()})
			return err
		},
	} {
		all["Accounts."+name] = accountProbe{signs: everybody, make: func(_ *testing.T, w world) call {
			return func(ctx context.Context) error { return through(do(w, ctx), fault.NotFound, fault.RateLimited) }
		}}
	}
	return all
}

func invites(w world, role access.Role) call {
	return func(ctx context.Context) error {
		draft := account.NewInvitation{Email: string(ident.New[ident.User]()) + "@example.org", Role: role}
		if role == access.RoleMember {
			draft.Member, draft.Post = w.member, access.Editor
		}
		_, err := w.Accounts.Invite(ctx, draft)
		return err
	}
}

// onInvitation tries a method on an invitation to the caller's own member.
func onInvitation(do func(*account.Service, context.Context, ident.Invitation) (account.Invitation, error)) func(t *testing.T, w world) call {
	return func(t *testing.T, w world) call {
		t.Helper()
		i, err := w.Accounts.Invite(System(), account.NewInvitation{
			Email: string(ident.New[ident.User]()) + "@example.org", Role: access.RoleMember, Member: w.member, Post: access.Approver,
		})
		if err != nil {
			t.Fatal(err)
		}
		return func(ctx context.Context) error {
			_, err := do(w.Accounts, ctx, i.ID)
			return through(err, fault.Conflict, fault.RateLimited)
		}
	}
}
