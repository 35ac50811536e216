package commitment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Assent is the acceptance of a proposal.
type Assent struct {
	Reason      string
	EffectiveOn *plan.Date // of a delisting; nil where the day is not stated
}

// Check gives every fault of the acceptance that can be told without the proposal.
func (a Assent) Check() fault.Fields {
	var faults fault.Fields
	faults.Prose("/reason", a.Reason, 2000)
	if a.EffectiveOn != nil {
		needDay(&faults, "/effective_on", *a.EffectiveOn)
	}
	return faults
}

// Accept does what is proposed, with the reason: it takes the member to delisted
// as [member.Service.Transition] does, or closes the commitment as not reached as
// [Service.Close] does. expected is the version that the actor has seen, or 0.
//
// It refuses with NotFound when there is no such proposal, or the actor is not
// staff, Stale when expected is another version, Conflict when the proposal is
// settled, or has no ground any more and waits for the next run to withdraw it,
// and Invalid with every field at fault, as the step itself would.
func (s *Proposals) Accept(ctx context.Context, id ident.Proposal, expected int64, assent Assent) (Proposal, error) {
	actor, err := knowing(ctx, access.DecideProposal)
	if err != nil {
		return Proposal{}, err
	}
	if err := assent.Check().Err(); err != nil {
		return Proposal{}, err
	}
	assent.Reason = strings.TrimSpace(assent.Reason)
	var p Proposal
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		before, err := lockProposal(ctx, tx, id, expected)
		if err != nil {
			return err
		}
		tx.Made("proposal", string(id))
		if before.Kind == Delist {
			err = s.delist(ctx, tx, before, assent)
		} else {
			err = s.end(ctx, tx, before, assent)
		}
		if err != nil {
			return err
		}
		p = before.settled(ProposalAccepted, tx.Now, actor.User, assent.Reason)
		return settleProposal(ctx, tx, id, p.State, p.SettledBy, p.Reason)
	})
	if err != nil {
		return Proposal{}, fmt.Errorf("accept proposal %s: %w", id, locate(err))
	}
	return p, nil
}

// delist does what a proposal to delist a member says.
func (s *Proposals) delist(ctx context.Context, tx *db.Tx, p Proposal, assent Assent) error {
	m, k, err := lockDuty(ctx, tx, s.zone, s.zone.Today(tx.Now), p.Member)
	if err != nil {
		return err
	}
	if err := m.judge(k).overtaken(p.ID); err != nil {
		return err
	}
	_, err = s.members.TransitionIn(ctx, tx, p.Member, m.Version, member.Step{
		To: member.Delisted, EffectiveOn: assent.EffectiveOn, Reason: assent.Reason,
	})
	return err
}

// end does what a proposal to close a commitment says.
func (s *Proposals) end(ctx context.Context, tx *db.Tx, p Proposal, assent Assent) error {
	if assent.EffectiveOn != nil {
		return fault.FieldAt("/effective_on", "only_for_delisting")
	}
	c, err := lockOverdue(ctx, tx, p.Member, p.Commitment)
	if err != nil {
		return err
	}
	if err := c.judge(s.zone.Today(tx.Now)).overtaken(p.ID); err != nil {
		return err
	}
	_, err = closeIn(ctx, tx, p.Commitment, access.Scope{All: true}, 0, Closing{Outcome: NotReached, Reason: assent.Reason})
	return err
}

// overtaken tells why the proposal is not accepted any more, if the next run
// would withdraw it.
func (j judgement) overtaken(id ident.Proposal) error {
	if slices.ContainsFunc(j.withdraw, func(w withdrawal) bool { return w.id == id }) {
		return fault.New(fault.Conflict, "proposal_overtaken")
	}
	return nil
}

// Dismiss says, with the reason, that what is proposed is not to be done. It is
// not proposed again: the member not for that cycle, the commitment not as long
// as it is due on that day. expected is the version that the actor has seen, or 0.
//
// It refuses with NotFound when there is no such proposal, or the actor is not
// staff, Stale when expected is another version, Conflict when the proposal is
// settled, and Invalid when there is no reason.
func (s *Proposals) Dismiss(ctx context.Context, id ident.Proposal, expected int64, reason string) (Proposal, error) {
	actor, err := knowing(ctx, access.DecideProposal)
	if err != nil {
		return Proposal{}, err
	}
	if err := CheckReason(reason).Err(); err != nil {
		return Proposal{}, err
	}
	var p Proposal
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		before, err := lockProposal(ctx, tx, id, expected)
		if err != nil {
			return err
		}
		tx.Made("proposal", string(id))
		p = before.settled(ProposalDismissed, tx.Now, actor.User, reason)
		return settleProposal(ctx, tx, id, p.State, p.SettledBy, p.Reason)
	})
	if err != nil {
		return Proposal{}, fmt.Errorf("dismiss proposal %s: %w", id, err)
	}
	return p, nil
}

// lockProposal gives an open proposal, locked by its member's lock: whoever
// settles one holds that.
func lockProposal(ctx context.Context, tx *db.Tx, id ident.Proposal, expected int64) (Proposal, error) {
	var p Proposal
	if err := tx.Get(ctx, &p, readProposal, id); err != nil {
		return Proposal{}, fmt.Errorf("find the proposal: %w", err)
	}
	if err := lockAny(ctx, tx, p.Member); err != nil {
		return Proposal{}, err
	}
	var now Proposal
	if err := tx.Get(ctx, &now, readProposal, id); err != nil {
		return Proposal{}, fmt.Errorf("read the proposal: %w", err)
	}
	return now, now.at(expected)
}

const updateProposal = `
update proposal set version = version + 1, state = $2, settled_at = $3, settled_by = nullif($4, '')::uuid, reason = $5
where id = $1 and state = 'open'`

func settleProposal(ctx context.Context, tx *db.Tx, id ident.Proposal, state ProposalState, by ident.User, reason string) error {
	if _, err := tx.Exec(ctx, updateProposal, id, state, tx.Now, by, reason); err != nil {
		return fmt.Errorf("settle the proposal: %w", err)
	}
	return nil
}
