package api

import (
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func (d *Door) proposeAmendment(r *request) error {
	of, err := id[ident.Commitment](r, "id")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b NewAmendment) fault.Fields { return amendmentDraft(b).Check() })
	if err != nil {
		return err
	}
	expected, err := r.expectedIfGiven(anyVersion)
	if err != nil {
		return err
	}
	a, err := d.offices.Amendments.Propose(r.ctx, of, expected, amendmentDraft(body))
	if a, err = d.amendmentMade(r, a, err); err != nil {
		return err
	}
	wire, err := amendmentOf(a)
	if err != nil {
		return err
	}
	return r.created("/api/v1/amendments/"+string(a.ID), r.amendmentTag(a), wire)
}

// amendmentMade gives the amendment, or the one that the same key made before,
// as it was then.
func (d *Door) amendmentMade(r *request, a commitment.Amendment, err error) (commitment.Amendment, error) {
	if again, ok := replayed(err); ok {
		return d.offices.Amendments.Original(r.ctx, ident.Amendment(again.Subject), again.Change)
	}
	return a, err
}

func (r *request) amendmentTag(a commitment.Amendment) string {
	return r.tag(a.Version, r.actor().Audience(a.Member))
}

func (r *request) showAmendment(a commitment.Amendment) error {
	wire, err := amendmentOf(a)
	if err != nil {
		return err
	}
	return r.show(r.amendmentTag(a), wire)
}

func (d *Door) readAmendment(r *request) error {
	id, err := id[ident.Amendment](r, "id")
	if err != nil {
		return err
	}
	a, err := d.offices.Amendments.Read(r.ctx, id)
	if err != nil {
		return err
	}
	return r.showAmendment(a)
}

func (d *Door) approveAmendment(r *request) error {
	body, err := bind(r, func(b Approval) fault.Fields { return approval(b).Check() })
	if err != nil {
		return err
	}
	return d.stepAmendment(r, func(id ident.Amendment, expected int64) (commitment.Amendment, error) {
		return d.offices.Amendments.Approve(r.ctx, id, expected, approval(body))
	})
}

func (d *Door) refuseAmendment(r *request) error {
	body, err := bind(r, func(b Ending) fault.Fields { return commitment.CheckRefusal(b.Reason) })
	if err != nil {
		return err
	}
	return d.stepAmendment(r, func(id ident.Amendment, expected int64) (commitment.Amendment, error) {
		return d.offices.Amendments.Refuse(r.ctx, id, expected, body.Reason)
	})
}

func (d *Door) withdrawAmendment(r *request) error {
	if err := bindNothing(r); err != nil {
		return err
	}
	return d.stepAmendment(r, func(id ident.Amendment, expected int64) (commitment.Amendment, error) {
		return d.offices.Amendments.Withdraw(r.ctx, id, expected)
	})
}

// stepAmendment answers what becomes of an amendment, of which the body was read.
func (d *Door) stepAmendment(r *request, step func(id ident.Amendment, expected int64) (commitment.Amendment, error)) error {
	id, err := id[ident.Amendment](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expectedIfGiven(anyVersion)
	if err != nil {
		return err
	}
	a, err := step(id, expected)
	if a, err = d.amendmentMade(r, a, err); err != nil {
		return err
	}
	return r.showAmendment(a)
}

func (d *Door) listAmendments(r *request) error {
	of, err := id[ident.Commitment](r, "id")
	if err != nil {
		return err
	}
	place, err := after[commitment.AmendmentKey](r)
	if err != nil {
		return err
	}
	amendments, err := d.offices.Amendments.List(r.ctx, of, place, r.limit()+1)
	if err != nil {
		return err
	}
	amendments, cursor, err := turn(r, amendments, commitment.Amendment.Key)
	if err != nil {
		return err
	}
	return r.list(AmendmentList{Items: each(amendments, amendmentLineOf), NextCursor: cursor})
}
