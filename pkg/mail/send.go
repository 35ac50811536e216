package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Message is a letter as it goes out.
type Message struct {
	ID      string // of the message, the same at each try; without angle brackets
	To      string
	Subject string
	Text    string
	At      time.Time
}

// Carrier brings a message to a mail server, and gives nil once that took it
// over.
type Carrier interface {
	Carry(ctx context.Context, message Message) error
}

// Refusal is why a message was not taken over. It never holds an address.
type Refusal struct {
	Permanent bool   // the server will not take this message another time either
	Reason    string // such as "550 5.1.1"
}

func (r *Refusal) Error() string { return r.Reason }

// Bounds of sending.
const (
	atOnce   = 4               // letters under way, so that one that hangs does not hold up the others
	patience = time.Minute     // with one letter
	lease    = 5 * time.Minute // how long a server that took a letter has it for itself; above patience
	keepRows = 90 * 24 * time.Hour
)

// pauses are those after each try that failed: ten tries within a day.
var pauses = [...]time.Duration{
	time.Minute, 3 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour, 8 * time.Hour,
}

const maxTries = len(pauses) + 1

// Office is the post office. It is safe for use by many at once, and over any
// number of servers.
type Office struct {
	db      *db.DB
	carrier Carrier // nil where no mail server is configured: letters are shown in the log
	log     *slog.Logger
}

// New opens the office. It works as the class that accounts are kept by: what
// letters say opens accounts.
func New(d *db.DB, carrier Carrier, log *slog.Logger) *Office {
	return &Office{db: d.As(db.Keeper), carrier: carrier, log: log}
}

// taken is a letter that this server has for itself for a while.
type taken struct {
	ID        ident.Mail `db:"id"`
	MessageID string     `db:"message_id"`
	Kind      Kind       `db:"kind"`
	To        string     `db:"recipient"`
	Subject   string     `db:"subject"`
	Text      string     `db:"text"`
	CreatedAt time.Time  `db:"created_at"`
	GoodUntil time.Time  `db:"good_until"`
	Tries     int        `db:"tries"`
}

const (
	// Who takes a letter moves its next try on and counts it: a letter of a
	// server that dies is taken by another after the lease, and one that kills
	// each server that takes it is given up.
	takeMail = `
update mail set tries = tries + 1, next_try_at = $2
where id = (
    select id from mail where state = 'queued' and next_try_at <= $1 and tries < $3
    order by next_try_at, id limit 1 for update skip locked
)
returning id, message_id, kind, recipient, subject, text, created_at, good_until, tries`
	// Sent is sent, whoever else has the letter by now.
	settleSent = `
update mail set state = 'sent', settled_at = $2, recipient = null, subject = null, text = null, last_error = null
where id = $1 and state <> 'sent'`
	settleShown = `
update mail set state = 'shown', settled_at = $2 where id = $1 and state = 'queued'`
	// Only the try that failed speaks for the letter; after the lease it may be another's.
	settleLater = `
update mail set next_try_at = $3, last_error = $4 where id = $1 and state = 'queued' and tries = $2`
	settleFailed = `
update mail set state = 'failed', settled_at = $3, last_error = $4 where id = $1 and state = 'queued' and tries = $2`
)

// Deliver sends every letter that is due, some at once, and comes back when
// there is none any more. What cannot be sent now is tried again later, ten
// times within a day; what the server refuses for good, or what would come
// after its link has ended, is given up.
//
// It refuses with Forbidden when the actor is not the register itself, and
// with Unavailable when the database does not answer.
func (o *Office) Deliver(ctx context.Context) error {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return err
	}
	var carriers sync.WaitGroup
	errs := make([]error, atOnce)
	for i := range errs {
		carriers.Go(func() {
			for more := true; more && errs[i] == nil && ctx.Err() == nil; {
				more, errs[i] = o.deliverOne(ctx)
			}
		})
	}
	carriers.Wait()
	return errors.Join(errs...)
}

// deliverOne takes a letter, sends it and settles what became of it, each in a
// transaction of its own: nothing is locked while the mail server is waited for.
func (o *Office) deliverOne(ctx context.Context) (bool, error) {
	var letter taken
	err := o.db.InTx(ctx, func(tx *db.Tx) error {
		return tx.Get(ctx, &letter, takeMail, tx.Now, tx.Now.Add(lease), maxTries)
	})
	if fault.Is(err, fault.NotFound) || ctx.Err() != nil && err != nil { // there is none, or the server ends
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take a letter: %w", err)
	}
	refused := o.carry(ctx, letter)
	if ctx.Err() != nil && refused != nil {
		return false, nil // the server ends; another takes the letter when the lease is over
	}
	err = o.db.InTx(context.WithoutCancel(ctx), func(tx *db.Tx) error { return o.settle(ctx, tx, letter, refused) })
	if err != nil {
		return false, fmt.Errorf("settle letter %s: %w", letter.ID, err)
	}
	return true, nil
}

// carry brings a letter on its way, within bounded time.
func (o *Office) carry(ctx context.Context, letter taken) error {
	if !o.db.Now().Before(letter.GoodUntil) {
		return &Refusal{Permanent: true, Reason: "its link has ended"}
	}
	if o.carrier == nil {
		o.log.WarnContext(ctx, "NO MAIL SERVER IS CONFIGURED (ACCORD_SMTP): this letter is shown here and goes to nobody",
			"mail", string(letter.ID), "kind", string(letter.Kind), "to", letter.To, "subject", letter.Subject, "text", letter.Text)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return o.carrier.Carry(ctx, Message{
		ID: letter.MessageID, To: letter.To, Subject: letter.Subject, Text: letter.Text, At: letter.CreatedAt,
	})
}

func (o *Office) settle(ctx context.Context, tx *db.Tx, letter taken, refused error) error {
	ctx = context.WithoutCancel(ctx)
	reason := "the mail server could not be reached"
	refusal, known := errors.AsType[*Refusal](refused)
	if known {
		reason = refusal.Reason
	}
	var err error
	switch {
	case refused == nil && o.carrier == nil:
		_, err = tx.Exec(ctx, settleShown, letter.ID, tx.Now)
	case refused == nil:
		_, err = tx.Exec(ctx, settleSent, letter.ID, tx.Now)
		o.log.InfoContext(ctx, "a letter was sent", "mail", string(letter.ID), "kind", string(letter.Kind), "tries", letter.Tries)
	case known && refusal.Permanent, letter.Tries >= maxTries:
		_, err = tx.Exec(ctx, settleFailed, letter.ID, letter.Tries, tx.Now, reason)
		o.log.WarnContext(ctx, "a letter cannot be sent and was given up", "mail", string(letter.ID), "kind", string(letter.Kind), "tries", letter.Tries, "reason", reason)
	default:
		_, err = tx.Exec(ctx, settleLater, letter.ID, letter.Tries, tx.Now.Add(pauses[letter.Tries-1]), reason)
		o.log.WarnContext(ctx, "a letter was not sent and will be tried again", "mail", string(letter.ID), "kind", string(letter.Kind), "tries", letter.Tries, "reason", reason)
	}
	return err
}
