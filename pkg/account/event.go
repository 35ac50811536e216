package account

import (
	"context"
	"fmt"
	"log/slog"

	"accord/pkg/audit"
	"accord/pkg/ident"
)

// note tells of something that was done to an account, after it was done: by
// whom (empty for the register itself), never with an e-mail address or a name.
// It stands in the log and in the audit record.
func (s *Service) note(ctx context.Context, event string, user, by ident.User, more ...any) {
	args := append([]any{"user", string(user)}, more...)
	if by != "" {
		args = append(args, "by", string(by))
	}
	s.config.Log.Log(ctx, slog.LevelInfo, event, args...)
	if s.config.Audit != nil {
		s.config.Audit.Record(ctx, eventOf(event, user, by, more...))
	}
}

// eventOf is an event of the audit record. more holds names and values in turn.
func eventOf(event string, user, by ident.User, more ...any) audit.Event {
	e := audit.Event{Name: event, By: by, Details: map[string]string{}}
	if user != "" { // nobody is the subject of an invitation before it is accepted
		e.Kind, e.Subject = "user", string(user)
	}
	for i := 0; i+1 < len(more); i += 2 {
		e.Details[fmt.Sprint(more[i])] = fmt.Sprint(more[i+1])
	}
	return e
}

// failed tells the audit record of an attempt that failed: on which account,
// or empty where there is none.
func (s *Service) failed(ctx context.Context, event string, user ident.User) {
	if s.config.Audit == nil {
		return
	}
	e := audit.Event{Name: event, Outcome: audit.Failed}
	if user != "" {
		e.Kind, e.Subject = "user", string(user)
	}
	s.config.Audit.Note(ctx, e)
}
