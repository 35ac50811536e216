package commitment_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// contest is a competition with all that a competition may have.
func contest(organisers ...ident.Member) commitment.ActivityDraft {
	return commitment.ActivityDraft{
		Point: 8, Kind: commitment.Competition, Title: "Design contest", Description: "For students.", Place: commitment.Place{City: "Nairobi", Country: "KE"},
		From: "2026-05-01", Until: "2026-05-03", Organisers: organisers, Participants: commitment.Quantity{Bound: "ge", Low: "300"},
		Countries: []string{"KE", "CN"}, Categories: []commitment.Category{{
			Name: "Posters", Entrants: commitment.Quantity{Bound: "range", Low: "100", High: "120"},
			Winners: []commitment.Winner{{Name: "Wanjiru Kamau", Country: "KE", Prize: "First"}, {Country: "CN", Prize: "Second"}},
		}},
		Source: &member.Source{Title: "Report", Page: "3"},
	}
}

// held takes an activity of the member to the state.
func (r register) held(t *testing.T, number ident.Member, state commitment.ActivityState, draft commitment.ActivityDraft) commitment.Activity {
	t.Helper()
	a, err := r.activities.Draft(of(number), number, draft)
	if err != nil {
		t.Fatalf("draft %+v: %v", draft, err)
	}
	if state != commitment.ActivityDrafted {
		a, err = r.activities.Submit(of(number), a.ID, a.Version)
	}
	switch {
	case err != nil:
	case state == commitment.ActivityRefused:
		a, err = r.activities.Refuse(staff(), a.ID, 0, "no such event")
	case state == commitment.ActivityRegistered, state == commitment.ActivityWithdrawn:
		if a, err = r.activities.Register(staff(), a.ID, 0); err == nil && state == commitment.ActivityWithdrawn {
			a, err = r.activities.Withdraw(staff(), a.ID, 0, "entered twice")
		}
	}
	if err != nil || a.State != state {
		t.Fatalf("take the activity to %s: %+v, %v", state, a, err)
	}
	return a
}

// says writes an activity down for comparing, without what the register adds.
func says(t *testing.T, d commitment.ActivityDraft) string {
	t.Helper()
	d.Categories = slices.Clone(d.Categories)
	for i := range d.Categories {
		d.Categories[i].Winners = slices.Clone(d.Categories[i].Winners)
		for j := range d.Categories[i].Winners {
			d.Categories[i].Winners[j].Person, d.Categories[i].Winners[j].Hash = "", ""
		}
	}
	bytes, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes)
}

func TestAnActivityLives(t *testing.T) {
	t.Parallel()
	r := open(t)
	number, other := r.published(t, "Jollychic"), r.published(t, "Alibaba")
	draft := contest(other, number)
	want := contest(number, other)
	want.Countries = []string{"CN", "KE"}
	for version, state := range []commitment.ActivityState{commitment.ActivityDrafted, commitment.ActivitySubmitted, commitment.ActivityRegistered, commitment.ActivityWithdrawn} {
		a := r.held(t, number, state, draft)
		if a.Version != int64(version+1) || a.Member != number || (a.Change == 0) != (state == commitment.ActivityDrafted) || says(t, a.ActivityDraft) != says(t, want) {
			t.Errorf("%s it is %+v", state, a)
		}
		for who, ctx := range map[string]struct {
			read error
			sees bool
		}{
			"staff": {failure(r.activities.Read(staff(), a.ID)), true}, "its own": {failure(r.activities.Read(of(number), a.ID)), true},
			"the other organiser": {failure(r.activities.Read(of(other), a.ID)), version > 1}, "the public": {failure(r.activities.Read(public(), a.ID)), version > 1},
		} {
			if (ctx.read == nil) != ctx.sees {
				t.Errorf("%s, %s reads it: %v", state, who, ctx.read)
			}
		}
		read, err := r.activities.Read(of(number), a.ID)
		if err != nil || says(t, read.ActivityDraft) != says(t, want) || read.Version != a.Version || read.State != state || read.Reason != a.Reason {
			t.Errorf("it reads as %+v, %v", read, err)
		}
	}
	refused := r.held(t, number, commitment.ActivityRefused, draft)
	if refused.Reason != "no such event" {
		t.Errorf("refused it is %+v", refused)
	}
	faulty(t, failure(r.activities.Read(public(), refused.ID)), fault.NotFound)
}

