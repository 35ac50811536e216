package commitment

import (
	"testing"
	"time"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
)

// TestAnAmendmentOfAnotherVersionDoesNotFit has what no office does yet: change a
// registered commitment otherwise.
func TestAnAmendmentOfAnotherVersionDoesNotFit(t *testing.T) {
	t.Parallel()
	a := Amendment{Base: 3}
	if err := a.fits(Commitment{State: Registered, Version: 3}); err != nil {
		t.Error(err)
	}
	if err := a.fits(Commitment{State: Registered, Version: 4}); !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
}

// TestTheDatabaseGuardsAmendmentsToo breaks, past the office, what the office
// refuses.
func TestTheDatabaseGuardsAmendmentsToo(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	user := ident.New[ident.User]()
	ctx := access.With(t.Context(), access.Actor{User: user, Role: access.RoleStaff})
	m, err := member.New(d).Register(ctx, member.Draft{Name: "Jollychic", Kind: member.Enterprise})
	if err != nil {
		t.Fatal(err)
	}
	c := Commitment{ID: ident.New[ident.Commitment](), Member: m.Number, Version: 1, Point: 4, Title: "t", Text: "x", State: Submitted}
	change := func(work func(tx *db.Tx) error) error {
		return d.InTx(ctx, func(tx *db.Tx) error {
			if _, err := tx.Change(ctx); err != nil {
				return err
			}
			if err := work(tx); err != nil {
				return err
			}
			return ledger.Record(ctx, tx, ledger.Entry{Action: "t.d", Kind: "t", ID: "1"})
		})
	}
	if err := change(func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `insert into plan_point (number, text, title_en, title_zh) values (4, 'x', 'x', 'x')`); err != nil {
			return err
		}
		return insert(ctx, tx, c)
	}); err != nil {
		t.Fatal(err)
	}
	good := Amendment{
		Commitment: c.ID, Member: m.Number, Version: 1, Base: 1, State: AmendmentProposed, Class: ClassClarified, Reason: "r",
		Before: c.Terms(), After: Terms{Title: "t", Text: "y"}, Proposer: user, ProposedAt: time.Now(),
	}
	for constraint, spoil := range map[string]func(a *Amendment){
		"amendment_class_known":      func(a *Amendment) { a.Class = "better" },
		"amendment_claimed_known":    func(a *Amendment) { a.Claimed = "better" },
		"amendment_computed_known":   func(a *Amendment) { a.Computed = ClassClarified },
		"amendment_computed_holds":   func(a *Amendment) { a.Computed = ClassWeakened },
		"amendment_reason_length":    func(a *Amendment) { a.Reason = "" },
		"amendment_terms_differ":     func(a *Amendment) { a.After = a.Before },
		"amendment_decided_whole":    func(a *Amendment) { a.State = AmendmentApproved },
		"amendment_commitment_known": func(a *Amendment) { a.Commitment = ident.New[ident.Commitment]() },
		"amendment_member_known":     func(a *Amendment) { a.Member = 999 },
	} {
		t.Run(constraint, func(t *testing.T) {
			a := good
			a.ID = ident.New[ident.Amendment]()
			spoil(&a)
			if err := change(func(tx *db.Tx) error { return insertProposed(ctx, tx, a, member.Locked{}) }); fault.ConstraintOf(err) != constraint {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("amendment_second_person", func(t *testing.T) {
		a := good
		a.ID = ident.New[ident.Amendment]()
		err := change(func(tx *db.Tx) error {
			if err := insertProposed(ctx, tx, a, member.Locked{}); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, updateAmendment, a.ID, 2, AmendmentApproved, a.Class, user, tx.Now, "")
			return err
		})
		if fault.ConstraintOf(err) != "amendment_second_person" {
			t.Errorf("got %v", err)
		}
	})
}
