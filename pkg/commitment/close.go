package commitment

import (
	"context"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// Closing says what became of a commitment, and why it is said.
type Closing struct {
	Outcome Outcome
	Reason  string
}

// Check gives every fault of the closing that can be told without the register.
func (d Closing) Check() fault.Fields {
	var faults fault.Fields
	fault.OneOf(&faults, "/outcome", d.Outcome, Outcomes())
	faults.Prose("/reason", d.Reason, 2000)
	return faults
}

// closed is the pure rule of a closing on a day. What was promised for a day
// cannot be late, or missed, before that day is over; and nothing is late that
// was promised for no day. Whether something was reached in time is for staff
// to say: it may be closed long after.
func (c Commitment) closed(d Closing, today plan.Date) (Commitment, error) {
	over := c.DueOn != "" && c.DueOn < today
	switch {
	case d.Outcome == ReachedLate && c.DueOn == "":
		return Commitment{}, fault.FieldAt("/outcome", "never_due")
	case d.Outcome == ReachedLate && !over, d.Outcome == NotReached && c.DueOn != "" && !over:
		return Commitment{}, fault.FieldAt("/outcome", "not_yet_due", fault.Args{"date": string(c.DueOn)})
	}
	c.State, c.Outcome, c.ClosingReason, c.Reported = Closed, d.Outcome, strings.TrimSpace(d.Reason), Reported{}
	return c, nil
}

// Close ends a registered commitment with what became of it, also that of a
// member which left. expected is the version that the actor has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such commitment, Stale when expected is another version, Conflict when it
// is not registered or its member is merged, and Invalid with every field at
// fault: an outcome that cannot be, the day being what it is.
func (s *Service) Close(ctx context.Context, id ident.Commitment, expected int64, closing Closing) (Commitment, error) {
	actor, err := access.Require(ctx, access.RegisterCommitment)
	if err != nil {
		return Commitment{}, err
	}
	if err := closing.Check().Err(); err != nil {
		return Commitment{}, err
	}
	var c Commitment
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		c, err = closeIn(ctx, tx, id, actor.Scope(), expected, closing)
		return err
	})
	if err != nil {
		return Commitment{}, fmt.Errorf("close commitment %s: %w", id, locate(err))
	}
	return c, nil
}

// closeIn closes a registered commitment, as [Service.Close] has it.
func closeIn(ctx context.Context, tx *db.Tx, id ident.Commitment, scope access.Scope, expected int64, closing Closing) (Commitment, error) {
	m, registered, err := lock(ctx, tx, id, scope)
	if err != nil {
		return Commitment{}, err
	}
	if err := registered.at(Registered, expected); err != nil {
		return Commitment{}, err
	}
	ended, err := registered.closed(closing, plan.Today(tx.Now))
	if err != nil {
		return Commitment{}, err
	}
	return advance(ctx, tx, ended, m)
}
