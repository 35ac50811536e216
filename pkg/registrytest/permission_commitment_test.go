package registrytest

import (
	"context"
	"testing"

	"accord/pkg/commitment"
	"accord/pkg/ident"
)

func aCommitment() commitment.Draft {
	return commitment.Draft{Point: 4, Title: "Train people", Text: "We train people."}
}

// commitmentAt makes a commitment of the member and takes it to the state.
func (r *Register) commitmentAt(t *testing.T, number ident.Member, state commitment.State) commitment.Commitment {
	t.Helper()
	c, err := r.Commitments.TakeOn(Staff(), number, aCommitment())
	if err == nil && state != commitment.Drafted {
		c, err = r.Commitments.Submit(Staff(), c.ID, 0)
	}
	if err == nil && state == commitment.Registered {
		c, err = r.Commitments.Register(Staff(), c.ID, 0)
	}
	if err != nil {
		t.Fatalf("take a commitment to %s: %v", state, err)
	}
	return c
}

// onCommitment is a call of an office method on a commitment in the state.
func onCommitment(state commitment.State, do func(ctx context.Context, r *Register, c commitment.Commitment) error) func(*testing.T, *Register, ident.Member) call {
	return func(t *testing.T, r *Register, number ident.Member) call {
		c := r.commitmentAt(t, number, state)
		return func(ctx context.Context) error { return do(ctx, r, c) }
	}
}

// approvers may submit, of what is not public.
const approvers = "+++ f+ fn fuu"

func commitmentProbes() map[string]probe {
	submit := func(ctx context.Context, r *Register, c commitment.Commitment) error {
		_, err := r.Commitments.Submit(ctx, c.ID, 0)
		return err
	}
	register := func(ctx context.Context, r *Register, c commitment.Commitment) error {
		_, err := r.Commitments.Register(ctx, c.ID, 0)
		return err
	}
	read := func(ctx context.Context, r *Register, c commitment.Commitment) error {
		_, err := r.Commitments.Read(ctx, c.ID)
		return err
	}
	return map[string]probe{
		"Commitments.TakeOn": {public: ownWrites, hidden: ownHidden, writes: true, make: func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Commitments.TakeOn(ctx, number, aCommitment())
				return err
			}
		}},
		"Commitments.AmendDraft": {public: ownReads, hidden: ownReads, writes: true, make: onCommitment(commitment.Drafted,
			func(ctx context.Context, r *Register, c commitment.Commitment) error {
				_, err := r.Commitments.AmendDraft(ctx, c.ID, c.Version, commitment.Patch{Title: "Train more people"})
				return err
			})},
		"Commitments.Submit":   {public: approvers, hidden: approvers, writes: true, make: onCommitment(commitment.Drafted, submit)},
		"Commitments.Register": {public: staffOnly, hidden: staffOnly, writes: true, make: onCommitment(commitment.Submitted, register)},
		"Commitments.Close": {public: staffOnly, hidden: staffOnly, writes: true, make: onCommitment(commitment.Registered,
			func(ctx context.Context, r *Register, c commitment.Commitment) error {
				_, err := r.Commitments.Close(ctx, c.ID, c.Version, commitment.Closing{Outcome: commitment.Withdrawn, Reason: "test"})
				return err
			})},
		"Commitments.Read of a draft":         {public: whoMayKnow, hidden: whoMayKnow, make: onCommitment(commitment.Drafted, read)},
		"Commitments.Read of a submitted one": {public: whoMayKnow, hidden: whoMayKnow, make: onCommitment(commitment.Submitted, read)},
		"Commitments.Read":                    {public: everybody, hidden: whoMayKnow, make: onCommitment(commitment.Registered, read)},
		"Commitments.Original": {public: ownReads, hidden: ownReads, make: onCommitment(commitment.Registered,
			func(ctx context.Context, r *Register, c commitment.Commitment) error {
				_, err := r.Commitments.Original(ctx, c.ID, c.Change)
				return err
			})},
		"Commitments.ListOf": {public: everybody, hidden: whoMayKnow, make: onCommitment(commitment.Registered,
			func(ctx context.Context, r *Register, c commitment.Commitment) error {
				_, err := r.Commitments.ListOf(ctx, c.Member, commitment.Listing{Limit: 10})
				return err
			})},
		"Commitments.List": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Commitments.List(ctx, commitment.Listing{Limit: 10})
				return err
			}
		}),
	}
}
