package commitment

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Period is the plan's own period: from the first day to the last, both
// included, and who states it. One of the days may be "", where it is not stated.
type Period struct {
	From   plan.Date     `json:"from,omitempty"`
	To     plan.Date     `json:"to,omitempty"`
	Source member.Source `json:"source"`
}

// Check gives every fault of the period.
func (p Period) Check() fault.Fields {
	var faults fault.Fields
	if p.From == "" && p.To == "" {
		faults.Add("/from", "required")
	}
	from, to := checkDay(&faults, "/from", p.From), checkDay(&faults, "/to", p.To)
	if from && to && p.To < p.From {
		faults.Add("/to", "ends_before_start")
	}
	faults.Merge("/source", p.Source.Check())
	return faults
}

// holds notes a day outside the period. A plan without one has every day.
func (p *Period) holds(faults *fault.Fields, pointer string, day plan.Date) {
	if p == nil || day == "" {
		return
	}
	if day < p.From || p.To != "" && day > p.To {
		faults.Add(pointer, "outside_plan", fault.Args{"from": string(p.From), "to": string(p.To)})
	}
}

// PlanPatch changes what the register itself says of the plan. The plan's text
// is as it was published, and nobody changes it.
type PlanPatch struct {
	Period nullable.Nullable[Period] // null: it turned out that none is stated
	Reason string
}

// Check gives every fault of the patch.
func (p PlanPatch) Check() fault.Fields {
	var faults fault.Fields
	if period, err := p.Period.Get(); err == nil {
		faults.Merge("/period", period.Check())
	}
	faults.Prose("/reason", p.Reason, 2000)
	return faults
}

// onto is the pure rule of an amendment.
func (p PlanPatch) onto(was Published) Published {
	if !p.Period.IsSpecified() {
		return was
	}
	was.Period = nil
	if period, err := p.Period.Get(); err == nil {
		was.Period = &period
	}
	return was
}

func (p *Period) equal(q *Period) bool {
	if p == nil || q == nil {
		return p == q
	}
	left, right := p.Source, q.Source
	days := p.From == q.From && p.To == q.To && (left.Retrieved == nil) == (right.Retrieved == nil)
	if days && left.Retrieved != nil {
		days = *left.Retrieved == *right.Retrieved
	}
	left.Retrieved, right.Retrieved = nil, nil
	return days && left == right
}

const updatePlan = `
update plan set version = $1, period_from = nullif($2, '')::date, period_to = nullif($3, '')::date, period_source = nullif($4, '')::jsonb
where id = 1`

// Amend sets the plan's own period, or takes it away. New promises are held to
// it from then on; what was promised before stays what it is. A patch that
// changes nothing leaves the version as it is.
//
// It refuses with Forbidden when the actor is no administrator, NotFound when no
// plan has been published yet, Stale when expected is not its version, and
// Invalid with every field at fault.
func (s *Plans) Amend(ctx context.Context, expected int64, patch PlanPatch) (Published, error) {
	if _, err := access.Require(ctx, access.AmendPlan); err != nil {
		return Published{}, err
	}
	if err := patch.Check().Err(); err != nil {
		return Published{}, err
	}
	var p Published
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		var locked string
		if err := tx.Get(ctx, &locked, lockPlan); err != nil {
			return err
		}
		var row planRow
		if err := tx.Get(ctx, &row, readPlan); err != nil {
			return err
		}
		before := row.published()
		if expected != 0 && expected != before.Version {
			return fault.New(fault.Stale, "stale")
		}
		if p = patch.onto(before); p.Period.equal(before.Period) {
			p = before
			return nil
		}
		p.Version++
		return updatePeriod(ctx, tx, p, patch.Reason)
	})
	if err != nil {
		return Published{}, fmt.Errorf("amend the plan: %w", err)
	}
	return p, nil
}

func updatePeriod(ctx context.Context, tx *db.Tx, p Published, reason string) error {
	if _, err := tx.Change(ctx); err != nil {
		return err
	}
	var from, to plan.Date
	source := ""
	if p.Period != nil {
		bytes, err := json.Marshal(p.Period.Source)
		if err != nil {
			return fmt.Errorf("encode the source: %w", err)
		}
		from, to, source = p.Period.From, p.Period.To, string(bytes)
	}
	if _, err := tx.Exec(ctx, updatePlan, p.Version, from, to, source); err != nil {
		return fmt.Errorf("update the plan: %w", err)
	}
	return recordPlan(ctx, tx, "plan.amended", p, reason)
}

func recordPlan(ctx context.Context, tx *db.Tx, action string, p Published, reason string) error {
	content := map[string]any{
		"title": p.Title, "edition": p.Edition, "publisher": p.Publisher, "release": p.Release, "source": p.Source, "time_zone": p.TimeZone,
	}
	if p.Period != nil {
		content["period"] = p.Period
	}
	return ledger.Record(ctx, tx, ledger.Entry{Action: action, Kind: "plan", ID: "1", Content: content, Reason: reason})
}
