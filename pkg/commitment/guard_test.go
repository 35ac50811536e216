package commitment

import (
	"testing"

	"github.com/shopspring/decimal"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func peopleTrained() IndicatorDraft {
	said := plan.Title{En: "People trained", Zh: "培训人数"}
	return IndicatorDraft{
		Code: "people_trained", Point: 4, Unit: "persons", Direction: Increase, Aggregation: Sum, Title: said, Definition: said, Counts: said, Excludes: said,
	}
}

// TestTheDatabaseGuardsMeasuresToo breaks, past the office, what the office
// refuses in a measure.
func TestTheDatabaseGuardsMeasuresToo(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	ctx := access.System(t.Context())
	m, err := member.New(d).Register(ctx, member.Draft{Name: "Jollychic", Kind: member.Enterprise})
	if err != nil {
		t.Fatal(err)
	}
	prepare := func(tx *db.Tx) error {
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into plan_point (number, text, title_en, title_zh) values (4, 'x', 'x', 'x')`); err != nil {
			return err
		}
		return ledger.Record(ctx, tx, ledger.Entry{Action: "t.d", Kind: "t", ID: "1"})
	}
	if err := d.InTx(ctx, prepare); err != nil {
		t.Fatal(err)
	}
	if _, err := NewPlans(d).AddIndicator(ctx, peopleTrained()); err != nil {
		t.Fatal(err)
	}
	interval, err := bound.Stored("ge", "1000", "")
	if err != nil {
		t.Fatal(err)
	}
	good := func() Commitment {
		return Commitment{
			ID: ident.New[ident.Commitment](), Member: m.Number, Version: 1, Point: 4, Title: "t", Text: "x", State: Submitted, DueOn: "2026-12-31",
			Measure: Measure{
				Indicator: "people_trained", Unit: "persons", Direction: Increase, Baseline: &Baseline{Value: decimal.NewFromInt(10), On: "2026-01-01"},
				Target: &Target{Interval: interval, On: "2026-06-30"},
			},
		}
	}
	for constraint, spoil := range map[string]func(c *Commitment){
		"":                                   func(*Commitment) {},
		"commitment_indicator_known":         func(c *Commitment) { c.Unit = "CNY" },
		"commitment_indicator_whole":         func(c *Commitment) { c.Unit = "" },
		"commitment_baseline_measured":       func(c *Commitment) { c.Indicator, c.Unit, c.Direction, c.Target = "", "", "", nil },
		"commitment_target_measured":         func(c *Commitment) { c.Indicator, c.Unit, c.Direction, c.Baseline = "", "", "", nil },
		"commitment_baseline_number":         func(c *Commitment) { c.Baseline.Value = decimal.NewFromInt(-1) },
		"commitment_baseline_range":          func(c *Commitment) { c.Baseline.On = "1799-01-01" },
		"commitment_target_range":            func(c *Commitment) { c.Target.On = "2200-01-01" },
		"commitment_target_after_baseline":   func(c *Commitment) { c.Target.On = "2025-12-31" },
		"commitment_milestones_list":         func(c *Commitment) { c.Milestones = make([]Milestone, 21) },
		"commitment_partner_countries_count": func(c *Commitment) { c.PartnerCountries = make([]ident.Country, 251) },
		"commitment_target_low_number": func(c *Commitment) {
			c.Target.Interval, err = bound.Stored("gt", "-1", "")
		},
		"commitment_target_high_number": func(c *Commitment) {
			c.Target.Interval, err = bound.Stored("lt", "", "-1")
		},
	} {
		t.Run(constraint, func(t *testing.T) {
			c := good()
			spoil(&c)
			got := d.InTx(ctx, func(tx *db.Tx) error {
				if _, err := tx.Change(ctx); err != nil {
					return err
				}
				if err := insert(ctx, tx, c); err != nil {
					return err
				}
				return ledger.Record(ctx, tx, ledger.Entry{Action: "t.d", Kind: "t", ID: "1"})
			})
			if err != nil || fault.ConstraintOf(got) != constraint || constraint == "" && got != nil {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}
