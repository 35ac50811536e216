package commitment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// changedSize is how many octets the old and the new terms may have that an
// amendment changes, so that both fit into one ledger entry with the longest
// reasons (see [ledger.MaxContent]).
const changedSize = 48_000

// AmendmentDraft is an amendment to be proposed.
type AmendmentDraft struct {
	Terms  Patch          // without point and participants, which stay
	Class  AmendmentClass // "" for that which the terms give
	Reason string
}

// Check gives every fault of the draft that can be told without the commitment.
func (d AmendmentDraft) Check() fault.Fields {
	faults := d.Terms.Check()
	if d.Class != "" {
		fault.OneOf(&faults, "/class", d.Class, AmendmentClasses())
	}
	faults.Prose("/reason", d.Reason, 2000)
	return faults
}

const insertAmendment = `
insert into amendment (id, commitment, member, version, base, state, class, claimed, computed, reason, old_terms, new_terms, proposer, proposed_at, synthetic)
values ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), nullif($9, ''), $10, $11, $12, $13, $14, $15)`

// Propose proposes to change the terms of a registered commitment, in the name
// of the member that leads it. Its class is that which [Compare] gives; where
// words alone change it is the one that is claimed. expected is the version of
// the commitment that the actor has seen, or 0.
//
// It refuses with Forbidden when the role may not, the actor is not an approver
// of the member or the commitment is another member's, NotFound when there is
// none or the actor may not know of it, Stale when expected is another version,
// Conflict when it is not registered, an amendment of it is under way or its
// member is merged, suspended, refused or gone, TooLarge when the old and the new
// terms do not fit into one entry of the ledger, and Invalid with every field at
// fault: as in a draft, where the terms change, when nothing changes, and when
// the class is not what the terms make of it.
func (s *Amendments) Propose(ctx context.Context, of ident.Commitment, expected int64, draft AmendmentDraft) (Amendment, error) {
	actor, err := access.Require(ctx, access.ProposeAmendment)
	if err != nil {
		return Amendment{}, err
	}
	if err := draft.Check().Err(); err != nil {
		return Amendment{}, err
	}
	var a Amendment
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, c, err := lock(ctx, tx, of, actor.Scope())
		if err != nil {
			return err
		}
		if err := c.at(Registered, expected); err != nil {
			return err
		}
		if err := promising(m); err != nil {
			return err
		}
		a = Amendment{
			ID: ident.New[ident.Amendment](), Commitment: of, Member: c.Member, Version: 1, Base: c.Version, State: AmendmentProposed,
			Claimed: draft.Class, Reason: strings.TrimSpace(draft.Reason), Proposer: actor.User, ProposedAt: tx.Now, Synthetic: c.Synthetic,
		}
		if a, err = a.proposed(ctx, tx, c, draft.Terms, actor); err != nil {
			return err
		}
		return insertProposed(ctx, tx, a, m)
	})
	if err != nil {
		return Amendment{}, fmt.Errorf("propose an amendment of commitment %s: %w", of, locate(err))
	}
	return a, nil
}

// proposed is the amendment with what a patch makes of the commitment's terms,
// and what that makes of the promise.
func (a Amendment) proposed(ctx context.Context, tx *db.Tx, c Commitment, patch Patch, actor access.Actor) (Amendment, error) {
	with, err := amended(ctx, tx, c, patch.onto(c.Terms().draft(c.Point)), actor)
	if err != nil {
		return Amendment{}, err
	}
	a.Before, a.After = c.Terms(), with.Terms()
	changes, err := a.Changes()
	if err != nil {
		return Amendment{}, err
	}
	if len(changes) == 0 {
		return Amendment{}, fault.FieldAt("", "amendment_changes_nothing")
	}
	size := 0
	for _, change := range changes {
		size += len(change.Before) + len(change.After)
	}
	if size > changedSize {
		return Amendment{}, fault.New(fault.TooLarge, "amendment_too_large")
	}
	comparison := Compare(a.Before, a.After)
	a.Computed = comparison.Class()
	a.Class, err = comparison.settle(a.Claimed)
	return a, err
}

// amended gives the commitment with the terms that are written down, or refuses
// with every fault of them. What stands in the register already and stays as it
// is has none: an indicator that was retired since, a day that lies outside of
// the period which the plan was given since.
func amended(ctx context.Context, tx *db.Tx, c Commitment, after Draft, actor access.Actor) (Commitment, error) {
	indicator, faults, err := judge(ctx, tx, after, c.Member, actor)
	if err != nil {
		return Commitment{}, err
	}
	if len(faults) > 0 {
		if faults, err = brought(ctx, tx, faults, c, after, actor); err != nil {
			return Commitment{}, err
		}
	}
	with := after.on(c, indicator)
	with.Participants = c.Participants
	return with, faults.Err()
}

// brought leaves of the faults of new terms those which the amendment brings.
func brought(ctx context.Context, tx *db.Tx, faults fault.Fields, c Commitment, after Draft, actor access.Actor) (fault.Fields, error) {
	before := c.Terms().draft(c.Point)
	_, standing, err := judge(ctx, tx, before, c.Member, actor)
	if err != nil {
		return nil, err
	}
	var left fault.Fields
	for _, f := range faults {
		stands := slices.ContainsFunc(standing, func(s fault.Field) bool { return s.Pointer == f.Pointer && s.Code == f.Code })
		rewritten, err := touched(before, after, f.Pointer)
		if err != nil {
			return nil, err
		}
		if rewritten || !stands {
			left = append(left, f)
		}
	}
	return left, nil
}

func insertProposed(ctx context.Context, tx *db.Tx, a Amendment, m member.Locked) error {
	if _, err := tx.Change(ctx); err != nil {
		return err
	}
	before, err := a.Before.encode()
	if err != nil {
		return err
	}
	after, err := a.After.encode()
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, insertAmendment, a.ID, a.Commitment, a.Member, a.Version, a.Base, a.State, a.Class, a.Claimed, a.Computed, a.Reason,
		string(before), string(after), a.Proposer, a.ProposedAt, a.Synthetic); err != nil {
		return fmt.Errorf("insert the amendment: %w", err)
	}
	if err := member.Touch(ctx, tx, a.Member, false); err != nil {
		return err
	}
	return recordAmendment(ctx, tx, a, m.Published)
}
