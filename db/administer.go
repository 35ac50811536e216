package db

import (
	"context"
	"fmt"
)

// Administer runs one statement that PostgreSQL takes outside transactions
// only, such as CREATE DATABASE, under the login itself.
func (d *DB) Administer(ctx context.Context, statement string) error {
	if _, err := d.pools[Login].ExecContext(ctx, statement); err != nil {
		return translate(ctx, err)
	}
	return nil
}

// Alone runs work while no other process that asks for the same lock on this
// database runs its own.
func (d *DB) Alone(ctx context.Context, lock int64, work func() error) error {
	conn, err := d.pools[Login].Connx(ctx)
	if err != nil {
		return translate(ctx, err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, `select pg_advisory_lock($1)`, lock); err != nil {
		return fmt.Errorf("wait for lock %d: %w", lock, translate(ctx, err))
	}
	defer func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), `select pg_advisory_unlock($1)`, lock)
	}()
	return work()
}

// IfFree runs work unless somebody else holds the lock on this database, and
// tells whether it did. The lock belongs to a transaction that does nothing
// else: it is given up when the process or its connection dies, and it holds
// behind a pooler of connections. So work may outlive it, if the connection
// breaks, and must be harmless beside another's.
func (d *DB) IfFree(ctx context.Context, lock int64, work func() error) (bool, error) {
	tx, err := d.pools[d.reader(ctx).class].BeginTxx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return false, translate(ctx, err)
	}
	defer func() { _ = tx.Rollback() }() // it changed nothing
	var free bool
	if err := tx.GetContext(ctx, &free, `select pg_try_advisory_xact_lock($1)`, lock); err != nil {
		return false, fmt.Errorf("try lock %d: %w", lock, translate(ctx, err))
	}
	if !free {
		return false, nil
	}
	return true, work()
}
