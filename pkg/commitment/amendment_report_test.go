package commitment_test

import (
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/fault"
)

// replaced measures the promise by courses in place of people.
func replaced() commitment.AmendmentDraft {
	return commitment.AmendmentDraft{
		Terms: commitment.Patch{
			Indicator: to("courses_held"), Target: to(commitment.TargetDraft{Bound: "ge", Low: "20", On: "2027-06-30"}),
			Baseline: to(commitment.BaselineDraft{Value: "0"}), Milestones: to([]commitment.Milestone{{Key: "first", Title: "The first course"}}),
		},
		Reason: "Courses are what we hold.",
	}
}

func TestAReportKeepsTheTermsThatItWasStartedUnder(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	r.opened(t, 2025, "2026-12-15", "2026-12-31")
	r.add(t, indicator("courses_held", 4))
	whole := said(r.written(t, c, 2025).Statement)
	begun, err := r.reports.List(of(number), c.ID, nil, 10)
	if err != nil || len(begun) != 1 {
		t.Fatalf("%+v, %v", begun, err)
	}
	if a := r.approved(t, c, replaced()); a.Class != commitment.ClassWeakened || a.Computed != a.Class { // two milestones were dropped
		t.Errorf("approved %+v", a)
	}
	submitted, err := r.reports.Submit(of(number), begun[0].ID, 0)
	if err != nil || said(submitted.Statement) != whole {
		t.Fatalf("submitted %+v, %v", submitted, err)
	}
	t.Run("also when it is mended after a return", func(t *testing.T) {
		if _, err := r.reports.Review(staff(), submitted.ID, 0, commitment.Verdict{Decision: commitment.Return, Reason: "How many?"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.reports.Amend(of(number), submitted.ID, 0, commitment.ReportPatch{
			Measured: to([]commitment.MeasuredDraft{{Indicator: "courses_held", Bound: "ge", Low: "3", From: "2026-01-01", To: "2026-09-30"}}),
		}); err != nil {
			t.Fatal(err)
		}
		faulty(t, failure(r.reports.Submit(of(number), submitted.ID, 0)), fault.Invalid, "/values/0/indicator other_indicator")
		if _, err := r.reports.Amend(of(number), submitted.ID, 0, wholeReport()); err != nil {
			t.Fatal(err)
		}
		if again, err := r.reports.Submit(of(number), submitted.ID, 0); err != nil || said(again.Statement) != whole {
			t.Errorf("submitted %+v, %v", again, err)
		}
	})
	if _, err := r.reports.Review(staff(), submitted.ID, 0, accepted(commitment.Limited)); err != nil {
		t.Fatal(err)
	}
	if got, err := r.reports.Read(public(), submitted.ID); err != nil || said(got.Statement) != whole {
		t.Errorf("it reads as %+v, %v", got, err)
	}
	t.Run("the next one is on the new terms", func(t *testing.T) {
		code(t, failure(r.reports.Attest(of(number), c.ID, 2026)), fault.Conflict, "terms_amended")
		next, err := r.reports.Start(of(number), c.ID, 2026)
		if err != nil || len(next.Statement.Measured)+len(next.Statement.Milestones) != 0 || next.Statement.Narrative == "" {
			t.Fatalf("started %+v, %v", next, err)
		}
		if _, err := r.reports.Amend(of(number), next.ID, 0, commitment.ReportPatch{Measured: wholeReport().Measured}); err != nil {
			t.Fatal(err)
		}
		faulty(t, failure(r.reports.Submit(of(number), next.ID, 0)), fault.Invalid, "/values/0/indicator other_indicator")
		if _, err := r.reports.Amend(of(number), next.ID, 0, commitment.ReportPatch{
			Measured:   to([]commitment.MeasuredDraft{{Indicator: "courses_held", Bound: "ge", Low: "3", From: "2026-01-01", To: "2026-09-30"}}),
			Milestones: nullable.NewNullNullable[[]commitment.Met](),
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.reports.Submit(of(number), next.ID, 0); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatStaysCanStillBeAttested(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	r.opened(t, 2025, "2026-12-15", "2026-12-31")
	report := r.acceptedReport(t, c, 2025)
	r.approved(t, c, reworded("We train 1,000 people, in classes and by wire."))
	attested, err := r.reports.Attest(of(number), c.ID, 2026)
	if err != nil || said(attested.Statement) != said(report.Statement) {
		t.Errorf("attested %+v, %v", attested, err)
	}
}
