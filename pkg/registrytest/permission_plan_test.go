package registrytest

import (
	"context"
	"strings"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func anIndicator(point plan.Point) commitment.IndicatorDraft {
	said := plan.Title{En: "People trained", Zh: "培训人数"}
	return commitment.IndicatorDraft{
		Code: "i" + strings.ReplaceAll(string(ident.New[ident.Figure]()), "-", "_"), Point: point, Unit: "persons", Direction: commitment.Increase,
		Aggregation: commitment.Sum, Title: said, Definition: said, Counts: said, Excludes: said,
	}
}

// onIndicator is the case of a method on an indicator of its own.
func onIndicator(do func(ctx context.Context, r *Register, i commitment.Indicator) error) func(*testing.T, *Register, ident.Member) call {
	return func(t *testing.T, r *Register, _ ident.Member) call {
		i := must(r.Plans.AddIndicator(Staff(), anIndicator(4)))(t)
		return func(ctx context.Context) error { return do(ctx, r, i) }
	}
}

func planProbes() map[string]probe {
	const administrators = "++f ff ff fuu"
	return map[string]probe{
		"Plans.Read": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Plans.Read(ctx); return err }
		}),
		"Plans.Publish": {public: systemAlone, writes: true, make: func(t *testing.T, r *Register, _ ident.Member) call {
			p := must(r.Plans.Read(Public()))(t)
			return func(ctx context.Context) error { _, err := r.Plans.Publish(ctx, p); return err }
		}},
		"Plans.Amend": {public: administrators, writes: true, make: func(t *testing.T, r *Register, _ ident.Member) call {
			p := must(r.Plans.Read(Public()))(t)
			patch := commitment.PlanPatch{Reason: "test", Period: nullable.NewNullableWithValue(commitment.Period{
				From: "2016-01-01", Source: member.Source{Title: unique()},
			})}
			return func(ctx context.Context) error { _, err := r.Plans.Amend(ctx, p.Version, patch); return err }
		}},
		"Plans.AddIndicator": {public: staffOnly, writes: true, make: func(_ *testing.T, r *Register, _ ident.Member) call {
			draft := anIndicator(4)
			return func(ctx context.Context) error { _, err := r.Plans.AddIndicator(ctx, draft); return err }
		}},
		"Plans.AmendIndicator": {public: staffOnly, writes: true, make: onIndicator(func(ctx context.Context, r *Register, i commitment.Indicator) error {
			_, err := r.Plans.AmendIndicator(ctx, i.Code, 1, commitment.IndicatorPatch{Title: plan.Title{En: "Trained"}})
			return err
		})},
		"Plans.RetireIndicator": {public: staffOnly, writes: true, make: onIndicator(func(ctx context.Context, r *Register, i commitment.Indicator) error {
			_, err := r.Plans.RetireIndicator(ctx, i.Code, 1, commitment.Retirement{Reason: "test"})
			return err
		})},
		"Plans.OriginalIndicator": {public: staffOnly, make: onIndicator(func(ctx context.Context, r *Register, i commitment.Indicator) error {
			_, err := r.Plans.OriginalIndicator(ctx, i.Code, i.Change)
			return err
		})},
		"Plans.ReadIndicator": open(onIndicator(func(ctx context.Context, r *Register, i commitment.Indicator) error {
			_, err := r.Plans.ReadIndicator(ctx, i.Code)
			return err
		})),
		"Plans.Indicators": open(onIndicator(func(ctx context.Context, r *Register, _ commitment.Indicator) error {
			list, err := r.Plans.Indicators(ctx, commitment.IndicatorListing{Limit: 10})
			return found(len(list), err)
		})),
	}
}

// invited makes a call on an invitation of the member, by a member that is
// neither of the callers'.
func invited(do func(ctx context.Context, r *Register, id ident.Commitment, number ident.Member) error) func(*testing.T, *Register, ident.Member) call {
	return func(t *testing.T, r *Register, number ident.Member) call {
		draft := aCommitment()
		draft.Participants = []commitment.Participant{{Member: number, Role: commitment.Partner}}
		c := must(r.Commitments.TakeOn(Staff(), r.Member(t, unique()), draft))(t)
		must(r.Commitments.Submit(Staff(), c.ID, 0))(t)
		return func(ctx context.Context) error { return do(ctx, r, c.ID, number) }
	}
}

func participantProbes() map[string]probe {
	return map[string]probe{
		"Commitments.Accept": {public: approvers, writes: true, make: invited(func(ctx context.Context, r *Register, id ident.Commitment, number ident.Member) error {
			_, err := r.Commitments.Accept(ctx, id, number)
			return err
		})},
		"Commitments.Decline": {public: approvers, writes: true, make: invited(func(ctx context.Context, r *Register, id ident.Commitment, number ident.Member) error {
			_, err := r.Commitments.Decline(ctx, id, number)
			return err
		})},
		"Commitments.Read of an invited one": {public: whoMayKnow, make: invited(func(ctx context.Context, r *Register, id ident.Commitment, _ ident.Member) error {
			_, err := r.Commitments.Read(ctx, id)
			return err
		})},
		"Commitments.OriginalParticipant": {public: approvers, make: func(t *testing.T, r *Register, number ident.Member) call {
			var p commitment.Participant
			_ = invited(func(_ context.Context, r *Register, id ident.Commitment, number ident.Member) error {
				p = must(r.Commitments.Accept(Staff(), id, number))(t)
				return nil
			})(t, r, number)(Staff())
			return func(ctx context.Context) error {
				_, err := r.Commitments.OriginalParticipant(ctx, p.Commitment, number, p.Change)
				return err
			}
		}},
	}
}
