package api

import (
	"accord/db"
	"accord/pkg/fault"
	"accord/pkg/ident"
	requests "accord/pkg/request"
)

func (d *Door) proposeChangeRequest(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b NewChangeRequest) fault.Fields { return changeDraft(b).Check() })
	if err != nil {
		return err
	}
	made, err := d.offices.Requests.Propose(r.ctx, number, changeDraft(body))
	if made, err = d.asItStands(r, made, err); err != nil {
		return err
	}
	wire, err := changeRequestOf(r.actor(), made)
	if err != nil {
		return err
	}
	return r.created("/api/v1/change-requests/"+string(made.ID), r.changeRequestTag(made), wire)
}

// asItStands gives the request, or, as it stands now, the one that the same key
// did something to before.
func (d *Door) asItStands(r *request, made requests.Request, err error) (requests.Request, error) {
	if again, ok := replayed(err); ok {
		return d.offices.Requests.Read(db.WithoutClaim(r.ctx), ident.Request(again.Subject)) // in a snapshot, which would claim the key again
	}
	return made, err
}

// changeRequestTag counts in what the request is shown with: what stands in the
// register, and the names of accounts.
func (r *request) changeRequestTag(made requests.Request) string {
	h := fnv64(fnvOffset)
	h.add(made.ProposerName)
	for _, item := range made.Items {
		h.add(string(item.Current))
		h.add(string(item.CurrentFigure))
	}
	for _, step := range made.Steps {
		h.add(step.Name)
	}
	return r.tag(made.Version, r.actor().Audience(made.Member), int64(h))
}

func (r *request) showChangeRequest(made requests.Request) error {
	wire, err := changeRequestOf(r.actor(), made)
	if err != nil {
		return err
	}
	return r.show(r.changeRequestTag(made), wire)
}

func (d *Door) readChangeRequest(r *request) error {
	id, err := id[ident.Request](r, "id")
	if err != nil {
		return err
	}
	made, err := d.offices.Requests.Read(r.ctx, id)
	if err != nil {
		return err
	}
	return r.showChangeRequest(made)
}

func (d *Door) decideChangeRequest(r *request) error {
	body, err := bind(r, func(b ChangeRuling) fault.Fields { return changeRuling(b).Check() })
	if err != nil {
		return err
	}
	return d.stepChangeRequest(r, func(id ident.Request, expected int64) (requests.Request, error) {
		return d.offices.Requests.Decide(r.ctx, id, expected, changeRuling(body))
	})
}

func (d *Door) returnChangeRequest(r *request) error {
	body, err := bind(r, func(b Ending) fault.Fields { return requests.CheckReason(b.Reason) })
	if err != nil {
		return err
	}
	return d.stepChangeRequest(r, func(id ident.Request, expected int64) (requests.Request, error) {
		return d.offices.Requests.Return(r.ctx, id, expected, body.Reason)
	})
}

func (d *Door) rebaseChangeRequest(r *request) error {
	if err := bindNothing(r); err != nil {
		return err
	}
	return d.stepChangeRequest(r, func(id ident.Request, expected int64) (requests.Request, error) {
		return d.offices.Requests.Rebase(r.ctx, id, expected)
	})
}

func (d *Door) withdrawChangeRequest(r *request) error {
	if err := bindNothing(r); err != nil {
		return err
	}
	return d.stepChangeRequest(r, func(id ident.Request, expected int64) (requests.Request, error) {
		return d.offices.Requests.Withdraw(r.ctx, id, expected)
	})
}

// stepChangeRequest answers what becomes of a request, of which the body was read.
func (d *Door) stepChangeRequest(r *request, step func(id ident.Request, expected int64) (requests.Request, error)) error {
	id, err := id[ident.Request](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expectedIfGiven(anyVersion)
	if err != nil {
		return err
	}
	made, err := step(id, expected)
	if made, err = d.asItStands(r, made, err); err != nil {
		return err
	}
	return r.showChangeRequest(made)
}

func (d *Door) listChangeRequests(r *request) error {
	return r.queue(func(q requests.Listing) (requests.Queue, error) {
		q.Member = ident.Member(r.query.number("member"))
		return d.offices.Requests.Queue(r.ctx, q)
	})
}

func (d *Door) listMemberChangeRequests(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	return r.queue(func(q requests.Listing) (requests.Queue, error) { return d.offices.Requests.Of(r.ctx, number, q) })
}

// queue answers a list of requests.
func (r *request) queue(list func(requests.Listing) (requests.Queue, error)) error {
	place, err := after[requests.Key](r)
	if err != nil {
		return err
	}
	queue, err := list(requests.Listing{
		State: requests.State(r.query.text("state")), Kind: requests.Kind(r.query.text("kind")), After: place, Limit: r.limit() + 1,
	})
	if err != nil {
		return err
	}
	lines, cursor, err := turn(r, queue.Lines, requests.Line.Key)
	if err != nil {
		return err
	}
	return r.list(ChangeRequestList{
		Items:      each(lines, func(l requests.Line) ChangeRequestLine { return changeRequestLineOf(r.actor(), l) }),
		NextCursor: cursor,
		Counts: ChangeRequestCounts{
			Open: queue.Counts[requests.Open], Returned: queue.Counts[requests.Returned],
			Decided: queue.Counts[requests.Decided], Withdrawn: queue.Counts[requests.Withdrawn],
		},
	})
}
