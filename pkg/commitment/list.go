package commitment

import (
	"context"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// Listing says which commitments to list. The zero value lists all that the
// actor may see.
type Listing struct {
	Member    ident.Member // that makes it, alone or jointly with others
	Point     plan.Point
	State     State
	DueAfter  plan.Date // due on this day or later
	DueBefore plan.Date // due before this day
	After     *Key      // of the last commitment of the page before
	Limit     int
}

// Key is where a commitment stands in a list.
type Key struct {
	DueOn plan.Date        `json:"due"` // "" stands behind every day
	ID    ident.Commitment `json:"id"`
}

// Key gives where the commitment stands in a list.
func (c Commitment) Key() Key { return Key{DueOn: c.DueOn, ID: c.ID} }

// List gives the commitments that the query asks for and the actor may see, in
// one round trip: the one that is due first comes first, those without a day
// last. The order is total and stable while others write.
func (s *Service) List(ctx context.Context, q Listing) ([]Commitment, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	query, args := compose(q, actor.Scope())
	if query == "" {
		return nil, nil
	}
	var commitments []Commitment
	if err := s.db.Select(ctx, &commitments, query, args...); err != nil {
		return nil, fmt.Errorf("list commitments: %w", err)
	}
	now := s.db.Now()
	for i, c := range commitments {
		commitments[i] = c.standing(now)
	}
	return commitments, nil
}

const knowsMember = `
select number from member where number = $1 and (published or $2 or number = $3)`

// ListOf is List for the commitments of one member.
//
// It refuses with NotFound when the actor may not know of the member.
func (s *Service) ListOf(ctx context.Context, number ident.Member, q Listing) ([]Commitment, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	q.Member = number
	commitments, err := s.List(ctx, q)
	if err != nil || len(commitments) > 0 {
		return commitments, err
	}
	// Nothing to show: is it that there is nothing, or nobody?
	var known ident.Member
	if err := s.db.Get(ctx, &known, knowsMember, number, actor.Scope().All, actor.Scope().Member); err != nil {
		return nil, fmt.Errorf("list the commitments of member %s: %w", number, err)
	}
	return nil, nil
}

// dueDay is what lists are ordered by, written as the indexes have it.
const dueDay = "coalesce(c.due_on, 'infinity'::date)"

// compose makes the statement of a list, "" where the actor can see nothing of
// what is asked for. Each table is read in the order of the list and no
// further than the page goes.
func compose(q Listing, scope access.Scope) (string, []any) {
	f := &db.Filter{}
	limit := f.Arg(q.Limit)
	var pages []string
	page := func(columns, table string) {
		pages = append(pages, fmt.Sprintf(`(
    select %s, %s as due
    from %s
    where %s
    order by %s, c.id limit %s
)`, columns, dueDay, table, f.Take(), dueDay, limit))
	}
	if q.State != Drafted {
		f.Arg(scope.All) // $2 and $3 of participantsSeen and whoSees
		f.Arg(scope.Member)
		open := func() {
			f.And(whoSees)
			if q.State != "" {
				f.And("c.state = ?", q.State)
			}
		}
		filter(f, q)
		open()
		page(columns+", "+participantsSeen+", "+reportedSeen, "commitment_seen c")
		if q.Member != 0 {
			joint(f, q)
			open()
			page(columns+", "+participantsSeen+", "+reportedSeen, "commitment_seen c")
		}
	}
	if (q.State == "" || q.State == Drafted) && (scope.All || scope.Member != 0) {
		filter(f, q)
		if !scope.All {
			f.And("c.member = ?", scope.Member)
		}
		page(draftColumns, "commitment_draft c")
	}
	if len(pages) == 0 {
		return "", nil
	}
	return fmt.Sprintf(`
select id, member, version, change, point, title, text, state, strength, outcome, closing_reason, starts_on, due_on, synthetic, amendments, amended_on,
    indicator, unit, direction, baseline, target, milestones, partner_countries, participants, reported
from (%s) page
order by due, id limit %s`, strings.Join(pages, " union all "), limit), f.Args()
}

// joint keeps to those that the member makes jointly with another one. They are
// found by the index of its participations and not by that of the list: one
// member takes part in few.
func joint(f *db.Filter, q Listing) {
	f.And(`c.id in (select p.commitment from commitment_participant_seen p
        where p.member = ? and p.state <> 'declined' and (p.is_open or $2 or p.owner = $3 or p.member = $3 and p.owner_published))`, q.Member)
	q.Member = 0
	filter(f, q)
}

func filter(f *db.Filter, q Listing) {
	if q.Member != 0 {
		f.And("c.member = ?", q.Member)
	}
	if q.Point != 0 {
		f.And("c.point = ?", q.Point)
	}
	if q.DueAfter != "" {
		f.And("c.due_on is not null")
		f.And(dueDay+" >= ?::date", q.DueAfter)
	}
	if q.DueBefore != "" {
		f.And(dueDay+" < ?::date", q.DueBefore)
	}
	if q.After != nil {
		due := string(q.After.DueOn)
		if due == "" {
			due = "infinity"
		}
		f.And("("+dueDay+", c.id) > (?::date, ?::uuid)", due, q.After.ID)
	}
}
