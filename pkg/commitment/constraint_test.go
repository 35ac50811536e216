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

	"commitment_draft_indicator_known":         "the indicator is locked before, and what it measures never changes",
	"commitment_draft_indicator_whole":         "unit and direction are copied with the code",
	"commitment_draft_baseline_measured":       "checked in the draft",
	"commitment_draft_baseline_number":         "checked in the draft",
	"commitment_draft_baseline_dated":          "a day is part of a baseline",
	"commitment_draft_baseline_range":          "plan.ParseDate takes these years only",
	"commitment_draft_target_measured":         "checked in the draft",
	"commitment_draft_target_ends":             "bound.Parse makes no other",
	"commitment_draft_target_low_number":       "checked in the draft",
	"commitment_draft_target_high_number":      "checked in the draft",
	"commitment_draft_target_range":            "plan.ParseDate takes these years only",
	"commitment_draft_target_after_baseline":   "checked in the draft",
	"commitment_draft_milestones_list":         "checked in the draft",
	"commitment_draft_partner_countries_count": "checked in the draft",
	"commitment_draft_participants_list":       "checked in the draft",
	"commitment_indicator_known":               "the draft was held to the same",
	"commitment_indicator_whole":               "the draft was held to the same",
	"commitment_baseline_measured":             "the draft was held to the same",
	"commitment_baseline_number":               "the draft was held to the same",
	"commitment_baseline_dated":                "the draft was held to the same",
	"commitment_baseline_range":                "the draft was held to the same",
	"commitment_target_measured":               "the draft was held to the same",
	"commitment_target_ends":                   "the draft was held to the same",
	"commitment_target_low_number":             "the draft was held to the same",
	"commitment_target_high_number":            "the draft was held to the same",
	"commitment_target_range":                  "the draft was held to the same",
	"commitment_target_after_baseline":         "the draft was held to the same",
	"commitment_milestones_list":               "the draft was held to the same",
	"commitment_partner_countries_count":       "the draft was held to the same",

	"commitment_amendments_counted": "an approval sets both",
	"commitment_amended_range":      "it is the day of the approval",

	"amendment_pkey":                   "ids are random and the office draws them",
	"amendment_state_known":            "the office sets it",
	"amendment_class_known":            "checked in the draft and the approval, or computed",
	"amendment_claimed_known":          "checked in the draft",
	"amendment_computed_known":         "computed",
	"amendment_computed_holds":         "the rule of the class holds both",
	"amendment_reason_length":          "checked in the draft",
	"amendment_terms_whole":            "the office writes objects",
	"amendment_terms_differ":           "an amendment that changes nothing is refused before",
	"amendment_decided_whole":          "a decision sets them together",
	"amendment_second_person":          "who decides is compared before",
	"amendment_decision_reason_length": "checked in the approval and the refusal",
	"amendment_refusal_reasoned":       "checked in the refusal",
	"amendment_commitment_known":       "the commitment is read under its member's lock, and stays",
	"amendment_member_known":           "the member's row is locked before",
	"amendment_change_known":           "the transaction inserts its change",
	"amendment_history_ended_known":    "the transaction inserts its change",

	"commitment_participant_pkey":                "a draft lists a member once, and is submitted once",
	"commitment_participant_role_known":          "checked in the draft",
	"commitment_participant_state_known":         "the office sets it",
	"commitment_participant_commitment_known":    "the commitment is inserted in the same transaction",
	"commitment_participant_member_known":        "looked for before, and members are never deleted",
	"commitment_participant_change_known":        "the transaction inserts its change",
	"commitment_participant_history_ended_known": "the transaction inserts its change",

	"indicator_ordinal_unique":        "drawn under the lock of the point",
	"indicator_meaning_unique":        "its code alone is unique",
	"indicator_code_form":             "checked in the draft",
	"indicator_unit_form":             "checked in the draft",
	"indicator_direction_known":       "checked in the draft",
	"indicator_aggregation_known":     "checked in the draft",
	"indicator_title_length":          "checked in the draft",
	"indicator_definition_length":     "checked in the draft",
	"indicator_counts_length":         "checked in the draft",
	"indicator_excludes_length":       "checked in the draft",
	"indicator_source_length":         "checked in the draft",
	"indicator_retired_pair":          "a retirement has both",
	"indicator_retired_reason_length": "checked in the retirement",
	"indicator_point_known":           "the point's row is locked before",
	"indicator_change_known":          "the transaction inserts its change",
	"indicator_history_ended_known":   "the transaction inserts its change",

	"cycle_year_range":              "checked in the draft",
	"cycle_opens_year":              "checked in the draft",
	"cycle_span":                    "checked in the draft, and in the extension",
	"cycle_end_range":               "plan.ParseDate takes these years only",
	"cycle_extension_reason_length": "checked in the extension",
	"cycle_change_known":            "the transaction inserts its change",
	"cycle_history_ended_known":     "the transaction inserts its change",

	"report_draft_pkey":             "ids are random and the office draws them",
	"report_draft_narrative_length": "checked in the patch",
	"report_draft_completion_known": "checked in the patch",
	"report_draft_measured_list":    "the office writes lists",
	"report_draft_milestones_list":  "the office writes lists",
	"report_draft_member_known":     "the member's row is locked before",
	"report_draft_commitment_known": "the commitment is read under its member's lock, and stays",
	"report_draft_cycle_known":      "the cycle is read before, and stays",
	"report_pkey":                   "what has the id already is replaced",
	"report_once":                   "a draft is submitted under its own id, and there is one of it",
	"report_state_known":            "the office sets it",
	"report_narrative_length":       "the draft was held to the same, and to having one",
	"report_completion_known":       "the draft was held to the same, and to having one",
	"report_measured_list":          "the office writes lists",
	"report_milestones_list":        "the office writes lists",
	"report_decision_known":         "checked in the verdict",
	"report_decision_whole":         "the rule of a review sets them together",
	"report_decision_reviewer":      "the reviewer has an account, since the system may not review",
	"report_decision_reason_length": "checked in the verdict",
	"report_decision_reason_given":  "checked in the verdict",
	"report_found_known":            "checked in the verdict",
	"report_found_decided":          "the rule of a review sets them together",
	"report_found_given":            "checked in the verdict",
	"report_seconder_other":         "who agrees is compared before",
	"report_complete_seconded":      "the rule of a review leaves the report submitted",
	"report_reply_length":           "checked in the reply",
	"report_reply_reviewed":         "the review is read under the lock",
	"report_commitment_known":       "the draft was held to the same",
	"report_member_known":           "the draft was held to the same",
	"report_cycle_known":            "the draft was held to the same",
	"report_change_known":           "the transaction inserts its change",
	"report_history_ended_known":    "the transaction inserts its change",

	"proposal_pkey":             "ids are random and the office draws them",
	"proposal_kind_known":       "the office sets it",
	"proposal_state_known":      "the office sets it",
	"proposal_subject_whole":    "a run makes a proposal of one kind or the other",
	"proposal_settled_whole":    "the rule of a decision sets them together",
	"proposal_settled_person":   "who decides has an account, since the system may not decide",
	"proposal_reason_length":    "checked in the decision, and what a run says is short",
	"proposal_member_known":     "the member's row is locked before",
	"proposal_cycle_known":      "the cycle is read before, and stays",
	"proposal_commitment_known": "the commitment is read before, and stays",
	"proposal_delisting_once":   "looked for under the member's lock",
	"proposal_closing_once":     "looked for under the member's lock",
	"proposal_closing_open":     "looked for under the member's lock; the old one is withdrawn before",
}

func TestEveryConstraintLeadsToAField(t *testing.T) {
	t.Parallel()
	var names []string
	if err := dbtest.New(t).Select(context.Background(), &names, `
		with tables as (
			select unnest(array['commitment', 'commitment_history', 'commitment_draft', 'commitment_participant', 'commitment_participant_history',
				'indicator', 'indicator_history', 'cycle', 'cycle_history', 'report', 'report_history', 'report_draft', 'amendment', 'amendment_history', 'proposal'])::regclass as oid
		)
		select conname from pg_constraint where conrelid in (select oid from tables)
		union
		select i.indexrelid::regclass::text from pg_index i where i.indisunique and i.indrelid in (select oid from tables)`); err != nil {
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
	_, err = NewPlans(d).AddIndicator(ctx, peopleTrained())
	if fields := fault.FieldsOf(err); !fault.Is(err, fault.Invalid) || len(fields) != 1 || fields[0].Pointer != "/point" || fields[0].Code != "unknown_point" {
		t.Errorf("got %v", err)
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
			inserted := c
			inserted.State = Submitted
			if err := insert(ctx, tx, inserted); err != nil {
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
