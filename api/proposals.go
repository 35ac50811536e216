package api

import (
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func (d *Door) listProposals(r *request) error {
	place, err := after[commitment.ProposalKey](r)
	if err != nil {
		return err
	}
	proposals, err := d.offices.Proposals.List(r.ctx, commitment.ProposalListing{
		Kind: commitment.ProposalKind(r.query.text("kind")), State: commitment.ProposalState(r.query.text("state")),
		Member: ident.Member(r.query.number("member")), After: place, Limit: r.limit() + 1,
	})
	if err != nil {
		return err
	}
	proposals, cursor, err := turn(r, proposals, commitment.Proposal.Key)
	if err != nil {
		return err
	}
	return r.list(ProposalList{Items: each(proposals, proposalOf), NextCursor: cursor})
}

func (d *Door) readProposal(r *request) error {
	id, err := id[ident.Proposal](r, "id")
	if err != nil {
		return err
	}
	p, err := d.offices.Proposals.Read(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.proposalTag(p), proposalOf(p))
}

func (r *request) proposalTag(p commitment.Proposal) string { return r.tag(p.Version, "staff") }

func (d *Door) acceptProposal(r *request) error {
	body, err := bind(r, func(b Assent) fault.Fields { return assent(b).Check() })
	if err != nil {
		return err
	}
	return d.decideProposal(r, func(id ident.Proposal, expected int64) (commitment.Proposal, error) {
		return d.offices.Proposals.Accept(r.ctx, id, expected, assent(body))
	})
}

func (d *Door) dismissProposal(r *request) error {
	body, err := bind(r, func(b Ending) fault.Fields { return commitment.CheckReason(b.Reason) })
	if err != nil {
		return err
	}
	return d.decideProposal(r, func(id ident.Proposal, expected int64) (commitment.Proposal, error) {
		return d.offices.Proposals.Dismiss(r.ctx, id, expected, body.Reason)
	})
}

// decideProposal answers a decision, of which the body was read. A proposal is
// decided once, so that a repeated request is shown it as it stands.
func (d *Door) decideProposal(r *request, decide func(id ident.Proposal, expected int64) (commitment.Proposal, error)) error {
	id, err := id[ident.Proposal](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expectedIfGiven(anyVersion)
	if err != nil {
		return err
	}
	p, err := decide(id, expected)
	if again, ok := replayed(err); ok {
		p, err = d.offices.Proposals.Read(r.ctx, ident.Proposal(again.Subject))
	}
	if err != nil {
		return err
	}
	return r.show(r.proposalTag(p), proposalOf(p))
}

func assent(b Assent) commitment.Assent {
	return commitment.Assent{Reason: b.Reason, EffectiveOn: given(b.EffectiveOn)}
}

func proposalOf(p commitment.Proposal) Proposal {
	body := Proposal{
		Id: Id(p.ID), Kind: ProposalKind(p.Kind), State: ProposalState(p.State), Member: int64(p.Member), Cycle: p.Cycle, Commitment: Id(p.Commitment),
		DueOn: p.DueOn, ProposedAt: p.ProposedAt.UTC(), SettledBy: Id(p.SettledBy), Reason: p.Reason, Version: p.Version,
	}
	if p.SettledAt != nil {
		body.SettledAt = p.SettledAt.UTC()
	}
	return body
}
