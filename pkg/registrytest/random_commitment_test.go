package registrytest

import (
	"context"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func (l *life) takeOn() error {
	number := pick(l, l.members)
	draft := commitment.Draft{
		Point: plan.Point(1 + l.draw.IntN(8)), Title: l.text("a draft's title"), Text: l.text("a draft's text"),
		Strength: pick(l, append(commitment.Strengths(), "")),
		StartsOn: pick(l, []plan.Date{"", "2026-01-01"}), DueOn: pick(l, []plan.Date{"", "2026-11-30", "2027-12-31"}),
	}
	if len(l.indicators) > 0 && l.draw.IntN(2) == 0 {
		l.measure(&draft)
	}
	if l.draw.IntN(2) == 0 {
		draft.Participants = []commitment.Participant{{Member: pick(l, l.members), Role: pick(l, commitment.ParticipantRoles())}}
	}
	c, err := l.Commitments.TakeOn(Editor(number), number, draft)
	if err == nil {
		l.commitments = append(l.commitments, c.ID)
	}
	return err
}

// onCommitment runs a step on a commitment at its present version.
func (l *life) onCommitment(do func(ctx context.Context, c commitment.Commitment) error) error {
	if len(l.commitments) == 0 {
		return l.takeOn()
	}
	c, err := l.Commitments.Read(Staff(), pick(l, l.commitments))
	if err != nil {
		return err
	}
	return do(Approver(c.Member), c)
}

func (l *life) amendDraft() error {
	return l.onCommitment(func(ctx context.Context, c commitment.Commitment) error {
		patch := commitment.Patch{Text: l.text("a draft's text")}
		if l.draw.IntN(3) == 0 {
			patch.Milestones = nullable.NewNullableWithValue([]commitment.Milestone{{Key: "other", Title: l.text("a milestone")}})
		}
		_, err := l.Commitments.AmendDraft(ctx, c.ID, c.Version, patch)
		return err
	})
}

func (l *life) submit() error {
	return l.onCommitment(func(ctx context.Context, c commitment.Commitment) error {
		_, err := l.Commitments.Submit(ctx, c.ID, c.Version)
		return err
	})
}

func (l *life) registerCommitment() error {
	return l.onCommitment(func(_ context.Context, c commitment.Commitment) error {
		_, err := l.Commitments.Register(Staff(), c.ID, c.Version)
		return err
	})
}

func (l *life) closeCommitment() error {
	return l.onCommitment(func(_ context.Context, c commitment.Commitment) error {
		_, err := l.Commitments.Close(Staff(), c.ID, c.Version, commitment.Closing{
			Outcome: pick(l, commitment.Outcomes()), Reason: l.text("a closing reason"),
		})
		return err
	})
}

// measure measures the draft by an indicator, now and then one that does not fit.
func (l *life) measure(draft *commitment.Draft) {
	i := pick(l, l.indicators)
	draft.Indicator, draft.Point = i.Code, i.Point
	draft.Baseline = &commitment.BaselineDraft{Value: "10", On: pick(l, []plan.Date{"", "2025-12-31", "2027-01-01"})}
	draft.Target = &commitment.TargetDraft{Bound: pick(l, []string{"exact", "ge", "gt", "approx"}), Low: l.amount("a target"), Unit: string(i.Unit)}
	draft.Milestones = []commitment.Milestone{{Key: "half", Title: l.text("a milestone"), DueOn: pick(l, []plan.Date{"", "2026-11-01"})}}
	draft.PartnerCountries = []ident.Country{pick(l, []ident.Country{"PK", "KE", "BR"})}
}

func (l *life) addIndicator() error {
	draft := anIndicator(plan.Point(1 + l.draw.IntN(8)))
	draft.Definition.En, draft.Source = l.text("an indicator's definition"), l.text("an indicator's source")
	i, err := l.Plans.AddIndicator(Staff(), draft)
	if err == nil {
		l.indicators = append(l.indicators, i)
	}
	return err
}

func (l *life) amendIndicator() error {
	if len(l.indicators) == 0 {
		return l.addIndicator()
	}
	_, err := l.Plans.AmendIndicator(Staff(), pick(l, l.indicators).Code, 0, commitment.IndicatorPatch{Counts: plan.Title{Zh: l.text("what counts")}})
	return err
}

func (l *life) retireIndicator() error {
	if len(l.indicators) < 4 {
		return l.addIndicator()
	}
	_, err := l.Plans.RetireIndicator(Staff(), pick(l, l.indicators).Code, 0, commitment.Retirement{Reason: l.text("why it is retired")})
	return err
}

func (l *life) amendPlan() error {
	patch := commitment.PlanPatch{Period: nullable.NewNullNullable[commitment.Period](), Reason: "test"}
	if l.draw.IntN(2) == 0 {
		patch.Period = nullable.NewNullableWithValue(commitment.Period{
			From: "2016-01-01", To: pick(l, []plan.Date{"", "2027-06-30", "2028-12-31"}), Source: member.Source{Title: l.text("a period's source")},
		})
	}
	_, err := l.Plans.Amend(Admin(), 0, patch)
	return err
}

func (l *life) accept() error {
	return l.answer(func(ctx context.Context, id ident.Commitment, number ident.Member) error {
		_, err := l.Commitments.Accept(ctx, id, number)
		return err
	})
}

func (l *life) decline() error {
	return l.answer(func(ctx context.Context, id ident.Commitment, number ident.Member) error {
		_, err := l.Commitments.Decline(ctx, id, number)
		return err
	})
}

// answer answers an invitation, of a commitment that has one.
func (l *life) answer(do func(ctx context.Context, id ident.Commitment, number ident.Member) error) error {
	for range 10 {
		if len(l.commitments) == 0 {
			break
		}
		c, err := l.Commitments.Read(Staff(), pick(l, l.commitments))
		if err != nil {
			return err
		}
		for _, p := range c.Participants {
			if p.State == commitment.Invited {
				return do(Approver(p.Member), c.ID, p.Member)
			}
		}
	}
	return l.takeOn()
}
