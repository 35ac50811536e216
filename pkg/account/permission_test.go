package account

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func TestPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "a@example.org", access.RoleAnalyst)
	all := []access.Role{access.RoleSystem, access.RoleAdmin, access.RoleStaff, access.RoleMember, access.RoleAnalyst, access.RolePublic}
	managers := all[:3]
	accounts := all[1:5]
	inviters := all[:4] // of members the approvers, see pkg/registrytest
	for name, office := range map[string]struct {
		may  []access.Role
		call func(ctx context.Context) error
	}{
		"SignIn":         {all, func(ctx context.Context) error { _, err := w.SignIn(ctx, Credentials{}); return err }},
		"Refresh":        {all, func(ctx context.Context) error { _, err := w.Refresh(ctx, ""); return passing(err, "refresh_invalid") }},
		"CheckSetup":     {all, func(ctx context.Context) error { return w.CheckSetup(ctx, "") }},
		"SetUp":          {all, func(ctx context.Context) error { _, err := w.SetUp(ctx, "", FirstUser{}); return err }},
		"SignOut":        {accounts, func(ctx context.Context) error { return w.SignOut(ctx) }},
		"Me":             {accounts, func(ctx context.Context) error { _, err := w.Me(ctx); return err }},
		"ChangePassword": {accounts, func(ctx context.Context) error { return w.ChangePassword(ctx, PasswordChange{}) }},
		"Users":          {managers, func(ctx context.Context) error { _, err := w.Users(ctx, UserQuery{}); return err }},
		"User":           {managers, func(ctx context.Context) error { _, err := w.User(ctx, u.ID); return err }},
		"UserByEmail":    {managers, func(ctx context.Context) error { _, err := w.UserByEmail(ctx, u.Email); return err }},
		"AddUser":        {managers, func(ctx context.Context) error { _, err := w.AddUser(ctx, NewUser{}); return err }},
		"PatchUser":      {managers, func(ctx context.Context) error { _, err := w.PatchUser(ctx, u.ID, 0, UserPatch{}); return err }},
		"ResetPassword":  {managers, func(ctx context.Context) error { return w.ResetPassword(ctx, u.ID, "") }},
		"Invited":        {all, func(ctx context.Context) error { _, err := w.Invited(ctx, ""); return err }},
		"Accept":         {all, func(ctx context.Context) error { _, err := w.Accept(ctx, Acceptance{}); return err }},
		"RequestLink":    {all, func(ctx context.Context) error { return w.RequestLink(ctx, ToReset, LinkRequest{}) }},
		"CheckLink":      {all, func(ctx context.Context) error { return w.CheckLink(ctx, ToReset, "") }},
		"SetPassword":    {all, func(ctx context.Context) error { return w.SetPassword(ctx, "", "") }},
		"SignInByLink": {all, func(ctx context.Context) error {
			_, err := w.SignInByLink(ctx, LinkSignIn{Token: "", From: netip.Addr{}})
			return err
		}},
		"Invite": {inviters, func(ctx context.Context) error {
			_, err := w.Invite(ctx, NewInvitation{Role: access.RoleMember})
			return err
		}},
		"Invitation":    {inviters, func(ctx context.Context) error { _, err := w.Invitation(ctx, noInvitation); return err }},
		"Invitations":   {inviters, func(ctx context.Context) error { _, err := w.Invitations(ctx, InvitationQuery{}); return err }},
		"Resend":        {inviters, func(ctx context.Context) error { _, err := w.Resend(ctx, noInvitation); return err }},
		"Revoke":        {inviters, func(ctx context.Context) error { _, err := w.Revoke(ctx, noInvitation); return err }},
		"People":        {inviters, func(ctx context.Context) error { _, err := w.People(ctx, 0); return err }},
		"Person":        {inviters, func(ctx context.Context) error { _, err := w.Person(ctx, u.ID); return err }},
		"HandOver":      {inviters, func(ctx context.Context) error { _, err := w.HandOver(ctx, u.ID, u.ID); return err }},
		"MailLinks":     {all[:1], func(ctx context.Context) error { return w.MailLinks(ctx) }},
		"MakeToken":     {accounts, func(ctx context.Context) error { _, _, err := w.MakeToken(ctx, NewToken{}); return err }},
		"Tokens":        {accounts, func(ctx context.Context) error { _, err := w.Tokens(ctx, TokenQuery{}); return err }},
		"Token":         {accounts, func(ctx context.Context) error { _, err := w.Token(ctx, "x"); return err }},
		"RevokeToken":   {accounts, func(ctx context.Context) error { return w.RevokeToken(ctx, "x") }},
		"TokensOf":      {managers, func(ctx context.Context) error { _, err := w.TokensOf(ctx, u.ID, TokenQuery{}); return err }},
		"RevokeTokenOf": {managers, func(ctx context.Context) error { return w.RevokeTokenOf(ctx, u.ID, "x") }},
		"NoteUses":      {all[:1], func(ctx context.Context) error { return w.NoteUses(ctx) }},
		"SetupLink":     {all[:1], func(ctx context.Context) error { _, err := w.SetupLink(ctx); return err }},
		"Secret":        {all[:1], func(ctx context.Context) error { _, err := w.Secret(ctx, "x"); return err }},
		"Sweep":         {all[:1], func(ctx context.Context) error { return w.Sweep(ctx) }},
	} {
		t.Run(name+" without an actor is refused", func(t *testing.T) {
			t.Parallel()
			if err := office.call(t.Context()); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("got %v", err)
			}
		})
		for _, role := range all {
			allowed := slices.Contains(office.may, role)
			t.Run(fmt.Sprintf("%s by %s is allowed: %t", name, role, allowed), func(t *testing.T) {
				t.Parallel()
				actor := access.Actor{User: u.ID, Session: noSession, Role: role, Fresh: true}
				if role == access.RoleMember {
					actor.Post = access.Approver
				}
				if role == access.RoleSystem || role == access.RolePublic {
					actor = access.Actor{Role: role}
				}
				err := office.call(access.With(t.Context(), actor))
				denied := fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.Forbidden) && !ownAccount(err)
				if denied == allowed {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// noInvitation is the id that no invitation has.
const noInvitation = ident.Invitation(noSession)

func passing(err error, code string) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Code == code {
		return nil
	}
	return err
}

// ownAccount tells whether the refusal is of the actor's own account and not of its role.
func ownAccount(err error) bool {
	e, ok := errors.AsType[*fault.Error](err)
	return ok && e.Code == "own_account"
}
