package request

import (
	"context"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// wide is the scope of what the office itself looks at.
var wide = access.Scope{All: true}

// Return gives a request back to whoever proposed it, with the reason: it waits
// until they rebase or withdraw it. expected is the version that the actor has
// seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such request, Stale when expected is another version, Conflict when it is
// not open, and Invalid when the reason is at fault.
func (s *Service) Return(ctx context.Context, id ident.Request, expected int64, reason string) (Request, error) {
	actor, err := access.Require(ctx, access.DecideRequest)
	if err != nil {
		return Request{}, err
	}
	if err := CheckReason(reason).Err(); err != nil {
		return Request{}, err
	}
	var r Request
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		before, err := lock(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := before.at(expected, Open); err != nil {
			return err
		}
		r, err = become(ctx, tx, before, Returned, actor, stepReturned, strings.TrimSpace(reason), nil)
		return err
	})
	if err != nil {
		return Request{}, fmt.Errorf("return change request %s: %w", id, err)
	}
	return r, nil
}

// Rebase takes what stands in the register for the old values of the items that
// are open, and opens a request that was returned. An item that says what stands
// there anyway is overtaken. expected is the version that the actor has seen, or 0.
//
// It refuses with Forbidden when the role may not, the actor is no approver or
// the request is not of their side: a member's request is rebased by an approver
// of the member, one of staff by whoever proposed it; NotFound when the actor may
// not know of it, Stale when expected is another version, and Conflict when it is
// at its end, or is open and nothing changed below it.
func (s *Service) Rebase(ctx context.Context, id ident.Request, expected int64) (Request, error) {
	actor, err := access.Require(ctx, access.ProposeRequest)
	if err != nil {
		return Request{}, err
	}
	var r Request
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		before, err := lock(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := before.by(actor, true); err != nil {
			return err
		}
		if err := before.at(expected, Open, Returned); err != nil {
			return err
		}
		moved, overtaken, err := rebaseItems(ctx, tx, before)
		if err != nil {
			return err
		}
		if len(moved) == 0 && before.State == Open {
			return fault.New(fault.Conflict, "request_up_to_date")
		}
		r, err = become(ctx, tx, before, before.after(overtaken), actor, stepRebased, "", moved)
		return err
	})
	if err != nil {
		return Request{}, fmt.Errorf("rebase change request %s: %w", id, err)
	}
	return r, nil
}

// Withdraw takes back what nobody has decided on of a request. expected is the
// version that the actor has seen, or 0.
//
// It refuses with Forbidden when the role may not, the actor is no approver or
// the request is not of their side: a member's request is withdrawn by an
// approver of the member, one of staff by staff; NotFound when the actor may not
// know of it, Stale when expected is another version, and Conflict when it is at
// its end.
func (s *Service) Withdraw(ctx context.Context, id ident.Request, expected int64) (Request, error) {
	actor, err := access.Require(ctx, access.ProposeRequest)
	if err != nil {
		return Request{}, err
	}
	var r Request
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		before, err := lock(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := before.by(actor, false); err != nil {
			return err
		}
		if err := before.at(expected, Open, Returned); err != nil {
			return err
		}
		for _, i := range before.open() {
			if err := settleItem(ctx, tx, before.Items[i].ID, ItemWithdrawn, "", ""); err != nil {
				return err
			}
		}
		r, err = become(ctx, tx, before, Withdrawn, actor, stepWithdrawn, "", nil)
		return err
	})
	if err != nil {
		return Request{}, fmt.Errorf("withdraw change request %s: %w", id, err)
	}
	return r, nil
}

// by tells why the request is not the actor's to take up again, if so: it is
// that of the member's people, or of staff, and there of the person alone where
// that is asked for.
func (r Request) by(actor access.Actor, alone bool) error {
	ours := (r.ProposerRole == access.RoleMember) == (actor.Role == access.RoleMember)
	if !ours || alone && actor.Role != access.RoleMember && actor.User != r.Proposer {
		return fault.New(fault.Forbidden, "not_your_request")
	}
	return nil
}

// become makes and notes the next version of a request.
func become(ctx context.Context, tx *db.Tx, r Request, state State, actor access.Actor, step, reason string, moved []Moved) (Request, error) {
	if err := turn(ctx, tx, r.ID, state); err != nil {
		return Request{}, err
	}
	if err := addStep(ctx, tx, r.ID, actor, step, reason, moved); err != nil {
		return Request{}, err
	}
	return whole(ctx, tx, r.ID, actor.Scope())
}

const rebaseItemRow = `
update change_request_item set old = $2, figure = nullif($3, '')::uuid where id = $1`

// rebaseItems gives each stale item what stands in its place for its old value,
// and tells what that was before, and how many items that overtook.
func rebaseItems(ctx context.Context, tx *db.Tx, r Request) ([]Moved, int, error) {
	moved, overtaken := []Moved{}, 0
	for _, i := range r.open() {
		item := r.Items[i]
		if !item.Stale {
			continue
		}
		moved = append(moved, Moved{Item: item.Number, Before: item.Old})
		if _, err := tx.Exec(ctx, rebaseItemRow, item.ID, orNull(item.Current), item.CurrentFigure); err != nil {
			return nil, 0, fmt.Errorf("rebase item %s: %w", item.ID, err)
		}
		says, err := equal(item.Current, item.New)
		if err != nil {
			return nil, 0, err
		}
		if says {
			overtaken++
			if err := settleItem(ctx, tx, item.ID, ItemOvertaken, "", ""); err != nil {
				return nil, 0, err
			}
		}
	}
	return moved, overtaken, nil
}
