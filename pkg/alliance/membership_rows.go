package alliance

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/member"
)

const insertMembership = `
insert into alliance_membership (id, alliance, member, version, role, from_on, until_on) values ($1, $2, $3, $4, $5, $6, $7)`

const updateMembership = `
update alliance_membership set version = $2, from_on = $3, until_on = $4 where id = $1`

const termColumns = `id, alliance, member, version, change, role, from_on, until_on`

const readMembership = `
select a.id, a.alliance, a.member, a.version, a.change, a.role, a.from_on, a.until_on
from alliance_membership a join member m on m.number = a.member
where a.id = $1 and (m.published or $2 or m.number = $3)`

const allOfMember = `select ` + termColumns + ` from alliance_membership where member = $1 order by alliance, id`

// ReadMembership gives one alliance membership.
//
// It refuses with NotFound when there is none or the actor may not know of its member.
func (s *Service) ReadMembership(ctx context.Context, id ident.AllianceMembership) (Membership, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return Membership{}, err
	}
	var term Membership
	if err := s.db.Get(ctx, &term, readMembership, id, actor.Scope().All, actor.Scope().Member); err != nil {
		return Membership{}, fmt.Errorf("read alliance membership %s: %w", id, err)
	}
	return term, nil
}

const originalMembership = `
select ` + termColumns + ` from (
    select ` + termColumns + ` from alliance_membership where id = $1
    union all
    select ` + termColumns + ` from alliance_membership_history where id = $1
) a where change = $2`

// OriginalMembership gives a membership as a change made it, for the answer to
// a repeated request.
//
// It refuses with Forbidden when the actor is not staff and NotFound when the
// change made no such membership.
func (s *Service) OriginalMembership(ctx context.Context, id ident.AllianceMembership, change ident.Change) (Membership, error) {
	if _, err := access.Require(ctx, access.WriteAlliance); err != nil {
		return Membership{}, err
	}
	var term Membership
	if err := s.db.Get(ctx, &term, originalMembership, id, change); err != nil {
		return Membership{}, fmt.Errorf("read alliance membership %s as change %d made it: %w", id, change, err)
	}
	return term, nil
}

// termRow is a membership that PostgreSQL aggregated into JSON.
type termRow struct {
	ID      ident.AllianceMembership `json:"id"`
	Version int64                    `json:"version"`
	Change  ident.Change             `json:"change"`
	Membership
}

func terms(rows member.Rows[termRow]) []Membership {
	list := make([]Membership, len(rows))
	for i, row := range rows {
		list[i] = row.Membership
		list[i].ID, list[i].Version, list[i].Change = row.ID, row.Version, row.Change
	}
	return list
}

// Belonging says which memberships of an alliance to list.
type Belonging struct {
	Role  Role // "" for all
	After *Key // of the last membership of the page before
	Limit int
}

// Key is where a membership stands in the list of an alliance (by member) or of
// a member (by alliance).
type Key struct {
	Number int64                    `json:"n"`
	ID     ident.AllianceMembership `json:"id"`
}

// MemberKey gives where the membership stands in the list of its alliance.
func (m Membership) MemberKey() Key { return Key{Number: int64(m.Member), ID: m.ID} }

// AllianceKey gives where the membership stands in the list of its member.
func (m Membership) AllianceKey() Key { return Key{Number: int64(m.Alliance), ID: m.ID} }

// Memberships gives who belongs and belonged to an alliance, by register
// number, as far as the actor may know of the members; in one round trip.
//
// It refuses with NotFound when there is no such alliance.
func (s *Service) Memberships(ctx context.Context, id ident.Alliance, q Belonging) ([]Membership, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	query, args := compose(id, q, actor.Scope())
	var rows member.Rows[termRow]
	if err := s.db.Get(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("list who belongs to alliance %s: %w", id, err)
	}
	return terms(rows), nil
}

// compose makes the statement of an alliance's list: no row where there is no
// such alliance, a row without memberships where there is none to show.
func compose(id ident.Alliance, q Belonging, scope access.Scope) (string, []any) {
	f := &db.Filter{}
	f.And("a.alliance = c.id")
	f.And("(m.published or ? or m.number = ?)", scope.All, scope.Member)
	if q.Role != "" {
		f.And("a.role = ?", q.Role)
	}
	if q.After != nil {
		f.And("(a.member, a.id) > (?, ?::uuid)", q.After.Number, q.After.ID)
	}
	shown, limit := f.Take(), f.Arg(q.Limit)
	f.And("c.id = ?", id)
	return fmt.Sprintf(`
select (
    select json_agg(t order by t.member, t.id) from (
        select a.id, a.alliance, a.member, a.version, a.change, a.role, a.from_on as "from", a.until_on as until
        from alliance_membership a join member m on m.number = a.member
        where %s
        order by a.member, a.id limit %s
    ) t
) from alliance c where %s`, shown, limit, f.Where()), f.Args()
}

const membershipsOf = `
select (
    select json_agg(t order by t.alliance, t.id) from (
        select id, alliance, member, version, change, role, from_on as "from", until_on as until
        from alliance_membership
        where member = m.number and (alliance, id) > ($4, $5::uuid) order by alliance, id limit $6
    ) t
) from member m where number = $1 and (published or $2 or number = $3)`

// MembershipsOf gives the alliances that a member belongs and belonged to, by
// their numbers, from behind after; in one round trip.
//
// It refuses with NotFound when the actor may not know of the member.
func (s *Service) MembershipsOf(ctx context.Context, number ident.Member, after *Key, limit int) ([]Membership, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	if after == nil {
		after = &Key{ID: "00000000-0000-0000-0000-000000000000"} // before all others
	}
	var rows member.Rows[termRow]
	if err := s.db.Get(ctx, &rows, membershipsOf, number, actor.Scope().All, actor.Scope().Member, after.Number, after.ID, limit); err != nil {
		return nil, fmt.Errorf("list the alliances of member %s: %w", number, err)
	}
	return terms(rows), nil
}
