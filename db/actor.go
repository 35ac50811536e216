package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/lib/pq"
)

type actingKey struct{}

// acting is the context that a transaction is begun with, so that it begins
// with the name of the actor.
func acting(ctx context.Context, who reader) context.Context {
	return context.WithValue(ctx, actingKey{}, who)
}

// driverConn is all that database/sql asks of a connection of the driver's.
type driverConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.QueryerContext
	driver.ExecerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	driver.NamedValueChecker
	driver.Tx // the driver's connection is its transaction, too
}

// memberConn is a connection of members' people. Each of its transactions
// begins with the name of its actor, in the same message, so that it costs no
// round trip and cannot be forgotten. The name is gone when the transaction
// ends, however it ends: what is pooled is a connection without one.
type memberConn struct{ driverConn }

// BeginTx begins a transaction of the actor of the context; without one of
// somebody who has no member and sees what everybody sees.
func (c memberConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	begin := "begin"
	switch sql.IsolationLevel(options.Isolation) {
	case sql.LevelDefault:
	case sql.LevelRepeatableRead:
		begin += " isolation level repeatable read"
	default:
		return nil, errors.New("no transaction of a member asks for that isolation")
	}
	if options.ReadOnly {
		begin += " read only"
	}
	who, _ := ctx.Value(actingKey{}).(reader)
	number := ""
	if who.member != 0 {
		number = who.member.String()
	}
	begin += "; select set_config('accord.member', " + pq.QuoteLiteral(number) + ", true), set_config('accord.user', " +
		pq.QuoteLiteral(string(who.user)) + ", true)"
	if _, err := c.ExecContext(ctx, begin, nil); err != nil {
		return nil, errors.Join(err, c.Rollback()) // it may have begun
	}
	return c, nil
}
