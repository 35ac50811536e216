package commitment

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Approval says what an amendment counts as, where that is another class than
// the one that it was proposed with, and why.
type Approval struct {
	Class  AmendmentClass // "" for the class that it has
	Reason string         // "" for none, which another class needs
}

// Check gives every fault of the approval that can be told without the amendment.
func (d Approval) Check() fault.Fields {
	var faults fault.Fields
	if d.Class != "" {
		fault.OneOf(&faults, "/class", d.Class, AmendmentClasses())
	}
	if d.Reason != "" {
		faults.Prose("/reason", d.Reason, 2000)
	}
	return faults
}

// CheckRefusal gives every fault of the reason of a refusal.
func CheckRefusal(reason string) fault.Fields {
	var faults fault.Fields
	faults.Prose("/reason", reason, 2000)
	return faults
}

const updateTerms = `
update commitment set version = $2, title = $3, text = $4, strength = nullif($5, ''), starts_on = nullif($6, '')::date, due_on = nullif($7, '')::date,
    amendments = $8, amended_on = $9,
    indicator = nullif($10, ''), unit = nullif($11, ''), direction = nullif($12, ''), baseline_value = $13, baseline_on = nullif($14, '')::date,
    target_bound = nullif($15, ''), target_low = $16, target_high = $17, target_on = nullif($18, '')::date, milestones = $19, partner_countries = $20
where id = $1`

// Approve approves an amendment, as the second person; with that the terms of
// the commitment change. expected is the version of the amendment that the actor
// has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such amendment, Stale when expected is another version, Conflict when it is
// decided or withdrawn already, the actor proposed it, the commitment was closed
// or changed since, or its member is merged, suspended, refused or gone, and
// Invalid with every field at fault: what the terms say has come to break a rule
// since, the class is not what they make of the promise, or another one than was
// proposed has no reason.
func (s *Amendments) Approve(ctx context.Context, id ident.Amendment, expected int64, approval Approval) (Amendment, error) {
	actor, err := access.Require(ctx, access.DecideAmendment)
	if err != nil {
		return Amendment{}, err
	}
	if err := approval.Check().Err(); err != nil {
		return Amendment{}, err
	}
	var a Amendment
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, c, before, err := lockAmendment(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := before.at(expected); err != nil {
			return err
		}
		if err := before.seconded(actor); err != nil {
			return err
		}
		if err := promising(m); err != nil {
			return err
		}
		if err := before.fits(c); err != nil {
			return err
		}
		with, err := amended(ctx, tx, c, before.After.draft(c.Point), actor)
		if err != nil {
			return err
		}
		if before.Class, err = before.approvedAs(Compare(c.Terms(), with.Terms()), approval); err != nil {
			return err
		}
		before.State = AmendmentApproved
		if a, err = decideOn(ctx, tx, before, m, actor, approval.Reason); err != nil {
			return err
		}
		return changeTerms(ctx, tx, with, m, a.Reason)
	})
	if err != nil {
		return Amendment{}, fmt.Errorf("approve amendment %s: %w", id, locate(err))
	}
	return a, nil
}

// fits tells why the amendment is none of what the commitment has become, if so.
func (a Amendment) fits(c Commitment) error {
	if err := c.at(Registered, 0); err != nil {
		return err
	}
	if c.Version != a.Base {
		return fault.New(fault.Conflict, "amendment_outdated")
	}
	return nil
}

// approvedAs is the pure rule of the class that an approved amendment has.
func (a Amendment) approvedAs(comparison Comparison, approval Approval) (AmendmentClass, error) {
	var faults fault.Fields
	class, err := comparison.settle(cmp.Or(approval.Class, a.Class))
	faults.Merge("", fault.FieldsOf(err))
	if approval.Class != "" && approval.Class != a.Class && approval.Reason == "" {
		faults.Add("/reason", "required")
	}
	return class, faults.Err()
}

