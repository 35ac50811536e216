package alliance_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/alliance"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

func TestMembershipIsGivenAgainAsItWasRecorded(t *testing.T) {
	t.Parallel()
	r := open(t)
	id, number := r.create(t, "Alliance"), r.applicant(t, "Applicant")
	keyed := db.WithClaim(staff(), db.Claim{User: ident.New[ident.User](), Route: "POST", Key: "k", Digest: []byte("d"), Status: 201})
	term, err := r.alliances.Admit(keyed, id, in(number, "2017-01-01", ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.alliances.AmendMembership(staff(), term.ID, 1, alliance.MembershipPatch{Until: nullable.NewNullableWithValue(plan.Date("2018-01-01"))}); err != nil {
		t.Fatal(err)
	}
	_, err = r.alliances.Admit(keyed, id, in(number, "2017-01-01", ""))
	replay, ok := errors.AsType[*db.Replay](err)
	if !ok || replay.Kind != "alliance_membership" || replay.Subject != string(term.ID) {
		t.Fatalf("got %+v, %v", replay, err)
	}
	if got, err := r.alliances.OriginalMembership(staff(), term.ID, replay.Change); err != nil || !reflect.DeepEqual(got, term) {
		t.Errorf("got %+v, %v; want %+v", got, err, term)
	}
	_, err = r.alliances.OriginalMembership(staff(), term.ID, replay.Change-1)
	want(t, err, fault.NotFound, "not_found")
	_, err = r.alliances.OriginalMembership(of(number), term.ID, replay.Change)
	want(t, err, fault.Forbidden, "forbidden")
}

func TestListsOfMemberships(t *testing.T) {
	t.Parallel()
	r := open(t)
	id, second := r.create(t, "Alliance"), r.create(t, "Second alliance")
	var whole []ident.AllianceMembership
	first := r.published(t, "First")
	for _, number := range []ident.Member{first, r.published(t, "Second"), r.published(t, "Third")} {
		observer := in(number, "", "")
		observer.Role = alliance.Observer
		terms := ids([]alliance.Membership{r.admit(t, id, in(number, "", "")), r.admit(t, id, observer)})
		slices.Sort(terms)
		whole = append(whole, terms...)
	}
	r.admit(t, second, in(first, "", ""))

	t.Run("pages of any size make up the list of an alliance, by register number", func(t *testing.T) {
		for size := 1; size <= len(whole)+1; size++ {
			var got []ident.AllianceMembership
			var after *alliance.Key
			for {
				page, err := r.alliances.Memberships(public(), id, alliance.Belonging{After: after, Limit: size})
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				got, after = append(got, ids(page)...), ptr(page[len(page)-1].MemberKey())
			}
			if !slices.Equal(got, whole) {
				t.Errorf("pages of %d: got %v, want %v", size, got, whole)
			}
		}
	})
	t.Run("and the list of a member, by alliance", func(t *testing.T) {
		for size := 1; size <= 4; size++ {
			var got []alliance.Membership
			var after *alliance.Key
			for {
				page, err := r.alliances.MembershipsOf(public(), first, after, size)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				got, after = append(got, page...), ptr(page[len(page)-1].AllianceKey())
			}
			if len(got) != 3 || got[0].Alliance != id || got[1].Alliance != id || got[2].Alliance != second {
				t.Errorf("pages of %d: got %+v", size, got)
			}
		}
	})
	t.Run("a role leaves the others out", func(t *testing.T) {
		list, err := r.alliances.Memberships(public(), id, alliance.Belonging{Role: alliance.Observer, Limit: 10})
		if err != nil || len(list) != 3 || slices.ContainsFunc(list, func(m alliance.Membership) bool { return m.Role != alliance.Observer }) {
			t.Errorf("got %+v, %v", list, err)
		}
	})
	t.Run("an alliance without members has an empty list, and an unknown one none", func(t *testing.T) {
		if got := r.listed(t, public(), r.create(t, "Empty")); len(got) != 0 {
			t.Errorf("got %v", got)
		}
		_, err := r.alliances.Memberships(public(), 4711, alliance.Belonging{Limit: 1})
		want(t, err, fault.NotFound, "not_found")
	})
}
