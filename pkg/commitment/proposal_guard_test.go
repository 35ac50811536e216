package commitment

import (
	"context"
	"testing"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// TestTheDatabaseGuardsProposalsToo writes, past the office, what the office
// never would.
func TestTheDatabaseGuardsProposalsToo(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	ctx := access.System(context.Background())
	m, err := member.New(d).Register(ctx, member.Draft{Name: "Jollychic", Kind: member.Enterprise})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewCycles(d).Open(ctx, CycleDraft{Year: 2190}); err != nil {
		t.Fatal(err)
	}
	good := Proposal{Kind: Delist, Member: m.Number, Cycle: 2190}
	write := func(p Proposal, more ...func(tx *db.Tx, id ident.Proposal) error) error {
		return d.InTx(ctx, func(tx *db.Tx) error {
			if err := propose(ctx, tx, p); err != nil {
				return err
			}
			var id ident.Proposal
			if err := tx.Get(ctx, &id, `select id from proposal where member = $1 order by proposed_at desc limit 1`, p.Member); err != nil {
				return err
			}
			for _, one := range more {
				if err := one(tx, id); err != nil {
					return err
				}
			}
			return fault.New(fault.Conflict, "undone") // so that each begins with none
		})
	}
	settle := func(state ProposalState, by ident.User, reason string) func(*db.Tx, ident.Proposal) error {
		return func(tx *db.Tx, id ident.Proposal) error { return settleProposal(ctx, tx, id, state, by, reason) }
	}
	again := func(tx *db.Tx, _ ident.Proposal) error { return propose(ctx, tx, good) }
	if err := write(good, settle(ProposalWithdrawn, "", "r"), again); fault.ConstraintOf(err) != "" {
		t.Errorf("a withdrawn one is not made again: %v", err)
	}
	spoilt := func(spoil func(p *Proposal)) Proposal { p := good; spoil(&p); return p }
	for constraint, err := range map[string]error{
		"proposal_kind_known": write(spoilt(func(p *Proposal) {
			p.Kind, p.Cycle, p.Commitment, p.DueOn = "merge", 0, ident.New[ident.Commitment](), "2190-01-01"
		})),
		"proposal_subject_whole":  write(spoilt(func(p *Proposal) { p.Kind = Close })),
		"proposal_member_known":   write(spoilt(func(p *Proposal) { p.Member = 999 })),
		"proposal_cycle_known":    write(spoilt(func(p *Proposal) { p.Cycle = 2191 })),
		"proposal_delisting_once": write(good, settle(ProposalDismissed, ident.New[ident.User](), "r"), again),
		"proposal_state_known":    write(good, settle("undone", "", "r")),
		"proposal_settled_person": write(good, settle(ProposalAccepted, "", "r")),
		"proposal_reason_length":  write(good, settle(ProposalWithdrawn, "", "")),
	} {
		if got := fault.ConstraintOf(err); got != constraint {
			t.Errorf("%s: got %q, %v", constraint, got, err)
		}
	}
}
