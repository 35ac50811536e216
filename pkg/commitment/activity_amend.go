package commitment

import (
	"context"
	"fmt"
	"slices"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Amend rewrites a draft, or corrects what is registered; of that the versions
// before stay in the record. A patch that changes nothing leaves the version as
// it is. expected is the version that the actor has seen, or 0.
//
// It refuses with Forbidden when the role may not, the activity is another
// member's, or it is no draft and the actor not staff; NotFound when there is
// none or the actor may not know of it; Stale when expected is another version;
// Conflict when it is neither a draft nor registered, or the member is merged
// (for a draft also suspended, refused or gone); TooLarge when it says more than
// an entry of the ledger holds; and Invalid with every field at fault: an
// organiser that there is not, or a public activity left without a public one.
func (s *Activities) Amend(ctx context.Context, id ident.Activity, expected int64, patch ActivityPatch) (Activity, error) {
	actor, err := access.Require(ctx, access.DraftActivity)
	if err != nil {
		return Activity{}, err
	}
	scope := actor.Scope()
	var a Activity
	var p people
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		var before Activity
		if before, p, err = lockActivity(ctx, tx, id, scope, patch.Organisers...); err != nil {
			return err
		}
		if err := before.amendable(expected, p, actor); err != nil {
			return err
		}
		given := patch.onto(before.ActivityDraft)
		written, faults := given.written()
		faults = append(faults, p.checkNamed(given.Organisers, before.Organisers, before.Member, scope)...)
		if before.open(p) && !faults.At("/organisers") && !p.public(written.Organisers) {
			faults.Add("/organisers", "public_organiser_needed")
		}
		if err := faults.Err(); err != nil {
			return err
		}
		a = before
		a.ActivityDraft = written
		if unchanged, err := before.same(written); err != nil || unchanged {
			return err
		}
		a.Version++
		if a.State == ActivityDrafted {
			return a.write(ctx, tx, updateActivityDraft, tx.Now)
		}
		return a.correct(ctx, tx, before, p)
	})
	if err != nil {
		return Activity{}, fmt.Errorf("amend activity %s: %w", id, locateActivity(err))
	}
	return a.shownTo(scope, p), nil
}

// amendable tells why the actor cannot amend the activity, if so.
func (a Activity) amendable(expected int64, p people, actor access.Actor) error {
	if a.State == ActivityDrafted {
		if err := p.filing(a.Member, actor.Scope()); err != nil {
			return err
		}
		return a.at(ActivityDrafted, expected)
	}
	if err := p.writable(a.Member, actor.Scope()); err != nil {
		return forbidden(err)
	}
	if !access.May(actor, access.RegisterActivity) {
		return fault.New(fault.Forbidden, "forbidden")
	}
	return a.at(ActivityRegistered, expected)
}

// forbidden is the refusal to write in the name of a member, of somebody who
// sees the activity: also where it may not know of the member.
func forbidden(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Forbidden, "not_your_member")
	}
	return err
}

// correct writes and records the next version of what is registered.
func (a *Activity) correct(ctx context.Context, tx *db.Tx, before Activity, p people) error {
	var err error
	if a.Change, err = tx.Change(ctx); err != nil {
		return err
	}
	quiet, err := a.quiet(before, p)
	if err != nil {
		return err
	}
	if !quiet {
		a.shown = a.Version
	}
	if err := a.writeTaken(ctx, tx, updateActivity, before.Categories); err != nil {
		return err
	}
	if quiet { // that an organiser came or went that is not public is told to nobody else
		err = enterActivity(ctx, tx, "amended", *a, 0, true)
	} else {
		err = recordActivity(ctx, tx, "amended", *a, p)
	}
	if err != nil {
		return err
	}
	return recordOrganisers(ctx, tx, *a, slices.Clone(before.Organisers), p)
}
