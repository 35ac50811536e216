package account

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/phrase"
)

// link gives the token of the last letter to the box.
func (w world) link(t *testing.T, to string) string {
	t.Helper()
	var text string
	if err := w.d.Get(t.Context(), &text, `select text from mail where recipient = $1 order by created_at desc, id = (
		select id from mail where recipient = $1 order by ctid desc limit 1) desc limit 1`, to); err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(text, "?token=")
	if !found {
		t.Fatalf("no link in %q", text)
	}
	token, _, _ := strings.Cut(rest, "\n")
	return token
}

func (w world) letters(t *testing.T) int { t.Helper(); return w.count(t, `select count(*) from mail`) }

// person adds somebody of the member.
func (w world) person(t *testing.T, email string, number ident.Member, post access.Post) User {
	t.Helper()
	u, err := w.AddUser(system(t), NewUser{Email: email, Role: access.RoleMember, Member: number, Post: post, Password: goodPassword})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (w world) invite(t *testing.T, ctx context.Context, draft NewInvitation) Invitation { //nolint:revive // the caller's context is the actor
	t.Helper()
	i, err := w.Invite(ctx, draft)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (w world) spent(t *testing.T, token string) {
	t.Helper()
	_, err := w.Invited(public(t), token)
	refused(t, err, fault.NotFound, "link_invalid")
	_, err = w.Accept(public(t), Acceptance{Token: token, Password: goodPassword})
	refused(t, err, fault.NotFound, "link_invalid")
}

func TestAnInvitationMakesOneAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	staff, number := w.add(t, "staff@example.org", access.RoleStaff), w.member(t)
	i := w.invite(t, w.as(t, staff), NewInvitation{
		Email: " Mei@example.org", Name: "Mei", Role: access.RoleMember, Member: number, Post: access.Approver, Lang: phrase.Chinese,
	})
	if i.State != InvitationOpen || i.InvitedBy != staff.ID || !i.ExpiresAt.Equal(w.clock.now().Add(7*24*time.Hour)) {
		t.Errorf("made %+v", i)
	}
	if read, err := w.Invitation(w.as(t, staff), i.ID); err != nil || read != i {
		t.Errorf("read %+v, %v, made %+v", read, err, i)
	}
	token := w.link(t, "Mei@example.org")
	if seen, err := w.Invited(public(t), token); err != nil || seen.ID != i.ID {
		t.Errorf("seen %+v, %v", seen, err)
	}
	if n := w.count(t, `select count(*) from invitation where hash = $1 and position($2 in invitation::text) = 0`, tokenHash(token), token); n != 1 {
		t.Error("more than the hash is kept")
	}
	_, err := w.Accept(public(t), Acceptance{Token: token, Password: "short"})
	invalid(t, err, "/password password_too_short")
	var both sync.WaitGroup
	made := make([]error, 4)
	for n := range made {
		both.Go(func() { _, made[n] = w.Accept(public(t), Acceptance{Token: token, Password: goodPassword}) })
	}
	both.Wait()
	went := 0
	for _, err := range made {
		if err == nil {
			went++
		} else {
			refused(t, err, fault.NotFound, "link_invalid")
		}
	}
	if went != 1 {
		t.Errorf("%d accounts were made at once", went)
	}
	w.spent(t, token)
	u, err := w.Me(w.actor(t, w.signIn(t, "mei@example.org").Access))
	if err != nil || u.Name != "Mei" || u.Member != number || u.Post != access.Approver {
		t.Errorf("made %+v, %v", u, err)
	}
	after, err := w.Invitation(w.as(t, staff), i.ID)
	if err != nil || after.State != InvitationAccepted || after.User != u.ID || after.Version != 2 {
		t.Errorf("after %+v, %v", after, err)
	}
	for _, secret := range []string{token, "mei@", "Mei@"} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log tells %s", secret)
		}
	}
}

func TestALinkThatIsNotGoodAnyMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.add(t, "admin@example.org", access.RoleAdmin)
	number := w.member(t)
	approver := w.person(t, "approver@example.org", number, access.Approver)
	draft := NewInvitation{Email: "mei@example.org", Role: access.RoleMember, Member: number, Post: access.Editor}
	ctx := w.as(t, approver)
	again := func() (Invitation, string) {
		w.clock.pass(time.Hour)
		i := w.invite(t, ctx, draft)
		return i, w.link(t, draft.Email)
	}
	revoke := func(i Invitation) {
		if _, err := w.Revoke(w.as(t, admin), i.ID); err != nil {
			t.Fatal(err)
		}
	}

	w.spent(t, "")
	w.spent(t, "no link at all")
	i, token := again()
	w.clock.pass(7 * 24 * time.Hour)
	w.spent(t, token)
	if read, _ := w.Invitation(ctx, i.ID); read.State != InvitationExpired {
		t.Errorf("expired %+v", read)
	}
	second, token := again() // beside one that has expired
	if _, err := w.Invite(ctx, draft); !fault.Is(err, fault.Conflict) {
		t.Errorf("twice: %v", err)
	}
	w.clock.pass(time.Minute)
	if sent, err := w.Resend(ctx, second.ID); err != nil || sent.Sent != 2 || sent.Version != 2 {
		t.Fatalf("again %+v, %v", sent, err)
	}
	w.spent(t, token)
	token = w.link(t, draft.Email)
	if _, err := w.Invited(public(t), token); err != nil {
		t.Error(err)
	}
	_, err := w.Resend(ctx, second.ID)
	refused(t, err, fault.RateLimited, "too_many_letters")
	revoke(second)
	w.spent(t, token)
	_, err = w.Revoke(ctx, second.ID)
	refused(t, err, fault.Conflict, "invitation_settled")
	_, err = w.Resend(ctx, second.ID)
	refused(t, err, fault.Conflict, "invitation_settled")

	third, token := again()
	for _, ground := range []struct{ take, give string }{
		{`update app_user set post = 'editor' where email_key = 'approver@example.org'`, `update app_user set post = 'approver' where email_key = 'approver@example.org'`},
		{`update app_user set disabled = true where email_key = 'approver@example.org'`, `update app_user set disabled = false where email_key = 'approver@example.org'`},
	} {
		if err := w.d.Administer(t.Context(), ground.take); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Accept(public(t), Acceptance{Token: token, Password: goodPassword}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", ground.take, err)
		}
		if err := w.d.Administer(t.Context(), ground.give); err != nil {
			t.Fatal(err)
		}
	}
	w.add(t, draft.Email, access.RoleAnalyst)
	_, err = w.Accept(public(t), Acceptance{Token: token, Password: goodPassword})
	refused(t, err, fault.NotFound, "link_invalid")
	_, err = w.Resend(w.as(t, admin), third.ID)
	refused(t, err, fault.RateLimited, "too_many_letters")
	w.clock.pass(time.Hour)
	_, err = w.Resend(w.as(t, admin), third.ID)
	refused(t, err, fault.Conflict, "email_taken")
}

func TestWhoInvitesWhom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	staff, admin := w.as(t, w.add(t, "staff@example.org", access.RoleStaff)), w.as(t, w.add(t, "admin@example.org", access.RoleAdmin))
	own, foreign := w.member(t), w.member(t)
	approver := w.as(t, w.person(t, "approver@example.org", own, access.Approver))
	_, err := w.Invite(staff, NewInvitation{Email: "x@example.org", Role: access.RoleStaff})
	refused(t, err, fault.Forbidden, "forbidden")
	hidden := w.invite(t, admin, NewInvitation{Email: "x@example.org", Role: access.RoleStaff})
	_, err = w.Invitation(staff, hidden.ID)
	refused(t, err, fault.NotFound, "not_found")
	_, err = w.Invite(approver, NewInvitation{Email: "y@example.org", Role: access.RoleAnalyst})
	refused(t, err, fault.Forbidden, "forbidden")
	for _, number := range []ident.Member{foreign, 999} {
		_, err = w.Invite(approver, NewInvitation{Email: "y@example.org", Role: access.RoleMember, Member: number, Post: access.Approver})
		refused(t, err, fault.Forbidden, "not_your_member")
	}
	_, err = w.Invite(staff, NewInvitation{Email: "y@example.org", Role: access.RoleMember, Member: foreign, Post: access.Editor})
	invalid(t, err, "/post first_is_approver")
	_, err = w.Invite(staff, NewInvitation{Email: "y@example.org", Role: access.RoleMember, Member: 999, Post: access.Editor})
	invalid(t, err, "/member unknown_member")
	_, err = w.Invite(staff, NewInvitation{Email: "STAFF@example.org", Role: access.RoleAnalyst})
	refused(t, err, fault.Conflict, "email_taken")
	_, err = w.Invite(staff, NewInvitation{Email: "a\r\nBcc: b@example.org", Name: "a\nb", Role: access.RoleMember, Lang: "fr"})
	invalid(t, err, "/email invalid_email", "/name invalid_characters", "/member required", "/post required", "/lang not_in_list")
	theirs := w.invite(t, staff, NewInvitation{Email: "y@example.org", Role: access.RoleMember, Member: foreign, Post: access.Approver})
	ours := w.invite(t, approver, NewInvitation{Email: "y@example.org", Role: access.RoleMember, Member: own, Post: access.Editor})
	_, err = w.Invitation(approver, theirs.ID)
	refused(t, err, fault.NotFound, "not_found")
	for name, list := range map[string]struct {
		ctx   context.Context
		query InvitationQuery
		want  int
	}{
		"an administrator": {admin, InvitationQuery{Limit: 9}, 3}, "staff": {staff, InvitationQuery{Limit: 9}, 2}, "an approver": {approver, InvitationQuery{Limit: 9}, 1},
		"of a member": {staff, InvitationQuery{Member: own, Limit: 9}, 1}, "revoked": {staff, InvitationQuery{State: InvitationRevoked, Limit: 9}, 0},
		"open": {staff, InvitationQuery{State: InvitationOpen, Limit: 9}, 2}, "a page": {staff, InvitationQuery{Limit: 1}, 1},
	} {
		if got, err := w.Invitations(list.ctx, list.query); err != nil || len(got) != list.want {
			t.Errorf("%s: %d, %v", name, len(got), err)
		}
	}
	for n := range 40 {
		_, err = w.Invite(approver, NewInvitation{Email: string(rune('a'+n%26)) + strings.Repeat("z", n/26) + "@many.example.org", Role: access.RoleMember, Member: own, Post: access.Editor})
		if err != nil {
			break
		}
	}
	refused(t, err, fault.RateLimited, "too_many_letters")
	if ours.Member != own {
		t.Errorf("got %+v", ours)
	}
}
