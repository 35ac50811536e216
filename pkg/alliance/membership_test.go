package alliance_test

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/access"
	"accord/pkg/alliance"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// in gives the draft of an ordinary membership.
func in(number ident.Member, from, until string) alliance.MembershipDraft {
	draft := alliance.MembershipDraft{Member: number, Role: alliance.OrdinaryMember}
	if from != "" {
		draft.From = day(from)
	}
	if until != "" {
		draft.Until = day(until)
	}
	return draft
}

func (r register) listed(t *testing.T, ctx context.Context, id ident.Alliance) []ident.AllianceMembership {
	t.Helper()
	list, err := r.alliances.Memberships(ctx, id, alliance.Belonging{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	return ids(list)
}

func ids(list []alliance.Membership) []ident.AllianceMembership {
	all := make([]ident.AllianceMembership, len(list))
	for i, term := range list {
		all[i] = term.ID
	}
	return all
}

func TestAdmit(t *testing.T) {
	t.Parallel()
	r := open(t)
	id, number := r.create(t, "Alliance"), r.published(t, "Alibaba")

	t.Run("everybody sees the membership of a public member", func(t *testing.T) {
		before := r.stamp(t, public(), number).Seen
		term := r.admit(t, id, alliance.MembershipDraft{Member: number, Role: alliance.FoundingMember, From: day("2017-05-31"), Until: day("2018-05-30")})
		for who, ctx := range outsiders(number) {
			if got, err := r.alliances.ReadMembership(ctx, term.ID); err != nil || !reflect.DeepEqual(got, term) {
				t.Errorf("%s reads %+v, %v; want %+v", who, got, err, term)
			}
			list, err := r.alliances.Memberships(ctx, id, alliance.Belonging{Limit: 10})
			if err != nil || len(list) != 1 || !reflect.DeepEqual(list[0], term) {
				t.Errorf("%s finds %+v, %v in the alliance", who, list, err)
			}
			list, err = r.alliances.MembershipsOf(ctx, number, nil, 10)
			if err != nil || len(list) != 1 || !reflect.DeepEqual(list[0], term) {
				t.Errorf("%s finds %+v, %v at the member", who, list, err)
			}
		}
		all := r.entries(t, "alliance_membership", term.Change-1)
		content := `{"alliance":` + id.String() + `,"from":"2017-05-31","member":` + number.String() + `,"role":"founding_member","until":"2018-05-30"}`
		if len(all) != 1 || all[0].Action != "alliance_membership.admitted" || all[0].ID != string(term.ID) || all[0].Sealed || string(all[0].Content) != content {
			t.Errorf("got %+v %s", all, all[0].Content)
		}
		if grown := r.stamp(t, public(), number).Seen - before; grown != 1 {
			t.Errorf("the public's version of the member grew by %d", grown)
		}
	})
	t.Run("terms of one role do not overlap, not by a day", func(t *testing.T) {
		other := r.published(t, "Globalegrow")
		r.admit(t, id, in(other, "2017-01-01", "2017-12-31"))
		for _, draft := range []alliance.MembershipDraft{
			in(other, "", ""), in(other, "", "2017-01-01"), in(other, "2017-12-31", ""), in(other, "2017-03-01", "2017-03-01"),
		} {
			_, err := r.alliances.Admit(staff(), id, draft)
			want(t, err, fault.Conflict, "terms_overlap")
			wantFields(t, err, "/from terms_overlap")
		}
		chair := in(other, "2017-03-01", "")
		chair.Role = alliance.Chair
		for _, draft := range []alliance.MembershipDraft{chair, in(other, "", "2016-12-31"), in(other, "2018-01-01", "")} {
			r.admit(t, id, draft)
		}
		r.admit(t, r.create(t, "Another alliance"), in(other, "2017-01-01", "2017-12-31"))
	})
	t.Run("of two at once one is refused", func(t *testing.T) {
		other := r.published(t, "Jollychic")
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() { _, errs[i] = r.alliances.Admit(staff(), id, in(other, "2017-01-01", "")) })
		}
		wait.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else {
				want(t, err, fault.Conflict, "terms_overlap")
			}
		}
		if done != 1 {
			t.Errorf("%d were admitted", done)
		}
	})
	t.Run("faults are told with their fields", func(t *testing.T) {
		_, err := r.alliances.Admit(staff(), id, alliance.MembershipDraft{Member: number, Role: "king", From: day("2017-02-29"), Until: day("0000-01-01")})
		wantFields(t, err, "/role not_in_list", "/from not_a_date", "/until not_a_date")
		_, err = r.alliances.Admit(staff(), id, in(number, "2017-01-02", "2017-01-01"))
		wantFields(t, err, "/until ends_before_start")
		_, err = r.alliances.Admit(staff(), id, in(4711, "", ""))
		wantFields(t, err, "/member unknown_member")
		_, err = r.alliances.Admit(staff(), 4711, in(number, "", ""))
		want(t, err, fault.NotFound, "not_found")
	})
	t.Run("a merged member joins nothing", func(t *testing.T) {
		double := r.published(t, "Double")
		term := r.admit(t, id, in(double, "", ""))
		r.move(t, double, member.Step{To: member.Merged, Reason: "same", Survivor: &number})
		_, err := r.alliances.Admit(staff(), id, in(double, "", ""))
		want(t, err, fault.Conflict, "member_merged")
		_, err = r.alliances.AmendMembership(staff(), term.ID, 1, alliance.MembershipPatch{})
		want(t, err, fault.Conflict, "member_merged")
	})
	t.Run("staff alone writes memberships", func(t *testing.T) {
		for ctx, kind := range map[context.Context]fault.Kind{
			of(number): fault.Forbidden, as(access.RoleAnalyst, 0): fault.Forbidden, public(): fault.Unauthenticated,
		} {
			if _, err := r.alliances.Admit(ctx, id, in(number, "", "")); !fault.Is(err, kind) {
				t.Errorf("got %v, want kind %d", err, kind)
			}
			if _, err := r.alliances.AmendMembership(ctx, ident.New[ident.AllianceMembership](), 1, alliance.MembershipPatch{}); !fault.Is(err, kind) {
				t.Errorf("got %v, want kind %d", err, kind)
			}
		}
	})
}