func TestAnActivityGoesItsWayOnly(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	steps := map[string]struct {
		from commitment.ActivityState
		take func(id ident.Activity, version int64) error
	}{
		"submit": {commitment.ActivityDrafted, func(id ident.Activity, version int64) error {
			return failure(r.activities.Submit(of(number), id, version))
		}},
		"register": {commitment.ActivitySubmitted, func(id ident.Activity, version int64) error {
			return failure(r.activities.Register(staff(), id, version))
		}},
		"refuse": {commitment.ActivitySubmitted, func(id ident.Activity, version int64) error {
			return failure(r.activities.Refuse(staff(), id, version, "r"))
		}},
		"withdraw": {commitment.ActivityRegistered, func(id ident.Activity, version int64) error {
			return failure(r.activities.Withdraw(staff(), id, version, "r"))
		}},
	}
	for name, step := range steps {
		for _, state := range commitment.ActivityStates() {
			t.Run(name+" of one that is "+string(state), func(t *testing.T) {
				t.Parallel()
				a := r.held(t, number, state, contest(number))
				faulty(t, step.take(a.ID, a.Version+1), fault.Stale)
				if err := step.take(a.ID, a.Version); state != step.from {
					faulty(t, err, fault.Conflict)
				} else if err != nil {
					t.Error(err)
				}
			})
		}
	}
	t.Run("and neither is refused nor withdrawn without a reason", func(t *testing.T) {
		submitted, registered := r.held(t, number, commitment.ActivitySubmitted, contest(number)), r.held(t, number, commitment.ActivityRegistered, contest(number))
		faulty(t, failure(r.activities.Refuse(staff(), submitted.ID, 0, " ")), fault.Invalid, "/reason required")
		faulty(t, failure(r.activities.Withdraw(staff(), registered.ID, 0, strings.Repeat("a", 2001))), fault.Invalid, "/reason too_long")
	})
	t.Run("and not in the name of a member that is suspended", func(t *testing.T) {
		suspended := r.published(t, "Suspended")
		draft, submitted := r.held(t, suspended, commitment.ActivityDrafted, contest(suspended)), r.held(t, suspended, commitment.ActivitySubmitted, contest(suspended))
		r.move(t, suspended, member.Suspended)
		faulty(t, failure(r.activities.Draft(of(suspended), suspended, contest(suspended))), fault.Conflict)
		faulty(t, failure(r.activities.Amend(of(suspended), draft.ID, 0, commitment.ActivityPatch{Title: "t"})), fault.Conflict)
		faulty(t, failure(r.activities.Submit(of(suspended), draft.ID, 0)), fault.Conflict)
		faulty(t, failure(r.activities.Register(staff(), submitted.ID, 0)), fault.Conflict)
		if err := failure(r.activities.Refuse(staff(), submitted.ID, 0, "r")); err != nil {
			t.Error(err)
		}
	})
}