// changeTerms writes and records the next version of a commitment, with other terms.
func changeTerms(ctx context.Context, tx *db.Tx, c Commitment, m member.Locked, reason string) error {
	c.Version, c.Amendments, c.AmendedOn = c.Version+1, c.Amendments+1, plan.Today(tx.Now)
	arguments := append([]any{c.ID, c.Version, c.Title, c.Text, c.Strength, c.StartsOn, c.DueOn, c.Amendments, c.AmendedOn}, c.arguments()...)
	if _, err := tx.Exec(ctx, updateTerms, arguments...); err != nil {
		return fmt.Errorf("update the commitment: %w", err)
	}
	return recordAs(ctx, tx, "commitment.amended", c, m.Published, reason)
}

// Refuse refuses an amendment, as the second person; the terms stay as they are.
// expected is the version of the amendment that the actor has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such amendment, Stale when expected is another version, Conflict when it is
// decided or withdrawn already, the actor proposed it or the member is merged,
// and Invalid when the reason is at fault.
func (s *Amendments) Refuse(ctx context.Context, id ident.Amendment, expected int64, reason string) (Amendment, error) {
	actor, err := access.Require(ctx, access.DecideAmendment)
	if err != nil {
		return Amendment{}, err
	}
	if err := CheckRefusal(reason).Err(); err != nil {
		return Amendment{}, err
	}
	var a Amendment
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, _, before, err := lockAmendment(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := before.at(expected); err != nil {
			return err
		}
		if err := before.seconded(actor); err != nil {
			return err
		}
		before.State = AmendmentRefused
		a, err = decideOn(ctx, tx, before, m, actor, reason)
		return err
	})
	if err != nil {
		return Amendment{}, fmt.Errorf("refuse amendment %s: %w", id, locate(err))
	}
	return a, nil
}

// Withdraw takes back an amendment that nobody has decided on, in the name of the
// member that leads the commitment. expected is the version of the amendment that
// the actor has seen, or 0.
//
// It refuses with Forbidden when the role may not, the actor is not an approver
// of the member or the amendment is another member's, NotFound when there is none
// or the actor may not know of it, Stale when expected is another version, and
// Conflict when it is decided or withdrawn already or the member is merged.
func (s *Amendments) Withdraw(ctx context.Context, id ident.Amendment, expected int64) (Amendment, error) {
	actor, err := access.Require(ctx, access.ProposeAmendment)
	if err != nil {
		return Amendment{}, err
	}
	var a Amendment
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, _, before, err := lockAmendment(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := before.at(expected); err != nil {
			return err
		}
		before.State = AmendmentWithdrawn
		a, err = decideOn(ctx, tx, before, m, actor, "")
		return err
	})
	if err != nil {
		return Amendment{}, fmt.Errorf("withdraw amendment %s: %w", id, locate(err))
	}
	return a, nil
}

const updateAmendment = `
update amendment set version = $2, state = $3, class = $4, decider = $5, decided_at = $6, decision_reason = nullif($7, '') where id = $1`

// decideOn writes and records what became of an amendment.
func decideOn(ctx context.Context, tx *db.Tx, a Amendment, m member.Locked, actor access.Actor, reason string) (Amendment, error) {
	var err error
	if a.Change, err = tx.Change(ctx); err != nil {
		return Amendment{}, err
	}
	a.Version, a.Decider, a.DecidedAt, a.DecisionReason = a.Version+1, actor.User, &tx.Now, strings.TrimSpace(reason)
	if _, err := tx.Exec(ctx, updateAmendment, a.ID, a.Version, a.State, a.Class, a.Decider, a.DecidedAt, a.DecisionReason); err != nil {
		return Amendment{}, fmt.Errorf("update the amendment: %w", err)
	}
	if err := member.Touch(ctx, tx, a.Member, a.open(m.Published)); err != nil {
		return Amendment{}, err
	}
	return a, recordAmendment(ctx, tx, a, m.Published)
}
