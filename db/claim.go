package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"accord/pkg/fault"
	"accord/pkg/ident"
)

// ClaimLife is how long an answered Idempotency-Key is remembered.
const ClaimLife = 24 * time.Hour

// Claim is a request's Idempotency-Key. The door puts it into the context;
// the transaction of the office claims it, so that the key and what it did are
// committed together or not at all.
type Claim struct {
	User   ident.User
	Route  string // method and route pattern with the values of its parameters
	Key    string
	Digest []byte // SHA-256 of the canonical body
	Status int    // what the door answers when the office succeeds
}

// made is the thing that the answer to a claimed request shows.
type made struct{ kind, subject string }

// Replay is the error of a transaction whose key was answered before: the
// door renders the same answer again, from the thing as that change made it.
type Replay struct {
	Status  int          `db:"status"`
	Kind    string       `db:"kind"`
	Subject string       `db:"subject"`
	Change  ident.Change `db:"change"` // 0 where the thing is no register content
}

func (r *Replay) Error() string { return "this Idempotency-Key was answered before" }

type claimKey struct{}

// WithoutClaim is the context of a transaction that only prepares what the
// request does, so that it does not answer the request's key.
func WithoutClaim(ctx context.Context) context.Context {
	return context.WithValue(ctx, claimKey{}, nil)
}

// WithClaim puts the claim into the context of one request.
func WithClaim(ctx context.Context, claim Claim) context.Context {
	return context.WithValue(ctx, claimKey{}, &claim)
}

// Made names the thing that the request made, for the answer to a later request
// with the same key. Without a call it is the subject of the first entry.
func (t *Tx) Made(kind, subject string) { t.made = &made{kind, subject} }

var errClaimRace = errors.New("another request answered this key meanwhile")

// The lock is tried in the statement that reads, so a key that is answered
// between the two is seen by neither; answerKey then finds the row and the
// transaction runs again.
const readClaim = `
select pg_try_advisory_xact_lock(hashtextextended($1 || '|' || $2 || '|' || $3, 7)) as free,
    i.digest, coalesce(i.status, 0) as status, coalesce(i.kind, '') as kind,
    coalesce(i.subject, '') as subject, coalesce(i.change, 0) as change
from (values (1)) one (n)
left join idempotency i on i.user_id = $1::uuid and i.route = $2 and i.key = $3 and i.at > $4`

func (t *Tx) claimKey(ctx context.Context) error {
	claim, ok := ctx.Value(claimKey{}).(*Claim)
	if !ok {
		return nil
	}
	var row struct {
		Free   bool   `db:"free"`
		Digest []byte `db:"digest"`
		Replay
	}
	if err := t.Get(ctx, &row, readClaim, string(claim.User), claim.Route, claim.Key, t.Now.Add(-ClaimLife)); err != nil {
		return fmt.Errorf("claim the key: %w", err)
	}
	switch {
	case row.Digest != nil && !bytes.Equal(row.Digest, claim.Digest):
		return fault.New(fault.Invalid, "idempotency_key_reused")
	case row.Digest != nil:
		return &row.Replay
	case !row.Free:
		return fault.New(fault.Conflict, "idempotency_key_running")
	}
	t.claim = claim
	return nil
}

// orReplay gives the error of a transaction, unless its key was answered
// meanwhile: the same request, sent twice at once, can have been done by the
// other one between the reading of the key and the work, which then finds it
// done and refuses.
func (d *DB) orReplay(ctx context.Context, err error) error {
	refused, ok := errors.AsType[*fault.Error](err)
	if !ok || ctx.Value(claimKey{}) == nil || refused.Kind == fault.Internal || refused.Kind == fault.Unavailable {
		return err
	}
	return d.once(ctx, nil, func(*Tx) error { return err })
}

const insertClaim = `
insert into idempotency as i (user_id, route, key, digest, status, kind, subject, change, at)
values ($1, $2, $3, $4, $5, $6, $7, nullif($8::bigint, 0), $9)
on conflict (user_id, route, key) do update
set digest = excluded.digest, status = excluded.status, kind = excluded.kind,
    subject = excluded.subject, change = excluded.change, at = excluded.at
where i.at <= $10`

func (t *Tx) answerKey(ctx context.Context) error {
	if t.claim == nil {
		return nil
	}
	if t.made == nil && len(t.entries) > 0 {
		first := t.entries[0]
		if first.Sealed != nil {
			first.Kind, first.Subject = first.Sealed.Kind, first.Sealed.Subject
		}
		t.made = &made{first.Kind, first.Subject}
	}
	if t.made == nil {
		return errors.New("a request with a key made nothing that its answer could be rendered from")
	}
	n, err := t.Exec(ctx, insertClaim, t.claim.User, t.claim.Route, t.claim.Key, t.claim.Digest,
		t.claim.Status, t.made.kind, t.made.subject, t.change, t.Now, t.Now.Add(-ClaimLife))
	if err != nil {
		return fmt.Errorf("answer the key: %w", err)
	}
	if n == 0 {
		return errClaimRace
	}
	return nil
}

const deleteClaims = `delete from idempotency where at <= $1`

// SweepClaims forgets the keys that have outlived [ClaimLife].
func (d *DB) SweepClaims(ctx context.Context) error {
	err := d.InTx(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, deleteClaims, tx.Now.Add(-ClaimLife))
		return err
	})
	if err != nil {
		return fmt.Errorf("sweep answered keys: %w", err)
	}
	return nil
}
