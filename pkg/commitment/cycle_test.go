package commitment_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/plan"
)

func TestACycleHasTheDatesOfEveryYearWhereNobodySays(t *testing.T) {
	t.Parallel()
	r := open(t)
	c, err := r.cycles.Open(staff(), commitment.CycleDraft{Year: 2027})
	want := commitment.Cycle{
		Year: 2027, Version: 1, Change: c.Change, OpensOn: "2027-04-01", DueOn: "2027-07-31", GraceEndsOn: "2027-12-31",
	}
	if err != nil || c != want || c.Change == 0 {
		t.Fatalf("got %+v, %v", c, err)
	}
	if c.SilentFrom() != "2027-08-01" || c.DelistFrom() != "2028-01-01" {
		t.Errorf("silent from %s, to be delisted from %s", c.SilentFrom(), c.DelistFrom())
	}
	if got, err := r.cycles.Read(public(), 2027); err != nil || got != c {
		t.Errorf("it reads as %+v, %v", got, err)
	}
	for day, open := range map[string]bool{"2027-03-31": false, "2027-04-01": true, "2027-12-31": true, "2028-01-01": false} {
		if c.Open(plan.Date(day)) != open {
			t.Errorf("open on %s: %v", day, !open)
		}
	}
}

func TestACycleIsRefused(t *testing.T) {
	t.Parallel()
	r := open(t)
	if _, err := r.cycles.Open(staff(), commitment.CycleDraft{Year: 2027}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		draft  commitment.CycleDraft
		kind   fault.Kind
		faults []string
	}{
		"of a year that has one":           {commitment.CycleDraft{Year: 2027}, fault.Conflict, []string{"/year cycle_exists"}},
		"of no year":                       {commitment.CycleDraft{Year: 27}, fault.Invalid, []string{"/year out_of_range"}},
		"that opens in another year":       {commitment.CycleDraft{Year: 2028, OpensOn: "2027-12-31"}, fault.Invalid, []string{"/opens_on opens_in_other_year"}},
		"that is due before it opens":      {commitment.CycleDraft{Year: 2028, DueOn: "2028-04-01"}, fault.Invalid, []string{"/due_on due_before_opening"}},
		"whose grace ends before it":       {commitment.CycleDraft{Year: 2028, GraceEndsOn: "2028-07-30"}, fault.Invalid, []string{"/grace_ends_on grace_before_due"}},
		"whose dates are none, all of it":  {commitment.CycleDraft{Year: 0, OpensOn: "x", DueOn: "2028-02-30", GraceEndsOn: "2200-01-01"}, fault.Invalid, []string{"/year out_of_range", "/opens_on not_a_date", "/due_on not_a_date", "/grace_ends_on not_a_date"}},
		"whose deadline nobody can keep":   {commitment.CycleDraft{Year: 2026, DueOn: "2026-11-23"}, fault.Invalid, []string{"/due_on due_in_the_past"}},
		"whose usual deadline is over too": {commitment.CycleDraft{Year: 2026}, fault.Invalid, []string{"/due_on due_in_the_past"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := r.cycles.Open(staff(), c.draft)
			faulty(t, err, c.kind, c.faults...)
		})
	}
	if _, err := r.cycles.Open(staff(), commitment.CycleDraft{Year: 2026, DueOn: "2026-11-24"}); err != nil {
		t.Errorf("a deadline of today: %v", err)
	}
	if _, err := r.cycles.Open(staff(), commitment.CycleDraft{Year: 2028, OpensOn: "2028-02-29", DueOn: "2028-03-01"}); err != nil {
		t.Errorf("a cycle that opens on a leap day: %v", err)
	}
}

func TestADeadlineIsExtendedForEverybodyAndNeverShortened(t *testing.T) {
	t.Parallel()
	r := open(t)
	first, err := r.cycles.Open(staff(), commitment.CycleDraft{Year: 2027})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		extension commitment.Extension
		faults    []string
	}{
		"to an earlier day":      {commitment.Extension{DueOn: "2027-07-30", GraceEndsOn: "2027-12-30", Reason: "r"}, []string{"/due_on deadline_shortened", "/grace_ends_on deadline_shortened"}},
		"to the same day":        {commitment.Extension{DueOn: "2027-07-31", Reason: "r"}, []string{"/due_on nothing_extended"}},
		"beyond its grace":       {commitment.Extension{DueOn: "2028-01-01", Reason: "r"}, []string{"/grace_ends_on grace_before_due"}},
		"to no day, and no word": {commitment.Extension{}, []string{"/due_on required", "/reason required"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.cycles.Extend(staff(), 2027, 0, c.extension)
			faulty(t, err, fault.Invalid, c.faults...)
		})
	}
	moved, err := r.cycles.Extend(staff(), 2027, 1, commitment.Extension{DueOn: "2028-01-31", GraceEndsOn: "2028-02-29", Reason: " a flood\n"})
	want := first
	want.Version, want.Change, want.DueOn, want.GraceEndsOn, want.ExtensionReason = 2, moved.Change, "2028-01-31", "2028-02-29", "a flood"
	if err != nil || moved != want {
		t.Fatalf("got %+v, %v", moved, err)
	}
	if got, err := r.cycles.Read(public(), 2027); err != nil || got != moved {
		t.Errorf("it reads as %+v, %v", got, err)
	}
	if got, err := r.cycles.Original(staff(), 2027, first.Change); err != nil || got != first {
		t.Errorf("the first dates read as %+v, %v", got, err)
	}
	_, err = r.cycles.Extend(staff(), 2027, 1, commitment.Extension{DueOn: "2028-02-01", Reason: "r"})
	faulty(t, err, fault.Stale)
	_, err = r.cycles.Extend(staff(), 2030, 0, commitment.Extension{DueOn: "2030-12-01", Reason: "r"})
	faulty(t, err, fault.NotFound)
	var told []string
	for _, e := range r.entriesOn(t, "cycle") {
		told = append(told, fmt.Sprintf("%s %s %s %v %s", e.Action, e.Kind, e.ID, e.Sealed, e.Content))
	}
	if want := []string{
		`cycle.opened cycle 2027 false {"due_on":"2027-07-31","grace_ends_on":"2027-12-31","opens_on":"2027-04-01","year":2027}`,
		`cycle.extended cycle 2027 false {"due_on":"2028-01-31","extension_reason":"a flood","grace_ends_on":"2028-02-29","opens_on":"2027-04-01","year":2027}`,
	}; !slices.Equal(told, want) {
		t.Errorf("the ledger has\n%q, want\n%q", told, want)
	}
}

func TestCyclesAreListedTheLatestFirst(t *testing.T) {
	t.Parallel()
	r := open(t)
	for _, year := range []int{2028, 2027, 2029} {
		if _, err := r.cycles.Open(staff(), commitment.CycleDraft{Year: year}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		ctx           context.Context
		before, limit int
		want          []int
	}{
		{public(), 0, 10, []int{2029, 2028, 2027}},
		{as(access.RoleAnalyst, 0), 0, 2, []int{2029, 2028}},
		{public(), 2028, 10, []int{2027}},
		{public(), 2027, 10, nil},
	} {
		cycles, err := r.cycles.List(c.ctx, c.before, c.limit)
		var got []int
		for _, one := range cycles {
			got = append(got, one.Year)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("before %d: got %v, %v, want %v", c.before, got, err, c.want)
		}
	}
}
