package registrytest

import (
	"context"
	"testing"
	"time"

	"accord/db"
	"accord/pkg/commitment"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// proposedFor lets a commitment of the member pass its day and gives what a run
// proposes about it.
func (r *Register) proposedFor(t *testing.T, number ident.Member) commitment.Proposal {
	t.Helper()
	draft := aCommitment()
	draft.StartsOn, draft.DueOn = "", "2026-06-30"
	c := must(r.Commitments.TakeOn(Staff(), number, draft))(t)
	must(r.Commitments.Submit(Staff(), c.ID, 0))(t)
	must(r.Commitments.Register(Staff(), c.ID, 0))(t)
	must(r.Runs.Run(System()))(t)
	for _, p := range must(r.Proposals.List(Staff(), commitment.ProposalListing{Member: number, Limit: 200}))(t) {
		if p.Commitment == c.ID {
			return p
		}
	}
	t.Fatal("nothing was proposed")
	return commitment.Proposal{}
}

func runProbes() map[string]probe {
	const (
		staffKnow  = "+++ nn nn nuu" // to all others there is none
		staffAlone = "n++ nn nn nuu" // and the register itself does not decide
	)
	onProposal := func(do func(ctx context.Context, r *Register, p commitment.Proposal) error) func(*testing.T, *Register, ident.Member) call {
		return func(t *testing.T, r *Register, number ident.Member) call {
			p := r.proposedFor(t, number)
			return func(ctx context.Context) error { return do(ctx, r, p) }
		}
	}
	read := onProposal(func(ctx context.Context, r *Register, p commitment.Proposal) error {
		_, err := r.Proposals.Read(ctx, p.ID)
		return err
	})
	accept := onProposal(func(ctx context.Context, r *Register, p commitment.Proposal) error {
		_, err := r.Proposals.Accept(ctx, p.ID, 0, commitment.Assent{Reason: "test"})
		return err
	})
	dismiss := onProposal(func(ctx context.Context, r *Register, p commitment.Proposal) error {
		_, err := r.Proposals.Dismiss(ctx, p.ID, 0, "test")
		return err
	})
	return map[string]probe{
		"Proposals.Read":    {public: staffKnow, hidden: staffKnow, make: read},
		"Proposals.Accept":  {public: staffAlone, hidden: staffAlone, writes: true, make: accept},
		"Proposals.Dismiss": {public: staffAlone, hidden: staffAlone, writes: true, make: dismiss},
		"Proposals.List": {public: staffOnly, make: func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Proposals.List(ctx, commitment.ProposalListing{Limit: 10})
				return err
			}
		}},
		"Runs.Run": {public: systemAlone, make: func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Runs.Run(ctx); return err }
		}},
		"Runs.Foresee": {public: systemAlone, make: func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Runs.Foresee(ctx, "2027-08-01"); return err }
		}},
		"Members.TransitionIn": {public: staffOnly, writes: true, make: func(t *testing.T, r *Register, number ident.Member) call {
			version, step := r.Version(t, number), member.Step{To: member.Suspended, Reason: "test"}
			return func(ctx context.Context) error {
				return r.DB.InTx(ctx, func(tx *db.Tx) error {
					_, err := r.Members.TransitionIn(ctx, tx, number, version, step)
					return err
				})
			}
		}},
	}
}

// TestEveryListOfProposalsRuns asks with every two choices together, and page by page.
func TestEveryListOfProposalsRuns(t *testing.T) {
	t.Parallel()
	r := New(t)
	known, hidden := r.Member(t, "A Member"), r.Applicant(t, "An Applicant")
	var made []commitment.Proposal
	for _, number := range []ident.Member{known, known, hidden} {
		made = append(made, r.proposedFor(t, number))
		r.Clock.Advance(time.Minute)
	}
	must(r.Proposals.Dismiss(Staff(), made[0].ID, 0, "test"))(t)
	pairwise(t, []dimension{
		{"Kind", []any{commitment.ProposalKind(""), commitment.Close, commitment.Delist}},
		{"State", []any{commitment.ProposalState(""), commitment.ProposalOpen, commitment.ProposalDismissed}},
		{"Member", []any{ident.Member(0), known, hidden}},
	}, func(choice map[string]any) {
		q := fill[commitment.ProposalListing](choice)
		var want []ident.Proposal
		for i := len(made) - 1; i >= 0; i-- {
			p := must(r.Proposals.Read(Staff(), made[i].ID))(t)
			if (q.Kind == "" || q.Kind == p.Kind) && (q.State == "" || q.State == p.State) && (q.Member == 0 || q.Member == p.Member) {
				want = append(want, p.ID)
			}
		}
		q.Limit = 1
		for _, id := range append(want, "") {
			page := must(r.Proposals.List(Staff(), q))(t)
			if id == "" && len(page) == 0 {
				break
			}
			if len(page) != 1 || page[0].ID != id {
				t.Fatalf("%+v: got %+v, want %q", choice, page, id)
			}
			q.After = ptr(page[0].Key())
		}
	})
}
