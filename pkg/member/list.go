package member

import (
	"context"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// Sort is the order of a list of members.
type Sort string

// The orders of a list. A search is by relevance unless another is asked for.
const (
	ByNumber    Sort = "number"
	ByName      Sort = "name"
	BySigning   Sort = "signed_on" // the first signature; those without a known day come last
	ByRelevance Sort = "relevance"
)

// Listing says which members to list, and how. The zero value lists all that the
// actor may see, by number.
type Listing struct {
	Text       string // looked for in all names
	Country    string
	Sector     string // and everything below it
	Kind       Kind
	Status     Status // without one, merged members are left out
	Capacity   Capacity
	Ceremony   ident.Ceremony
	Alliance   ident.Alliance // that the member belongs to today
	Point      int            // under which it has a registered or closed commitment
	HasFigure  *bool          // one that the actor may see
	Sort       Sort
	Descending bool
	After      *Item // the last item of the page before
	Limit      int
}

// Item is a member in a list.
type Item struct {
	Number      ident.Member  `db:"number"`
	Version     int64         `db:"version"`
	Status      Status        `db:"status"`
	StatusSince *plan.Date    `db:"status_since"`
	MergedInto  *ident.Member `db:"merged_into"`
	Name        string        `db:"name"`
	Kind        Kind          `db:"kind"`
	Country     *string       `db:"country"`
	City        *string       `db:"city"`
	Sector      *string       `db:"sector"`
	Synthetic   bool          `db:"synthetic"`
	Names       Rows[Name]    `db:"names"`
	Matched     *string       `db:"matched"` // the name that the text was found in

	SortName string    `db:"sort_name"` // where the item stands in the list by name
	Signed   plan.Date `db:"signed"`    // by signing date
	Rank     string    `db:"rank"`      // by relevance: a decimal, the smaller the better
}

// List gives the members that the query asks for and the actor may see, in one
// round trip. The order is total and stable while others write.
//
// It refuses with Malformed a country and a sector that are none: an empty
// list would say that there is nobody of them.
func (s *Service) List(ctx context.Context, q Listing) ([]Item, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	sql, args := compose(q, actor.Scope(), plan.Today(s.db.Now()))
	var items []Item
	if err := s.db.Select(ctx, &items, sql, args...); err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return items, nil
}

func (q Listing) check() error {
	var faults fault.Fields
	if _, ok := ident.ParseCountry(q.Country); q.Country != "" && !ok {
		faults.Add("country", "unknown_country")
	}
	if _, ok := ident.ParseSector(q.Sector); q.Sector != "" && !ok {
		faults.Add("sector", "unknown_sector")
	}
	if len(faults) > 0 {
		return &fault.Error{Kind: fault.Malformed, Code: "parameters", Fields: faults}
	}
	return nil
}

// noDay stands for a signing day that is not known: after all others, or
// before all others when the list runs backwards, so that it comes last.
func (q Listing) noDay() string {
	if q.Descending {
		return "'-infinity'"
	}
	return "'infinity'"
}

// compose makes the statement of a query from fixed fragments.
func compose(q Listing, scope access.Scope, today plan.Date) (string, []any) {
	f := &db.Filter{}
	from, matched, rank := "member m", "null::text", "''"
	visible(f, scope)
	filter(f, q, scope, today)
	if q.Text != "" {
		from = search(f, q.Text, f.Take(), scope) + " cross join lateral (select * from member where number = hit.member limit 1) m"
		matched, rank = "hit.text", "hit.rank::text"
	}
	order := keyset(f, q)
	limit := f.Arg(q.Limit)
	signed := "coalesce(to_char(m.first_signed_on, 'YYYY-MM-DD'), '')"
	// The page is cut before the names are fetched for it.
	page := fmt.Sprintf(`
select m.number, m.version, m.status, m.status_since, m.merged_into, m.name, m.kind, m.country, m.city, m.sector, m.synthetic,
    m.sort_name, %s as signed, %s as matched, %s as rank,
    (select json_agg(n order by n.ordinal) from (
        select ordinal, text, lang, script, kind, is_primary as "primary", source from member_name where member = m.number
    ) n) as names
from %s
where %s
order by %s
limit %s`, signed, matched, rank, from, f.Where(), order, limit)
	return page, f.Args()
}

// visible keeps to what the scope may see. For the public it is a condition
// without parameters, which the indexes are read under as they are.
func visible(f *db.Filter, scope access.Scope) {
	switch {
	case scope.All:
	case scope.Member != 0:
		f.And("(m.published or m.number = ?)", scope.Member)
	default:
		f.And("m.published")
	}
}

func filter(f *db.Filter, q Listing, scope access.Scope, today plan.Date) {
	if q.Country != "" {
		f.And("m.country = ?", q.Country)
	}
	if q.Sector != "" {
		f.And(`m.sector collate "C" >= ? and m.sector collate "C" < ?`, q.Sector, q.Sector+"~")
	}
	if q.Kind != "" {
		f.And("m.kind = ?", q.Kind)
	}
	if q.Status != "" {
		f.And("m.status = ?", q.Status)
	} else {
		f.And("m.status <> 'merged'")
	}
	if q.Capacity != "" {
		f.And("exists (select from signature g where g.member = m.number and g.capacity = ?)", q.Capacity)
	}
	if q.Ceremony != 0 {
		f.And("exists (select from signature g where g.member = m.number and g.ceremony = ?)", q.Ceremony)
	}
	if q.Alliance != 0 {
		f.And(`exists (select from alliance_membership a where a.member = m.number and a.alliance = ?
        and daterange(a.from_on, a.until_on, '[]') @> ?::date)`, q.Alliance, today)
	}
	if q.Point != 0 {
		f.And("exists (select from commitment c where c.member = m.number and c.point = ? and c.state in ('registered', 'closed'))", q.Point)
	}
	if q.HasFigure != nil {
		not := ""
		if !*q.HasFigure {
			not = "not "
		}
		f.And(not+`exists (select from figure_seen s where s.member = m.number and s.superseded_by is null
        and (s.is_open or ? or s.member = ?))`, scope.All, scope.Member)
	}
}

// keyset starts the page behind the last one and gives the order.
func keyset(f *db.Filter, q Listing) string {
	direction, than := "", ">"
	if q.Descending {
		direction, than = " desc", "<"
	}
	switch q.Sort {
	case ByName:
		if q.After != nil {
			f.And("(m.sort_name, m.number) "+than+" (?, ?)", q.After.SortName, q.After.Number)
		}
		return "m.sort_name" + direction + ", m.number" + direction
	case BySigning:
		day := "coalesce(m.first_signed_on, " + q.noDay() + "::date)"
		if q.After != nil {
			signed := string(q.After.Signed)
			if signed == "" {
				signed = strings.Trim(q.noDay(), "'")
			}
			f.And("("+day+", m.number) "+than+" (?::date, ?)", signed, q.After.Number)
		}
		return day + direction + ", m.number" + direction
	case ByRelevance:
		if q.After != nil {
			f.And("(hit.rank, m.number) > (?::numeric, ?)", q.After.Rank, q.After.Number)
		}
		return "hit.rank, m.number"
	default:
		if q.After != nil {
			f.And("m.number "+than+" ?", q.After.Number)
		}
		return "m.number" + direction
	}
}
