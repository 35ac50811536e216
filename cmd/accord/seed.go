//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"accord/db/seed"
	"accord/pkg/access"
	"accord/pkg/ledger"
)

type seedCommand struct {
	JSON bool `help:"Print JSON."`
}

func (c seedCommand) Run(ctx context.Context, sh shell, cfg *config) (err error) {
	d, err := cfg.joinReady(ctx, sh.newLog(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close(ctx)) }()
	loaded, err := d.seed(ctx)
	switch {
	case err != nil:
		return err
	case c.JSON:
		return sh.json(map[string]bool{"loaded": loaded})
	case loaded:
		return sh.print("Loaded the register that ships with accord.\n")
	default:
		return sh.print("The register that ships with accord is loaded already.\n")
	}
}

// seed loads the shipped register and gives its entries their positions, and
// tells whether there was something to load.
func (d *database) seed(ctx context.Context) (bool, error) {
	shipped, err := seed.Load()
	if err != nil {
		return false, err
	}
	loaded, err := newOffices(d.DB).intake().Seed(access.System(ctx), shipped)
	if err != nil || !loaded {
		return false, err
	}
	d.log.InfoContext(ctx, "the shipped register is loaded", "name", shipped.Name)
	if err := ledger.NewSequencer(d.DB, d.log).CatchUp(ctx); err != nil {
		return true, fmt.Errorf("number what was loaded: %w", err)
	}
	return true, nil
}
