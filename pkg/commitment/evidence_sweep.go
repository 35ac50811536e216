package commitment

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/blob"
)

// unnamedFor is for how long nothing has named a content when it is swept away.
const unnamedFor = 24 * time.Hour

// sweptAtOnce is how many contents are removed in one transaction.
const sweptAtOnce = 20

// unnamed is that nothing in the register, nor in its history, names content b.
const unnamed = `not exists (select from evidence_draft e where e.digest = b.digest)
    and not exists (select from evidence e where e.digest = b.digest)
    and not exists (select from evidence_history e where e.digest = b.digest)`

// The rows are locked, so that nobody who uploads the same believes it to be
// held: an upload waits for the row, and then holds it anew.
const unnamedBlobs = `
select digest from evidence_blob b where held_at < $1 and ` + unnamed + `
order by held_at limit $2 for update skip locked`

const deleteBlobs = `delete from evidence_blob where digest = any($1)`

// Sweep removes the contents that nothing in the register, nor in its history,
// has named for a day: of failed uploads and of evidence taken off drafts. It may
// run in several processes at once.
//
// It refuses with Forbidden whoever is not the register itself.
func (s *EvidenceRoom) Sweep(ctx context.Context) error {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return err
	}
	for swept := sweptAtOnce; swept == sweptAtOnce; {
		err := s.db.InTx(ctx, func(tx *db.Tx) error {
			var digests db.Texts
			if err := tx.Select(ctx, (*[]string)(&digests), unnamedBlobs, tx.Now.Add(-unnamedFor), sweptAtOnce); err != nil {
				return err
			}
			for _, digest := range digests {
				if err := s.store.Remove(ctx, blob.Digest(digest)); err != nil {
					return err
				}
			}
			swept = len(digests)
			_, err := tx.Exec(ctx, deleteBlobs, digests)
			return err
		})
		if err != nil {
			return fmt.Errorf("sweep files that nothing names: %w", err)
		}
	}
	if err := s.store.Tidy(s.db.Now().Add(-unnamedFor)); err != nil {
		return fmt.Errorf("sweep files that were not received: %w", err)
	}
	return nil
}
