package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"accord/pkg/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations gives the migration files, for those who derive something from
// the schema's text.
func Migrations() (fs.FS, error) { return fs.Sub(migrations, "migrations") }

// Schema says which version a database is at and which one this program needs.
type Schema struct {
	At   int64 `json:"at"`
	Want int64 `json:"want"`
}

// asOwner opens the database as its owner, for as long as work takes: nobody
// else needs such connections, so none are kept.
func (d *DB) asOwner(work func(*pool) error) error {
	owner, err := Login.open(Config{URL: d.owner, MaxOpen: 4})
	if err != nil {
		return fmt.Errorf("read the owner's address: %w", err)
	}
	return errors.Join(work(owner), owner.Close())
}

func migrator(owner *pool) (*goose.Provider, error) {
	files, err := Migrations()
	if err != nil {
		return nil, fmt.Errorf("open the migrations: %w", err)
	}
	// The lock lets any number of servers start at once: one migrates, the others wait.
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("make the migration lock: %w", err)
	}
	return goose.NewProvider(goose.DialectPostgres, owner.DB.DB, files, goose.WithSessionLocker(locker))
}

// Migrate brings the schema to the version that this program needs, as the
// owner of the database, and makes the roles of the wall where they are missing.
//
// It refuses with Conflict when the database is newer than the program, and
// where roles are missing that the owner may not make.
func (d *DB) Migrate(ctx context.Context) (Schema, error) {
	schema, err := d.SchemaVersion(ctx)
	if err != nil {
		return Schema{}, err
	}
	if schema.At > schema.Want {
		return schema, fault.New(fault.Conflict, "schema_too_new")
	}
	err = d.asOwner(func(owner *pool) error {
		if err := ensureRoles(ctx, owner); err != nil {
			return err
		}
		provider, err := migrator(owner)
		if err != nil {
			return err
		}
		if _, err := provider.Up(ctx); err != nil {
			return fmt.Errorf("migrate from version %d: %w", schema.At, err)
		}
		return nil
	})
	if err == nil {
		schema.At = schema.Want
	}
	return schema, err
}

const (
	findVersions = `select to_regclass('goose_db_version') is not null`
	readVersion  = `select coalesce(max(version_id), 0) from goose_db_version`
)

// SchemaVersion tells the version of the database and the one that this program needs.
func (d *DB) SchemaVersion(ctx context.Context) (Schema, error) {
	files, err := Migrations()
	if err != nil {
		return Schema{}, fmt.Errorf("open the migrations: %w", err)
	}
	sources, err := fs.Glob(files, "*.sql")
	if err != nil || len(sources) == 0 {
		return Schema{}, fmt.Errorf("list the migrations: %w", err)
	}
	var schema Schema
	if schema.Want, err = goose.NumericComponent(sources[len(sources)-1]); err != nil {
		return Schema{}, fmt.Errorf("number the migrations: %w", err)
	}
	err = d.asOwner(func(owner *pool) error {
		var found bool
		if err := owner.GetContext(ctx, &found, findVersions); err != nil || !found {
			return translate(ctx, err)
		}
		return translate(ctx, owner.GetContext(ctx, &schema.At, readVersion))
	})
	if err != nil {
		return Schema{}, fmt.Errorf("read the schema's version: %w", err)
	}
	return schema, nil
}

// Oldest is the oldest major version of PostgreSQL that the register runs on.
const Oldest = 15

const readServer = `select current_setting('server_version_num')::int / 10000`

// CheckServer refuses with Conflict a PostgreSQL older than [Oldest].
func (d *DB) CheckServer(ctx context.Context) error {
	var major int
	if err := d.As(Login).Get(ctx, &major, readServer); err != nil {
		return fmt.Errorf("read the server's version: %w", err)
	}
	if major < Oldest {
		return fault.New(fault.Conflict, "postgresql_too_old", fault.Args{"min": strconv.Itoa(Oldest)})
	}
	return nil
}

const (
	// What pg_trgm asks of a letter; this can be asked before there is a schema.
	probeLetter  = `select '环' ~ '[[:alpha:]]'`
	findTrigrams = `select to_regproc('show_trgm') is not null`
	probeLocale  = `select cardinality(show_trgm('环球易购')) > 0`
)

// CheckLocale tells whether the database's locale knows Chinese letters.
//
// It refuses with Conflict on a locale under which pg_trgm is blind to them
// (LC_CTYPE=C): names would silently not be found.
func (d *DB) CheckLocale(ctx context.Context) error {
	var letter, trigrams bool
	login := d.As(Login) // there may be no schema yet that another class may read
	if err := login.Get(ctx, &letter, probeLetter); err != nil {
		return fmt.Errorf("probe the locale: %w", err)
	}
	if err := login.Get(ctx, &trigrams, findTrigrams); err != nil {
		return fmt.Errorf("look for pg_trgm: %w", err)
	}
	if letter && trigrams {
		if err := login.Get(ctx, &letter, probeLocale); err != nil {
			return fmt.Errorf("probe the locale: %w", err)
		}
	}
	if !letter {
		return fault.New(fault.Conflict, "locale_blind_to_chinese")
	}
	return nil
}
