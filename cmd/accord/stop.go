//go:build unix

package main

import (
	"context"

	"accord/db/embedded"
)

type stopCommand struct{}

func (stopCommand) Run(ctx context.Context, sh shell, cfg *config) error {
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	stopped, err := embedded.Stop(ctx, cfg.Data)
	if err != nil {
		return err
	}
	if !stopped {
		return sh.print("No private PostgreSQL runs on %s.\n", cfg.Data)
	}
	return sh.print("Stopped the private PostgreSQL on %s.\n", cfg.Data)
}
