//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"accord/db"
	"accord/db/embedded"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/phrase"
)

// stopTime is how long the private PostgreSQL may take to stop in good order.
const stopTime = 30 * time.Second

// database is the register's database for the length of a command.
type database struct {
	*db.DB
	server *embedded.Server // nil on a database of the users' own
	log    *slog.Logger
}

// join opens the database for a command other than serve: the users' own, or
// the private one, which is started when no accord runs it.
func (c *config) join(ctx context.Context, log *slog.Logger) (*database, error) {
	return c.open(ctx, log, func() (*embedded.Server, error) { return embedded.Join(ctx, c.embedded()) })
}

func (c *config) open(ctx context.Context, log *slog.Logger, private func() (*embedded.Server, error)) (*database, error) {
	d := &database{log: log}
	settings := db.Config{Reads: c.Reads, Who: access.Class, Log: log}
	if err := c.addresses(&settings); err != nil {
		return nil, err
	}
	var err error
	if c.private() {
		if d.server, err = private(); err != nil {
			return nil, err
		}
		settings.URL, settings.Owner = d.server.LoginURL(), d.server.URL()
		if settings.Reads == 0 {
			settings.Reads = db.LocalReads()
		}
	}
	if d.DB, err = db.Open(ctx, settings); err != nil {
		return nil, errors.Join(d.unreachable(ctx, err), d.close(ctx))
	}
	return d, nil
}

// addresses reads where a database of the users' own is.
func (c *config) addresses(settings *db.Config) error {
	for _, one := range []struct {
		name, text string
		to         *string
	}{{"DATABASE_URL", c.DatabaseURL, &settings.URL}, {"ACCORD_MIGRATE_URL", c.MigrateURL, &settings.Owner}} {
		if one.text == "" {
			continue
		}
		address, err := db.Address(one.text)
		if err != nil {
			return &trouble{
				code: exitUsage, what: one.name + " cannot be read", err: err,
				mend: "write it as postgres://user:password@host:5432/database",
			}
		}
		*one.to = address
	}
	return nil
}

// unreachable says what to do about a database that cannot be opened.
func (d *database) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	mend := "see that the server runs, and that DATABASE_URL names it, its database and a user of it"
	if d.server != nil {
		mend = "read " + filepath.Join(d.server.Home(), "postgres.log")
		if d.server.Adopted() {
			mend += "; if an older accord started this PostgreSQL, end that, run `accord stop` and start again"
		}
	}
	return &trouble{code: exitDatabase, what: "the database cannot be opened", mend: mend, err: err}
}

// close ends the connections and gives up the private PostgreSQL, which stops
// if nobody else uses it.
func (d *database) close(ctx context.Context) error {
	var err error
	if d.DB != nil {
		err = d.Close()
	}
	if d.server != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		err = errors.Join(err, d.server.Stop(ctx))
	}
	return err
}

// migrate brings the schema up to date.
func (d *database) migrate(ctx context.Context) (db.Schema, error) {
	before, err := d.SchemaVersion(ctx)
	if err != nil {
		return db.Schema{}, err
	}
	after, err := d.Migrate(ctx)
	switch {
	case fault.Is(err, fault.Conflict) && after.At > after.Want:
		return after, schemaTrouble(after)
	case fault.Is(err, fault.Conflict):
		return after, wallTrouble(err)
	case err != nil:
		return after, err
	case before.At != after.At:
		d.log.InfoContext(ctx, "schema migrated", "from", before.At, "to", after.At)
	}
	return after, nil
}

// suits refuses a database that cannot hold the register: an old PostgreSQL, a
// locale that is blind to Chinese. It can be asked before there is a schema.
func (d *database) suits(ctx context.Context) error {
	if err := d.CheckServer(ctx); err != nil {
		return unsuited(err, "move the database to a newer PostgreSQL with pg_dump")
	}
	return unsuited(d.CheckLocale(ctx),
		"make the database anew: CREATE DATABASE accord LOCALE 'C.UTF-8' ENCODING UTF8 TEMPLATE template0; and move the data with pg_dump")
}

func unsuited(err error, mend string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Conflict {
		return err
	}
	return &trouble{code: exitDatabase, what: phrase.Text(phrase.English, f.Code, f.Args), mend: mend}
}

// current refuses a schema of another version than this program's.
func (d *database) current(ctx context.Context) error {
	schema, err := d.SchemaVersion(ctx)
	if err == nil && schema.At != schema.Want {
		err = schemaTrouble(schema)
	}
	return err
}

func schemaTrouble(schema db.Schema) error {
	t := &trouble{code: exitSchema}
	switch {
	case schema.At > schema.Want:
		t.what = fmt.Sprintf("the schema is too new: at version %d, this accord (%s) knows %d", schema.At, version, schema.Want)
		t.mend = "run the accord that migrated it, or a newer one"
	case schema.At == 0:
		t.what = "the database holds no register yet"
		t.mend = "make it with `accord migrate up`, or with `accord serve --migrate`"
	default:
		t.what = fmt.Sprintf("the schema is too old: at version %d, this accord (%s) needs %d", schema.At, version, schema.Want)
		t.mend = "back it up, then run `accord migrate up`, or `accord serve --migrate`"
	}
	return t
}

// joinReady joins and sees to it that the schema is this program's. The
// private PostgreSQL is migrated, unless an accord of another version serves it.
func (c *config) joinReady(ctx context.Context, log *slog.Logger) (*database, error) {
	d, err := c.join(ctx, log)
	if err != nil {
		return nil, err
	}
	if err = d.suits(ctx); err == nil && d.server != nil && !d.server.Adopted() {
		_, err = d.migrate(ctx)
	}
	if err == nil {
		err = d.current(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, d.close(ctx))
	}
	return d, nil
}

// newLog makes the log of a command: JSON, one event a line.
func (sh shell) newLog(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(sh.err, &slog.HandlerOptions{Level: level}))
}

// hide takes the password out of a database URL.
func hide(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return "(not a URL)"
	}
	rest, _, _ = strings.Cut(rest, "?")
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = rest[at+1:]
	}
	return scheme + "://" + rest
}
