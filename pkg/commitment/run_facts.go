package commitment

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// calendar is what there is to know of the cycles on a day.
type calendar struct {
	day    plan.Date
	zone   plan.Zone
	latest *Cycle     // the latest one that has fallen due; nil for none
	coming *Cycle     // the first one that has not, and is open; nil for none
	years  db.Numbers // all that have fallen due,
	ends   db.Texts   // and the moments at which their deadlines ended
}

const (
	allCycles = `
select ` + cycleColumns + ` from cycle order by year`

	// Nobody extends a deadline while somebody is moved for it.
	lockCycles = allCycles + ` for share`
)

func readCalendar(ctx context.Context, tx *db.Tx, statement string, zone plan.Zone, day plan.Date) (calendar, error) {
	var cycles []Cycle
	if err := tx.Select(ctx, &cycles, statement); err != nil {
		return calendar{}, fmt.Errorf("read the cycles: %w", err)
	}
	return calendarOf(cycles, zone, day), nil
}

// calendarOf is the pure rule of which cycles have fallen due on a day: those
// whose last day in time is over. Of the cycles, by year.
func calendarOf(cycles []Cycle, zone plan.Zone, day plan.Date) calendar {
	k := calendar{day: day, zone: zone}
	for _, c := range cycles {
		switch {
		case c.SilentFrom() <= day:
			k.latest = &c
			k.years = append(k.years, int64(c.Year))
			k.ends = append(k.ends, zone.Ends(c.DueOn).Format(time.RFC3339))
		case k.coming == nil && c.Open(day):
			k.coming = &c
		}
	}
	return k
}

// cycle gives the latest cycle's year and the end of its deadline, as arguments.
func (k calendar) cycle() (year, ends any) {
	if k.latest == nil {
		return nil, nil
	}
	return k.latest.Year, k.ends[len(k.ends)-1]
}

// duty is what a run looks at of a member.
type duty struct {
	Number     ident.Member           `db:"number"`
	Version    int64                  `db:"version"`
	Name       string                 `db:"name"`
	Status     member.Status          `db:"status"`
	LastOn     plan.Date              `db:"last_on"`   // the latest day on which a step of it took effect, "" for none
	ByPerson   bool                   `db:"by_person"` // it was given its status by a person, and not by a run
	Answers    bool                   `db:"answers"`   // it has a commitment that was open in the latest cycle
	Reported   int                    `db:"reported"`  // the last cycle that it reported in, from the latest one on; 0 for none
	Vouched    bool                   `db:"vouched"`   // a person took it to active after the deadline of the latest cycle
	Since      bool                   `db:"since"`     // and that report was submitted after it was given its status
	Returned   *time.Time             `db:"returned"`  // when the last of its reports for such a cycle was returned; nil where none was ever submitted
	Delistings member.Rows[delisting] `db:"delistings"`
}

// delisting is a proposal that a run looks at.
type delisting struct {
	ID    ident.Proposal `json:"id"`
	Cycle int            `json:"cycle"`
	State ProposalState  `json:"state"`
	Owes  bool           `json:"owes"` // the member owes a report for that cycle
	Over  bool           `json:"over"` // the grace of that cycle is over
}

// What is known of a member m for a cycle d, of which the year and the end of
// the deadline are given. A commitment counts that was registered before the
// deadline ended and stands: of its versions that are registered one was made
// before. A report counts for its cycle and those before: who reports speaks to
// us. A merge and its undoing say nothing of a member's standing.
const (
	answersFor = `exists (select from commitment c where c.member = m.number and c.state = 'registered' and exists (
        select from (select c.change union all select h.change from commitment_history h where h.id = c.id and h.state = 'registered') v (change)
            join change made on made.id = v.change
        where made.at < d.ends))`

	reportsFrom = `from report r where r.member = m.number and r.cycle >= coalesce(d.year, 0) and r.state in ('submitted', 'accepted')`

	vouchedFor = `exists (select from member_transition t join change made on made.id = t.change
        where t.member = m.number and t.to_status = 'active' and t.from_status is distinct from 'merged' and made.role <> 'system'
            and made.at >= d.ends)`
)

