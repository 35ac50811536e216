package member

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// readProfile reads a member with all that its page shows in one round trip.
// $2 and $3 are the actor's scope.
const readProfile = `
select number, version, status, status_since, published, merged_into, merged_from, name, kind, country, city, sector,
    description, website, founded, sources, synthetic,
    case when $2 or number = $3 then seen_own else seen_public end as seen,
    (select json_agg(n order by n.ordinal) from (
        select ordinal, text, lang, script, kind, is_primary as "primary", source from member_name where member = m.number
    ) n) as names,
    (select json_agg(i) from (
        select scheme, value from member_identifier where member = m.number order by scheme collate "C", value collate "C"
    ) i) as identifiers,
    (select json_agg(s order by s.signed_on, s.id) from (
        select g.id, g.member, g.ceremony, g.version, g.change, g.capacity, g.signed_on, p.name, p.title
        from signature g left join signatory p on p.signature = g.id where g.member = m.number
    ) s) as signatures,
    coalesce((select json_agg(f order by f.measure, f.period_to, f.id) from (
        select s.* from figure_seen s
        where s.member = m.number and s.superseded_by is null and (s.is_open or $2 or s.member = $3)
    ) f), '[]') as figures
from member m
where number = $1 and (published or $2 or number = $3)`

// Read gives the profile of a member as the actor may see it.
//
// It refuses with NotFound when there is no such member or the actor may not
// know of it.
func (s *Service) Read(ctx context.Context, number ident.Member) (Profile, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return Profile{}, err
	}
	var p Profile
	if err := s.db.Get(ctx, &p, readProfile, number, actor.Scope().All, actor.Scope().Member); err != nil {
		return Profile{}, fmt.Errorf("read member %s: %w", number, err)
	}
	return p, nil
}

// Stamp is what a conditional read compares, without reading the rest.
type Stamp struct {
	Version    int64         `db:"version"`
	Seen       int64         `db:"seen"`
	MergedInto *ident.Member `db:"merged_into"`
}

const readStamp = `
select version, case when $2 or number = $3 then seen_own else seen_public end as seen, merged_into
from member where number = $1 and (published or $2 or number = $3)`

// Stamp gives the versions of a member's profile.
//
// It refuses as [Service.Read] does.
func (s *Service) Stamp(ctx context.Context, number ident.Member) (Stamp, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return Stamp{}, err
	}
	var stamp Stamp
	if err := s.db.Get(ctx, &stamp, readStamp, number, actor.Scope().All, actor.Scope().Member); err != nil {
		return Stamp{}, fmt.Errorf("read the versions of member %s: %w", number, err)
	}
	return stamp, nil
}

// The member as a change made it: rows of that change, be they current or past.
const readOriginal = `
select number, version, status, status_since, published, merged_into, merged_from, name, kind, country, city, sector,
    description, website, founded, sources, synthetic,
    (select json_agg(n order by n.ordinal) from (
        select ordinal, text, lang, script, kind, is_primary as "primary", source from member_name where member = $1 and change = $2
        union all
        select ordinal, text, lang, script, kind, is_primary, source from member_name_history where member = $1 and change = $2
    ) n) as names,
    (select json_agg(i order by i.scheme collate "C", i.value collate "C") from (
        select scheme, value from member_identifier where member = $1 and change = $2
        union all
        select scheme, value from member_identifier_history where member = $1 and change = $2
    ) i) as identifiers
from (
    select number, version, change, status, status_since, published, merged_into, merged_from, name, kind, country, city, sector,
        description, website, founded, sources, synthetic from member
    union all
    select number, version, change, status, status_since, published, merged_into, merged_from, name, kind, country, city, sector,
        description, website, founded, sources, synthetic from member_history
) m
where number = $1 and change = $2`

// Original gives a member as its registration made it, for the answer to a
// repeated request.
//
// It refuses with Forbidden when the actor is not staff and NotFound when the
// change made no such member.
func (s *Service) Original(ctx context.Context, number ident.Member, change ident.Change) (Member, error) {
	if _, err := access.Require(ctx, access.RegisterMember); err != nil {
		return Member{}, err
	}
	var m Member
	if err := s.db.Get(ctx, &m, readOriginal, number, change); err != nil {
		return Member{}, fmt.Errorf("read member %s as change %d made it: %w", number, change, err)
	}
	return m, nil
}

const readWhole = `
select number, version, status, status_since, published, merged_into, merged_from, name, kind, country, city, sector,
    description, website, founded, sources, synthetic,
    (select json_agg(n order by n.ordinal) from (
        select ordinal, text, lang, script, kind, is_primary as "primary", source from member_name where member = m.number
    ) n) as names,
    (select json_agg(i) from (
        select scheme, value from member_identifier where member = m.number order by scheme collate "C", value collate "C"
    ) i) as identifiers
from member m
where number = $1 and (published or $2 or number = $3)`

// lockWhole locks the member's row (see [Lock]) and reads it. The row is read
// again by a statement of its own after the lock is held, so that what a
// writer before it changed in the member's other tables is seen too.
func lockWhole(ctx context.Context, tx *db.Tx, number ident.Member, scope access.Scope, expected int64) (Member, error) {
	if _, err := Lock(ctx, tx, number, scope); err != nil && !fault.Is(err, fault.Conflict) {
		return Member{}, err
	}
	m, err := Whole(ctx, tx, number, scope)
	if err != nil {
		return Member{}, err
	}
	if m.Version != expected {
		return Member{}, fault.New(fault.Stale, "stale")
	}
	return m, nil
}

const listTransitions = `
select (
    select json_agg(t order by t.change, t.id) from (
        select t.id, t.member, t.change, t.from_status, t.to_status, t.effective_on, t.reason, t.survivor, c.at as recorded_at
        from member_transition t join change c on c.id = t.change
        where t.member = m.number and t.change > $4
            and ($2 or m.number = $3 or t.change >= (
                select min(p.change) from member_transition p where p.member = m.number and p.to_status = 'active'))
        order by t.change limit $5
    ) t
) from member m where number = $1 and (published or $2 or number = $3)`

// Transitions lists the steps of a member through the membership lifecycle,
// the first one first, from behind the change after. The public sees them from
// the one on that made the member public.
//
// It refuses with NotFound when the actor may not know of the member.
func (s *Service) Transitions(ctx context.Context, number ident.Member, after ident.Change, limit int) ([]Transition, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	return listOf[Transition](ctx, s.db, actor, number, listTransitions, after, limit)
}

const readTransition = `
select t.id, t.member, t.change, t.from_status, t.to_status, t.effective_on, t.reason, t.survivor, c.at as recorded_at
from member_transition t join change c on c.id = t.change
where t.id = $1`

// ReadTransition gives one step, which never changes.
//
// It refuses with Forbidden when the actor is not staff and NotFound when
// there is no such step.
func (s *Service) ReadTransition(ctx context.Context, id ident.Transition) (Transition, error) {
	if _, err := access.Require(ctx, access.TransitionMember); err != nil {
		return Transition{}, err
	}
	var t Transition
	if err := s.db.Get(ctx, &t, readTransition, id); err != nil {
		return Transition{}, fmt.Errorf("read step %s: %w", id, err)
	}
	return t, nil
}
