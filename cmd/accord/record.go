//go:build unix

package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"accord/pkg/audit"
)

// How often what happened is written into the audit record, and what is too
// old for it forgotten.
const (
	recordedEvery    = time.Second
	recordSweptEvery = 24 * time.Hour
)

// keepRecord keeps the audit record until the context ends, and then writes
// what is left.
func (r *register) keepRecord(ctx context.Context) {
	tick, sweep := time.NewTicker(recordedEvery), time.NewTicker(recordSweptEvery)
	defer tick.Stop()
	defer sweep.Stop()
	r.sweepRecord(ctx)
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := r.audit.Flush(last, true); err != nil {
				r.db.log.ErrorContext(last, "the last audit events are lost", slog.Any("error", err))
			}
			return
		case <-sweep.C:
			r.sweepRecord(ctx)
		case <-tick.C:
			if err := r.audit.Flush(ctx, false); err != nil && ctx.Err() == nil {
				r.db.log.WarnContext(ctx, "audit events wait to be written", slog.Any("error", err))
			}
		}
	}
}

func (r *register) sweepRecord(ctx context.Context) {
	if err := r.audit.Sweep(ctx); err != nil && ctx.Err() == nil {
		r.db.log.WarnContext(ctx, "could not forget old audit events", slog.Any("error", err))
	}
}

func blurred(record *audit.Service) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "accord_audit_blurred_total",
		Help: "Audit events of which it was not kept who caused them, since too many different ones came at once.",
	}, func() float64 { return float64(record.Blurred()) })
}
