//go:build unix

package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"accord/pkg/commitment"
	"accord/pkg/plan"
)

// lookEvery is how often a server looks whether a new day has begun in the
// initiative's time zone. A clock that is set, or a machine that slept, makes it
// no later than that.
const lookEvery = time.Minute

// longestPause is how many looks a server lets pass, at most, after a run that
// failed.
const longestPause = 60

// calendar runs the cycle at the server's start and once each day. Every server
// does: one at a time works, and who comes later finds nothing left to do, or
// goes on where the other was killed.
type calendar struct {
	run   func(context.Context) (commitment.Round, error)
	now   func() time.Time
	log   *slog.Logger
	last  prometheus.Gauge
	done  plan.Date // the last day on which a run went through
	tries int       // that failed since
	pause int       // looks to let pass
}

func newCalendar(runs *commitment.Runs, log *slog.Logger, metrics *prometheus.Registry) (*calendar, error) {
	c := &calendar{run: runs.Run, now: time.Now, log: log, last: prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "accord_cycle_run_last_success_timestamp_seconds",
		Help: "When this server last ran the reporting cycle to its end, in seconds since 1970; 0 before it did.",
	})}
	if err := metrics.Register(c.last); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	return c, nil
}

// work looks until the context ends.
func (c *calendar) work(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		c.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look runs the cycle if today's run is still to come.
func (c *calendar) look(ctx context.Context) {
	if c.pause > 0 {
		c.pause--
		return
	}
	if plan.Today(c.now()) == c.done {
		return
	}
	round, err := c.run(ctx)
	switch {
	case elsewhere(err): // and if that one is killed, the next look goes on
		c.log.InfoContext(ctx, "the cycle is run by another server")
	case err != nil && ctx.Err() != nil: // the server ends
	case err != nil:
		c.tries = min(c.tries+1, 6) // by then the pause is the longest
		c.pause = min(1<<c.tries, longestPause)
		c.log.WarnContext(ctx, "the cycle was not run to its end; it will be tried again", append(counts(round), slog.Any("error", err))...)
	default:
		c.done, c.tries = round.Day, 0
		c.last.Set(float64(c.now().Unix()))
		c.log.InfoContext(ctx, "the cycle was run", counts(round)...)
	}
}

// counts tells of a run in one line of the log, without naming anybody.
func counts(round commitment.Round) []any {
	year := 0
	if round.Cycle != nil {
		year = round.Cycle.Year
	}
	return []any{
		slog.String("day", string(round.Day)), slog.Int("cycle", year), slog.Int("non_communicating", len(round.Silenced)),
		slog.Int("active", len(round.Returned)), slog.Int("proposed", len(round.Proposed)), slog.Int("withdrawn", len(round.Withdrawn)),
		slog.Int("left_alone", len(round.LeftAlone)),
	}
}
