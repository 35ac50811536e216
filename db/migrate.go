package db

import (
	"context"
	"embed"
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

func (d *DB) migrator() (*goose.Provider, error) {
	files, err := Migrations()
	if err != nil {
		return nil, fmt.Errorf("open the migrations: %w", err)
	}
	// The lock lets any number of servers start at once: one migrates, the others wait.
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("make the migration lock: %w", err)
	}
	return goose.NewProvider(goose.DialectPostgres, d.pool.DB, files, goose.WithSessionLocker(locker))
}

// Migrate brings the schema to the version that this program needs.
//
// It refuses with Conflict when the database is newer than the program.
func (d *DB) Migrate(ctx context.Context) (Schema, error) {
	provider, err := d.migrator()
	if err != nil {
		return Schema{}, err
	}
	schema, err := d.SchemaVersion(ctx)
	if err != nil {
		return Schema{}, err
	}
	if schema.At > schema.Want {
		return schema, fault.New(fault.Conflict, "schema_too_new")
	}
	if _, err := provider.Up(ctx); err != nil {
		return schema, fmt.Errorf("migrate from version %d: %w", schema.At, err)
	}
	schema.At = schema.Want
	return schema, nil
}

// SchemaVersion tells the version of the database and the one that this program needs.
func (d *DB) SchemaVersion(ctx context.Context) (Schema, error) {
	provider, err := d.migrator()
	if err != nil {
		return Schema{}, err
	}
	var schema Schema
	if schema.At, schema.Want, err = provider.GetVersions(ctx); err != nil {
		return Schema{}, fmt.Errorf("read the schema's version: %w", translate(ctx, err))
	}
	return schema, nil
}

// Oldest is the oldest major version of PostgreSQL that the register runs on.
const Oldest = 15

const readServer = `select current_setting('server_version_num')::int / 10000`

// CheckServer refuses with Conflict a PostgreSQL older than [Oldest].
func (d *DB) CheckServer(ctx context.Context) error {
	var major int
	if err := d.Get(ctx, &major, readServer); err != nil {
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
	if err := d.Get(ctx, &letter, probeLetter); err != nil {
		return fmt.Errorf("probe the locale: %w", err)
	}
	if err := d.Get(ctx, &trigrams, findTrigrams); err != nil {
		return fmt.Errorf("look for pg_trgm: %w", err)
	}
	if letter && trigrams {
		if err := d.Get(ctx, &letter, probeLocale); err != nil {
			return fmt.Errorf("probe the locale: %w", err)
		}
	}
	if !letter {
		return fault.New(fault.Conflict, "locale_blind_to_chinese")
	}
	return nil
}
