package alliance

import (
	"context"
	"testing"

	"accord/db/dbtest"
)

// unreachable lists the constraints that no request can break, and why.
var unreachable = map[string]string{
	"alliance_pkey":                           "numbers are drawn from a sequence",
	"alliance_name_length":                    "checked in the draft",
	"alliance_description_length":             "checked in the draft",
	"alliance_change_known":                   "the transaction inserts its change",
	"alliance_history_ended_known":            "the transaction inserts its change",
	"alliance_membership_pkey":                "ids are random and the office draws them",
	"alliance_membership_role_known":          "checked in the draft",
	"alliance_membership_span":                "checked in the draft, and in the term that a patch leads to",
	"alliance_membership_alliance_known":      "looked for before, and alliances are never deleted",
	"alliance_membership_member_known":        "the member's row is locked before",
	"alliance_membership_change_known":        "the transaction inserts its change",
	"alliance_membership_history_ended_known": "the transaction inserts its change",
}

func TestEveryConstraintLeadsToAField(t *testing.T) {
	t.Parallel()
	var names []string
	if err := dbtest.New(t).Select(context.Background(), &names, `
		with tables as (
			select unnest(array['alliance', 'alliance_history', 'alliance_membership', 'alliance_membership_history'])::regclass as oid
		)
		select conname from pg_constraint where conrelid in (select oid from tables)
		union
		select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
		where i.indisunique and i.indrelid in (select oid from tables)`); err != nil {
		t.Fatal(err)
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
