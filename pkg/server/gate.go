package server

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"accord/pkg/fault"
)

// readyTime is how long the database may take to say that it is there.
const readyTime = 2 * time.Second

// Gate tells whether requests should come in: not while what the register
// needs is away, and not any more once the server drains.
type Gate struct {
	check    func(context.Context) error
	draining atomic.Bool
}

// NewGate makes a gate that asks check whether the register can answer.
func NewGate(check func(context.Context) error) *Gate { return &Gate{check: check} }

// Ready refuses with Unavailable while the register cannot answer or the
// server drains.
func (g *Gate) Ready(ctx context.Context) error {
	if g.draining.Load() {
		return fault.New(fault.Unavailable, "shutting_down")
	}
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	if err := g.check(ctx); err != nil {
		return fault.Wrap(fault.Unavailable, "unavailable", fmt.Errorf("readiness: %w", err))
	}
	return nil
}
