package registrytest

import (
	"context"
	"strings"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// amending are the steps of amendments.
func (l *life) amending() map[string]func() error {
	return map[string]func() error{
		"propose amendment": l.proposeAmendment, "approve amendment": l.approveAmendment, "refuse amendment": l.refuseAmendment,
		"withdraw amendment": l.withdrawAmendment,
	}
}

// proposeAmendment proposes to change this and that of a registered commitment,
// if one is found soon, as its approver or staff; whoever else tries is refused.
func (l *life) proposeAmendment() error {
	var c commitment.Commitment
	for range 10 {
		if len(l.commitments) == 0 {
			return l.takeOn()
		}
		var err error
		if c, err = l.Commitments.Read(Staff(), pick(l, l.commitments)); err != nil {
			return err
		}
		if c.State == commitment.Registered {
			break
		}
	}
	draft := commitment.AmendmentDraft{Reason: l.text("the reason of an amendment"), Class: pick(l, append(commitment.AmendmentClasses(), "", "", ""))}
	if l.draw.IntN(3) > 0 {
		draft.Terms.Text = l.text("an amended text")
	}
	if l.draw.IntN(3) == 0 {
		draft.Terms.DueOn = nullable.NewNullableWithValue(pick(l, []plan.Date{"2026-12-31", "2027-06-30", "2028-06-30"}))
	}
	if l.draw.IntN(3) == 0 {
		draft.Terms.Strength = nullable.NewNullableWithValue(pick(l, commitment.Strengths()))
	}
	if c.Indicator != "" && l.draw.IntN(2) == 0 {
		draft.Terms.Target = nullable.NewNullableWithValue(commitment.TargetDraft{Bound: "ge", Low: l.amount("an amended target")})
	}
	if len(l.indicators) > 0 && l.draw.IntN(4) == 0 {
		draft.Terms.Indicator = nullable.NewNullableWithValue(pick(l, l.indicators).Code)
	}
	l.refuses("propose", []context.Context{System(), Editor(c.Member), Analyst(), Public(), Nobody()}, func(ctx context.Context) error {
		_, err := l.Amendments.Propose(ctx, c.ID, 0, draft)
		return err
	})
	who := pick(l, []context.Context{Approver(c.Member), Staff(), Admin()})
	a, err := l.Amendments.Propose(who, c.ID, c.Version, draft)
	if err == nil {
		l.amendments, l.proposers[a.ID] = append(l.amendments, a.ID), who
	}
	return err
}

// refuses fails for a role that is let through.
func (l *life) refuses(what string, who []context.Context, do func(ctx context.Context) error) {
	l.t.Helper()
	switch kind := fault.KindOf(do(pick(l, who))); kind {
	case fault.Forbidden, fault.Unauthenticated:
	default:
		l.t.Fatalf("%s: kind %d", what, kind)
	}
}

// onAmendment runs a step on an amendment at its present version, of one that is
// proposed if one is found soon.
func (l *life) onAmendment(do func(a commitment.Amendment) error) error {
	var a commitment.Amendment
	for range 10 {
		if len(l.amendments) == 0 {
			return l.proposeAmendment()
		}
		var err error
		if a, err = l.Amendments.Read(Staff(), pick(l, l.amendments)); err != nil {
			return err
		}
		if a.State == commitment.AmendmentProposed {
			break
		}
	}
	return do(a)
}

func (l *life) approveAmendment() error {
	return l.onAmendment(func(a commitment.Amendment) error {
		approval := commitment.Approval{Class: pick(l, append(commitment.AmendmentClasses(), "", "", "", "")), Reason: l.text("the reason of an approval")}
		l.refuses("approve", []context.Context{System(), Approver(a.Member), Analyst(), Public(), Nobody()}, func(ctx context.Context) error {
			_, err := l.Amendments.Approve(ctx, a.ID, 0, approval)
			return err
		})
		return l.secondOnly(a, func(ctx context.Context) error {
			_, err := l.Amendments.Approve(ctx, a.ID, a.Version, approval)
			return err
		})
	})
}

func (l *life) refuseAmendment() error {
	return l.onAmendment(func(a commitment.Amendment) error {
		reason := l.text("the reason of a refusal")
		return l.secondOnly(a, func(ctx context.Context) error {
			_, err := l.Amendments.Refuse(ctx, a.ID, a.Version, reason)
			return err
		})
	})
}

// secondOnly decides as a second person, after the first one was refused.
func (l *life) secondOnly(a commitment.Amendment, decide func(ctx context.Context) error) error {
	if err := decide(l.proposers[a.ID]); !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) {
		l.t.Fatalf("who proposed the amendment decides on it: %v", err)
	}
	return decide(pick(l, []context.Context{Staff(), Admin()}))
}

func (l *life) withdrawAmendment() error {
	return l.onAmendment(func(a commitment.Amendment) error {
		who := pick(l, []context.Context{Approver(a.Member), Staff()})
		_, err := l.Amendments.Withdraw(who, a.ID, a.Version)
		return err
	})
}

// TestAmendedCommitmentsAreReplayed lives a life of promises alone, in which more
// is amended than in one of everything.
func TestAmendedCommitmentsAreReplayed(t *testing.T) {
	t.Parallel()
	l := newLife(t, 18)
	l.Move(t, l.members[0], member.InReview, member.Active) // the other one stays an applicant
	for range 6 {
		l.commitments = append(l.commitments, l.commitmentAt(t, pick(l, l.members), commitment.Registered).ID)
	}
	for range length(60, 400) {
		name := pick(l, []string{
			"propose amendment", "propose amendment", "propose amendment", "approve amendment", "approve amendment", "refuse amendment", "withdraw amendment",
			"add indicator", "take on", "submit", "register commitment", "close",
		})
		if err := l.steps()[name](); err != nil {
			if kind := fault.KindOf(err); kind != fault.Conflict && kind != fault.Invalid && kind != fault.NotFound {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	became := map[commitment.AmendmentState]int{}
	for _, id := range l.amendments {
		became[must(l.Amendments.Read(Staff(), id))(t).State]++
	}
	if became[commitment.AmendmentApproved] < 3 || became[commitment.AmendmentRefused] < 1 || became[commitment.AmendmentWithdrawn] < 1 {
		t.Errorf("too little was amended: %v", became)
	}
	l.CatchUp(t)
	sameRows(t, "replayed", replayed(t, l.Register), l.look())
	l.Move(t, l.members[1], member.InReview, member.Active)
	l.CatchUp(t)
	rows := l.look()
	sameRows(t, "replayed after all is public", replayed(t, l.Register), rows)
	amended := 0
	for key := range rows {
		if strings.HasPrefix(key, "amendment ") {
			amended++
		}
	}
	if amended != became[commitment.AmendmentApproved] {
		t.Errorf("%d amendments are public, of %v", amended, became)
	}
}
