package commitment

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"accord/pkg/access"
	"accord/pkg/ident"
)

const (
	amendmentColumns = `a.id, a.commitment, a.member, a.version, a.change, a.base, a.state, a.class, coalesce(a.claimed, '') as claimed,
    coalesce(a.computed, '') as computed, a.reason, a.proposer, a.proposed_at, coalesce(a.decider::text, '') as decider, a.decided_at,
    coalesce(a.decision_reason, '') as decision_reason, a.synthetic`

	amendmentTerms = `a.old_terms, a.new_terms`
)

// The rule of who sees an amendment, with $2 and $3 as the actor's scope.
const readAmendment = `
select ` + amendmentColumns + `, ` + amendmentTerms + ` from amendment_seen a where id = $1 and (is_open or $2 or member = $3)`

// Read gives one amendment, with the terms before and after.
//
// It refuses with NotFound when there is none or the actor may not know of it.
func (s *Amendments) Read(ctx context.Context, id ident.Amendment) (Amendment, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return Amendment{}, err
	}
	var a Amendment
	if err := s.db.Get(ctx, &a, readAmendment, id, actor.Scope().All, actor.Scope().Member); err != nil {
		return Amendment{}, fmt.Errorf("read amendment %s: %w", id, err)
	}
	return a.utc(), nil
}

const originalAmendment = `
select ` + amendmentColumns + `, ` + amendmentTerms + ` from (
    select id, commitment, member, version, change, base, state, class, claimed, computed, reason, old_terms, new_terms, proposer, proposed_at,
        decider, decided_at, decision_reason, synthetic
    from amendment where id = $1
    union all
    select id, commitment, member, version, change, base, state, class, claimed, computed, reason, old_terms, new_terms, proposer, proposed_at,
        decider, decided_at, decision_reason, synthetic
    from amendment_history where id = $1
) a where change = $2 and ($3 or member = $4)`

// Original gives an amendment as a change made it, for the answer to a repeated
// request.
//
// It refuses with Forbidden when the role may not propose amendments and NotFound
// when the change made no such amendment that the actor may know of.
func (s *Amendments) Original(ctx context.Context, id ident.Amendment, change ident.Change) (Amendment, error) {
	actor, err := access.Require(ctx, access.ProposeAmendment)
	if err != nil {
		return Amendment{}, err
	}
	var a Amendment
	if err := s.db.Get(ctx, &a, originalAmendment, id, change, actor.Scope().All, actor.Scope().Member); err != nil {
		return Amendment{}, fmt.Errorf("read amendment %s as change %d made it: %w", id, change, err)
	}
	return a.utc(), nil
}

// AmendmentKey is where an amendment stands in a list.
type AmendmentKey struct {
	At time.Time       `json:"at"`
	ID ident.Amendment `json:"id"`
}

// Key gives where the amendment stands in a list.
func (a Amendment) Key() AmendmentKey { return AmendmentKey{At: a.ProposedAt, ID: a.ID} }

const listAmendments = `
select (
    select json_agg(page order by page.proposed_at desc, page.id) from (
        select ` + amendmentColumns + ` from amendment_seen a
        where a.commitment = $1 and (a.is_open or $2 or a.member = $3) and a.proposed_at <= $4 and (a.proposed_at < $4 or a.id > $5)
        order by a.proposed_at desc, a.id limit $6
    ) page
) from (
    select id from commitment_seen c where id = $1 and ` + whoSees + `
    union all
    select id from commitment_draft where id = $1 and ($2 or member = $3)
) known`

// List gives the amendments of a commitment that the actor may see, the one that
// was proposed last first and without their terms, in one round trip, from behind
// the place after (nil for the first page).
//
// It refuses with NotFound when the actor may not know of the commitment.
func (s *Amendments) List(ctx context.Context, of ident.Commitment, after *AmendmentKey, limit int) ([]Amendment, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	from := AmendmentKey{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), ID: "00000000-0000-0000-0000-000000000000"}
	if after != nil {
		from = *after
	}
	var page []byte
	if err := s.db.Get(ctx, &page, listAmendments, of, actor.Scope().All, actor.Scope().Member, from.At, from.ID, limit); err != nil {
		return nil, fmt.Errorf("list the amendments of commitment %s: %w", of, err)
	}
	var amendments []Amendment
	if len(page) > 0 {
		if err := json.Unmarshal(page, &amendments); err != nil {
			return nil, fmt.Errorf("read a page of amendments: %w", err)
		}
	}
	for i := range amendments {
		amendments[i] = amendments[i].utc()
	}
	return amendments, nil
}
