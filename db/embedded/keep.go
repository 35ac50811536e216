//go:build unix

package embedded

import (
	"context"
	"time"
)

// keep looks each second whether the server still lives and starts it again
// when it does not, for instance after the kernel ended it for want of memory.
// The function it gives ends the watch and waits for it.
func keep(p place, cfg Config) func() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				revive(ctx, p, cfg)
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

func revive(ctx context.Context, p place, cfg Config) {
	if m, err := p.postmaster(); err == nil && (runs(m.pid, p.path(cluster)) || m.answers()) {
		return
	}
	err := p.gated(ctx, func() error {
		adopted, err := p.run(ctx, cfg)
		if err == nil && !adopted {
			cfg.log().Warn("PostgreSQL had died and was started again", "home", p.home)
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		cfg.log().Error("PostgreSQL has died and does not start", "home", p.home, "error", err)
	}
}
