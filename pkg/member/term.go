package member

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/plan"
)

// Term is a span in which an organisation is or was a member.
type Term struct {
	ID      string     `db:"id" json:"-"`
	Ordinal int        `db:"ordinal" json:"ordinal"` // 1 for the first term
	From    *plan.Date `db:"from_on" json:"from,omitempty"`
	Until   *plan.Date `db:"until_on" json:"until,omitempty"` // the first day on which it was a member no more
	Open    bool       `db:"is_open" json:"open"`
	EndedAs *Status    `db:"ended_as" json:"ended_as,omitempty"`
	Reason  *string    `db:"reason" json:"reason,omitempty"`
}

const openTerm = `
insert into membership_term (member, ordinal, from_on, is_open)
select $1, coalesce(max(ordinal), 0) + 1, $2, true from membership_term where member = $1
returning id, ordinal, from_on, until_on, is_open, ended_as, reason`

const closeTerm = `
update membership_term set is_open = false, until_on = $2, ended_as = $3, reason = $4
where member = $1 and is_open
returning id, ordinal, from_on, until_on, is_open, ended_as, reason`

// keepTerm opens a term when a step leads into good standing and closes it
// when one leads out. A merge does neither: it says that a record was a
// duplicate, not that an organisation left.
func keepTerm(ctx context.Context, tx *db.Tx, before, after Member) error {
	if before.Status == Merged || after.Status == Merged || before.Status.inTerm() == after.Status.inTerm() {
		return nil
	}
	var term Term
	var err error
	action := "term.opened"
	if after.Status.inTerm() {
		err = tx.Get(ctx, &term, openTerm, after.Number, after.StatusSince)
	} else {
		action = "term.closed"
		var reason string
		if err = tx.Get(ctx, &reason, lastReason, after.Number); err == nil {
			err = tx.Get(ctx, &term, closeTerm, after.Number, after.StatusSince, after.Status, reason)
		}
	}
	if err != nil {
		return fmt.Errorf("keep the term of member %s: %w", after.Number, err)
	}
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: action, Kind: "term", ID: term.ID, Member: after.Number, Content: term, Sealed: !after.Published,
	})
}

const lastReason = `
select reason from member_transition where member = $1
and change = nullif(current_setting('accord.change', true), '')::bigint`

const listTerms = `
select (
    select json_agg(t order by t.ordinal) from (
        select ordinal, from_on as "from", until_on as until, is_open as open, ended_as, reason
        from membership_term where member = m.number and ordinal > $4 order by ordinal limit $5
    ) t
) from member m where number = $1 and (published or $2 or number = $3)`

// Terms lists the membership terms of a member, the first one first, from
// behind the ordinal after.
//
// It refuses with NotFound when the actor may not know of the member.
func (s *Service) Terms(ctx context.Context, number ident.Member, after, limit int) ([]Term, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	return listOf[Term](ctx, s.db, actor, number, listTerms, after, limit)
}

// listOf reads a list of what a member has in one statement, whose first three
// parameters are the member and the actor's scope: no row is a member that the
// actor may not know of, a row without a list one that has none.
func listOf[T any](ctx context.Context, d *db.DB, actor access.Actor, number ident.Member, query string, args ...any) ([]T, error) {
	var rows Rows[T]
	args = append([]any{number, actor.Scope().All, actor.Scope().Member}, args...)
	if err := d.Get(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("list what member %s has: %w", number, err)
	}
	return rows, nil
}
