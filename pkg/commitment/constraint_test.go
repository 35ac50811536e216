package commitment

import (
	"context"
	"testing"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// unreachable lists the constraints that no request can break, and why.
var unreachable = map[string]string{
	"commitment_draft_pkey":            "ids are random and the office draws them",
	"commitment_draft_title_length":    "checked in the draft",
	"commitment_draft_text_length":     "checked in the draft",
	"commitment_draft_strength_known":  "checked in the draft",
	"commitment_draft_span":            "checked in the draft",
	"commitment_draft_starts_range":    "plan.ParseDate takes these years only",
	"commitment_draft_due_range":       "plan.ParseDate takes these years only",
	"commitment_draft_member_known":    "the member's row is locked before",
	"commitment_pkey":                  "a draft is submitted once, under the member's lock",
	"commitment_title_length":          "the draft was held to the same",
	"commitment_text_length":           "the draft was held to the same",
	"commitment_strength_known":        "the draft was held to the same",
	"commitment_span":                  "the draft was held to the same",
	"commitment_starts_range":          "the draft was held to the same",
	"commitment_due_range":             "the draft was held to the same",
	"commitment_point_known":           "the draft was held to the same, and points stay",
	"commitment_state_known":           "the office sets it",
	"commitment_outcome_known":         "checked in the closing",
	"commitment_outcome_closed":        "a closing has both, and is the only way to close",
	"commitment_closing_reason_length": "checked in the closing",
	"commitment_member_known":          "the member's row is locked before",
	"commitment_change_known":          "the transaction inserts its change",
	"commitment_history_ended_known":   "the transaction inserts its change",
}

func TestEveryConstraintLeadsToAField(t *testing.T) {
	t.Parallel()
	var names []string
	if err := dbtest.New(t).Select(context.Background(), &names, `
		select conname from pg_constraint
		where conrelid in ('commitment'::regclass, 'commitment_history'::regclass, 'commitment_draft'::regclass)
		union
		select i.indexrelid::regclass::text from pg_index i
		where i.indisunique and i.indrelid in ('commitment'::regclass, 'commitment_history'::regclass, 'commitment_draft'::regclass)`); err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatal("no constraints found")
	}
	known := map[string]bool{}
	for _, name := range names {
		known[name] = true
		_, mapped := constraints[name]
		if _, never := unreachable[name]; mapped == never {
			t.Errorf("%s: mapped %v, unreachable %v", name, mapped, never)
		}
	}
	for name := range constraints {
		if !known[name] {
			t.Errorf("%s is mapped and does not exist", name)
		}
	}
	for name := range unreachable {
		if !known[name] {
			t.Errorf("%s is listed and does not exist", name)
		}
	}
}

// TestAPlanThatIsNotThereHasNoPoints breaks what only the database can tell.
func TestAPlanThatIsNotThereHasNoPoints(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	ctx := access.System(context.Background())
	m, err := member.New(d).Register(ctx, member.Draft{Name: "Jollychic", Kind: member.Enterprise})
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(d).TakeOn(ctx, m.Number, Draft{Point: 4, Title: "t", Text: "x"})
	if fields := fault.FieldsOf(err); !fault.Is(err, fault.Invalid) || len(fields) != 1 || fields[0].Pointer != "/point" || fields[0].Code != "unknown_point" {
		t.Errorf("got %v", err)
	}
}

// TestTheDatabaseGuardsToo breaks, past the office, what the office refuses.
func TestTheDatabaseGuardsToo(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	ctx := access.System(context.Background())
	m, err := member.New(d).Register(ctx, member.Draft{Name: "Jollychic", Kind: member.Enterprise})
	if err != nil {
		t.Fatal(err)
	}
	good := Commitment{
		ID: ident.New[ident.Commitment](), Member: m.Number, Version: 1, Point: 4, Title: "t", Text: "x", State: Submitted,
		StartsOn: "2026-01-01", DueOn: "2026-12-31",
	}
	insert := func(c Commitment) error {
		return d.InTx(ctx, func(tx *db.Tx) error {
			if _, err := tx.Change(ctx); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `insert into plan_point (number, text, title_en, title_zh) values (4, 'x', 'x', 'x')`); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, insertCommitment, c.ID, c.Member, c.Version, c.Point, c.Title, c.Text, Submitted, c.Strength,
				c.StartsOn, c.DueOn, c.Synthetic); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, updateCommitment, c.ID, c.Version, c.State, c.Outcome, c.ClosingReason); err != nil {
				return err
			}
			return ledger.Record(ctx, tx, ledger.Entry{Action: "t.d", Kind: "t", ID: "1"})
		})
	}
	for constraint, spoil := range map[string]func(c *Commitment){
		"commitment_title_length":   func(c *Commitment) { c.Title = "" },
		"commitment_text_length":    func(c *Commitment) { c.Text = "" },
		"commitment_state_known":    func(c *Commitment) { c.State = Drafted },
		"commitment_strength_known": func(c *Commitment) { c.Strength = "sworn" },
		"commitment_span":           func(c *Commitment) { c.DueOn = "2025-12-31" },
		"commitment_due_range":      func(c *Commitment) { c.DueOn = "9999-12-31" },
		"commitment_starts_range":   func(c *Commitment) { c.StartsOn, c.DueOn = plan.Date("1799-12-31"), "" },
		"commitment_point_known":    func(c *Commitment) { c.Point = 5 },
		"commitment_member_known":   func(c *Commitment) { c.Member = 999 },
		"commitment_outcome_closed": func(c *Commitment) { c.Outcome = Withdrawn },
		"commitment_outcome_known":  func(c *Commitment) { c.State, c.Outcome, c.ClosingReason = Closed, "lost", "r" },
	} {
		t.Run(constraint, func(t *testing.T) {
			t.Parallel()
			c := good
			c.ID = ident.New[ident.Commitment]()
			spoil(&c)
			if err := insert(c); fault.ConstraintOf(err) != constraint {
				t.Errorf("got %v", err)
			}
		})
	}
}
