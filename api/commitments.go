package api

import (
	"slices"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

func (d *Door) draftCommitment(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b NewCommitment) fault.Fields { return commitmentDraft(b).Check() })
	if err != nil {
		return err
	}
	c, err := d.offices.Commitments.TakeOn(r.ctx, number, commitmentDraft(body))
	if c, err = d.commitmentMade(r, c, err); err != nil {
		return err
	}
	return r.created("/api/v1/commitments/"+string(c.ID), r.commitmentTag(c), commitmentOf(c))
}

// commitmentMade gives the commitment, or the one that the same key made
// before, as it was then.
func (d *Door) commitmentMade(r *request, c commitment.Commitment, err error) (commitment.Commitment, error) {
	if again, ok := replayed(err); ok {
		return d.offices.Commitments.Original(r.ctx, ident.Commitment(again.Subject), again.Change)
	}
	return c, err
}

// commitmentTag takes in what this reader is shown beside the commitment's own
// version: who makes it jointly, what reports say of it, and the day on which it
// stands where it does.
func (r *request) commitmentTag(c commitment.Commitment) string {
	seen := make([]int64, 0, 2*len(c.Participants))
	for _, p := range c.Participants {
		seen = append(seen, int64(p.Member), int64(slices.Index(commitment.ParticipantStates(), p.State)))
	}
	if c.Standing != nil {
		seen = append(seen, int64(c.Reported.Reports), c.Standing.Day.Time().Unix())
	}
	return r.tag(c.Version, r.actor().Audience(c.Member), seen...)
}

func (d *Door) readCommitment(r *request) error {
	id, err := id[ident.Commitment](r, "id")
	if err != nil {
		return err
	}
	c, err := d.offices.Commitments.Read(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.commitmentTag(c), commitmentOf(c))
}

func (d *Door) amendCommitment(r *request) error {
	id, err := id[ident.Commitment](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(anyVersion)
	if err != nil {
		return err
	}
	body, err := bind(r, func(b CommitmentPatch) fault.Fields { return commitmentPatch(b).Check() })
	if err != nil {
		return err
	}
	c, err := d.offices.Commitments.AmendDraft(r.ctx, id, expected, commitmentPatch(body))
	if err != nil {
		return err
	}
	return r.show(r.commitmentTag(c), commitmentOf(c))
}

// anyVersion is what offices take for a version that the caller did not name.
func anyVersion() (int64, error) { return 0, nil }

func (d *Door) submitCommitment(r *request) error {
	if err := bindNothing(r); err != nil {
		return err
	}
	return d.stepCommitment(r, func(id ident.Commitment, expected int64) (commitment.Commitment, error) {
		return d.offices.Commitments.Submit(r.ctx, id, expected)
	})
}

func (d *Door) registerCommitment(r *request) error {
	if err := bindNothing(r); err != nil {
		return err
	}
	return d.stepCommitment(r, func(id ident.Commitment, expected int64) (commitment.Commitment, error) {
		return d.offices.Commitments.Register(r.ctx, id, expected)
	})
}

func (d *Door) closeCommitment(r *request) error {
	body, err := bind(r, func(b Closing) fault.Fields { return closing(b).Check() })
	if err != nil {
		return err
	}
	return d.stepCommitment(r, func(id ident.Commitment, expected int64) (commitment.Commitment, error) {
		return d.offices.Commitments.Close(r.ctx, id, expected, closing(body))
	})
}

// stepCommitment answers a step in a commitment's life, of which the body was read.
func (d *Door) stepCommitment(r *request, step func(id ident.Commitment, expected int64) (commitment.Commitment, error)) error {
	id, err := id[ident.Commitment](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expectedIfGiven(anyVersion)
	if err != nil {
		return err
	}
	c, err := step(id, expected)
	if c, err = d.commitmentMade(r, c, err); err != nil {
		return err
	}
	return r.show(r.commitmentTag(c), commitmentOf(c))
}

func (d *Door) listCommitments(r *request) error {
	q := commitment.Listing{
		Member: ident.Member(r.query.number("member")), DueAfter: plan.Date(r.query.text("due_after")), DueBefore: plan.Date(r.query.text("due_before")),
	}
	return d.listOfCommitments(r, q, func(q commitment.Listing) ([]commitment.Commitment, error) {
		return d.offices.Commitments.List(r.ctx, q)
	})
}

func (d *Door) listMemberCommitments(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	return d.listOfCommitments(r, commitment.Listing{}, func(q commitment.Listing) ([]commitment.Commitment, error) {
		return d.offices.Commitments.ListOf(r.ctx, number, q)
	})
}

func (d *Door) listOfCommitments(r *request, q commitment.Listing, list func(commitment.Listing) ([]commitment.Commitment, error)) error {
	q.Point, q.State, q.Limit = plan.Point(r.query.number("point")), commitment.State(r.query.text("state")), r.limit()+1
	var err error
	if q.After, err = after[commitment.Key](r); err != nil {
		return err
	}
	commitments, err := list(q)
	if err != nil {
		return err
	}
	commitments, cursor, err := turn(r, commitments, commitment.Commitment.Key)
	if err != nil {
		return err
	}
	return r.list(CommitmentList{Items: each(commitments, commitmentOf), NextCursor: cursor})
}
