package registrytest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"accord/pkg/commitment"
	"accord/pkg/ident"
)

func anAmendment() commitment.AmendmentDraft {
	return commitment.AmendmentDraft{Terms: commitment.Patch{Text: "We train many people."}, Class: commitment.ClassClarified, Reason: "test"}
}

// amendmentAt makes an amendment of a commitment of the member and takes it to
// the state.
func (r *Register) amendmentAt(t *testing.T, number ident.Member, state commitment.AmendmentState) commitment.Amendment {
	t.Helper()
	a := must(r.Amendments.Propose(Staff(), r.commitmentAt(t, number, commitment.Registered).ID, 0, anAmendment()))(t)
	if state == commitment.AmendmentApproved {
		a = must(r.Amendments.Approve(Staff(), a.ID, 0, commitment.Approval{}))(t)
	}
	return a
}

// onAmendment is a call of an office method on an amendment in the state.
func onAmendment(state commitment.AmendmentState, do func(ctx context.Context, r *Register, a commitment.Amendment) error) func(*testing.T, *Register, ident.Member) call {
	return func(t *testing.T, r *Register, number ident.Member) call {
		a := r.amendmentAt(t, number, state)
		return func(ctx context.Context) error { return do(ctx, r, a) }
	}
}

func amendmentProbes() map[string]probe {
	const (
		proposers = "f++ f+ ff fuu"
		knowing   = "f++ f+ fn fuu" // of what another member may not know of
		deciders  = "f++ ff ff fuu"
	)
	read := func(ctx context.Context, r *Register, a commitment.Amendment) error {
		_, err := r.Amendments.Read(ctx, a.ID)
		return err
	}
	return map[string]probe{
		"Amendments.Propose": {public: proposers, hidden: knowing, writes: true, make: onCommitment(commitment.Registered,
			func(ctx context.Context, r *Register, c commitment.Commitment) error {
				_, err := r.Amendments.Propose(ctx, c.ID, 0, anAmendment())
				return err
			})},
		"Amendments.Withdraw": {public: knowing, hidden: knowing, writes: true, make: onAmendment(commitment.AmendmentProposed,
			func(ctx context.Context, r *Register, a commitment.Amendment) error {
				_, err := r.Amendments.Withdraw(ctx, a.ID, 0)
				return err
			})},
		"Amendments.Approve": {public: deciders, hidden: deciders, writes: true, make: onAmendment(commitment.AmendmentProposed,
			func(ctx context.Context, r *Register, a commitment.Amendment) error {
				_, err := r.Amendments.Approve(ctx, a.ID, 0, commitment.Approval{})
				return err
			})},
		"Amendments.Refuse": {public: deciders, hidden: deciders, writes: true, make: onAmendment(commitment.AmendmentProposed,
			func(ctx context.Context, r *Register, a commitment.Amendment) error {
				_, err := r.Amendments.Refuse(ctx, a.ID, 0, "test")
				return err
			})},
		"Amendments.Read of a proposed one": {public: whoMayKnow, hidden: whoMayKnow, make: onAmendment(commitment.AmendmentProposed, read)},
		"Amendments.Read":                   {public: everybody, hidden: whoMayKnow, make: onAmendment(commitment.AmendmentApproved, read)},
		"Amendments.Original": {public: knowing, hidden: knowing, make: onAmendment(commitment.AmendmentApproved,
			func(ctx context.Context, r *Register, a commitment.Amendment) error {
				_, err := r.Amendments.Original(ctx, a.ID, a.Change)
				return err
			})},
		"Amendments.List": {public: everybody, hidden: whoMayKnow, make: onAmendment(commitment.AmendmentProposed,
			func(ctx context.Context, r *Register, a commitment.Amendment) error {
				_, err := r.Amendments.List(ctx, a.Commitment, nil, 10)
				return err
			})},
	}
}

// addAmendments adds the amendments of a commitment, as ledger entries hold them.
func addAmendments(t *testing.T, r *Register, of ident.Commitment, add func(kind string, id, content any)) {
	t.Helper()
	for _, listed := range must(r.Amendments.List(Public(), of, nil, 200))(t) {
		a := must(r.Amendments.Read(Public(), listed.ID))(t)
		var changes []map[string]any
		for _, change := range must(a.Changes())(t) {
			changes = append(changes, map[string]any{"pointer": change.Pointer, "before": raw(change.Before), "after": raw(change.After)})
		}
		add("amendment", a.ID, map[string]any{
			"commitment": a.Commitment, "member": a.Member, "state": a.State, "class": a.Class, "claimed_class": a.Claimed, "computed_class": a.Computed,
			"reason": a.Reason, "changes": changes, "decision_reason": a.DecisionReason,
			"proposed_at": a.ProposedAt.Format(time.RFC3339Nano), "decided_at": a.DecidedAt.Format(time.RFC3339Nano),
		})
	}
}

// raw gives JSON that may be none.
func raw(value json.RawMessage) any {
	if value == nil {
		return nil
	}
	return value
}

// counted gives what an entry says of a number: nothing of none.
func counted(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
