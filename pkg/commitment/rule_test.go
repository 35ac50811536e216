package commitment_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/plan"
)

func TestADraftIsCheckedAsAWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(d *commitment.Draft)
		want   string
	}{
		"is taken as it is":            {func(*commitment.Draft) {}, ""},
		"needs no strength and no day": {func(d *commitment.Draft) { d.Strength, d.StartsOn, d.DueOn = "", "", "" }, ""},
		"may be for one day":           {func(d *commitment.Draft) { d.DueOn = d.StartsOn }, ""},
		"may hold 400 characters":      {func(d *commitment.Draft) { d.Title = strings.Repeat("中", 400) }, ""},
		"has a point of the plan":      {func(d *commitment.Draft) { d.Point = 9 }, "/point out_of_range"},
		"has a point":                  {func(d *commitment.Draft) { d.Point = 0 }, "/point out_of_range"},
		"has a title of one line":      {func(d *commitment.Draft) { d.Title = "a\nb" }, "/title invalid_characters"},
		"has a title":                  {func(d *commitment.Draft) { d.Title = " " }, "/title required"},
		"has a short title":            {func(d *commitment.Draft) { d.Title = strings.Repeat("中", 401) }, "/title too_long"},
		"has a text":                   {func(d *commitment.Draft) { d.Text = "" }, "/text required"},
		"has a text that can be read":  {func(d *commitment.Draft) { d.Text = "a\x00" }, "/text invalid_characters"},
		"has a text of some length":    {func(d *commitment.Draft) { d.Text = strings.Repeat("中", 4001) }, "/text too_long"},
		"has a known strength":         {func(d *commitment.Draft) { d.Strength = "sworn" }, "/strength not_in_list"},
		"starts on a day":              {func(d *commitment.Draft) { d.StartsOn = "2026-02-30" }, "/starts_on not_a_date"},
		"is due on a day":              {func(d *commitment.Draft) { d.DueOn = "9999-01-01" }, "/due_on not_a_date"},
		"is due after it starts":       {func(d *commitment.Draft) { d.DueOn = "2025-12-31" }, "/due_on due_before_start"},
		"is told all that is wrong": {
			func(d *commitment.Draft) {
				*d = commitment.Draft{Point: -1, Strength: "x", StartsOn: "x", DueOn: "2027-00-00"}
			},
			"/point out_of_range, /title required, /text required, /strength not_in_list, /starts_on not_a_date, /due_on not_a_date",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			draft := training()
			c.change(&draft)
			var got []string
			for _, f := range draft.Check() {
				got = append(got, f.Pointer+" "+f.Code)
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

func TestARefusedDraftIsNotThere(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	_, err := r.commitments.TakeOn(of(number), number, commitment.Draft{Point: 1, Text: "x"})
	faulty(t, err, fault.Invalid, "/title required")
	list, err := r.commitments.List(staff(), commitment.Listing{Limit: 10})
	if err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestADraftIsAmended(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	draft := r.in(t, number, commitment.Drafted, training())
	amend := func(expected int64, patch commitment.Patch) (commitment.Commitment, error) {
		return r.commitments.AmendDraft(of(number), draft.ID, expected, patch)
	}
	t.Run("by what is given", func(t *testing.T) {
		want := draft
		want.Version, want.Point, want.Title, want.Text, want.Strength, want.StartsOn, want.DueOn = 2, 5, "T", "U", "", "2026-02-01", ""
		got, err := amend(1, commitment.Patch{
			Point: 5, Title: " T ", Text: "U", Strength: nullable.NewNullNullable[commitment.Strength](),
			StartsOn: nullable.NewNullableWithValue[plan.Date]("2026-02-01"), DueOn: nullable.NewNullNullable[plan.Date](),
		})
		if err != nil || !same(got, want) {
			t.Errorf("got %+v, %v", got, err)
		}
		if read, err := r.commitments.Read(of(number), draft.ID); err != nil || !same(read, want) {
			t.Errorf("reads as %+v, %v", read, err)
		}
	})
	t.Run("not at all by what it says already", func(t *testing.T) {
		if got, err := amend(2, commitment.Patch{Title: "T", DueOn: nullable.NewNullNullable[plan.Date]()}); err != nil || got.Version != 2 {
			t.Errorf("got %+v, %v", got, err)
		}
		if got, err := amend(2, commitment.Patch{}); err != nil || got.Version != 2 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("not on an old version", func(t *testing.T) {
		_, err := amend(1, commitment.Patch{Title: "W"})
		faulty(t, err, fault.Stale)
	})
	t.Run("not into what breaks a rule together with what it says", func(t *testing.T) {
		_, err := amend(2, commitment.Patch{
			Title: "a\nb", Strength: nullable.NewNullableWithValue[commitment.Strength]("sworn"), DueOn: nullable.NewNullableWithValue[plan.Date]("2026-01-31"),
		})
		faulty(t, err, fault.Invalid, "/title invalid_characters", "/strength not_in_list", "/due_on due_before_start")
	})
}

func TestAnOutcomeFitsTheDay(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	r.clock.set("2026-11-24")
	// What may be said on that day of a commitment that is due on the day given.
	for due, refused := range map[plan.Date]map[commitment.Outcome]string{
		"":           {commitment.ReachedLate: "never_due"},
		"2026-11-23": {},
		"2026-11-24": {commitment.ReachedLate: "not_yet_due", commitment.NotReached: "not_yet_due"},
		"2027-01-01": {commitment.ReachedLate: "not_yet_due", commitment.NotReached: "not_yet_due"},
	} {
		for _, outcome := range commitment.Outcomes() {
			t.Run(fmt.Sprintf("due %s, %s", due, outcome), func(t *testing.T) {
				t.Parallel()
				draft := training()
				draft.DueOn = due
				c := r.in(t, number, commitment.Registered, draft)
				closed, err := r.commitments.Close(staff(), c.ID, 0, commitment.Closing{Outcome: outcome, Reason: "r"})
				if code := refused[outcome]; code != "" {
					faulty(t, err, fault.Invalid, "/outcome "+code)
				} else if err != nil || closed.Outcome != outcome {
					t.Errorf("%+v, %v", closed, err)
				}
			})
		}
	}
	t.Run("and is given with a reason", func(t *testing.T) {
		c := r.in(t, number, commitment.Registered, training())
		_, err := r.commitments.Close(staff(), c.ID, 0, commitment.Closing{Outcome: "lost", Reason: " "})
		faulty(t, err, fault.Invalid, "/outcome not_in_list", "/reason required")
		_, err = r.commitments.Close(staff(), c.ID, 0, commitment.Closing{Outcome: commitment.Withdrawn, Reason: strings.Repeat("a", 2001)})
		faulty(t, err, fault.Invalid, "/reason too_long")
	})
}

// TestAnotherMembersPeopleWriteNothing: what they may not know of is not
// there, what everybody sees is not theirs.
func TestAnotherMembersPeopleWriteNothing(t *testing.T) {
	t.Parallel()
	r := open(t)
	number, other := r.published(t, "Jollychic"), r.published(t, "Alibaba")
	for _, state := range commitment.States() {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			c := r.in(t, number, state, training())
			want := fault.NotFound
			if state == commitment.Registered || state == commitment.Closed {
				want = fault.Forbidden
			}
			faulty(t, failure(r.commitments.AmendDraft(of(other), c.ID, c.Version, commitment.Patch{Title: "x"})), want)
			faulty(t, failure(r.commitments.Submit(of(other), c.ID, 0)), want)
		})
	}
}
