package figure

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// superseded is the pure rule of a correction: the figure stays what it is and
// names its successor. Where the public has not seen it, or is not to see
// what it is now, answers to the public leave it out from here on; the ledger
// keeps what it once said.
func (f Figure) superseded(by Figure, published bool) Figure {
	f.Version++
	f.Change, f.SupersededBy = by.Change, &by.ID
	f.Withheld = !f.open(published) || by.Confidentiality == Confidential
	return f
}

// Supersede records a figure that takes the place of another one of the same
// member. It may correct everything but the measure: a figure of another
// measure says another thing and is stated by itself. expected is the version
// of the figure that the actor has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such figure, Stale when expected is another version, Conflict when the
// figure is superseded already, its member is merged or has another current
// figure of the new measure, basis and currency for the new period, or a figure
// of a public member takes a second person, and Invalid with every field at fault.
func (s *Service) Supersede(ctx context.Context, id ident.Figure, expected int64, draft Draft) (Figure, error) {
	if _, err := access.Require(ctx, access.StateFigure); err != nil {
		return Figure{}, err
	}
	var next Figure
	err := s.db.InTx(ctx, func(tx *db.Tx) (err error) {
		next, err = s.SupersedeIn(ctx, tx, id, expected, draft)
		return err
	})
	if err != nil {
		return Figure{}, fmt.Errorf("supersede figure %s: %w", id, err)
	}
	return next, nil
}

// SupersedeIn is Supersede as a part of the transaction, for the domains that
// decide something from which it follows. It refuses as Supersede does.
func (s *Service) SupersedeIn(ctx context.Context, tx *db.Tx, id ident.Figure, expected int64, draft Draft) (Figure, error) {
	actor, err := access.Require(ctx, access.StateFigure)
	if err != nil {
		return Figure{}, err
	}
	next, faults := draft.figure()
	if err := faults.Err(); err != nil {
		return Figure{}, err
	}
	m, old, err := lock(ctx, tx, id, actor.Scope())
	if err != nil {
		return Figure{}, err
	}
	if err := old.allows(next, expected); err != nil {
		return Figure{}, err
	}
	if err := member.Second(tx, actor, m.Published, s.fourEyes, ""); err != nil {
		return Figure{}, err
	}
	change, err := tx.Change(ctx)
	if err != nil {
		return Figure{}, err
	}
	next = next.stated(m, change, tx.Now)
	return next, locate(replace(ctx, tx, old, next, m.Published))
}

// allows gives why the figure cannot be superseded by the next one, if it cannot.
func (f Figure) allows(next Figure, expected int64) error {
	switch {
	case expected != 0 && expected != f.Version:
		return fault.New(fault.Stale, "stale")
	case f.SupersededBy != nil:
		return fault.New(fault.Conflict, "figure_superseded", fault.Args{"by": string(*f.SupersededBy)})
	case f.Measure != next.Measure:
		return fault.FieldAt("/measure", "measure_stays", fault.Args{"measure": string(f.Measure)})
	default:
		return nil
	}
}

// replace writes both figures and what each reader is to know of them. The old
// one goes first: a member has one current figure of a kind at any moment.
func replace(ctx context.Context, tx *db.Tx, old, next Figure, published bool) error {
	ended := old.superseded(next, published)
	if _, err := tx.Exec(ctx, updateSuperseded, ended.ID, ended.Version, ended.SupersededBy, ended.Withheld); err != nil {
		return fmt.Errorf("update the old figure: %w", err)
	}
	if err := insert(ctx, tx, next); err != nil {
		return err
	}
	if err := member.Touch(ctx, tx, next.Member, old.open(published) || next.open(published)); err != nil {
		return err
	}
	if err := recordStated(ctx, tx, next, published); err != nil {
		return err
	}
	return recordSuperseded(ctx, tx, old, ended, published)
}
