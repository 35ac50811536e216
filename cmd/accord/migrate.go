//go:build unix

package main

import (
	"context"
	"errors"
	"log/slog"
)

type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Migrate the schema to this program's version."`
	Status migrateStatus `cmd:"" help:"Tell where the schema is; exit code 5 if it is too old or too new."`
}

type migrateUp struct {
	JSON bool `help:"Print JSON."`
}

func (c migrateUp) Run(ctx context.Context, sh shell, cfg *config) (err error) {
	d, err := cfg.join(ctx, sh.newLog(slog.LevelInfo))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close(ctx)) }()
	if err := d.suits(ctx); err != nil {
		return err
	}
	schema, err := d.migrate(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return sh.json(schema)
	}
	return sh.print("The schema is at version %d.\n", schema.At)
}

type migrateStatus struct {
	JSON bool `help:"Print JSON."`
}

func (c migrateStatus) Run(ctx context.Context, sh shell, cfg *config) (err error) {
	d, err := cfg.join(ctx, sh.newLog(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close(ctx)) }()
	schema, err := d.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		err = sh.json(schema)
	} else {
		err = sh.print("The schema is at version %d; this accord needs version %d.\n", schema.At, schema.Want)
	}
	if err == nil && schema.At != schema.Want {
		err = schemaTrouble(schema)
	}
	return err
}
