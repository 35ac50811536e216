package api

import (
	"context"

	"accord/pkg/commitment"
	"accord/pkg/ident"
)

func (d *Door) acceptInvitation(r *request) error {
	return d.answerInvitation(r, d.offices.Commitments.Accept)
}

func (d *Door) declineInvitation(r *request) error {
	return d.answerInvitation(r, d.offices.Commitments.Decline)
}

func (d *Door) answerInvitation(r *request, answer func(context.Context, ident.Commitment, ident.Member) (commitment.Participant, error)) error {
	id, err := id[ident.Commitment](r, "id")
	if err != nil {
		return err
	}
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	if err := bindNothing(r); err != nil {
		return err
	}
	p, err := answer(r.ctx, id, number)
	if again, ok := replayed(err); ok {
		p, err = d.offices.Commitments.OriginalParticipant(r.ctx, id, number, again.Change)
	}
	if err != nil {
		return err
	}
	return r.show(r.tag(p.Version, r.actor().Audience(number), int64(number)), participationOf(p))
}

// participationOf puts a participation on the wire.
func participationOf(p commitment.Participant) Participation {
	return Participation{
		Commitment: Id(p.Commitment), Member: int64(p.Member), Role: ParticipantRole(p.Role), State: ParticipantState(p.State), Version: p.Version,
	}
}
