//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/plan"
	"accord/pkg/registrytest"
)

// TestTheCycleIsRunOnceADay lets days begin in Shanghai, and a run fail.
func TestTheCycleIsRunOnceADay(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Date(2027, 7, 31, 15, 58, 30, 0, time.UTC)
	var fails error
	ran := 0
	c := &calendar{
		run: func(context.Context) (commitment.Round, error) {
			ran++
			return commitment.Round{Day: plan.Today(now)}, fails
		},
		now: func() time.Time { return now }, log: slog.New(slog.NewJSONHandler(&out, nil)),
		last: prometheus.NewGauge(prometheus.GaugeOpts{Name: "last"}),
	}
	looks := func(when string, looks, want int) {
		t.Helper()
		ran = 0
		for range looks {
			c.look(t.Context())
		}
		if ran != want {
			t.Errorf("%s: run %d times, want %d", when, ran, want)
		}
	}
	looks("at the start", 3, 1)
	now = now.Add(time.Minute)
	looks("on the same day", 3, 0)
	now = now.Add(time.Minute)
	looks("after midnight in Shanghai", 3, 1)
	now = now.Add(24 * time.Hour)
	fails = fault.New(fault.Conflict, "run_elsewhere")
	looks("while another server runs it", 3, 3)
	fails = errors.New("no disk")
	looks("when it fails", 1+2+1+4, 2)
	for range 100 {
		c.pause = 0
		if c.look(t.Context()); c.pause < 1 || c.pause > longestPause {
			t.Fatalf("it waits for %d looks", c.pause)
		}
	}
	c.pause = 0
	fails = nil
	looks("when it does not any more", 3, 1)
	now = now.Add(24 * time.Hour)
	looks("on the next day", 1, 1)
	for what, n := range map[string]int{`"the cycle was run","day":"2027-08-01","cycle":0,"non_communicating":0`: 1, "by another server": 3, `"no disk"`: 102} {
		if strings.Count(out.String(), what) != n {
			t.Errorf("%s is not told %d times:\n%s", what, n, out.String())
		}
	}
}

func TestTheMetricTellsOfTheLastRun(t *testing.T) {
	t.Parallel()
	r := registrytest.New(t)
	metrics := prometheus.NewRegistry()
	c, err := newCalendar(r.Runs, slog.New(slog.DiscardHandler), metrics)
	if err != nil {
		t.Fatal(err)
	}
	c.now = r.Clock.Now
	read := func() float64 {
		families, err := metrics.Gather()
		if err != nil || len(families) != 1 || families[0].GetName() != "accord_cycle_run_last_success_timestamp_seconds" {
			t.Fatalf("%v, %v", families, err)
		}
		return families[0].GetMetric()[0].GetGauge().GetValue()
	}
	if got := read(); got != 0 {
		t.Errorf("before a run it is %v", got)
	}
	c.look(context.Background()) // nobody asks: it is refused
	if got := read(); got != 0 {
		t.Errorf("after a run that was refused it is %v", got)
	}
	c.pause = 0
	c.look(access.System(context.Background()))
	if got := read(); got != float64(r.Clock.Now().Unix()) {
		t.Errorf("after a run it is %v", got)
	}
}
