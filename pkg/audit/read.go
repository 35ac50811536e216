package audit

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
)

// Kept is an event of the record.
type Kept struct {
	ID        int64         `db:"id"`
	At        time.Time     `db:"at"`
	Event     string        `db:"event"`
	Outcome   Outcome       `db:"outcome"`
	Actor     ident.User    `db:"actor"`
	Session   ident.Session `db:"session"`
	Token     ident.Token   `db:"token"`
	Network   string        `db:"network"`
	RequestID string        `db:"request_id"`
	Kind      string        `db:"subject_kind"`
	Subject   string        `db:"subject"`
	Times     int           `db:"times"`
	Details   []byte        `db:"details"` // a JSON object, empty for none
}

// Query says which events to list. The zero value of a field does not filter.
type Query struct {
	Event   string
	Outcome Outcome
	User    ident.User // who did it, or to whom it was done
	Subject string
	From    time.Time // at this time or later
	Until   time.Time // before this time
	After   int64     // the id of the last event of the page before
	Limit   int
}

const eventColumns = `id, at, event, outcome, coalesce(actor::text, '') as actor, coalesce(session::text, '') as session, coalesce(token::text, '') as token,
    coalesce(network, '') as network, coalesce(request_id, '') as request_id, coalesce(subject_kind, '') as subject_kind, coalesce(subject, '') as subject,
    times, details`

// Events lists events, the last written first. That it was read is an event, too.
//
// It refuses with Forbidden who is no administrator.
func (s *Service) Events(ctx context.Context, q Query) ([]Kept, error) {
	if _, err := access.Require(ctx, access.ReadAudit); err != nil {
		return nil, err
	}
	var f db.Filter
	and := func(given bool, condition string, args ...any) {
		if given {
			f.And(condition, args...)
		}
	}
	and(q.Event != "", `event = ?`, q.Event)
	and(q.Outcome != "", `outcome = ?`, q.Outcome)
	and(q.User != "", `(actor = ?::uuid or subject = ?::text)`, q.User, string(q.User))
	and(q.Subject != "", `subject = ?`, q.Subject)
	and(!q.From.IsZero(), `at >= ?`, q.From)
	and(!q.Until.IsZero(), `at < ?`, q.Until)
	and(q.After != 0, `id < ?`, q.After)
	events := []Kept{}
	list := `select ` + eventColumns + ` from audit_event where ` + f.Where() + ` order by id desc limit ` + f.Arg(q.Limit)
	if err := s.db.Select(ctx, &events, list, f.Args()...); err != nil {
		return nil, fmt.Errorf("list audit events: %w", err)
	}
	if q.After == 0 { // a page behind the first belongs to a question that was noted
		s.Note(ctx, Event{Name: "audit_read", Kind: subjectKind(q), Subject: string(q.User)})
	}
	return events, nil
}

// subjectKind is of whom it was asked.
func subjectKind(q Query) string {
	if q.User == "" {
		return ""
	}
	return "user"
}