func TestOrganisersAreWhomTheWriterMayKnowOf(t *testing.T) {
	t.Parallel()
	r := open(t)
	number, other, hidden, double := r.published(t, "Jollychic"), r.published(t, "Alibaba"), r.applicant(t, "Globalegrow"), r.published(t, "A double")
	stamp := r.stamp(t, staff(), double)
	if _, err := r.members.Transition(staff(), double, stamp.Version, member.Step{To: member.Merged, Reason: "twice", Survivor: &other}); err != nil {
		t.Fatal(err)
	}
	_, err := r.activities.Draft(of(number), number, contest(hidden, number, 999, double))
	faulty(t, err, fault.Invalid, "/organisers/0 unknown_member", "/organisers/2 unknown_member", "/organisers/3 member_merged")
	_, err = r.activities.Draft(of(number), number, contest(other))
	faulty(t, err, fault.Invalid, "/organisers organiser_stays")
	faulty(t, failure(r.activities.Draft(of(number), other, contest(number, other))), fault.Forbidden)
	faulty(t, failure(r.activities.Draft(of(number), hidden, contest(number, hidden))), fault.NotFound)
	faulty(t, failure(r.activities.Record(staff(), contest(double, 999))), fault.Invalid, "/organisers/0 member_merged", "/organisers/1 unknown_member")

	a, err := r.activities.Record(staff(), contest(hidden, number))
	if err != nil || a.Member != hidden || a.State != commitment.ActivityRegistered {
		t.Fatalf("%+v, %v", a, err)
	}
	t.Run("and each reader is shown those that it may know of", func(t *testing.T) {
		for who, c := range map[string]struct {
			sees []ident.Member
			read func() (commitment.Activity, error)
		}{
			"staff":        {[]ident.Member{number, hidden}, func() (commitment.Activity, error) { return r.activities.Read(staff(), a.ID) }},
			"the public":   {[]ident.Member{number}, func() (commitment.Activity, error) { return r.activities.Read(public(), a.ID) }},
			"another":      {[]ident.Member{number}, func() (commitment.Activity, error) { return r.activities.Read(of(number), a.ID) }},
			"the one":      {[]ident.Member{number, hidden}, func() (commitment.Activity, error) { return r.activities.Read(of(hidden), a.ID) }},
			"a third, now": {[]ident.Member{number}, func() (commitment.Activity, error) { return r.activities.Read(of(other), a.ID) }},
		} {
			if read, err := c.read(); err != nil || !slices.Equal(read.Organisers, c.sees) {
				t.Errorf("%s: %v, %v", who, read.Organisers, err)
			}
		}
	})
	t.Run("of two that are not public neither sees the other", func(t *testing.T) {
		second := r.applicant(t, "Second")
		a, err := r.activities.Record(staff(), contest(second, hidden))
		if err != nil {
			t.Fatal(err)
		}
		read, err := r.activities.Read(of(hidden), a.ID)
		if err != nil || !slices.Equal(read.Organisers, []ident.Member{hidden}) {
			t.Errorf("%+v, %v", read, err)
		}
		faulty(t, failure(r.activities.Read(public(), a.ID)), fault.NotFound)
		faulty(t, failure(r.activities.Amend(of(hidden), a.ID, 0, commitment.ActivityPatch{Title: "t"})), fault.Forbidden)
	})
	t.Run("a draft that staff wrote does not tell its member of another", func(t *testing.T) {
		draft, err := r.activities.Draft(staff(), number, contest(number, hidden))
		if err != nil {
			t.Fatal(err)
		}
		amended, err := r.activities.Amend(of(number), draft.ID, 1, commitment.ActivityPatch{Title: "t"})
		if err != nil || !slices.Equal(amended.Organisers, []ident.Member{number}) {
			t.Errorf("%+v, %v", amended, err)
		}
		submitted, err := r.activities.Submit(of(number), draft.ID, 2)
		if err != nil || !slices.Equal(submitted.Organisers, []ident.Member{number}) {
			t.Errorf("%+v, %v", submitted, err)
		}
	})
}

