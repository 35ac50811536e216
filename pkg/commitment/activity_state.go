package commitment

import (
	"context"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Submit hands a draft to staff, in the name of the member. expected is the
// version that the actor has seen, or 0.
//
// It refuses with Forbidden when the role may not, the actor is not an approver
// of the member or the activity is another member's, NotFound when there is none
// or the actor may not know of it, Stale when expected is another version,
// Conflict when it is no draft any more or the member is merged, suspended,
// refused or gone, and TooLarge when it says more than an entry of the ledger
// holds.
func (s *Activities) Submit(ctx context.Context, id ident.Activity, expected int64) (Activity, error) {
	actor, err := access.Require(ctx, access.SubmitActivity)
	if err != nil {
		return Activity{}, err
	}
	scope := actor.Scope()
	var a Activity
	var p people
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if a, p, err = lockActivity(ctx, tx, id, scope); err != nil {
			return err
		}
		if err := forbidden(p.filing(a.Member, scope)); err != nil {
			return err
		}
		if err := a.at(ActivityDrafted, expected); err != nil {
			return err
		}
		a.Version, a.State = a.Version+1, ActivitySubmitted
		a.shown = a.Version
		if a.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, deleteActivityDraft, id); err != nil {
			return fmt.Errorf("delete the draft: %w", err)
		}
		if err := a.writeTaken(ctx, tx, insertActivity, nil); err != nil {
			return err
		}
		return recordActivity(ctx, tx, string(a.State), a, p)
	})
	if err != nil {
		return Activity{}, fmt.Errorf("submit activity %s: %w", id, locateActivity(err))
	}
	return a.shownTo(scope, p), nil
}

// Register takes a submitted activity into the register. Everybody sees it from
// here on, or from the day on that one of its organisers becomes public.
// expected is the version that the actor has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such activity, Stale when expected is another version, and Conflict when it
// is not submitted or its member is merged, suspended, refused or gone.
func (s *Activities) Register(ctx context.Context, id ident.Activity, expected int64) (Activity, error) {
	actor, err := access.Require(ctx, access.RegisterActivity)
	if err != nil {
		return Activity{}, err
	}
	var a Activity
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		var p people
		if a, p, err = lockActivity(ctx, tx, id, actor.Scope()); err != nil {
			return err
		}
		if err := a.at(ActivitySubmitted, expected); err != nil {
			return err
		}
		if err := p.filing(a.Member, actor.Scope()); err != nil {
			return err
		}
		a.State = ActivityRegistered
		if err := a.step(ctx, tx, p); err != nil {
			return err
		}
		return recordOrganisers(ctx, tx, a, nil, p)
	})
	if err != nil {
		return Activity{}, fmt.Errorf("register activity %s: %w", id, err)
	}
	return a, nil
}

// CheckReason gives every fault of the reason for a refusal or a withdrawal.
func CheckReason(reason string) fault.Fields {
	var faults fault.Fields
	faults.Prose("/reason", reason, 2000)
	return faults
}

// Refuse turns down a submitted activity. It is never public. expected is the
// version that the actor has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such activity, Stale when expected is another version, Conflict when it is
// not submitted, and Invalid when no reason is given.
func (s *Activities) Refuse(ctx context.Context, id ident.Activity, expected int64, reason string) (Activity, error) {
	actor, err := access.Require(ctx, access.RegisterActivity)
	if err != nil {
		return Activity{}, err
	}
	if err := CheckReason(reason).Err(); err != nil {
		return Activity{}, err
	}
	var a Activity
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		a, err = end(ctx, tx, id, actor.Scope(), expected, ActivitySubmitted, ActivityRefused, reason)
		return err
	})
	if err != nil {
		return Activity{}, fmt.Errorf("refuse activity %s: %w", id, err)
	}
	return a, nil
}

// Withdraw says that a registered activity is not to count any more. It stays
// in the record, with the reason, for whoever saw it. expected is the version
// that the actor has seen, or 0.
//
// It refuses as [Activities.Refuse] does, with Conflict when the activity is
// not registered.
func (s *Activities) Withdraw(ctx context.Context, id ident.Activity, expected int64, reason string) (Activity, error) {
	actor, err := access.Require(ctx, access.RegisterActivity)
	if err != nil {
		return Activity{}, err
	}
	if err := CheckReason(reason).Err(); err != nil {
		return Activity{}, err
	}
	var a Activity
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		a, err = end(ctx, tx, id, actor.Scope(), expected, ActivityRegistered, ActivityWithdrawn, reason)
		return err
	})
	if err != nil {
		return Activity{}, fmt.Errorf("withdraw activity %s: %w", id, err)
	}
	return a, nil
}

// end takes an activity from one state to another, with the reason.
func end(ctx context.Context, tx *db.Tx, id ident.Activity, scope access.Scope, expected int64, from, to ActivityState, reason string) (Activity, error) {
	a, p, err := lockActivity(ctx, tx, id, scope)
	if err != nil {
		return Activity{}, err
	}
	if err := a.at(from, expected); err != nil {
		return Activity{}, err
	}
	a.State, a.Reason = to, strings.TrimSpace(reason)
	err = a.step(ctx, tx, p)
	return a, err
}

// step writes and records the next version of an activity.
func (a *Activity) step(ctx context.Context, tx *db.Tx, p people) error {
	var err error
	if a.Change, err = tx.Change(ctx); err != nil {
		return err
	}
	a.Version++
	a.shown = a.Version
	if err := a.writeTaken(ctx, tx, updateActivity, a.Categories); err != nil {
		return err
	}
	return recordActivity(ctx, tx, string(a.State), *a, p)
}
