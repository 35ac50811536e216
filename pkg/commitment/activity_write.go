package commitment

import (
	"context"
	"fmt"
	"slices"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// Writers of one activity take turns, be it still a draft or not.
const lockActivityID = `select pg_advisory_xact_lock(hashtextextended('activity ' || $1::text, 0))::text`

// The members are locked in the order of their numbers, so that two writers do
// not wait for each other. What is locked against is that one of them becomes
// public meanwhile: either the writer sees it, or [Reveal] sees what is written.
const lockMembers = `select number, status, published, synthetic from lock_members($1)`

func lockPeople(ctx context.Context, tx *db.Tx, numbers ...ident.Member) (people, error) {
	wanted := make(db.Numbers, len(numbers))
	for i, n := range numbers {
		wanted[i] = int64(n)
	}
	var rows []member.Locked
	if err := tx.Select(ctx, &rows, lockMembers, wanted); err != nil {
		return nil, fmt.Errorf("lock the members: %w", err)
	}
	p := people{}
	for _, m := range rows {
		p[m.Number] = m
	}
	return p, nil
}

// lockActivity locks the activity, its organisers and more members, and gives
// it with all its organisers. It is read again after the lock is held, so that
// what a writer before made of it is seen.
func lockActivity(ctx context.Context, tx *db.Tx, id ident.Activity, scope access.Scope, more ...ident.Member) (Activity, people, error) {
	var row activityRow
	if err := tx.Get(ctx, &row, readActivity, id, scope.All, scope.Member, true); err != nil {
		return Activity{}, nil, fmt.Errorf("find the activity: %w", err)
	}
	var locked string
	if err := tx.Get(ctx, &locked, lockActivityID, id); err != nil {
		return Activity{}, nil, fmt.Errorf("lock the activity: %w", err)
	}
	row = activityRow{}
	if err := tx.Get(ctx, &row, readActivity, id, scope.All, scope.Member, true); err != nil {
		return Activity{}, nil, fmt.Errorf("read the activity: %w", err)
	}
	a := row.activity()
	p, err := lockPeople(ctx, tx, append(slices.Clone(a.Organisers), more...)...)
	return a, p, err
}

// writable tells why the actor cannot write in the name of the member, if so.
func (p people) writable(number ident.Member, scope access.Scope) error {
	m, ok := p[number]
	switch {
	case !ok || !m.Published && !scope.Sees(number):
		return fault.New(fault.NotFound, "not_found")
	case !scope.Sees(number):
		return fault.New(fault.Forbidden, "not_your_member")
	case m.Status == member.Merged:
		return fault.New(fault.Conflict, "member_merged")
	default:
		return nil
	}
}

// filing tells why nothing new is filed in the name of the member, if so: what
// holds of what is promised holds of what is said to be done.
func (p people) filing(number ident.Member, scope access.Scope) error {
	if err := p.writable(number, scope); err != nil {
		return err
	}
	if promising(p[number]) != nil {
		return fault.New(fault.Conflict, "member_cannot_file", fault.Args{"status": string(p[number].Status)})
	}
	return nil
}

// checkNamed gives the faults of those organisers that only the register can
// tell, with pointers into the list as it was given. Those named before stay
// what they are; of others the actor names only whom it may know of.
func (p people) checkNamed(given, before []ident.Member, lead ident.Member, scope access.Scope) fault.Fields {
	var faults fault.Fields
	for i, number := range given {
		m, ok := p[number]
		switch at := fmt.Sprintf("/organisers/%d", i); {
		case number < 1 || slices.Contains(before, number): // told already, or stays
		case !ok || !m.Published && !scope.Sees(number):
			faults.Add(at, "unknown_member")
		case m.Status == member.Merged:
			faults.Add(at, "member_merged")
		}
	}
	if len(given) > 0 && !slices.Contains(given, lead) {
		faults.Add("/organisers", "organiser_stays", fault.Args{"member": lead.String()})
	}
	return faults
}

// Draft writes down what a member did, as a draft. The member stands among the
// organisers.
//
// It refuses with Forbidden when the role may not or the actor writes for
// another member, NotFound when the actor may not know of the member, Conflict
// when the member is merged, suspended, refused or gone, and Invalid with every
// field at fault, an organiser that the actor may not know of among them.
func (s *Activities) Draft(ctx context.Context, number ident.Member, draft ActivityDraft) (Activity, error) {
	actor, err := access.Require(ctx, access.DraftActivity)
	if err != nil {
		return Activity{}, err
	}
	written, faults := draft.written()
	if err := faults.Err(); err != nil {
		return Activity{}, err
	}
	scope := actor.Scope()
	var a Activity
	var p people
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if p, err = lockPeople(ctx, tx, append(slices.Clone(written.Organisers), number)...); err != nil {
			return err
		}
		if err := p.filing(number, scope); err != nil {
			return err
		}
		if err := p.checkNamed(draft.Organisers, nil, number, scope).Err(); err != nil {
			return err
		}
		a = Activity{
			ID: ident.New[ident.Activity](), Member: number, Version: 1, State: ActivityDrafted, Synthetic: p[number].Synthetic, ActivityDraft: written,
		}
		tx.Made("activity", string(a.ID))
		return a.write(ctx, tx, insertActivityDraft, tx.Now)
	})
	if err != nil {
		return Activity{}, fmt.Errorf("draft an activity of member %s: %w", number, locateActivity(err))
	}
	return a.shownTo(scope, p), nil
}

// Record takes an activity into the register at once, on the word of staff. It
// stands in the name of the first organiser.
//
// It refuses with Forbidden when the actor is not staff, Conflict when the first
// organiser is merged, TooLarge when it says more than an entry of the ledger
// holds, and Invalid with every field at fault, an organiser that there is not
// among them.
func (s *Activities) Record(ctx context.Context, draft ActivityDraft) (Activity, error) {
	actor, err := access.Require(ctx, access.RegisterActivity)
	if err != nil {
		return Activity{}, err
	}
	written, faults := draft.written()
	if err := faults.Err(); err != nil {
		return Activity{}, err
	}
	scope, lead := actor.Scope(), draft.Organisers[0]
	var a Activity
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		p, err := lockPeople(ctx, tx, written.Organisers...)
		if err != nil {
			return err
		}
		if err := p.checkNamed(draft.Organisers, nil, lead, scope).Err(); err != nil {
			return err
		}
		a = Activity{
			ID: ident.New[ident.Activity](), Member: lead, Version: 1, shown: 1, State: ActivityRegistered, Synthetic: p[lead].Synthetic, ActivityDraft: written,
		}
		if a.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		if err := a.writeTaken(ctx, tx, insertActivity, nil); err != nil {
			return err
		}
		if err := recordActivity(ctx, tx, string(a.State), a, p); err != nil {
			return err
		}
		return recordOrganisers(ctx, tx, a, nil, p)
	})
	if err != nil {
		return Activity{}, fmt.Errorf("record an activity: %w", locateActivity(err))
	}
	return a, nil
}