func TestAnActivityIsAmended(t *testing.T) {
	t.Parallel()
	r := open(t)
	number, other, hidden := r.published(t, "Jollychic"), r.published(t, "Alibaba"), r.applicant(t, "Globalegrow")
	a := r.held(t, number, commitment.ActivityRegistered, contest(number))
	amend := func(expected int64, patch commitment.ActivityPatch) (commitment.Activity, error) {
		return r.activities.Amend(staff(), a.ID, expected, patch)
	}
	faulty(t, failure(amend(2, commitment.ActivityPatch{Title: "x"})), fault.Stale)
	t.Run("not at all by what it says already", func(t *testing.T) {
		same := commitment.ActivityPatch{Title: " Design contest", Categories: nullable.NewNullableWithValue(contest().Categories), Organisers: []ident.Member{number}}
		if got, err := amend(3, same); err != nil || got.Version != 3 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("by what is given, and keeps the marks of the names that stay", func(t *testing.T) {
		next := contest().Categories
		next[0].Winners = []commitment.Winner{{Name: "Li Na", Country: "CN", Prize: "First"}, {Name: "Wanjiru Kamau", Country: "KE", Prize: "Second"}}
		got, err := amend(3, commitment.ActivityPatch{
			Point: 7, Until: nullable.NewNullNullable[plan.Date](), Categories: nullable.NewNullableWithValue(next), Organisers: []ident.Member{other, number},
			Countries: nullable.NewNullNullable[[]string](), Source: nullable.NewNullNullable[member.Source](),
		})
		if err != nil || got.Version != 4 || got.Until != "" || got.Countries != nil || got.Source != nil || got.Point != 7 {
			t.Fatalf("got %+v, %v", got, err)
		}
		was, is := a.Categories[0].Winners[0], got.Categories[0].Winners
		if is[1].Person != was.Person || is[1].Hash != was.Hash || is[0].Person == was.Person || is[0].Person == "" {
			t.Errorf("winners %+v, before %+v", is, was)
		}
		for change, name := range map[ident.Change]string{a.Change: "Wanjiru Kamau", got.Change: "Li Na"} {
			original, err := r.activities.Original(staff(), a.ID, change)
			if err != nil || original.Categories[0].Winners[0].Name != name {
				t.Errorf("as change %d made it: %+v, %v", change, original, err)
			}
		}
	})
	t.Run("not into what breaks a rule together with what it says", func(t *testing.T) {
		_, err := amend(4, commitment.ActivityPatch{
			Kind: commitment.Training, Title: "a\nb", Until: nullable.NewNullableWithValue[plan.Date]("2026-04-30"), Organisers: []ident.Member{999},
			Beneficiaries: nullable.NewNullableWithValue(commitment.Quantity{Bound: "exact", Low: "1"}),
		})
		faulty(t, err, fault.Invalid, "/title invalid_characters", "/until ends_before_start", "/categories only_for_kind", "/beneficiaries only_for_kind",
			"/organisers/0 unknown_member", "/organisers organiser_stays")
	})
	t.Run("and stays public", func(t *testing.T) {
		a, err := r.activities.Record(staff(), contest(hidden, number))
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.activities.Amend(staff(), a.ID, 1, commitment.ActivityPatch{Organisers: []ident.Member{hidden}})
		faulty(t, err, fault.Invalid, "/organisers public_organiser_needed")
	})
	t.Run("by staff alone once it is submitted, and not before it is registered", func(t *testing.T) {
		faulty(t, failure(r.activities.Amend(of(number), a.ID, 4, commitment.ActivityPatch{Title: "x"})), fault.Forbidden)
		for _, state := range []commitment.ActivityState{commitment.ActivitySubmitted, commitment.ActivityRefused, commitment.ActivityWithdrawn} {
			other := r.held(t, number, state, contest(number))
			faulty(t, failure(r.activities.Amend(staff(), other.ID, 0, commitment.ActivityPatch{Title: "x"})), fault.Conflict)
		}
	})
	t.Run("as a draft by its own member's editors", func(t *testing.T) {
		draft := r.held(t, number, commitment.ActivityDrafted, contest(number))
		editor := access.With(t.Context(), access.Actor{User: ident.New[ident.User](), Role: access.RoleMember, Member: number, Post: access.Editor})
		got, err := r.activities.Amend(editor, draft.ID, 1, commitment.ActivityPatch{Title: "Other"})
		if err != nil || got.Version != 2 || got.Title != "Other" || fmt.Sprint(got.Organisers) != fmt.Sprint(draft.Organisers) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}
