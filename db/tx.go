package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jmoiron/sqlx"

	"accord/pkg/fault"
	"accord/pkg/ident"
)

// maxTries is how often a transaction runs that the database ends for the sake
// of another one.
const maxTries = 8

// Tx is one transaction. It belongs to the function that InTx hands it to and
// to one goroutine.
type Tx struct {
	// Now is the time of the transaction, fixed once, in UTC.
	Now time.Time

	pool     *pool
	tx       *sqlx.Tx
	change   ident.Change // 0 until drawn
	author   Author
	proposal *Author // nil where nobody else proposed it
	alone    bool
	entries  []Entry
	claim    *Claim
	made     *made
}

// InTx runs work in one READ COMMITTED transaction and commits it.
//
// What work returns as an error rolls everything back, and so does a panic. A
// serialization failure or a deadlock runs work again, so work must have no
// effect but through tx. Transactions do not nest: work never calls InTx. If
// work drew a change ([Tx.Change]), the change and its entries are written last,
// just before COMMIT, and a change without an entry is refused. If the context
// carries an Idempotency-Key ([WithClaim]) that was answered before, work does
// not run and the error is a *[Replay].
//
// It refuses with Conflict when a request with the same key still runs, Invalid
// when the key was used for another body, and Unavailable when the database
// does not answer or the outcome of COMMIT is not known.
func (d *DB) InTx(ctx context.Context, work func(*Tx) error) error {
	for try := 1; ; try++ {
		err := d.once(ctx, nil, work)
		if !repeatable(err) || try == maxTries {
			return d.orReplay(ctx, err)
		}
		pause := time.Duration(rand.Int64N(int64(time.Millisecond) << try))
		select {
		case <-ctx.Done():
			return translate(ctx, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// Snapshot runs read-only work that sees one state of the register throughout.
func (d *DB) Snapshot(ctx context.Context, work func(*Tx) error) error {
	return d.once(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, work)
}

func (d *DB) once(ctx context.Context, options *sql.TxOptions, work func(*Tx) error) (err error) {
	select {
	case d.slots <- struct{}{}:
		defer func() { <-d.slots }()
	case <-ctx.Done():
		return translate(ctx, ctx.Err())
	}
	// A context that ends must not cancel a COMMIT under way: the driver would
	// report success for a commit that a standby never confirmed.
	who := d.reader(ctx)
	pool := d.pools[who.class]
	sqlTx, err := pool.BeginTxx(acting(context.WithoutCancel(ctx), who), options)
	if err != nil {
		return fmt.Errorf("begin: %w", translate(ctx, err))
	}
	tx := &Tx{Now: d.Now(), pool: pool, tx: sqlTx}
	done := false
	defer func() {
		if !done { // an error, or a panic on its way up
			err = errors.Join(err, rollback(sqlTx))
		}
	}()
	if err := tx.claimKey(ctx); err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return err
	}
	if err := tx.finish(ctx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return translate(ctx, err)
	}
	done = true
	if err := sqlTx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", translateCommit(ctx, err))
	}
	if tx.change != 0 {
		d.signal()
	}
	return nil
}

func rollback(tx *sqlx.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) && fault.KindOf(translate(context.Background(), err)) == fault.Internal {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}

// own reads for a member's people outside a transaction of the office's: the
// policies need to know who asks, which is told to a transaction and ends with it.
func (d *DB) own(ctx context.Context, who reader, read func(*Tx) error) error {
	done, err := d.read(ctx)
	if err != nil {
		return err
	}
	defer done()
	pool := d.pools[Member]
	tx, err := pool.BeginTxx(acting(context.WithoutCancel(ctx), who), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin: %w", translate(ctx, err))
	}
	defer func() { _ = tx.Rollback() }() // after a panic; else it has ended
	err = read(&Tx{pool: pool, tx: tx})
	return errors.Join(err, rollback(tx))
}