// $1 and $2 are the latest cycle, $3 and $4 all that have fallen due, $5 is the day.
const readDuty = `
select m.number, m.version, m.name, m.status, coalesce(last.by_person, false) as by_person,
    coalesce(to_char((select max(t.effective_on) from member_transition t where t.member = m.number), 'YYYY-MM-DD'), '') as last_on,
    ` + answersFor + ` as answers, ` + vouchedFor + ` as vouched,
    coalesce((select max(r.cycle) ` + reportsFrom + `), 0) as reported,
    exists (select ` + reportsFrom + ` and r.submitted_at >= last.at) as since,
    (select max(ended.at) from report r join report_history h on h.id = r.id and h.state = 'submitted' join change ended on ended.id = h.ended_by
        where r.member = m.number and r.state = 'returned' and r.cycle >= coalesce(d.year, 0)) as returned,
    (select json_agg(json_build_object('id', p.id, 'cycle', p.cycle, 'state', p.state, 'over', k.grace_ends_on < $5::date, 'owes', coalesce((
            select ` + answersFor + ` and not exists (select ` + reportsFrom + `) and not ` + vouchedFor + `
            from unnest($3::int[], $4::timestamptz[]) d (year, ends) where d.year = p.cycle), false)) order by p.cycle, p.id)
        from proposal p join cycle k on k.year = p.cycle
        where p.member = m.number and p.kind = 'delist' and p.state <> 'withdrawn') as delistings
from member m
cross join (values ($1::int, $2::timestamptz)) d (year, ends)
left join lateral (
    select made.role <> 'system' as by_person, made.at from member_transition t join change made on made.id = t.change
    where t.member = m.number and t.to_status <> 'merged' and t.from_status is distinct from 'merged'
    order by made.ord desc limit 1
) last on true`

const oneDuty = readDuty + `
where m.number = $6`

// dueMembers reads those that a run may have something to do with: who is
// active and owes a report, who does not communicate, and whom it is proposed
// to delist.
const dueMembers = readDuty + `
where m.number in (
    select m.number from member m cross join (values ($1::int, $2::timestamptz)) d (year, ends)
    where m.status = 'active' and ` + answersFor + ` and not exists (select ` + reportsFrom + `)
    union all select number from member where status = 'non_communicating'
    union all select member from proposal where kind = 'delist' and state = 'open')
order by m.number`

func (k calendar) args(more ...any) []any {
	year, ends := k.cycle()
	return append([]any{year, ends, k.years, k.ends, k.day}, more...)
}

// overdue is what a run looks at of a commitment.
type overdue struct {
	Commitment
	MemberName   string               `db:"member_name"`
	MemberStatus member.Status        `db:"member_status"`
	Closings     member.Rows[closing] `db:"closings"`
}

// closing is a proposal that a run looks at.
type closing struct {
	ID    ident.Proposal `json:"id"`
	DueOn plan.Date      `json:"due_on"`
	State ProposalState  `json:"state"`
}

const readOverdue = `
select ` + columns + `, (select m.name from member m where m.number = c.member) as member_name,
    (select m.status from member m where m.number = c.member) as member_status,
    ` + reportedSeen + `,
    (select json_agg(json_build_object('id', p.id, 'due_on', p.due_on, 'state', p.state) order by p.due_on, p.id)
        from proposal p where p.commitment = c.id and p.kind = 'close' and p.state <> 'withdrawn') as closings
from commitment c`

const oneOverdue = readOverdue + `
where c.id = $1`

// dueCommitments reads those that are past their day, and those that it is
// proposed to close.
const dueCommitments = readOverdue + `
where c.id in (
    select id from commitment where state = 'registered' and coalesce(due_on, 'infinity'::date) < $1::date
    union all select id from commitment where state = 'registered' and due_on is null and target_on < $1::date
    union all select commitment from proposal where kind = 'close' and state = 'open')
order by c.member, c.id`

// reached tells whether the accepted reports say that the commitment has been
// reached: by the value of its indicator, or since the reviewers of the latest
// one found it complete.
func (c overdue) reached(day plan.Date) bool {
	return c.Progress(c.Reported, day).Class == Reached || c.Reported.Found == Complete
}
