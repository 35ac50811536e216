package registrytest

import (
	"context"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/ident"
)

// coming gives the draft of a cycle after all that there are.
func (r *Register) coming(t *testing.T) commitment.CycleDraft {
	t.Helper()
	year := 2027
	for _, c := range must(r.Cycles.List(Public(), 0, 1))(t) {
		year = c.Year + 1
	}
	return commitment.CycleDraft{Year: year}
}

func cycleProbes() map[string]probe {
	onCycle := func(do func(ctx context.Context, r *Register, c commitment.Cycle) error) func(*testing.T, *Register, ident.Member) call {
		return func(t *testing.T, r *Register, _ ident.Member) call {
			c := must(r.Cycles.Open(Staff(), r.coming(t)))(t)
			return func(ctx context.Context) error { return do(ctx, r, c) }
		}
	}
	return map[string]probe{
		"Cycles.Open": {public: staffOnly, writes: true, make: func(t *testing.T, r *Register, _ ident.Member) call {
			draft := r.coming(t)
			return func(ctx context.Context) error { _, err := r.Cycles.Open(ctx, draft); return err }
		}},
		"Cycles.Extend": {public: staffOnly, writes: true, make: onCycle(func(ctx context.Context, r *Register, c commitment.Cycle) error {
			_, err := r.Cycles.Extend(ctx, c.Year, 0, commitment.Extension{DueOn: c.DueOn.Next(), Reason: "test"})
			return err
		})},
		"Cycles.Original": {public: staffOnly, make: onCycle(func(ctx context.Context, r *Register, c commitment.Cycle) error {
			_, err := r.Cycles.Original(ctx, c.Year, c.Change)
			return err
		})},
		"Cycles.Read": open(onCycle(func(ctx context.Context, r *Register, c commitment.Cycle) error {
			_, err := r.Cycles.Read(ctx, c.Year)
			return err
		})),
		"Cycles.List": open(onCycle(func(ctx context.Context, r *Register, _ commitment.Cycle) error {
			_, err := r.Cycles.List(ctx, 0, 10)
			return err
		})),
	}
}

// thisYear and lastYear give years of which the cycle is open today.
func (r *Register) thisYear(t *testing.T) int { t.Helper(); return r.opened(t, 2026) }
func (r *Register) lastYear(t *testing.T) int { t.Helper(); return r.opened(t, 2025) }

// opened opens the cycle of a year until the end of 2026, once.
func (r *Register) opened(t *testing.T, year int) int {
	t.Helper()
	if _, err := r.Cycles.Read(Public(), year); err == nil {
		return year
	}
	return must(r.Cycles.Open(Staff(), commitment.CycleDraft{Year: year, DueOn: "2026-12-15", GraceEndsOn: "2026-12-31"}))(t).Year
}

// sayWhatWasDone is a report that can be submitted.
func sayWhatWasDone(narrative string) commitment.ReportPatch {
	return commitment.ReportPatch{
		Narrative: nullable.NewNullableWithValue(narrative), Completion: nullable.NewNullableWithValue(commitment.Limited),
	}
}

// reportAt makes a report of the member for this year and takes it to the state.
func (r *Register) reportAt(t *testing.T, number ident.Member, state commitment.ReportState) commitment.Report {
	t.Helper()
	return r.reportIn(t, number, r.thisYear(t), state)
}

func (r *Register) reportIn(t *testing.T, number ident.Member, year int, state commitment.ReportState) commitment.Report {
	t.Helper()
	report := must(r.Reports.Start(Staff(), r.commitmentAt(t, number, commitment.Registered).ID, year))(t)
	report = must(r.Reports.Amend(Staff(), report.ID, 0, sayWhatWasDone("Done")))(t)
	if state != commitment.ReportDrafted {
		report = must(r.Reports.Submit(Staff(), report.ID, 0))(t)
	}
	if state == commitment.ReportAccepted {
		report = must(r.Reports.Review(Staff(), report.ID, 0, limited()))(t)
	}
	return report
}

func limited() commitment.Verdict {
	return commitment.Verdict{Decision: commitment.Accept, Completion: commitment.Limited}
}

// onReport is a call of an office method on a report in the state.
func onReport(state commitment.ReportState, do func(ctx context.Context, r *Register, report commitment.Report) error) func(*testing.T, *Register, ident.Member) call {
	return func(t *testing.T, r *Register, number ident.Member) call {
		report := r.reportAt(t, number, state)
		return func(ctx context.Context) error { return do(ctx, r, report) }
	}
}

