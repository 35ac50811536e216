package api

import (
	"time"

	"accord/pkg/audit"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

func (d *Door) listAuditEvents(r *request) error {
	place, err := after[int64](r)
	if err != nil {
		return err
	}
	q := audit.Query{
		Event: r.query.text("event"), Outcome: audit.Outcome(r.query.text("outcome")), User: ident.User(r.query.text("user")), Subject: r.query.text("subject"),
		From: startOf(r.query.date("from")), After: stated(place), Limit: r.limit() + 1,
	}
	if until := startOf(r.query.date("until")); !until.IsZero() {
		q.Until = until.AddDate(0, 0, 1)
	}
	events, err := d.offices.Audit.Events(r.ctx, q)
	if err != nil {
		return err
	}
	events, cursor, err := turn(r, events, func(e audit.Kept) int64 { return e.ID })
	if err != nil {
		return err
	}
	return r.list(AuditEventList{Items: each(events, auditEventOf), NextCursor: cursor})
}

// startOf is when the day begins in UTC; zero where there is none.
func startOf(day plan.Date) time.Time {
	at, err := time.Parse(time.DateOnly, string(day))
	if err != nil {
		return time.Time{}
	}
	return at
}

func auditEventOf(e audit.Kept) AuditEvent {
	return AuditEvent{
		At: e.At.UTC(), Event: e.Event, Outcome: AuditOutcome(e.Outcome), Actor: string(e.Actor), Session: string(e.Session), Token: string(e.Token),
		Network: e.Network, RequestId: e.RequestID, SubjectKind: e.Kind, Subject: e.Subject, Times: e.Times, Details: e.Details,
	}
}
