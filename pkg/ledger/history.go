package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Past is one change of one of a member's things, as the reader may see it.
type Past struct {
	Position ident.Position
	At       time.Time // when it was changed
	Action   string
	Kind     string
	ID       string
	By       Author
	Proposer Author // whose proposal By accepted; of no role where nobody else's
	Alone    bool   // one of the staff did it, where another register would have taken two people
	Reason   string // for staff and the member itself; what everybody may know of a reason stands in the content
	Sealed   bool   // the public does not see it
	Fields   []FieldChange
}

// Author is who made a change: for the public and the member itself what they
// are to the register ("staff", "member", "system"), for staff the account too,
// as long as it is there.
type Author struct {
	Role access.Role
	User ident.User // "" where it is not told, or was erased
	Name string     // the account's, where it has one
}

// The window runs over keys alone; contents are fetched for the page. What an
// entry is compared with is the entry of the same thing before it among those
// that this reader sees: the public is not shown what a thing was while it was
// sealed. $2 and $3 are the actor's scope.
const readHistory = `
with seen as (
    select change, seq, action, kind, subject, false as sealed from entry where member = $1
    union all
    select change, seq, '', kind, subject, true from sealed where member = $1 and ($2 or $1 = $3)
), ordered as (
    select p.position, s.change, s.seq, s.action, s.kind, s.subject, s.sealed,
        lag(s.change) over thing as before_change, lag(s.seq) over thing as before_seq, lag(s.sealed) over thing as before_sealed
    from seen s join position p on p.change = s.change and p.seq = s.seq
    where p.position < $4
    window thing as (partition by s.kind, s.subject order by p.position)
), page as (
    select * from ordered order by position desc limit $5
)
select h.position, c.at, coalesce(h.kind, '') as kind, coalesce(h.subject, '') as subject, coalesce(h.sealed, false) as sealed,
    coalesce(c.role, '') as role, coalesce(c.reason, '') as reason,
    case when $2 then coalesce(u.id::text, '') else '' end as user_id, case when $2 then coalesce(u.name, '') else '' end as user_name,
    coalesce(c.proposer_role, '') as proposer_role, coalesce(c.alone, false) as alone,
    case when $2 then coalesce(o.id::text, '') else '' end as proposer_id, case when $2 then coalesce(o.name, '') else '' end as proposer_name,
    case when h.sealed then (select content from sealed where change = h.change and seq = h.seq)
        else (select content from entry where change = h.change and seq = h.seq) end as content,
    case when h.before_sealed then (select content from sealed where change = h.before_change and seq = h.before_seq)
        else (select content from entry where change = h.before_change and seq = h.before_seq) end as before
from member m
left join page h on true
left join change c on c.id = h.change
left join app_user u on u.id = c.actor
left join app_user o on o.id = c.proposer
where m.number = $1 and (m.published or $2 or m.number = $3)
order by h.position desc`

type pastRow struct {
	Position *ident.Position `db:"position"` // nil in the one row of a member without a history
	At       *time.Time      `db:"at"`
	Kind     string          `db:"kind"`
	Subject  string          `db:"subject"`
	Sealed   bool            `db:"sealed"`
	Role     access.Role     `db:"role"`
	Reason   string          `db:"reason"`
	User     ident.User      `db:"user_id"`
	UserName string          `db:"user_name"`
	Proposer access.Role     `db:"proposer_role"`
	Origin   ident.User      `db:"proposer_id"`
	Name     string          `db:"proposer_name"`
	Alone    bool            `db:"alone"`
	Content  []byte          `db:"content"`
	Before   []byte          `db:"before"`
}

// History tells who changed what of a member and of all that hangs on it, when
// and field by field, the latest first: up to limit entries before the position
// before, from the end when that is 0. The public sees what was public when it
// was recorded; staff and the member itself see the sealed entries too, opened,
// unless their content was erased.
//
// It refuses with NotFound when there is no such member or the actor may not
// know of it.
func (r *Reader) History(ctx context.Context, number ident.Member, before ident.Position, limit int) ([]Past, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	if before == 0 {
		before = math.MaxInt64
	}
	scope := actor.Scope()
	var rows []pastRow
	if err := r.db.Select(ctx, &rows, readHistory, number, scope.All, scope.Member, before, limit); err != nil {
		return nil, fmt.Errorf("read the history of member %s: %w", number, err)
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.NotFound, "not_found")
	}
	past := make([]Past, 0, len(rows))
	for _, row := range rows {
		if row.Position == nil {
			break
		}
		one, err := row.past(actor, number)
		if err != nil {
			return nil, fmt.Errorf("read the history of member %s at position %s: %w", number, row.Position, err)
		}
		past = append(past, one)
	}
	return past, nil
}

func (row pastRow) past(actor access.Actor, number ident.Member) (Past, error) {
	now, err := open(row.Content)
	if err != nil {
		return Past{}, err
	}
	then, err := open(row.Before)
	if err != nil {
		return Past{}, err
	}
	past := Past{
		Position: *row.Position, At: row.At.UTC(), Action: now.Action, Kind: row.Kind, ID: row.Subject, Sealed: row.Sealed,
		By: authorFor(actor, row.Role, row.User, row.UserName), Proposer: authorFor(actor, row.Proposer, row.Origin, row.Name), Alone: row.Alone,
		Fields: Difference(then.Content, now.Content),
	}
	if actor.Scope().Sees(number) {
		past.Reason = row.Reason
	}
	return past, nil
}

// authorFor tells the actor who it was. Which of the staff are administrators is
// their own business.
func authorFor(actor access.Actor, role access.Role, user ident.User, name string) Author {
	if !actor.Staff() && role == access.RoleAdmin {
		role = access.RoleStaff
	}
	return Author{Role: role, User: user, Name: name}
}

// open reads the bytes of an entry; of none it gives none.
func open(bytes []byte) (opened, error) {
	var o opened
	if bytes == nil {
		return o, nil
	}
	if err := json.Unmarshal(bytes, &o); err != nil {
		return opened{}, fmt.Errorf("read an entry: %w", err)
	}
	return o, nil
}
