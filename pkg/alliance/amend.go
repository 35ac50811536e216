package alliance

import (
	"context"
	"fmt"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Create takes an alliance into the register.
//
// It refuses with Forbidden when the actor is not staff, Conflict when another
// alliance has this name, in whatever spelling, and Invalid with every field at
// fault, a point of which the register has no plan among them.
func (s *Service) Create(ctx context.Context, draft Draft) (Alliance, error) {
	if _, err := access.Require(ctx, access.WriteAlliance); err != nil {
		return Alliance{}, err
	}
	if err := draft.Check().Err(); err != nil {
		return Alliance{}, err
	}
	a := draft.alliance()
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		var err error
		if a.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		if err := tx.Get(ctx, &a.ID, drawAlliance); err != nil {
			return fmt.Errorf("draw a number: %w", err)
		}
		if err := write(ctx, tx, insertAlliance, a); err != nil {
			return err
		}
		return record(ctx, tx, "alliance.recorded", a)
	})
	if err != nil {
		return Alliance{}, fmt.Errorf("record an alliance: %w", locate(err))
	}
	return a, nil
}

// Patch is a merge patch of an alliance (RFC 7396): what is not specified
// stays, null takes away.
type Patch struct {
	Name        nullable.Nullable[string]
	Description nullable.Nullable[string]
	Point       nullable.Nullable[plan.Point]
	FoundedOn   nullable.Nullable[plan.Date]
	Source      nullable.Nullable[member.Source]
}

// Check gives every fault of the patch that can be told without the register.
func (p Patch) Check() fault.Fields {
	if !p.Name.IsSpecified() {
		p.Name.Set("unchanged")
	}
	return Alliance{}.amended(p).Check()
}

// amended is the pure rule of an amendment.
func (a Alliance) amended(p Patch) Draft {
	d := Draft{
		Name: a.Name, Description: a.Description, Point: a.Point, FoundedOn: a.FoundedOn, Source: a.Source, Synthetic: a.Synthetic,
	}
	if p.Name.IsSpecified() {
		d.Name, _ = p.Name.Get() // null leaves it empty, which is refused
	}
	replace(&d.Description, p.Description)
	replace(&d.Point, p.Point)
	replace(&d.FoundedOn, p.FoundedOn)
	replace(&d.Source, p.Source)
	return d
}

func replace[T any](field **T, n nullable.Nullable[T]) {
	if !n.IsSpecified() {
		return
	}
	*field = nil
	if value, err := n.Get(); err == nil {
		*field = &value
	}
}

// Amend changes an alliance. A patch that changes nothing leaves the version as
// it is.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such alliance, Stale when expected is not its version, Conflict when
// another one has the new name, and Invalid with every field at fault.
func (s *Service) Amend(ctx context.Context, id ident.Alliance, expected int64, patch Patch) (Alliance, error) {
	if _, err := access.Require(ctx, access.WriteAlliance); err != nil {
		return Alliance{}, err
	}
	if err := patch.Check().Err(); err != nil {
		return Alliance{}, err
	}
	var a Alliance
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		var before Alliance // the row's lock keeps two amendments of one version apart
		if err := tx.Get(ctx, &before, readAlliance+` for no key update`, id); err != nil {
			return err
		}
		if before.Version != expected {
			return fault.New(fault.Stale, "stale")
		}
		a = before.amended(patch).alliance()
		a.ID, a.Version, a.Change = before.ID, before.Version, before.Change
		if unchanged, err := same(before, a); err != nil || unchanged {
			return err
		}
		var err error
		if a.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		a.Version++
		if err := write(ctx, tx, updateAlliance, a); err != nil {
			return err
		}
		return record(ctx, tx, "alliance.amended", a)
	})
	if err != nil {
		return Alliance{}, fmt.Errorf("amend alliance %s: %w", id, locate(err))
	}
	return a, nil
}

func record(ctx context.Context, tx *db.Tx, action string, a Alliance) error {
	return ledger.Record(ctx, tx, ledger.Entry{Action: action, Kind: "alliance", ID: a.ID.String(), Content: a})
}
