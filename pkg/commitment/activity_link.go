package commitment

import (
	"context"
	"fmt"
	"slices"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
)

// ActivityLink says that an activity is evidence of a commitment.
type ActivityLink struct {
	Activity   ident.Activity   `db:"activity"`
	Commitment ident.Commitment `db:"commitment"`
	Version    int64            `db:"version"`
	Member     ident.Member     `db:"member"` // whose commitment it is
}

const readLink = `
select l.activity, l.commitment, l.version, c.member
from activity_commitment l join activity_seen a on a.id = l.activity join commitment_seen c on c.id = l.commitment
where l.activity = $1 and l.commitment = $4
    and (a.is_open or $2 or a.member = $3 or a.state in ('registered', 'withdrawn') and $3 = any (a.organisers))
    and (c.is_open or $2 or c.member = $3)`

// ReadLink gives one piece of evidence.
//
// It refuses with NotFound when the activity is no evidence of the commitment,
// or the actor may not know of one of them.
func (s *Activities) ReadLink(ctx context.Context, id ident.Activity, commitment ident.Commitment) (ActivityLink, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return ActivityLink{}, err
	}
	var link ActivityLink
	if err := s.db.Get(ctx, &link, readLink, id, actor.Scope().All, actor.Scope().Member, commitment); err != nil {
		return ActivityLink{}, fmt.Errorf("read activity %s as evidence of commitment %s: %w", id, commitment, err)
	}
	return link, nil
}

const insertLink = `insert into activity_commitment (activity, commitment) values ($1, $2)`

// Link names a registered activity as evidence of a registered or closed
// commitment.
//
// It refuses with Forbidden when the role may not, the actor is not an approver
// of the member, or the commitment is another member's or the member is not
// among the organisers; NotFound when there is no such activity or commitment or
// the actor may not know of it; and Conflict when the activity is not
// registered, the commitment neither registered nor closed, or it is evidence
// of it already.
func (s *Activities) Link(ctx context.Context, id ident.Activity, commitment ident.Commitment) (ActivityLink, error) {
	actor, err := access.Require(ctx, access.SubmitActivity)
	if err != nil {
		return ActivityLink{}, err
	}
	var link ActivityLink
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		e, err := lockEvidence(ctx, tx, id, commitment, actor.Scope())
		if err != nil {
			return err
		}
		if err := e.activity.at(ActivityRegistered, 0); err != nil {
			return err
		}
		if e.commitment.State != Registered && e.commitment.State != Closed {
			return fault.New(fault.Conflict, "commitment_state", fault.Args{"state": string(e.commitment.State), "needed": string(Registered)})
		}
		if e.there {
			return fault.New(fault.Conflict, "linked_already")
		}
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, insertLink, id, commitment); err != nil {
			return fmt.Errorf("insert the link: %w", err)
		}
		link = ActivityLink{Activity: id, Commitment: commitment, Version: 1, Member: e.commitment.Member}
		return recordLink(ctx, tx, "linked", link, !e.open(), true)
	})
	if err != nil {
		return ActivityLink{}, fmt.Errorf("name activity %s as evidence of commitment %s: %w", id, commitment, err)
	}
	return link, nil
}

const deleteLink = `delete from activity_commitment where activity = $1 and commitment = $2`

// Unlink takes an activity away from what is evidence of a commitment.
// expected is the version of the link that the actor has seen, or 0.
//
// It refuses with Forbidden as [Activities.Link] does, NotFound when it is no
// evidence of it or the actor may not know of one of them, and Stale when
// expected is another version.
func (s *Activities) Unlink(ctx context.Context, id ident.Activity, commitment ident.Commitment, expected int64) error {
	actor, err := access.Require(ctx, access.SubmitActivity)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		e, err := lockEvidence(ctx, tx, id, commitment, actor.Scope())
		if err != nil {
			return err
		}
		if !e.there {
			return fault.New(fault.NotFound, "not_found")
		}
		if expected != 0 && expected != 1 {
			return fault.New(fault.Stale, "stale")
		}
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, deleteLink, id, commitment); err != nil {
			return fmt.Errorf("delete the link: %w", err)
		}
		link := ActivityLink{Activity: id, Commitment: commitment, Version: 1, Member: e.commitment.Member}
		return recordLink(ctx, tx, "unlinked", link, !e.open(), false)
	})
	if err != nil {
		return fmt.Errorf("take activity %s away from commitment %s: %w", id, commitment, err)
	}
	return nil
}

// evidence is an activity and a commitment, held by locks, and whether the one
// is evidence of the other.
type evidence struct {
	activity   Activity
	commitment Commitment
	there      bool
	people     people
}

// open tells whether everybody sees both.
func (e evidence) open() bool {
	return e.activity.open(e.people) && e.commitment.open(e.people[e.commitment.Member].Published)
}

const linkExists = `select exists (select from activity_commitment where activity = $1 and commitment = $2)`

// lockEvidence locks the activity, its organisers and the commitment's member,
// and tells whether the actor may say of the one what it is to the other.
func lockEvidence(ctx context.Context, tx *db.Tx, id ident.Activity, of ident.Commitment, scope access.Scope) (evidence, error) {
	var c Commitment
	if err := tx.Get(ctx, &c, readCommitment, of, scope.All, scope.Member); err != nil {
		return evidence{}, fmt.Errorf("find the commitment: %w", err)
	}
	a, p, err := lockActivity(ctx, tx, id, scope, c.Member)
	if err != nil {
		return evidence{}, err
	}
	if err := tx.Get(ctx, &c, readCommitment, of, scope.All, scope.Member); err != nil {
		return evidence{}, fmt.Errorf("read the commitment: %w", err)
	}
	if !scope.Sees(c.Member) || !scope.All && !slices.Contains(a.Organisers, c.Member) {
		return evidence{}, fault.New(fault.Forbidden, "not_your_member")
	}
	e := evidence{activity: a, commitment: c, people: p}
	if err := tx.Get(ctx, &e.there, linkExists, id, of); err != nil {
		return evidence{}, fmt.Errorf("look for the link: %w", err)
	}
	return e, nil
}

// recordLink records what is evidence of what. It is the commitment's member
// whose record it stands in.
func recordLink(ctx context.Context, tx *db.Tx, action string, link ActivityLink, sealed, there bool) error {
	entry := ledger.Entry{
		Action: "activity_commitment." + action, Kind: "activity_commitment", ID: fmt.Sprintf("%s/%s", link.Activity, link.Commitment),
		Member: link.Member, Sealed: sealed,
	}
	if there {
		entry.Content = struct {
			Activity   ident.Activity   `json:"activity"`
			Commitment ident.Commitment `json:"commitment"`
		}{link.Activity, link.Commitment}
	}
	return ledger.Record(ctx, tx, entry)
}
