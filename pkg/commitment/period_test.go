package commitment_test

import (
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func period(from, to plan.Date) commitment.PlanPatch {
	return commitment.PlanPatch{
		Period: nullable.NewNullableWithValue(commitment.Period{From: from, To: to, Source: member.Source{Title: "a decision"}}), Reason: "it was decided",
	}
}

func TestThePlansPeriod(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	before := r.in(t, number, commitment.Drafted, training())
	p, err := r.plans.Amend(system(), 1, period("2026-06-01", "2027-06-30"))
	if err != nil || p.Version != 2 || p.Period == nil || p.Period.From != "2026-06-01" || p.Period.To != "2027-06-30" {
		t.Fatalf("got %+v, %v", p, err)
	}
	t.Run("is read with the plan", func(t *testing.T) {
		got, err := r.plans.Read(public())
		if err != nil || got.Version != 2 || *got.Period != *p.Period {
			t.Errorf("got %+v, %v", got.Period, err)
		}
	})
	t.Run("holds new promises, each day of them", func(t *testing.T) {
		r.add(t, indicator("people_trained", 4))
		draft := measured()
		draft.StartsOn, draft.DueOn, draft.Target.On = "2026-05-31", "2027-12-31", "2027-07-01"
		draft.Milestones = []commitment.Milestone{{Key: "m", Title: "half", DueOn: "2027-08-01"}, {Key: "n", Title: "more", DueOn: "2027-06-30"}}
		faulty(t, failure(r.commitments.TakeOn(of(number), number, draft)), fault.Invalid,
			"/starts_on outside_plan", "/due_on outside_plan", "/target/on outside_plan", "/milestones/0/due_on outside_plan")
	})
	t.Run("and drafts from before, when they are submitted", func(t *testing.T) {
		faulty(t, failure(r.commitments.Submit(of(number), before.ID, 0)), fault.Invalid, "/starts_on outside_plan", "/due_on outside_plan")
	})
	t.Run("is not set to what it is", func(t *testing.T) {
		if same, err := r.plans.Amend(system(), 2, period("2026-06-01", "2027-06-30")); err != nil || same.Version != 2 {
			t.Errorf("got %+v, %v", same, err)
		}
	})
	t.Run("may be open at an end", func(t *testing.T) {
		if _, err := r.plans.Amend(system(), 2, period("2026-01-01", "")); err != nil {
			t.Fatal(err)
		}
		draft := training()
		draft.DueOn = "2100-01-01"
		if _, err := r.commitments.TakeOn(of(number), number, draft); err != nil {
			t.Error(err)
		}
	})
	t.Run("is taken away again", func(t *testing.T) {
		got, err := r.plans.Amend(system(), 3, commitment.PlanPatch{Period: nullable.NewNullNullable[commitment.Period](), Reason: "withdrawn"})
		if err != nil || got.Version != 4 || got.Period != nil {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := r.commitments.Submit(of(number), before.ID, 0); err != nil {
			t.Error(err)
		}
	})
	t.Run("is refused with all that is wrong", func(t *testing.T) {
		faulty(t, failure(r.plans.Amend(system(), 1, period("2026-01-01", ""))), fault.Stale)
		faulty(t, failure(r.plans.Amend(staff(), 4, period("2026-01-01", ""))), fault.Forbidden)
		wrong := period("2026-01-01", "2025-01-01")
		wrong.Reason = ""
		faulty(t, failure(r.plans.Amend(system(), 4, wrong)), fault.Invalid, "/period/to ends_before_start", "/reason required")
		faulty(t, failure(r.plans.Amend(system(), 4, commitment.PlanPatch{Period: nullable.NewNullableWithValue(commitment.Period{From: "x"}), Reason: "r"})), fault.Invalid,
			"/period/from not_a_date", "/period/source/title required")
		faulty(t, failure(r.plans.Amend(system(), 4, commitment.PlanPatch{Period: nullable.NewNullableWithValue(commitment.Period{Source: member.Source{Title: "t"}}), Reason: "r"})), fault.Invalid,
			"/period/from required")
	})
}
