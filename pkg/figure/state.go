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
// measure, basis and currency for this period (supersede that one) or a figure
// of a public member takes a second person (see [Service.FourEyes]), and Invalid
// with every field at fault.
func (s *Service) State(ctx context.Context, number ident.Member, draft Draft) (Figure, error) {
	if _, err := access.Require(ctx, access.StateFigure); err != nil {
		return Figure{}, err
	}
	var f Figure
	err := s.db.InTx(ctx, func(tx *db.Tx) (err error) {
		f, err = s.StateIn(ctx, tx, number, draft)
		return err
	})
	if err != nil {
		return Figure{}, fmt.Errorf("state a figure of member %s: %w", number, err)
	}
	return f, nil
}

// StateIn is State as a part of the transaction, for the domains that decide
// something from which a figure follows. It refuses as State does.
func (s *Service) StateIn(ctx context.Context, tx *db.Tx, number ident.Member, draft Draft) (Figure, error) {
	actor, err := access.Require(ctx, access.StateFigure)
	if err != nil {
		return Figure{}, err
	}
	f, faults := draft.figure()
	if err := faults.Err(); err != nil {
		return Figure{}, err
	}
	m, err := member.Lock(ctx, tx, number, actor.Scope())
	if err != nil {
		return Figure{}, err
	}
	if err := member.Second(tx, actor, m.Published, s.fourEyes, ""); err != nil {
		return Figure{}, err
	}
	change, err := tx.Change(ctx)
	if err != nil {
		return Figure{}, err
	}
	f = f.stated(m, change, tx.Now)
	if err := insert(ctx, tx, f); err != nil {
		return Figure{}, locate(err)
	}
	if err := member.Touch(ctx, tx, number, f.open(m.Published)); err != nil {
		return Figure{}, err
	}
	return f, recordStated(ctx, tx, f, m.Published)
}