func reportProbes() map[string]probe {
	const (
		approvers  = "+++ f+ fn fuu" // of what another member may not know of
		starters   = "+++ f+ ff fuu"
		reviewers  = "f++ ff ff fuu"
		repliers   = "fff f+ ff fuu"
		hiddenOnes = "fff f+ fn fuu"
	)
	read := func(ctx context.Context, r *Register, report commitment.Report) error {
		_, err := r.Reports.Read(ctx, report.ID)
		return err
	}
	starts := func(attest bool) func(t *testing.T, r *Register, number ident.Member) call {
		return func(t *testing.T, r *Register, number ident.Member) call {
			year := r.thisYear(t)
			if !attest {
				c := r.commitmentAt(t, number, commitment.Registered)
				return func(ctx context.Context) error { _, err := r.Reports.Start(ctx, c.ID, year); return err }
			}
			report := r.reportIn(t, number, r.lastYear(t), commitment.ReportAccepted)
			return func(ctx context.Context) error { _, err := r.Reports.Attest(ctx, report.Commitment, year); return err }
		}
	}
	return map[string]probe{
		"Reports.Start":  {public: ownWrites, hidden: ownHidden, writes: true, make: starts(false)},
		"Reports.Attest": {public: starters, hidden: approvers, writes: true, make: starts(true)},
		"Reports.Amend": {public: ownReads, hidden: ownReads, writes: true, make: onReport(commitment.ReportDrafted,
			func(ctx context.Context, r *Register, report commitment.Report) error {
				_, err := r.Reports.Amend(ctx, report.ID, report.Version, sayWhatWasDone("More"))
				return err
			})},
		"Reports.Submit": {public: approvers, hidden: approvers, writes: true, make: onReport(commitment.ReportDrafted,
			func(ctx context.Context, r *Register, report commitment.Report) error {
				_, err := r.Reports.Submit(ctx, report.ID, 0)
				return err
			})},
		"Reports.Review": {public: reviewers, hidden: reviewers, writes: true, make: onReport(commitment.ReportSubmitted,
			func(ctx context.Context, r *Register, report commitment.Report) error {
				_, err := r.Reports.Review(ctx, report.ID, 0, limited())
				return err
			})},
		"Reports.Agree": {public: reviewers, hidden: reviewers, writes: true, make: func(t *testing.T, r *Register, number ident.Member) call {
			report := r.reportAt(t, number, commitment.ReportSubmitted)
			must(r.Reports.Review(Staff(), report.ID, 0, commitment.Verdict{Decision: commitment.Accept, Completion: commitment.Complete}))(t)
			return func(ctx context.Context) error { _, err := r.Reports.Agree(ctx, report.ID, 0); return err }
		}},
		"Reports.Reply": {public: repliers, hidden: hiddenOnes, writes: true, make: onReport(commitment.ReportAccepted,
			func(ctx context.Context, r *Register, report commitment.Report) error {
				_, err := r.Reports.Reply(ctx, report.ID, 0, "We disagree.")
				return err
			})},
		"Reports.Read of a draft":         {public: whoMayKnow, hidden: whoMayKnow, make: onReport(commitment.ReportDrafted, read)},
		"Reports.Read of a submitted one": {public: whoMayKnow, hidden: whoMayKnow, make: onReport(commitment.ReportSubmitted, read)},
		"Reports.Read":                    {public: everybody, hidden: whoMayKnow, make: onReport(commitment.ReportAccepted, read)},
		"Reports.Original": {public: ownReads, hidden: ownReads, make: onReport(commitment.ReportAccepted,
			func(ctx context.Context, r *Register, report commitment.Report) error {
				_, err := r.Reports.Original(ctx, report.ID, report.Change)
				return err
			})},
		"Reports.List": {public: everybody, hidden: whoMayKnow, make: onReport(commitment.ReportSubmitted,
			func(ctx context.Context, r *Register, report commitment.Report) error {
				_, err := r.Reports.List(ctx, report.Commitment, nil, 10)
				return err
			})},
		"Reports.ListOf": {public: everybody, hidden: whoMayKnow, make: onReport(commitment.ReportSubmitted,
			func(ctx context.Context, r *Register, report commitment.Report) error {
				_, err := r.Reports.ListOf(ctx, report.Member, nil, 10)
				return err
			})},
	}
}
