package commitment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/blob"
)

// unnamedFor is for how long nothing has named a content when it is swept away.
const unnamedFor = 24 * time.Hour

// removedWithin is how long the store may take to remove a content, of which a
// row is locked meanwhile.
const removedWithin = 10 * time.Second

// unnamed is that nothing in the register, nor in its history, names content b.
const unnamed = `not exists (select from evidence_draft e where e.digest = b.digest)
    and not exists (select from evidence e where e.digest = b.digest)
    and not exists (select from evidence_history e where e.digest = b.digest)`

// The row is locked, so that nobody who uploads the same believes it to be held:
// an upload waits for the row, and then holds it anew.
const nextUnnamed = `
select digest, held_at from evidence_blob b where held_at < $1 and (held_at, digest) > ($2, $3) and ` + unnamed + `
order by held_at, digest limit 1 for update skip locked`

const deleteBlob = `delete from evidence_blob where digest = $1`

// heldBlob is a content as the register holds it.
type heldBlob struct {
	Digest blob.Digest `db:"digest"`
	HeldAt time.Time   `db:"held_at"`
}

// Sweep removes the contents that nothing in the register, nor in its history,
// has named for a day: of failed uploads and of evidence taken off drafts. It may
// run in several processes at once. What the store cannot remove keeps nothing
// else from being removed, and is told of in the end.
//
// It refuses with Forbidden whoever is not the register itself.
func (s *EvidenceRoom) Sweep(ctx context.Context) error {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return err
	}
	tidied := s.store.Tidy(s.db.Now().Add(-unnamedFor))
	if tidied != nil {
		tidied = fmt.Errorf("sweep files that were not received: %w", tidied)
	}
	var failed int
	var first error
	for at := (&heldBlob{}); ; {
		var next *heldBlob
		var failure error
		// Each is swept in a transaction of its own, so that its lock is not lost to
		// another one's delay.
		err := s.db.InTx(ctx, func(tx *db.Tx) (err error) {
			next, failure, err = s.sweepNext(ctx, tx, *at)
			return err
		})
		if err != nil {
			return errors.Join(tidied, fmt.Errorf("sweep files that nothing names: %w", err))
		}
		if next == nil {
			break
		}
		if at = next; failure == nil {
			continue
		}
		if failed++; failed == 1 {
			first = failure
		}
	}
	if failed > 0 {
		first = fmt.Errorf("%d files that nothing names cannot be removed, first of them: %w", failed, first)
	}
	return errors.Join(tidied, first)
}

// sweepNext removes the next content after the one given, and gives it, nil when
// there is none, and why the store could not remove it.
func (s *EvidenceRoom) sweepNext(ctx context.Context, tx *db.Tx, after heldBlob) (next *heldBlob, failure, err error) {
	var found []heldBlob
	before := tx.Now.Add(-unnamedFor)
	if err := tx.Select(ctx, &found, nextUnnamed, before, after.HeldAt, after.Digest); err != nil || len(found) == 0 {
		return nil, nil, err
	}
	next = &found[0]
	gone, failure := s.removeBlob(ctx, next.Digest, before)
	if failure != nil || !gone { // what was kept since goes another day
		return next, failure, ctx.Err()
	}
	_, err = tx.Exec(ctx, deleteBlob, next.Digest)
	return next, nil, err
}

func (s *EvidenceRoom) removeBlob(ctx context.Context, digest blob.Digest, before time.Time) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, removedWithin)
	defer cancel()
	gone, err := s.store.Remove(ctx, digest, before)
	if err != nil {
		return false, fmt.Errorf("file %s: %w", digest, err)
	}
	return gone, nil
}