func TestMembershipsOfAnApplicantAreHiddenUntilItIsPublic(t *testing.T) {
	t.Parallel()
	r := open(t)
	id, known, applicant := r.create(t, "Alliance"), r.published(t, "Alibaba"), r.applicant(t, "Applicant")
	open, hidden := r.admit(t, id, in(known, "", "")), r.admit(t, id, in(applicant, "2017-01-01", ""))
	hidden, err := r.alliances.AmendMembership(staff(), hidden.ID, 1, alliance.MembershipPatch{Until: nullable.NewNullableWithValue(plan.Date("2018-01-01"))})
	if err != nil {
		t.Fatal(err)
	}
	for who, ctx := range outsiders(applicant) {
		if got := r.listed(t, ctx, id); !slices.Equal(got, []ident.AllianceMembership{open.ID}) {
			t.Errorf("%s finds %v", who, got)
		}
		_, err := r.alliances.ReadMembership(ctx, hidden.ID)
		want(t, err, fault.NotFound, "not_found")
		_, err = r.alliances.MembershipsOf(ctx, applicant, nil, 10)
		want(t, err, fault.NotFound, "not_found")
	}
	for who, ctx := range map[string]context.Context{"staff": staff(), "its own people": of(applicant)} {
		if got := r.listed(t, ctx, id); !slices.Equal(got, []ident.AllianceMembership{open.ID, hidden.ID}) {
			t.Errorf("%s find %v", who, got)
		}
		if _, err := r.alliances.ReadMembership(ctx, hidden.ID); err != nil {
			t.Errorf("%s: %v", who, err)
		}
		if list, err := r.alliances.MembershipsOf(ctx, applicant, nil, 10); err != nil || len(list) != 1 {
			t.Errorf("%s find %v, %v", who, list, err)
		}
	}
	for _, e := range r.entries(t, "alliance_membership", open.Change) {
		if !e.Sealed {
			t.Errorf("%s is open", e.Action)
		}
	}
	r.publish(t, applicant)
	if got := r.listed(t, public(), id); len(got) != 2 {
		t.Errorf("the public finds %v", got)
	}
	all := r.entries(t, "alliance_membership", hidden.Change)
	if len(all) != 1 || all[0].Sealed || all[0].Action != "alliance_membership.admitted" || all[0].ID != string(hidden.ID) {
		t.Errorf("got %+v", all)
	}
}

