package audit

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
)

// recordTime is how long the database may take to keep an event that has
// happened already.
const recordTime = 5 * time.Second

// Record writes an event that has happened, whatever becomes of the request
// that it came with. Where the database does not take it, it is kept in memory
// until it does.
func (s *Service) Record(ctx context.Context, e Event) {
	r := rowOf(ctx, e, s.db.Now())
	// Not within the request's context: that may have ended, and its
	// Idempotency-Key is of what was done and not of the note about it.
	detached, cancel := context.WithTimeout(context.Background(), recordTime)
	defer cancel()
	if err := s.db.InTx(detached, func(tx *db.Tx) error { return r.insert(detached, tx, 1) }); err != nil {
		s.logger.ErrorContext(ctx, "an audit event is not written yet", slog.String("event", e.Name), slog.Any("error", err))
		s.fold(r)
	}
}

// Note takes an event that anybody can cause without end. It costs the request
// no round trip: [Service.Flush] writes it.
func (s *Service) Note(ctx context.Context, e Event) { s.fold(rowOf(ctx, e, s.db.Now())) }

// fold is what makes two events the same.
type fold struct {
	name, kind, subject, network string
	outcome                      Outcome
	by                           ident.User
}

// folding is a minute of the same event.
type folding struct {
	first   row
	since   time.Time
	waiting int // happened and not yet written
}

const (
	foldFor   = time.Minute
	mostFolds = 256 // at once; what comes in more kinds than that is told by its name alone
)

func (s *Service) fold(r row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := fold{r.event.Name, r.event.Kind, r.event.Subject, r.network, r.event.Outcome, r.event.By}
	if s.folded[key] == nil && len(s.folded) >= mostFolds {
		s.blurred++
		key = fold{name: r.event.Name, outcome: r.event.Outcome}
		r = row{at: r.at, event: Event{Name: r.event.Name, Outcome: r.event.Outcome}}
	}
	f := s.folded[key]
	if f == nil {
		f = &folding{first: r, since: r.at}
		s.folded[key] = f
	}
	f.waiting++
}

// Blurred tells of how many events it was not kept who caused them, since too
// many different ones came at once.
func (s *Service) Blurred() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.blurred
}

// due gives what is to be written now: what is new, and the rest of minutes
// that are over; at the end all.
func (s *Service) due(now time.Time, end bool) map[fold]folding {
	s.mu.Lock()
	defer s.mu.Unlock()
	due := map[fold]folding{}
	for key, f := range s.folded {
		over := end || now.Sub(f.since) >= foldFor
		fresh := f.first.at.Equal(f.since)
		switch {
		case f.waiting > 0 && (fresh || over):
			due[key] = *f
		case over:
			delete(s.folded, key)
		}
	}
	return due
}

// settle takes off what was written. The next of its kind within the minute
// waits for the minute's end.
func (s *Service) settle(written map[fold]folding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, was := range written {
		f := s.folded[key]
		f.waiting -= was.waiting
		f.first.at = f.since.Add(foldFor)
	}
}

// Flush writes what was noted. Servers call it each second, and at their end
// with end set.
//
// It refuses with Forbidden when the actor is not the register itself, and
// with Unavailable when the database does not answer; then nothing is lost.
func (s *Service) Flush(ctx context.Context, end bool) error {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return err
	}
	due := s.due(s.db.Now(), end)
	if len(due) == 0 {
		return nil
	}
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		for _, f := range due {
			if err := f.first.insert(ctx, tx, f.waiting); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write audit events: %w", err)
	}
	s.settle(due)
	return nil
}

const (
	sweptAtOnce = 5000
	sweepEvents = `
delete from audit_event where id in (select id from audit_event where at <= $1 order by at limit $2)`
)

// Sweep forgets events that are older than the retention, some thousands in
// each transaction.
//
// It refuses with Forbidden when the actor is not the register itself.
func (s *Service) Sweep(ctx context.Context) error {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return err
	}
	for {
		var gone int64
		err := s.db.InTx(ctx, func(tx *db.Tx) (err error) {
			gone, err = tx.Exec(ctx, sweepEvents, tx.Now.Add(-s.keep), sweptAtOnce)
			return err
		})
		if err != nil {
			return fmt.Errorf("sweep the audit record: %w", err)
		}
		if gone < sweptAtOnce {
			return nil
		}
	}
}
