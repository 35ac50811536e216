package request

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// Line is a request in a list.
type Line struct {
	ID           ident.Request       `db:"id"`
	Member       ident.Member        `db:"member"`
	Version      int64               `db:"version"`
	State        State               `db:"state"`
	Proposer     ident.User          `db:"proposer"`
	ProposerRole access.Role         `db:"proposer_role"`
	ProposerName string              `db:"proposer_name"`
	Reason       string              `db:"reason"`
	ProposedAt   time.Time           `db:"proposed_at"`
	Subjects     member.Rows[string] `db:"subjects"`   // of its items
	OpenItems    int                 `db:"open_items"` // how many nobody has decided on
}

// Key is where a request stands in a list.
type Key struct {
	At time.Time     `json:"at"`
	ID ident.Request `json:"id"`
}

// Key gives where the request stands in a list.
func (l Line) Key() Key { return Key{At: l.ProposedAt.UTC(), ID: l.ID} }

// Listing says which requests to list. The zero value lists all.
type Listing struct {
	Member ident.Member
	State  State
	Kind   Kind // requests with an item of the kind
	After  *Key // of the last request of the page before
	Limit  int
}

// Queue is a page of requests, and how many there are in each state, of the
// member and of the kind.
type Queue struct {
	Lines  []Line
	Counts map[State]int
}

// Queue gives the requests that the query asks for, the oldest first: in that
// order they are decided.
//
// It refuses with Forbidden when the actor is not staff.
func (s *Service) Queue(ctx context.Context, q Listing) (Queue, error) {
	if _, err := access.Require(ctx, access.DecideRequest); err != nil {
		return Queue{}, err
	}
	return s.list(ctx, q)
}

const knowMember = `select exists (select from member where number = $1)`

// Of gives the requests about one member, as [Service.Queue] does, for its own
// people too.
//
// It refuses with Forbidden when the role may not read requests at all and
// NotFound when there is no such member, or the actor is another one's.
func (s *Service) Of(ctx context.Context, number ident.Member, q Listing) (Queue, error) {
	actor, err := access.Require(ctx, access.ReadRequest)
	if err != nil {
		return Queue{}, err
	}
	known := actor.Scope().Sees(number)
	if known {
		if err := s.db.Get(ctx, &known, knowMember, number); err != nil {
			return Queue{}, fmt.Errorf("look for member %s: %w", number, err)
		}
	}
	if !known {
		return Queue{}, fault.New(fault.NotFound, "not_found")
	}
	q.Member = number
	return s.list(ctx, q)
}

func (s *Service) list(ctx context.Context, q Listing) (Queue, error) {
	queue := Queue{Counts: map[State]int{}}
	query, args := compose(q)
	if err := s.db.Select(ctx, &queue.Lines, query, args...); err != nil {
		return Queue{}, fmt.Errorf("list change requests: %w", err)
	}
	var counts []struct {
		State State `db:"state"`
		N     int   `db:"n"`
	}
	query, args = composeCounts(q)
	if err := s.db.Select(ctx, &counts, query, args...); err != nil {
		return Queue{}, fmt.Errorf("count change requests: %w", err)
	}
	for _, c := range counts {
		queue.Counts[c.State] = c.N
	}
	return queue, nil
}

// about is the part of the conditions that the counts share.
func about(f *db.Filter, q Listing) {
	if q.Member != 0 {
		f.And("r.member = ?", q.Member)
	}
	if q.Kind != "" {
		f.And("exists (select from change_request_item i where i.request = r.id and i.kind = ?)", q.Kind)
	}
}

// compose makes the statement of a list.
func compose(q Listing) (string, []any) {
	f := &db.Filter{}
	limit := f.Arg(q.Limit)
	about(f, q)
	if q.State != "" {
		f.And("r.state = ?", q.State)
	}
	if q.After != nil {
		f.And("(r.proposed_at, r.id) > (?::timestamptz, ?::uuid)", q.After.At, q.After.ID)
	}
	return fmt.Sprintf(`
select r.id, r.member, r.version, r.state, r.proposer, r.proposer_role, coalesce(u.name, '') as proposer_name, r.reason, r.proposed_at,
    (select json_agg(i.subject order by i.ordinal) from change_request_item i where i.request = r.id) as subjects,
    (select count(*) from change_request_item i where i.request = r.id and i.state = 'open') as open_items
from change_request r left join app_user u on u.id = r.proposer
where %s
order by r.proposed_at, r.id limit %s`, f.Where(), limit), f.Args()
}

// composeCounts makes the statement that counts requests by their state.
func composeCounts(q Listing) (string, []any) {
	f := &db.Filter{}
	about(f, q)
	return fmt.Sprintf(`
select r.state, count(*) as n from change_request r where %s group by r.state`, f.Where()), f.Args()
}
