// Package audit keeps the record of who signed in, who was refused and what
// was done to accounts, apart from the ledger.
//
// The ledger says what the register holds, and is for ever and for everybody;
// this record is for administrators and for a time. It holds ids and codes: no
// e-mail address, no name, no body, and of an address the network alone, so
// that a person who leaves leaves nothing in it.
//
// What was done is written at once ([Service.Record]). What anybody can cause
// without end, refusals and failed attempts, is folded in memory
// ([Service.Note]): the first of a kind is written within a second, the rest of
// its minute as one row with their number.
package audit

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/netip"
	"regexp"
	"sync"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
)

// Outcome is what became of what somebody tried.
type Outcome string

// The outcomes.
const (
	Done   Outcome = "done"
	Failed Outcome = "failed" // such as a wrong password
	Denied Outcome = "denied" // by a permission or a limit
)

// Event is something that happened.
type Event struct {
	Name    string  // what, in snake_case
	Outcome Outcome // Done where it is empty
	By      ident.User
	Kind    string            // of the subject, such as "user"
	Subject string            // its id
	Details map[string]string // codes; what is no code is left out
}

// Origin is the request that something came with.
type Origin struct {
	RequestID string
	Address   string
}

type originKey struct{}

// With puts the origin into the context.
func With(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// network is all that is kept of an address.
func network(address string) string {
	from, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	from = from.Unmap().WithZone("")
	bits := 24
	if from.Is6() {
		bits = 48
	}
	prefix, err := from.Prefix(bits)
	if err != nil {
		return ""
	}
	return prefix.String()
}

// row is an event with all that its context tells of it.
type row struct {
	at        time.Time
	event     Event
	session   ident.Session
	token     ident.Token
	network   string
	requestID string
}

func rowOf(ctx context.Context, e Event, at time.Time) row {
	r := row{at: at, event: e}
	if r.event.Outcome == "" {
		r.event.Outcome = Done
	}
	if actor, ok := access.From(ctx); ok {
		r.session, r.token = actor.Session, actor.Token
		if r.event.By == "" {
			r.event.By = actor.User
		}
	}
	if o, ok := ctx.Value(originKey{}).(Origin); ok {
		r.network, r.requestID = network(o.Address), o.RequestID
	}
	return r
}

var code = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.:/{}-]{0,99}$`)

// details gives the codes as they are kept, nil for none.
func (e Event) details() ([]byte, error) {
	kept := map[string]string{}
	for name, value := range e.Details {
		if code.MatchString(value) {
			kept[name] = value
		}
	}
	if len(kept) == 0 {
		return nil, nil
	}
	return json.Marshal(kept)
}

const insertEvent = `
insert into audit_event (at, event, outcome, actor, session, token, network, request_id, subject_kind, subject, times, details)
values ($1, $2, $3, nullif($4, '')::uuid, nullif($5, '')::uuid, nullif($6, '')::uuid, nullif($7, ''), nullif($8, ''), nullif($9, ''), nullif($10, ''), $11, $12)`

func (r row) insert(ctx context.Context, tx *db.Tx, times int) error {
	details, err := r.event.details()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, insertEvent, r.at, r.event.Name, r.event.Outcome, string(r.event.By), string(r.session), string(r.token),
		r.network, r.requestID, r.event.Kind, r.event.Subject, times, details)
	return err
}

// Service is the office of the audit record. It is safe for use by many at once.
type Service struct {
	db     *db.DB
	keep   time.Duration
	logger *slog.Logger

	mu      sync.Mutex // guards the two below
	folded  map[fold]*folding
	blurred uint64
}

// Retention is how long events are kept unless somebody says otherwise, and
// the least that can be said.
const (
	Retention      = 2 * 365 * 24 * time.Hour
	LeastRetention = 90 * 24 * time.Hour
)

// New opens the office, which works as the class that keeps accounts. Events are
// kept as long as keep says; 0 is [Retention].
func New(d *db.DB, keep time.Duration, logger *slog.Logger) *Service {
	if keep == 0 {
		keep = Retention
	}
	return &Service{db: d.As(db.Keeper), keep: max(keep, LeastRetention), logger: logger, folded: make(map[fold]*folding)}
}
