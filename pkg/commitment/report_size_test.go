package commitment_test

import (
	"fmt"
	"strings"
	"testing"

	"accord/pkg/bound"
	"accord/pkg/commitment"
	"accord/pkg/plan"
)

// TestTheLongestReportFitsIntoTheLedger holds the limits of a report against
// the size of an entry.
func TestTheLongestReportFitsIntoTheLedger(t *testing.T) {
	t.Parallel()
	r, number, _ := reported(t)
	code := strings.Repeat("c", 64)
	r.add(t, indicator(code, 4))
	draft := measured()
	draft.Indicator, draft.Target, draft.Milestones = code, nil, nil
	var values []commitment.MeasuredDraft
	for i := range 12 {
		values = append(values, commitment.MeasuredDraft{
			Indicator: code, Bound: string(bound.Range), Low: "88888888888888888888", High: "99999999999999999999",
			From: "2026-01-01", To: plan.Date(fmt.Sprintf("2026-10-%02d", i+1)),
		})
	}
	var met []commitment.Met
	for i := range 20 {
		key := fmt.Sprintf("%s%02d", code[2:], i)
		draft.Milestones = append(draft.Milestones, commitment.Milestone{Key: key, Title: "t"})
		met = append(met, commitment.Met{Key: key, On: "2026-11-24"})
	}
	c := r.in(t, number, commitment.Registered, draft)
	started, err := r.reports.Start(of(number), c.ID, 2026)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.reports.Amend(of(number), started.ID, 0, commitment.ReportPatch{
		Narrative: to(strings.Repeat("训", 20_000)), Completion: to(commitment.Substantial), Measured: to(values), Milestones: to(met),
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.reports.Submit(of(number), started.ID, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := r.reports.Review(staff(), started.ID, 0, commitment.Verdict{
		Decision: commitment.Accept, Completion: commitment.Limited, Reason: strings.Repeat("理", 2000),
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.reports.Reply(of(number), started.ID, 0, strings.Repeat("复", 4000)); err != nil {
		t.Fatal(err)
	}
}
