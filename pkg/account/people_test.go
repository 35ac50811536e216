package account

import (
	"sync"
	"testing"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func TestAMemberKeepsAnApprover(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	staff, number, other := system(t), w.member(t), w.member(t)
	_, err := w.AddUser(staff, NewUser{Email: "first@example.org", Role: access.RoleMember, Member: number, Post: access.Editor, Password: goodPassword})
	invalid(t, err, "/post first_is_approver")
	one := w.person(t, "one@example.org", number, access.Approver)
	editor := w.person(t, "two@example.org", number, access.Editor)
	for name, patch := range map[string]UserPatch{
		"demoted": {Post: new(access.Editor)}, "disabled": {Disabled: new(true)}, "moved": {Member: &other}, "made another": {Role: new(access.RoleAnalyst)},
	} {
		t.Run("the last one is not "+name, func(t *testing.T) {
			_, err := w.PatchUser(staff, one.ID, one.Version, patch)
			refused(t, err, fault.Conflict, "last_approver")
		})
	}
	if one, err = w.PatchUser(staff, one.ID, one.Version, UserPatch{Name: new("One")}); err != nil {
		t.Fatal(err)
	}
	_, err = w.PatchUser(staff, editor.ID, editor.Version, UserPatch{Member: &other})
	invalid(t, err, "/post first_is_approver")
	if editor, err = w.PatchUser(staff, editor.ID, editor.Version, UserPatch{Disabled: new(true)}); err != nil {
		t.Fatal(err)
	}
	if one, err = w.PatchUser(staff, one.ID, one.Version, UserPatch{Disabled: new(true)}); err != nil {
		t.Fatalf("an account whose owner is alone cannot be shut: %v", err)
	}
	_, err = w.PatchUser(staff, editor.ID, editor.Version, UserPatch{Disabled: new(false)})
	invalid(t, err, "/post first_is_approver")
	if _, err = w.PatchUser(staff, one.ID, one.Version, UserPatch{Disabled: new(false)}); err != nil {
		t.Fatal(err)
	}
}

func TestTwoApproversWhoLeaveAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 4 {
		number := w.member(t)
		email := number.String() + "@example.org"
		two := []User{w.person(t, "a"+email, number, access.Approver), w.person(t, "b"+email, number, access.Approver)}
		w.person(t, "c"+email, number, access.Editor)
		errs := make([]error, 2)
		var both sync.WaitGroup
		for n, u := range two {
			both.Go(func() { _, errs[n] = w.PatchUser(system(t), u.ID, 1, UserPatch{Post: new(access.Editor)}) })
		}
		both.Wait()
		if n := w.count(t, `select count(*) from app_user where member = $1 and post = 'approver'`, number); n != 1 {
			t.Errorf("%d approvers are left: %v", n, errs)
		}
	}
}

func TestHandingOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	number, other := w.member(t), w.member(t)
	leaver, heir := w.person(t, "leaver@example.org", number, access.Approver), w.person(t, "heir@example.org", number, access.Editor)
	stranger := w.person(t, "stranger@example.org", other, access.Approver)
	staff := w.add(t, "staff@example.org", access.RoleStaff)
	session := w.signIn(t, leaver.Email)
	for name, to := range map[string]ident.User{"to oneself": leaver.ID, "to a stranger": stranger.ID, "to staff": staff.ID, "to nobody": ident.New[ident.User]()} {
		t.Run(name, func(t *testing.T) {
			_, err := w.HandOver(w.as(t, leaver), leaver.ID, to)
			invalid(t, err, "/to not_of_the_member")
		})
	}
	for name, try := range map[string]struct {
		who User
		id  ident.User
	}{"another's": {stranger, leaver.ID}, "a colleague's": {leaver, heir.ID}, "one that is not": {staff, ident.New[ident.User]()}, "staff's": {staff, staff.ID}} {
		t.Run(name, func(t *testing.T) {
			_, err := w.HandOver(w.as(t, try.who), try.id, heir.ID)
			refused(t, err, fault.NotFound, "not_found")
		})
	}
	_, err := w.HandOver(w.as(t, heir), leaver.ID, heir.ID)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = w.HandOver(w.as(t, staff), heir.ID, leaver.ID)
	refused(t, err, fault.Conflict, "not_an_approver")
	got, err := w.HandOver(w.as(t, leaver), leaver.ID, heir.ID)
	if err != nil || got.ID != heir.ID || got.Post != access.Approver {
		t.Fatalf("got %+v, %v", got, err)
	}
	if _, err := w.Authenticate(t.Context(), session.Access); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the leaver's session goes on: %v", err)
	}
	people, err := w.People(w.as(t, heir), number)
	if err != nil || len(people) != 2 || people[0].ID != heir.ID || people[0].Post != access.Approver || !people[1].Disabled {
		t.Errorf("people %+v, %v", people, err)
	}
	_, err = w.HandOver(w.as(t, staff), leaver.ID, heir.ID)
	refused(t, err, fault.Conflict, "not_an_approver")
	_, err = w.People(w.as(t, stranger), number)
	refused(t, err, fault.NotFound, "not_found")
	_, err = w.Person(w.as(t, stranger), heir.ID)
	refused(t, err, fault.NotFound, "not_found")
	_, err = w.People(w.as(t, staff), 999)
	refused(t, err, fault.NotFound, "not_found")
}
