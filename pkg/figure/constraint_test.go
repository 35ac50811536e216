package figure

import (
	"context"
	"testing"

	"accord/db/dbtest"
)

// unreachable lists the constraints that no request can break, and why.
var unreachable = map[string]string{
	"figure_pkey":                  "ids are random and the office draws them",
	"figure_measure_known":         "checked in the draft",
	"figure_period_pair":           "a period has both days or is none",
	"figure_period_span":           "checked in the draft",
	"figure_period_range":          "plan.ParseDate takes these years only",
	"figure_bound_known":           "bound.Parse takes these only",
	"figure_bound_ends":            "bound.Parse asks for the ends that the bound has",
	"figure_low_number":            "bound.Parse takes no sign, NaN or infinity",
	"figure_high_number":           "bound.Parse takes no sign, NaN or infinity",
	"figure_currency_form":         "bound.ParseCurrency takes these only",
	"figure_scope_known":           "checked in the draft",
	"figure_netting_known":         "checked in the draft",
	"figure_assurance_known":       "checked in the draft",
	"figure_confidentiality_known": "checked in the draft",
	"figure_source_title_length":   "checked in the draft",
	"figure_source_url_form":       "checked in the draft",
	"figure_source_page_length":    "checked in the draft",
	"figure_source_quote_length":   "checked in the draft",
	"figure_source_titled":         "checked in the draft",
	"figure_superseded_other":      "a successor is a new figure",
	"figure_superseded_once":       "a successor is a new figure",
	"figure_superseded_known":      "the successor is inserted in the same transaction",
	"figure_withheld_superseded":   "only superseding withholds",
	"figure_member_known":          "the member's row is locked before",
	"figure_change_known":          "the transaction inserts its change",
	"figure_history_ended_known":   "the transaction inserts its change",
}

func TestEveryConstraintLeadsToAField(t *testing.T) {
	t.Parallel()
	var names []string
	if err := dbtest.New(t).Select(context.Background(), &names, `
		select conname from pg_constraint where conrelid in ('figure'::regclass, 'figure_history'::regclass)
		union
		select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
		where i.indisunique and i.indrelid in ('figure'::regclass, 'figure_history'::regclass)`); err != nil {
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
