package registrytest

import (
	"context"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/plan"
)

// reporting are the steps of cycles and reports.
func (l *life) reporting() map[string]func() error {
	return map[string]func() error{
		"open cycle": l.openCycle, "extend cycle": l.extendCycle, "start report": l.startReport, "attest": l.attest, "write report": l.writeReport,
		"submit report": l.submitReport, "review": l.review, "agree": l.agree, "reply": l.reply,
	}
}

func (l *life) openCycle() error {
	_, err := l.Cycles.Open(Staff(), commitment.CycleDraft{
		Year: 2025 + l.draw.IntN(3), DueOn: pick(l, []plan.Date{"2027-03-31", "2027-07-31"}), GraceEndsOn: "2027-12-31",
	})
	return err
}

func (l *life) extendCycle() error {
	_, err := l.Cycles.Extend(Staff(), 2025+l.draw.IntN(3), 0, commitment.Extension{
		DueOn: pick(l, []plan.Date{"2027-08-31", "2027-09-30"}), Reason: l.text("the reason of an extension"),
	})
	return err
}

func (l *life) startReport() error {
	return l.onCommitment(func(ctx context.Context, c commitment.Commitment) error {
		r, err := l.Reports.Start(ctx, c.ID, 2025+l.draw.IntN(3))
		if err == nil {
			l.reports = append(l.reports, r.ID)
		}
		return err
	})
}

func (l *life) attest() error {
	return l.onCommitment(func(ctx context.Context, c commitment.Commitment) error {
		_, err := l.Reports.Attest(ctx, c.ID, 2025+l.draw.IntN(3))
		return err
	})
}

// onReport runs a step on a report at its present version.
func (l *life) onReport(do func(ctx context.Context, r commitment.Report) error) error {
	if len(l.reports) == 0 {
		return l.startReport()
	}
	r, err := l.Reports.Read(Staff(), pick(l, l.reports))
	if err != nil {
		return err
	}
	return do(Approver(r.Member), r)
}

func (l *life) writeReport() error {
	return l.onReport(func(ctx context.Context, r commitment.Report) error {
		c, err := l.Commitments.Read(Staff(), r.Commitment)
		if err != nil {
			return err
		}
		patch := sayWhatWasDone(l.text("a narrative"))
		if c.Indicator != "" {
			patch.Measured = nullable.NewNullableWithValue([]commitment.MeasuredDraft{{
				Indicator: c.Indicator, Bound: "ge", Low: l.amount("a measured value"), From: "2026-01-01", To: "2026-06-30",
			}})
		}
		var met []commitment.Met
		for _, m := range c.Milestones {
			met = append(met, commitment.Met{Key: m.Key, On: "2026-02-01"})
		}
		patch.Milestones = nullable.NewNullableWithValue(met)
		_, err = l.Reports.Amend(ctx, r.ID, r.Version, patch)
		return err
	})
}

func (l *life) submitReport() error {
	return l.onReport(func(ctx context.Context, r commitment.Report) error {
		_, err := l.Reports.Submit(ctx, r.ID, r.Version)
		return err
	})
}

func (l *life) review() error {
	return l.onReport(func(_ context.Context, r commitment.Report) error {
		_, err := l.Reports.Review(Staff(), r.ID, r.Version, commitment.Verdict{
			Decision: pick(l, commitment.Decisions()), Completion: pick(l, commitment.Completions()), Reason: l.text("the reason of a review"),
		})
		return err
	})
}

func (l *life) agree() error {
	return l.onReport(func(_ context.Context, r commitment.Report) error {
		_, err := l.Reports.Agree(Staff(), r.ID, r.Version)
		return err
	})
}

func (l *life) reply() error {
	return l.onReport(func(ctx context.Context, r commitment.Report) error {
		_, err := l.Reports.Reply(ctx, r.ID, r.Version, l.text("a reply"))
		return err
	})
}
