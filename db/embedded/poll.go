//go:build unix

package embedded

import (
	"context"
	"time"
)

// The pause between two looks grows from the first to the last, so that a
// quick start is seen at once and a long recovery is not disturbed.
const (
	firstPause = 4 * time.Millisecond
	lastPause  = 100 * time.Millisecond
)

// poll looks until look is done or fails, or ctx ends.
func poll(ctx context.Context, look func() (bool, error)) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		done, err := look()
		if done || err != nil {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}
