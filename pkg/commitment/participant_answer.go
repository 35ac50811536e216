package commitment

import (
	"context"
	"fmt"
	"slices"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// Accept says, in the name of an invited member, that it makes the commitment
// too. From then on it is public that it does, as far as the commitment is.
//
// It refuses with Forbidden when the role may not, the actor is not an approver
// of the member or the participation is another member's, NotFound when there is
// no such participation or the actor may not know of it, and Conflict when it
// was answered before, the commitment is closed, or one of the members is
// merged, or the invited one suspended or gone.
func (s *Service) Accept(ctx context.Context, id ident.Commitment, number ident.Member) (Participant, error) {
	actor, err := access.Require(ctx, access.AnswerInvitation)
	if err != nil {
		return Participant{}, err
	}
	var p Participant
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		p, err = answer(ctx, tx, id, number, actor.Scope(), Accepted)
		return err
	})
	if err != nil {
		return Participant{}, fmt.Errorf("accept commitment %s for member %s: %w", id, number, err)
	}
	return p, nil
}

// Decline says, in the name of an invited member, that it does not make the
// commitment; nobody but staff and those who invited it learns of that.
//
// It refuses as [Service.Accept] does, but takes the answer of a member that is
// suspended or gone, too.
func (s *Service) Decline(ctx context.Context, id ident.Commitment, number ident.Member) (Participant, error) {
	actor, err := access.Require(ctx, access.AnswerInvitation)
	if err != nil {
		return Participant{}, err
	}
	var p Participant
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		p, err = answer(ctx, tx, id, number, actor.Scope(), Declined)
		return err
	})
	if err != nil {
		return Participant{}, fmt.Errorf("decline commitment %s for member %s: %w", id, number, err)
	}
	return p, nil
}

// The rule of who sees a participation, with $3 and $4 as the actor's scope.
const readParticipant = `
select commitment, member, version, change, role, state from commitment_participant_seen
where commitment = $1 and member = $2 and (is_open or $3 or owner = $4 or member = $4 and owner_published)`

// Of a participation, since a member that declined sees no more of the commitment.
const ownerOf = `select owner from commitment_participant_seen where commitment = $1 and member = $2`

const stateOf = `select state, member from commitment where id = $1`

const updateParticipant = `update commitment_participant set version = $3, state = $4 where commitment = $1 and member = $2`

func answer(ctx context.Context, tx *db.Tx, id ident.Commitment, number ident.Member, scope access.Scope, state ParticipantState) (Participant, error) {
	var p Participant
	if err := tx.Get(ctx, &p, readParticipant, id, number, scope.All, scope.Member); err != nil {
		return Participant{}, fmt.Errorf("find the participation: %w", err)
	}
	owner, invited, err := lockBoth(ctx, tx, id, number, scope)
	if err != nil {
		return Participant{}, err
	}
	p = Participant{}
	if err := tx.Get(ctx, &p, readParticipant, id, number, scope.All, scope.Member); err != nil {
		return Participant{}, fmt.Errorf("read the participation: %w", err)
	}
	if err := p.unanswered(); err != nil { // before a look at the commitment, which one that declined sees no more
		return Participant{}, err
	}
	var c Commitment
	if err := tx.Get(ctx, &c, stateOf, id); err != nil {
		return Participant{}, fmt.Errorf("read the state: %w", err)
	}
	if p, err = p.answered(c.State, state); err != nil {
		return Participant{}, err
	}
	if state == Accepted {
		if err := promising(invited); err != nil {
			return Participant{}, err
		}
	}
	if p.Change, err = tx.Change(ctx); err != nil {
		return Participant{}, err
	}
	if _, err := tx.Exec(ctx, updateParticipant, p.Commitment, p.Member, p.Version, p.State); err != nil {
		return Participant{}, fmt.Errorf("update the participation: %w", err)
	}
	open := c.open(owner.Published) && p.State == Accepted
	if err := member.Touch(ctx, tx, owner.Number, open); err != nil {
		return Participant{}, err
	}
	return p, recordParticipant(ctx, tx, p, open)
}

// unanswered tells that the invitation was answered, if so.
func (p Participant) unanswered() error {
	if p.State == Invited {
		return nil
	}
	return fault.New(fault.Conflict, "invitation_answered", fault.Args{"state": string(p.State)})
}

// answered is the pure rule of the first answer to a commitment in the state.
func (p Participant) answered(of State, state ParticipantState) (Participant, error) {
	if of != Submitted && of != Registered {
		return Participant{}, fault.New(fault.Conflict, "commitment_state", fault.Args{"state": string(of), "needed": string(Registered)})
	}
	p.Version, p.State = p.Version+1, state
	return p, nil
}

// lockBoth locks the member whose commitment it is and the one that is
// invited, in the order of their numbers, so that two answers take turns: with
// the first lock the commitment stays in its state, with the second the answer
// belongs to this actor.
func lockBoth(ctx context.Context, tx *db.Tx, id ident.Commitment, number ident.Member, scope access.Scope) (owner, invited member.Locked, err error) {
	var of ident.Member
	if err := tx.Get(ctx, &of, ownerOf, id, number); err != nil {
		return owner, invited, fmt.Errorf("find the commitment: %w", err)
	}
	locked := map[ident.Member]member.Locked{}
	for _, n := range slices.Sorted(slices.Values([]ident.Member{of, number})) {
		reach := scope
		if n == of {
			reach = access.Scope{All: true} // the right to answer is the invited member's
		}
		if locked[n], err = member.Lock(ctx, tx, n, reach); err != nil {
			return owner, invited, err
		}
	}
	return locked[of], locked[number], nil
}

const originalParticipant = `
select commitment, member, version, change, role, state from (
    select commitment, member, version, change, role, state from commitment_participant where commitment = $1 and member = $2
    union all
    select commitment, member, version, change, role, state from commitment_participant_history where commitment = $1 and member = $2
) p where change = $3 and ($4 or member = $5)`

// OriginalParticipant gives a participation as a change made it, for the answer
// to a repeated request.
//
// It refuses with Forbidden when the role may not answer invitations and
// NotFound when the change made no such participation that is the actor's own.
func (s *Service) OriginalParticipant(ctx context.Context, id ident.Commitment, number ident.Member, change ident.Change) (Participant, error) {
	actor, err := access.Require(ctx, access.AnswerInvitation)
	if err != nil {
		return Participant{}, err
	}
	var p Participant
	if err := s.db.Get(ctx, &p, originalParticipant, id, number, change, actor.Scope().All, actor.Scope().Member); err != nil {
		return Participant{}, fmt.Errorf("read the participation of member %s as change %d made it: %w", number, change, err)
	}
	return p, nil
}
