package mail

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
)

// Record is a letter as the register keeps it.
type Record struct {
	ID        ident.Mail `db:"id"`
	MessageID string     `db:"message_id"`
	Kind      Kind       `db:"kind"`
	Cause     string     `db:"cause"`
	State     string     `db:"state"`     // queued, sent, failed or shown
	To        string     `db:"recipient"` // with Subject and Text empty once erased
	Subject   string     `db:"subject"`
	Text      string     `db:"text"`
	CreatedAt time.Time  `db:"created_at"`
	GoodUntil time.Time  `db:"good_until"`
	Tries     int        `db:"tries"`
	NextTryAt time.Time  `db:"next_try_at"`
	SettledAt *time.Time `db:"settled_at"`
	LastError string     `db:"last_error"`
}

const listMail = `
select id, message_id, kind, cause, state, coalesce(recipient, '') as recipient, coalesce(subject, '') as subject, coalesce(text, '') as text,
    created_at, good_until, tries, next_try_at, settled_at, coalesce(last_error, '') as last_error
from mail order by created_at desc, id limit $1`

// List gives the latest letters, the newest first, at most as many as limit says.
//
// It refuses with Forbidden when the actor is not the register itself: a
// letter that is kept holds a link which nobody else may follow.
func (o *Office) List(ctx context.Context, limit int) ([]Record, error) {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return nil, err
	}
	letters := []Record{}
	if err := o.db.Select(ctx, &letters, listMail, limit); err != nil {
		return nil, fmt.Errorf("list mail: %w", err)
	}
	return letters, nil
}

const (
	// Nobody tries a letter any more whose last try never came to an end.
	giveUp = `
update mail set state = 'failed', settled_at = $1, last_error = coalesce(last_error, 'its last try did not end')
where state = 'queued' and (good_until <= $1 or tries >= $2 and next_try_at <= $1)`
	eraseMail = `
update mail set recipient = null, subject = null, text = null
where recipient is not null and state <> 'queued' and good_until <= $1`
	forgetMail = `delete from mail where state <> 'queued' and created_at <= $1`
)

// Sweep gives up letters that nobody tries any more, erases what letters say
// whose links have ended, and forgets letters after 90 days.
//
// It refuses with Forbidden when the actor is not the register itself.
func (o *Office) Sweep(ctx context.Context) error {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return err
	}
	err := o.db.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, giveUp, tx.Now, maxTries); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, eraseMail, tx.Now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, forgetMail, tx.Now.Add(-keepRows))
		return err
	})
	if err != nil {
		return fmt.Errorf("sweep mail: %w", err)
	}
	return nil
}
