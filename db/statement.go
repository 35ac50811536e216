package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// maxStatements bounds the prepared statements of a pool. Constant SQL is a
// few hundred; lists compose theirs from a fixed set of filters, so rare
// combinations beyond the bound run unprepared instead of filling the server.
const maxStatements = 600

// Texts is an array of text in a row or an argument.
type Texts = pq.StringArray

// Numbers is an array of bigint in a row or an argument.
type Numbers = pq.Int64Array

// statements keeps statements prepared: an unprepared one with parameters
// costs two more round trips.
type statements struct {
	mu     sync.RWMutex
	byText map[string]*sqlx.Stmt // guarded by mu; entries are never removed before Close
}

// of gives the prepared statement, or nil when the cache is full.
func (s *statements) of(ctx context.Context, pool *sqlx.DB, query string) (*sqlx.Stmt, error) {
	s.mu.RLock()
	stmt, full := s.byText[query], len(s.byText) >= maxStatements
	s.mu.RUnlock()
	if stmt != nil || full {
		return stmt, nil
	}
	stmt, err := pool.PreparexContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if other := s.byText[query]; other != nil {
		_ = stmt.Close() // another request prepared it meanwhile; the loss is one statement
		return other, nil
	}
	if s.byText == nil {
		s.byText = make(map[string]*sqlx.Stmt)
	}
	s.byText[query] = stmt
	return stmt, nil
}

// read waits for its turn among the reads. What the database cannot compute at
// once anyway waits here, where it costs nothing: the pool hands out the
// connection that was used last, so few reads at once keep to few server
// processes, whose memory the processors still have at hand.
func (d *DB) read(ctx context.Context) (done func(), err error) {
	select {
	case d.reads <- struct{}{}:
		return func() { <-d.reads }, nil
	case <-ctx.Done():
		return nil, translate(ctx, ctx.Err())
	}
}

// Get reads exactly one row into dest, a pointer to a struct or a value.
//
// It refuses with NotFound when there is no row.
func (d *DB) Get(ctx context.Context, dest any, query string, args ...any) error {
	who := d.reader(ctx)
	if who.class == Member {
		return d.own(ctx, who, func(tx *Tx) error { return tx.Get(ctx, dest, query, args...) })
	}
	done, err := d.read(ctx)
	if err != nil {
		return err
	}
	defer done()
	pool := d.pools[who.class]
	stmt, err := pool.cache.of(ctx, pool.DB, query)
	switch {
	case err != nil:
	case stmt != nil:
		err = stmt.GetContext(ctx, dest, args...)
	default:
		err = pool.GetContext(ctx, dest, query, args...)
	}
	return translate(ctx, err)
}

// Select reads all rows into dest, a pointer to a slice.
func (d *DB) Select(ctx context.Context, dest any, query string, args ...any) error {
	who := d.reader(ctx)
	if who.class == Member {
		return d.own(ctx, who, func(tx *Tx) error { return tx.Select(ctx, dest, query, args...) })
	}
	done, err := d.read(ctx)
	if err != nil {
		return err
	}
	defer done()
	pool := d.pools[who.class]
	stmt, err := pool.cache.of(ctx, pool.DB, query)
	switch {
	case err != nil:
	case stmt != nil:
		err = stmt.SelectContext(ctx, dest, args...)
	default:
		err = pool.SelectContext(ctx, dest, query, args...)
	}
	return translate(ctx, err)
}

// Get reads exactly one row within the transaction; see [DB.Get].
func (t *Tx) Get(ctx context.Context, dest any, query string, args ...any) error {
	stmt, err := t.statement(ctx, query)
	switch {
	case err != nil:
	case stmt != nil:
		err = stmt.GetContext(ctx, dest, args...)
	default:
		err = t.tx.GetContext(ctx, dest, query, args...)
	}
	return translate(ctx, err)
}

// Select reads all rows within the transaction; see [DB.Select].
func (t *Tx) Select(ctx context.Context, dest any, query string, args ...any) error {
	stmt, err := t.statement(ctx, query)
	switch {
	case err != nil:
	case stmt != nil:
		err = stmt.SelectContext(ctx, dest, args...)
	default:
		err = t.tx.SelectContext(ctx, dest, query, args...)
	}
	return translate(ctx, err)
}

// Exec runs a statement within the transaction and gives the number of rows it touched.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	stmt, err := t.statement(ctx, query)
	var result sql.Result
	switch {
	case err != nil:
	case stmt != nil:
		result, err = stmt.ExecContext(ctx, args...)
	default:
		result, err = t.tx.ExecContext(ctx, query, args...)
	}
	if err != nil {
		return 0, translate(ctx, err)
	}
	n, err := result.RowsAffected()
	return n, translate(ctx, err)
}

func (t *Tx) statement(ctx context.Context, query string) (*sqlx.Stmt, error) {
	stmt, err := t.pool.cache.of(ctx, t.pool.DB, query)
	if err != nil || stmt == nil {
		return nil, err
	}
	return t.tx.StmtxContext(ctx, stmt), nil
}

// Flags is an array of booleans in an argument.
type Flags = pq.BoolArray

// Options is an array of text in an argument in which nil stands for NULL.
type Options []*string

// Value writes the array in PostgreSQL's form.
func (o Options) Value() (driver.Value, error) { return pq.GenericArray{A: []*string(o)}.Value() }
