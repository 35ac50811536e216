package commitment

import (
	"context"
	"fmt"
	"time"

	"accord/pkg/access"
	"accord/pkg/ident"
)

// Read gives one commitment.
//
// It refuses with NotFound when there is none or the actor may not know of it.
func (s *Service) Read(ctx context.Context, id ident.Commitment) (Commitment, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return Commitment{}, err
	}
	var c Commitment
	if err := s.db.Get(ctx, &c, readCommitment, id, actor.Scope().All, actor.Scope().Member); err != nil {
		return Commitment{}, fmt.Errorf("read commitment %s: %w", id, err)
	}
	return c.standing(s.db.Now()), nil
}

const storedColumns = `id, member, version, change, point, title, text, state, strength, outcome, closing_reason, starts_on, due_on, synthetic, amendments, amended_on,
    indicator, unit, direction, baseline_value, baseline_on, target_bound, target_low, target_high, target_on, milestones, partner_countries`

// The participants are those of the moment: made by that change or one before
// it, and not ended by then. All of them wait for the lock of the commitment's
// member, so the order of changes tells. So are the accepted reports, which stay
// accepted.
const originalCommitment = `
select ` + columns + `, (
    select jsonb_agg(jsonb_build_object('member', p.member, 'role', p.role, 'state', p.state) order by p.member)
    from (
        select member, role, state, change, null::bigint as ended_by from commitment_participant where commitment = $1
        union all
        select member, role, state, change, ended_by from commitment_participant_history where commitment = $1
    ) p
    join change made on made.id = p.change
    left join change ended on ended.id = p.ended_by
    join change asked on asked.id = $2
    where made.ord <= asked.ord and (ended.ord is null or ended.ord > asked.ord)
) as participants, case when c.state = 'registered' then (
    select jsonb_build_object('indicator', coalesce(c.indicator, ''),
        'aggregation', (select i.aggregation from indicator i where i.code = c.indicator),
        'reports', jsonb_agg(jsonb_build_object('cycle', r.cycle, 'found', r.found, 'values', r.measured)))
    from report r
    where r.commitment = c.id and r.state = 'accepted' and exists (
        select from (
            select v.change from report v where v.id = r.id and v.state = 'accepted'
            union all
            select h.change from report_history h where h.id = r.id and h.state = 'accepted'
        ) accepted
        join change made on made.id = accepted.change
        join change asked on asked.id = $2
        where made.ord <= asked.ord
    ) having count(*) > 0
) end as reported, (select at from change where id = $2) as at from (
    select ` + storedColumns + ` from commitment where id = $1
    union all
    select ` + storedColumns + ` from commitment_history where id = $1
) c where change = $2 and ($3 or member = $4)`

// Original gives a commitment as a change made it, for the answer to a
// repeated request. Drafts have no history: for change 0 it is given as it is
// now.
//
// It refuses with Forbidden when the role may not draft commitments and
// NotFound when the change made no such commitment that the actor may know of.
func (s *Service) Original(ctx context.Context, id ident.Commitment, change ident.Change) (Commitment, error) {
	actor, err := access.Require(ctx, access.DraftCommitment)
	if err != nil {
		return Commitment{}, err
	}
	if change == 0 {
		return s.Read(ctx, id)
	}
	var c struct {
		Commitment
		At time.Time `db:"at"`
	}
	if err := s.db.Get(ctx, &c, originalCommitment, id, change, actor.Scope().All, actor.Scope().Member); err != nil {
		return Commitment{}, fmt.Errorf("read commitment %s as change %d made it: %w", id, change, err)
	}
	return c.standing(c.At), nil
}