func TestAmendMembership(t *testing.T) {
	t.Parallel()
	r := open(t)
	id, number := r.create(t, "Alliance"), r.published(t, "Alibaba")
	term := r.admit(t, id, in(number, "2017-01-01", ""))
	later := nullable.NewNullableWithValue(plan.Date("2018-06-30"))

	t.Run("a last day ends it", func(t *testing.T) {
		got, err := r.alliances.AmendMembership(staff(), term.ID, 1, alliance.MembershipPatch{Until: later})
		if err != nil {
			t.Fatal(err)
		}
		if got.Version != 2 || *got.Until != "2018-06-30" || *got.From != "2017-01-01" {
			t.Errorf("got %+v", got)
		}
		if read, err := r.alliances.ReadMembership(public(), term.ID); err != nil || !reflect.DeepEqual(read, got) {
			t.Errorf("read %+v, %v", read, err)
		}
		all := r.entries(t, "alliance_membership", got.Change-1)
		if len(all) != 1 || all[0].Action != "alliance_membership.amended" || all[0].Sealed {
			t.Errorf("got %+v", all)
		}
		again := r.admit(t, id, in(number, "2018-07-01", ""))
		_, err = r.alliances.AmendMembership(staff(), term.ID, 2, alliance.MembershipPatch{Until: nullable.NewNullNullable[plan.Date]()})
		want(t, err, fault.Conflict, "terms_overlap")
		_, err = r.alliances.AmendMembership(staff(), again.ID, 1, alliance.MembershipPatch{From: nullable.NewNullNullable[plan.Date]()})
		want(t, err, fault.Conflict, "terms_overlap")
	})
	t.Run("a patch that changes nothing leaves the version", func(t *testing.T) {
		got, err := r.alliances.AmendMembership(staff(), term.ID, 2, alliance.MembershipPatch{Until: later})
		if err != nil || got.Version != 2 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		_, err := r.alliances.AmendMembership(staff(), term.ID, 1, alliance.MembershipPatch{Until: later})
		want(t, err, fault.Stale, "stale")
		_, err = r.alliances.AmendMembership(staff(), ident.New[ident.AllianceMembership](), 1, alliance.MembershipPatch{Until: later})
		want(t, err, fault.NotFound, "not_found")
		_, err = r.alliances.AmendMembership(staff(), term.ID, 2, alliance.MembershipPatch{Until: nullable.NewNullableWithValue(plan.Date("2016-12-31"))})
		wantFields(t, err, "/until ends_before_start")
		_, err = r.alliances.AmendMembership(staff(), term.ID, 2, alliance.MembershipPatch{From: nullable.NewNullableWithValue(plan.Date("x"))})
		wantFields(t, err, "/from not_a_date")
	})
	t.Run("of two amendments of one version one is refused", func(t *testing.T) {
		var wait sync.WaitGroup
		errs := make([]error, 4)
		days := []plan.Date{"2018-01-01", "2018-01-02", "2018-01-03", "2018-01-04"}
		for i := range errs {
			wait.Go(func() {
				_, errs[i] = r.alliances.AmendMembership(staff(), term.ID, 2, alliance.MembershipPatch{Until: nullable.NewNullableWithValue(days[i])})
			})
		}
		wait.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else {
				want(t, err, fault.Stale, "stale")
			}
		}
		if done != 1 {
			t.Errorf("%d were made", done)
		}
	})
}
