package request

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Decide accepts and rejects items of a request, those that the ruling names;
// the others stay open. What is accepted is applied, all of it or nothing.
// expected is the version of the request that the actor has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such request, Stale when expected is another version, Conflict when the
// request is not open, the actor proposed it, an item is decided already or is
// stale, the member is merged or what is accepted is not to be had, and Invalid
// with every field at fault, at the decision that it comes from.
func (s *Service) Decide(ctx context.Context, id ident.Request, expected int64, ruling Ruling) (Request, error) {
	actor, err := access.Require(ctx, access.DecideRequest)
	if err != nil {
		return Request{}, err
	}
	if err := ruling.Check().Err(); err != nil {
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
		if err := refuseProposer(ctx, tx, before, actor); err != nil {
			return err
		}
		chosen, err := before.choose(ruling)
		if err != nil {
			return err
		}
		if err := s.apply(ctx, tx, before, chosen, ruling); err != nil {
			return err
		}
		for i, d := range ruling.Decisions {
			if err := settleItem(ctx, tx, chosen[i].ID, map[Verdict]ItemState{Accept: ItemAccepted, Reject: ItemRejected}[d.Verdict], actor.User, d.Reason); err != nil {
				return err
			}
		}
		if err := turn(ctx, tx, id, before.after(len(chosen))); err != nil {
			return err
		}
		if err := addStep(ctx, tx, id, actor, stepDecided, "", nil); err != nil {
			return err
		}
		r, err = whole(ctx, tx, id, actor.Scope())
		return err
	})
	if err != nil {
		return Request{}, fmt.Errorf("decide on change request %s: %w", id, err)
	}
	return r, nil
}

// after gives the state of an open request of which so many items are settled.
func (r Request) after(settled int) State {
	if len(r.open()) > settled {
		return Open
	}
	return Decided
}

// Two accounts are of one person where their addresses differ in case, or in
// what stands behind a plus sign, alone. The database's own function compares
// them: addresses are for the office of accounts.
const samePerson = `select same_person($1, $2)`

// refuseProposer refuses whoever proposed the request, or stood in for it when it
// was rebased, whatever their role is by now: it takes another person.
func refuseProposer(ctx context.Context, tx *db.Tx, r Request, actor access.Actor) error {
	var proposers db.Texts
	for _, step := range r.Steps {
		if step.Step == stepProposed || step.Step == stepRebased {
			proposers = append(proposers, string(step.Actor))
		}
	}
	same := slices.Contains(proposers, string(actor.User))
	if !same {
		if err := tx.Get(ctx, &same, samePerson, proposers, actor.User); err != nil {
			return fmt.Errorf("compare the persons: %w", err)
		}
	}
	if same {
		return fault.New(fault.Conflict, "request_proposed_by_you")
	}
	return nil
}

// choose gives the item of each decision, or what stands against deciding on it.
func (r Request) choose(ruling Ruling) ([]Item, error) {
	byNumber := map[int]Item{}
	for _, item := range r.Items {
		byNumber[item.Number] = item
	}
	var unknown fault.Fields
	gone := fault.New(fault.Conflict, "item_decided")
	moved := fault.New(fault.Conflict, "base_changed")
	chosen := make([]Item, len(ruling.Decisions))
	for i, d := range ruling.Decisions {
		at := fmt.Sprintf("/decisions/%d/item", i)
		item, known := byNumber[d.Item]
		switch {
		case !known:
			unknown.Add(at, "unknown_item")
		case item.State != ItemOpen:
			gone.Fields = append(gone.Fields, fault.Field{Pointer: at, Code: "item_decided"})
		case item.Stale && d.Verdict == Accept:
			moved.Fields = append(moved.Fields, fault.Field{Pointer: at, Code: "base_changed"})
			moved.Clashes = append(moved.Clashes, fault.Clash{Pointer: at, Yours: item.Old, Current: item.Current})
		}
		chosen[i] = item
	}
	switch {
	case len(unknown) > 0:
		return nil, unknown.Err()
	case len(gone.Fields) > 0:
		return nil, gone
	case len(moved.Fields) > 0:
		return nil, moved
	}
	return chosen, nil
}

const settleItemRow = `
update change_request_item set state = $2, decided_by = nullif($3, '')::uuid, decided_at = $4, reason = nullif($5, '') where id = $1`

const forgetSignatory = `delete from change_request_signatory where item = $1`

// settleItem ends an item. Who was to sign is kept with the signature, or nowhere.
func settleItem(ctx context.Context, tx *db.Tx, id ident.RequestItem, state ItemState, by ident.User, reason string) error {
	if _, err := tx.Exec(ctx, settleItemRow, id, state, by, tx.Now, strings.TrimSpace(reason)); err != nil {
		return fmt.Errorf("settle item %s: %w", id, err)
	}
	if _, err := tx.Exec(ctx, forgetSignatory, id); err != nil {
		return fmt.Errorf("forget the signatory of item %s: %w", id, err)
	}
	return nil
}

const updateRequest = `
update change_request set version = version + 1, state = $2 where id = $1`

// turn makes the next version of a request.
func turn(ctx context.Context, tx *db.Tx, id ident.Request, state State) error {
	if _, err := tx.Exec(ctx, updateRequest, id, state); err != nil {
		return fmt.Errorf("update the request: %w", err)
	}
	return nil
}

// moved gives a fault with its fields where they came from. The refusals of the
// offices point into their own bodies.
func moved(err error, to func(pointer string) string) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	there := *e
	there.Fields, there.Err = nil, err
	for _, f := range e.Fields {
		f.Pointer = to(f.Pointer)
		there.Fields = append(there.Fields, f)
	}
	return &there
}
