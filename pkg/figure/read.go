package figure

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
)

const readFigure = `select ` + columns + ` from figure_seen where id = $1 and (is_open or $2 or member = $3)`

// Read gives one figure.
//
// It refuses with NotFound when there is none or the actor may not know of it.
func (s *Service) Read(ctx context.Context, id ident.Figure) (Figure, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return Figure{}, err
	}
	return s.one(ctx, fmt.Sprintf("read figure %s", id), readFigure, id, actor.Scope().All, actor.Scope().Member)
}

func (s *Service) one(ctx context.Context, what, query string, args ...any) (Figure, error) {
	var r row
	if err := s.db.Get(ctx, &r, query, args...); err != nil {
		return Figure{}, fmt.Errorf("%s: %w", what, err)
	}
	f, err := r.figure()
	if err != nil {
		return Figure{}, fmt.Errorf("%s: %w", what, err)
	}
	return f, nil
}

const originalFigure = `
select ` + columns + ` from (
    select ` + columns + ` from figure where id = $1
    union all
    select ` + columns + ` from figure_history where id = $1
) f where change = $2`

// Original gives a figure as a change made it, for the answer to a repeated
// request.
//
// It refuses with Forbidden when the actor is not staff and NotFound when the
// change made no such figure.
func (s *Service) Original(ctx context.Context, id ident.Figure, change ident.Change) (Figure, error) {
	if _, err := access.Require(ctx, access.StateFigure); err != nil {
		return Figure{}, err
	}
	return s.one(ctx, fmt.Sprintf("read figure %s as change %d made it", id, change), originalFigure, id, change)
}

const openFigures = `
select ` + columns + ` from figure_seen where member = $1 and is_open order by stated_at, id`

// Key is where a figure stands in a list.
type Key struct {
	StatedAt time.Time    `json:"at"`
	ID       ident.Figure `json:"id"`
}

// Key gives where the figure stands in a list.
func (f Figure) Key() Key { return Key{StatedAt: f.StatedAt, ID: f.ID} }

// Listing says which figures of a member to list.
type Listing struct {
	Measure Measure // "" for all
	Current bool    // only those that no other supersedes
	After   *Key    // of the last figure of the page before
	Limit   int
}

// List gives the figures of a member that the actor may see, the one stated
// last first, in one round trip. The order is total and stable while others write.
//
// It refuses with NotFound when the actor may not know of the member.
func (s *Service) List(ctx context.Context, number ident.Member, q Listing) ([]Figure, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	query, args := compose(number, q, actor.Scope())
	var rows []byte
	if err := s.db.Get(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("list the figures of member %s: %w", number, err)
	}
	figures, err := FromRows(json.RawMessage(rows))
	if err != nil {
		return nil, fmt.Errorf("list the figures of member %s: %w", number, err)
	}
	return figures, nil
}

// compose makes the statement of a list: no row for a member that the actor may
// not know of, a row without figures for one that has none to show.
func compose(number ident.Member, q Listing, scope access.Scope) (string, []any) {
	f := &db.Filter{}
	f.And("s.member = m.number")
	f.And("(s.is_open or ? or s.member = ?)", scope.All, scope.Member)
	if q.Measure != "" {
		f.And("s.measure = ?", q.Measure)
	}
	if q.Current {
		f.And("s.superseded_by is null")
	}
	if q.After != nil {
		f.And("(s.stated_at, s.id) < (?::timestamptz, ?::uuid)", q.After.StatedAt, q.After.ID)
	}
	figures, limit := f.Take(), f.Arg(q.Limit)
	f.And("m.number = ?", number)
	f.And("(m.published or ? or m.number = ?)", scope.All, scope.Member)
	return fmt.Sprintf(`
select (
    select json_agg(f order by f.stated_at desc, f.id desc) from (
        select s.* from figure_seen s
        where %s
        order by s.stated_at desc, s.id desc limit %s
    ) f
) from member m where %s`, figures, limit, f.Where()), f.Args()
}
