package figure

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// stated is the pure rule of a new figure: whose it is, when it was recorded,
// and that a synthetic member's figures are synthetic.
func (f Figure) stated(m member.Locked, change ident.Change, now time.Time) Figure {
	f.ID, f.Member, f.Change, f.StatedAt, f.Synthetic = ident.New[ident.Figure](), m.Number, change, now, m.Synthetic
	return f
}

// State records a figure of a member.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such member, Conflict when it is merged or has a current figure of this
// measure, basis and currency for this period (supersede that one), and Invalid
// with every field at fault.
func (s *Service) State(ctx context.Context, number ident.Member, draft Draft) (Figure, error) {
	actor, err := access.Require(ctx, access.StateFigure)
	if err != nil {
		return Figure{}, err
	}
	f, faults := draft.figure()
	if err := faults.Err(); err != nil {
		return Figure{}, err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, err := member.Lock(ctx, tx, number, actor.Scope())
		if err != nil {
			return err
		}
		change, err := tx.Change(ctx)
		if err != nil {
			return err
		}
		f = f.stated(m, change, tx.Now)
		if err := insert(ctx, tx, f); err != nil {
			return err
		}
		if err := member.Touch(ctx, tx, number, f.open(m.Published)); err != nil {
			return err
		}
		return recordStated(ctx, tx, f, m.Published)
	})
	if err != nil {
		return Figure{}, fmt.Errorf("state a figure of member %s: %w", number, locate(err))
	}
	return f, nil
}
