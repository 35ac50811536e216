package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"accord/db"
)

// Poll is how often the sequencer looks for changes that other processes committed.
const Poll = 250 * time.Millisecond

// batch is how many changes are numbered in one transaction at most.
const batch = 1000

// sequencerLock is the advisory lock that lets one sequencer run at a time over
// all servers. It protects the last position against being read twice; it is
// held for one transaction, so a server that dies frees it.
const sequencerLock = 0x6163636f7264 // "accord"

// Sequencer numbers committed entries. Any number may run; one at a time works.
type Sequencer struct {
	db  *db.DB
	log *slog.Logger
}

// NewSequencer makes the sequencer of a register.
func NewSequencer(d *db.DB, log *slog.Logger) *Sequencer {
	return &Sequencer{db: d.As(db.Clerk), log: log}
}

// Run numbers entries as changes are committed, until the context ends.
func (s *Sequencer) Run(ctx context.Context) {
	tick := time.NewTicker(Poll)
	defer tick.Stop()
	for {
		if err := s.CatchUp(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "the sequencer will try again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.db.Committed():
		case <-tick.C:
		}
	}
}

// CatchUp numbers all entries whose changes were committed before the call,
// unless another sequencer is at it.
func (s *Sequencer) CatchUp(ctx context.Context) error {
	for {
		n, err := s.step(ctx)
		if err != nil {
			return fmt.Errorf("sequence the ledger: %w", err)
		}
		if n < batch {
			return nil
		}
	}
}

const anyPending = `select exists (select from pending)`

const tryLock = `select pg_try_advisory_xact_lock($1)`

// Whole changes, by ord: of two that touched one row the later one has the
// higher ord, and is visible only when the earlier one is. Times never go back,
// though clocks of servers differ.
const numberBatch = `
with last as (
    select coalesce(max(position), 0) as position,
        greatest(max(at), $2::timestamptz) as at
    from (select position, at from position order by position desc limit 1) newest
), taken as (
    select change, ord from pending order by ord limit $1
), numbered as (
    insert into position (position, change, seq, at)
    select last.position + row_number() over (order by t.ord, e.seq), e.change, e.seq, last.at
    from taken t join entry e on e.change = t.change cross join last
), cleared as (
    delete from pending p using taken t where p.change = t.change
)
select count(*) from taken`

// step numbers one batch and gives the number of changes in it.
//
// READ COMMITTED matters: the batch is read by a statement of its own, after
// the lock is held, so it sees what the previous holder numbered.
func (s *Sequencer) step(ctx context.Context) (int, error) {
	var waiting bool
	if err := s.db.Get(ctx, &waiting, anyPending); err != nil || !waiting {
		return 0, err
	}
	var n int
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		var mine bool
		if err := tx.Get(ctx, &mine, tryLock, int64(sequencerLock)); err != nil || !mine {
			return err
		}
		return tx.Get(ctx, &n, numberBatch, batch, tx.Now)
	})
	return n, err
}
