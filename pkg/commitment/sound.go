package commitment

import (
	"context"
	"encoding/json"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// ground is what a draft stands on in the register.
type ground struct {
	indicator *Indicator // of the draft's code; nil where there is none
	period    *Period    // of the plan; nil where none is stated
	members   map[ident.Member]member.Locked
}

// The lock keeps the indicator from being retired until the transaction ends.
const shareIndicator = readIndicator + ` for share`

const readPeriod = `
select coalesce(to_char(period_from, 'YYYY-MM-DD'), '') as period_from, coalesce(to_char(period_to, 'YYYY-MM-DD'), '') as period_to
from plan where id = 1`

// under reads what the draft stands on.
func under(ctx context.Context, tx *db.Tx, d Draft) (ground, error) {
	var g ground
	var err error
	if IsCode(d.Indicator) {
		var i Indicator
		switch err := tx.Get(ctx, &i, shareIndicator, d.Indicator); {
		case err == nil:
			g.indicator = &i
		case !fault.Is(err, fault.NotFound):
			return ground{}, fmt.Errorf("read the indicator: %w", err)
		}
	}
	var period struct {
		From plan.Date `db:"period_from"`
		To   plan.Date `db:"period_to"`
	}
	if err := tx.Get(ctx, &period, readPeriod); err != nil && !fault.Is(err, fault.NotFound) {
		return ground{}, fmt.Errorf("read the plan's period: %w", err)
	}
	g.period = &Period{From: period.From, To: period.To}
	g.members, err = standing(ctx, tx, d.Participants)
	return g, err
}

// sound gives the indicator that the draft is measured by, nil for none, or
// refuses with every fault of the draft.
func sound(ctx context.Context, tx *db.Tx, d Draft, owner ident.Member, actor access.Actor) (*Indicator, error) {
	indicator, faults, err := judge(ctx, tx, d, owner, actor)
	if err != nil {
		return nil, err
	}
	return indicator, faults.Err()
}

// judge gives the indicator of the draft and every fault of it.
func judge(ctx context.Context, tx *db.Tx, d Draft, owner ident.Member, actor access.Actor) (*Indicator, fault.Fields, error) {
	faults := d.Check()
	g, err := under(ctx, tx, d)
	if err != nil {
		return nil, nil, err
	}
	var more fault.Fields
	g.period.holds(&more, "/starts_on", d.StartsOn)
	g.period.holds(&more, "/due_on", d.DueOn)
	more.Merge("", d.against(g.indicator, d.Point, g.period))
	more.Merge("", checkStanding(d.Participants, owner, g.members, actor.Staff()))
	told := map[string]bool{}
	for _, f := range faults {
		told[f.Pointer] = true
	}
	for _, f := range more {
		if !told[f.Pointer] {
			faults = append(faults, f)
		}
	}
	return g.indicator, faults, nil
}

// says tells whether both say the same; that is, whether they would be the same
// entry and invite the same members.
func (c Commitment) says(other Commitment) bool {
	one, err := json.Marshal([]any{contentOf(c), c.Participants})
	if err != nil {
		return false
	}
	another, err := json.Marshal([]any{contentOf(other), other.Participants})
	return err == nil && string(one) == string(another)
}
