package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"accord/pkg/fault"
)

// pool is the connections of one class, with the statements prepared on them.
type pool struct {
	*sqlx.DB
	cache statements
}

// idleShares says how many connections a class keeps that nobody uses, in
// parts of all: who comes seldom is served by a connection made for it. What is
// in use at once is bounded over all classes together (slots, reads), so a
// register has at most twice MaxOpen connections, and about MaxOpen at rest.
func (c Class) idle(most int) int {
	switch c {
	case Public, Staff:
		return max(2, most/2)
	case Member:
		return max(2, most/4)
	default:
		return 2
	}
}

// open makes the pool of a class; nobody connects before there is need.
func (c Class) open(config Config) (*pool, error) {
	settings, err := pq.NewConfig(config.URL)
	if err != nil {
		return nil, err
	}
	if c != Login {
		// Given with the first message of a connection, it costs no statement, and
		// RESET ROLE and DISCARD ALL come back to it.
		settings.Runtime = maps.Clone(settings.Runtime)
		if settings.Runtime == nil {
			settings.Runtime = map[string]string{}
		}
		settings.Runtime["role"] = c.Role()
	}
	connector, err := pq.NewConnectorConfig(settings)
	if err != nil {
		return nil, err
	}
	db := sqlx.NewDb(sql.OpenDB(&guarded{connector, c}), "postgres")
	db.SetMaxOpenConns(config.MaxOpen)
	db.SetMaxIdleConns(c.idle(config.MaxOpen))
	db.SetConnMaxIdleTime(5 * time.Minute)
	return &pool{DB: db}, nil
}

// guarded connects under the role of a class, and makes sure of it: a pooler
// between may swallow what a connection starts with, and hand out the login.
type guarded struct {
	driver.Connector
	class Class
}

const whoAmI = `select current_user::text`

func (g *guarded) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := g.Connector.Connect(ctx)
	if err != nil || g.class == Login {
		return conn, g.refused(err)
	}
	whole, ok := conn.(driverConn)
	if !ok {
		return nil, errors.Join(errors.New("the driver's connections are not what they were"), conn.Close())
	}
	if err := g.check(ctx, whole); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if g.class == Member {
		return memberConn{whole}, nil
	}
	return conn, nil
}

func (g *guarded) check(ctx context.Context, conn driverConn) error {
	rows, err := conn.QueryContext(ctx, whoAmI, nil)
	if err != nil {
		return err
	}
	name := make([]driver.Value, 1)
	if err := errors.Join(rows.Next(name), rows.Close()); err != nil {
		return err
	}
	if got := fmt.Sprintf("%s", name[0]); got != g.class.Role() {
		return &fault.Error{Kind: fault.Unavailable, Code: "wall_role_lost", Args: fault.Args{"role": g.class.Role(), "user": got}}
	}
	return nil
}

// refused tells of what only the wall asks of a server.
func (g *guarded) refused(err error) error {
	refused, ok := errors.AsType[*pq.Error](err)
	if !ok || g.class == Login {
		return err
	}
	switch refused.Code {
	case "22023", "42501": // there is no such role, or the login is no member of it
		return &fault.Error{Kind: fault.Unavailable, Code: "wall_role_missing", Args: fault.Args{"role": g.class.Role()}, Err: err}
	case "08P01": // a pooler does not take what a connection starts with
		return &fault.Error{Kind: fault.Unavailable, Code: "wall_role_refused", Args: fault.Args{"role": g.class.Role()}, Err: err}
	}
	return err
}
