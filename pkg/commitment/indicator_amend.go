package commitment

import (
	"context"
	"fmt"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/plan"
)

// The lock of a point keeps the ordinals of its indicators apart.
const lockPoint = `select number from plan_point where number = $1 for no key update`

const lastOrdinal = `select coalesce(max(ordinal), 0) from indicator where point = $1`

// AddIndicator takes an indicator into the catalogue, behind the others of its
// point.
//
// It refuses with Forbidden when the actor is not staff, Conflict when there is
// an indicator of this code already, and Invalid with every field at fault, a
// point of which the register has no plan among them.
func (s *Plans) AddIndicator(ctx context.Context, draft IndicatorDraft) (Indicator, error) {
	if _, err := access.Require(ctx, access.WriteIndicator); err != nil {
		return Indicator{}, err
	}
	if err := draft.Check().Err(); err != nil {
		return Indicator{}, err
	}
	i := draft.on(Indicator{Version: 1})
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		var err error
		if err = tx.Get(ctx, &i.Point, lockPoint, i.Point); fault.Is(err, fault.NotFound) {
			return fault.FieldAt("/point", "unknown_point")
		}
		if err != nil {
			return err
		}
		if err := tx.Get(ctx, &i.Ordinal, lastOrdinal, i.Point); err != nil {
			return err
		}
		i.Ordinal++
		if i.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, insertIndicator, i.Code, i.Point, i.Ordinal, i.Version, i.Unit, i.Direction, i.Aggregation, i.TitleEn, i.TitleZh,
			i.DefinitionEn, i.DefinitionZh, i.CountsEn, i.CountsZh, i.ExcludesEn, i.ExcludesZh, i.Source); err != nil {
			return fmt.Errorf("insert the indicator: %w", err)
		}
		return recordIndicator(ctx, tx, "indicator.added", i)
	})
	if err != nil {
		return Indicator{}, fmt.Errorf("add indicator %s: %w", draft.Code, locate(err))
	}
	return i, nil
}

// IndicatorPatch is a merge patch of how an indicator is said (RFC 7396). ""
// leaves a text as it is; null takes the source away.
type IndicatorPatch struct {
	Title      plan.Title
	Definition plan.Title
	Counts     plan.Title
	Excludes   plan.Title
	Source     nullable.Nullable[string]
}

// Check gives every fault of the patch that can be told without the indicator.
func (p IndicatorPatch) Check() fault.Fields {
	said := plan.Title{En: "sound", Zh: "sound"}
	sound := IndicatorDraft{Point: 1, Unit: "persons", Direction: Increase, Aggregation: Sum, Title: said, Definition: said, Counts: said, Excludes: said}
	sound.Code = "sound"
	return p.onto(sound).Check()
}

// onto is the pure rule of an amendment.
func (p IndicatorPatch) onto(d IndicatorDraft) IndicatorDraft {
	for _, text := range []struct {
		said *plan.Title
		now  plan.Title
	}{{&d.Title, p.Title}, {&d.Definition, p.Definition}, {&d.Counts, p.Counts}, {&d.Excludes, p.Excludes}} {
		if text.now.En != "" {
			text.said.En = text.now.En
		}
		if text.now.Zh != "" {
			text.said.Zh = text.now.Zh
		}
	}
	patch(&d.Source, p.Source)
	return d
}

const lockIndicator = `select ` + indicatorColumns + ` from indicator where code = $1 for no key update`

// lock locks the indicator, of which the actor has seen the expected version (0 for any).
func lockIndicatorAt(ctx context.Context, tx *db.Tx, code string, expected int64) (Indicator, error) {
	var i Indicator
	if err := tx.Get(ctx, &i, lockIndicator, code); err != nil {
		return Indicator{}, err
	}
	if expected != 0 && expected != i.Version {
		return Indicator{}, fault.New(fault.Stale, "stale")
	}
	return i, nil
}

// AmendIndicator says anew what an indicator is: its titles, definition, what
// counts into it and what does not. What it measures stays. A patch that
// changes nothing leaves the version as it is. expected is the version that the
// actor has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such indicator, Stale when expected is another version, and Invalid with
// every field at fault.
func (s *Plans) AmendIndicator(ctx context.Context, code string, expected int64, patch IndicatorPatch) (Indicator, error) {
	if _, err := access.Require(ctx, access.WriteIndicator); err != nil {
		return Indicator{}, err
	}
	if err := patch.Check().Err(); err != nil {
		return Indicator{}, err
	}
	var i Indicator
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		before, err := lockIndicatorAt(ctx, tx, code, expected)
		if err != nil {
			return err
		}
		if i = patch.onto(before.draft()).on(before); i == before {
			return nil
		}
		i, err = i.update(ctx, tx, "indicator.amended")
		return err
	})
	if err != nil {
		return Indicator{}, fmt.Errorf("amend indicator %s: %w", code, err)
	}
	return i, nil
}

// Retirement says why an indicator is used no more.
type Retirement struct{ Reason string }

// Check gives every fault of the retirement.
func (r Retirement) Check() fault.Fields {
	var faults fault.Fields
	faults.Prose("/reason", r.Reason, 2000)
	return faults
}

// RetireIndicator ends the use of an indicator, today: it stays on the
// commitments that were measured by it and is refused on new ones. expected is
// the version that the actor has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such indicator, Stale when expected is another version, Conflict when it is
// retired already, and Invalid without a reason.
func (s *Plans) RetireIndicator(ctx context.Context, code string, expected int64, retirement Retirement) (Indicator, error) {
	if _, err := access.Require(ctx, access.WriteIndicator); err != nil {
		return Indicator{}, err
	}
	if err := retirement.Check().Err(); err != nil {
		return Indicator{}, err
	}
	var i Indicator
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		before, err := lockIndicatorAt(ctx, tx, code, expected)
		if err != nil {
			return err
		}
		if before.RetiredOn != "" {
			return fault.New(fault.Conflict, "indicator_retired", fault.Args{"date": string(before.RetiredOn)})
		}
		before.RetiredOn, before.RetiredReason = plan.Today(tx.Now), retirement.Reason
		i, err = before.update(ctx, tx, "indicator.retired")
		return err
	})
	if err != nil {
		return Indicator{}, fmt.Errorf("retire indicator %s: %w", code, err)
	}
	return i, nil
}
