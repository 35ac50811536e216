//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"accord/api"
	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/audit"
	"accord/pkg/blob"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ledger"
	"accord/pkg/mail"
	"accord/pkg/server"
	"accord/pkg/web"
)

// register is the running register: the offices on their database, behind the doors.
type register struct {
	base     string // its address for people
	db       *database
	accounts *account.Service
	audit    *audit.Service
	evidence *commitment.EvidenceRoom
	desk     *mail.Desk
	mail     *mail.Office
	server   *server.Server
	calendar *calendar
}

// wire puts the rooms of the house together.
func (c *serveCommand) wire(ctx context.Context, d *database, files blob.Store, keys account.Keyring, base string, fourEyes bool) (*register, error) {
	desk := mail.NewDesk(base)
	record := audit.New(d.DB, time.Duration(c.AuditRetention)*24*time.Hour, d.log)
	accounts, err := c.openAccounts(ctx, d, keys, base, desk, record)
	if err != nil {
		return nil, err
	}
	gate := server.NewGate(d.Ping)
	evidence := commitment.NewEvidenceRoom(d.DB, files)
	o := newOffices(d.DB).eyes(fourEyes)
	doors, err := c.doors(ctx, o.api(accounts, record, evidence), gate, build(fourEyes))
	if err != nil {
		return nil, err
	}
	metrics := prometheus.NewRegistry()
	err = errors.Join(
		metrics.Register(collectors.NewGoCollector()),
		metrics.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})),
		metrics.Register(blurred(record)))
	if err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	days, err := newCalendar(o.runs, d.log, metrics)
	if err != nil {
		return nil, err
	}
	s, err := server.New(server.Options{
		Doors:          doors,
		Authenticator:  accounts,
		Gate:           gate,
		Logger:         d.log,
		Metrics:        metrics,
		TrustedProxies: c.TrustedProxies,
		HTTPS:          strings.HasPrefix(base, "https://"),
		Audit:          record,
		Rates:          server.Rates{Public: c.RatePublic, Account: c.RateAccount, Token: c.RateToken},
	})
	if err != nil {
		return nil, usage(err.Error())
	}
	return &register{base: base, db: d, accounts: accounts, audit: record, evidence: evidence, desk: desk, server: s, calendar: days}, nil
}

// accountConfig says how accounts are kept. Passkeys are bound to the base address.
func (c *serveCommand) accountConfig(base string, keys account.Keyring, log *slog.Logger) account.Config {
	config := account.Config{Issuer: c.BaseURL, Keys: keys, Log: log, Base: base, FreshLife: c.FreshFor}
	for _, role := range c.RequireFactor {
		config.Factored = append(config.Factored, access.Role(role))
	}
	return config
}

// doors makes the JSON door and the HTML door.
func (c *serveCommand) doors(ctx context.Context, offices api.Offices, gate *server.Gate, version api.Version) ([]server.Door, error) {
	key, err := offices.Accounts.Secret(access.System(ctx), "cursors")
	if err != nil {
		return nil, err
	}
	json, err := api.New(api.Options{
		Offices:   offices,
		CursorKey: key,
		Ready:     gate.Ready,
		Now:       time.Now,
		Version:   version,
	})
	if err != nil {
		return nil, err
	}
	html, err := web.New(offices.Accounts, c.BaseURL)
	if err != nil {
		return nil, usage("ACCORD_BASE_URL: " + err.Error())
	}
	return []server.Door{json, html}, nil
}

// sweepEvery is how often what has had its time is forgotten.
const sweepEvery = 10 * time.Minute

// work starts what runs beside the requests. The function it gives ends it,
// after the last request has been answered: their changes are numbered too.
func (r *register) work(ctx context.Context) func() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	sequencer := ledger.NewSequencer(r.db.DB, r.db.log)
	var workers sync.WaitGroup
	workers.Go(func() { sequencer.Run(ctx) })
	workers.Go(func() { r.sweep(access.System(ctx)) })
	workers.Go(func() { r.calendar.work(access.System(ctx)) })
	workers.Go(func() { r.postman(access.System(ctx)) })
	workers.Go(func() { r.sweepFiles(access.System(ctx)) })
	workers.Go(func() { r.noteUses(access.System(ctx)) })
	workers.Go(func() { r.keepRecord(access.System(ctx)) })
	return func() {
		cancel()
		workers.Wait()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := sequencer.CatchUp(last); err != nil {
			r.db.log.WarnContext(last, "the last changes get their positions at the next start", slog.Any("error", err))
		}
	}
}

func (r *register) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := errors.Join(r.accounts.Sweep(ctx), r.mail.Sweep(ctx)); err != nil && ctx.Err() == nil {
			r.db.log.WarnContext(ctx, "could not forget old sessions and letters", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// usesNotedEvery is how often it is written down which API tokens were used.
const usesNotedEvery = time.Minute

func (r *register) noteUses(ctx context.Context) {
	tick := time.NewTicker(usesNotedEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := r.accounts.NoteUses(ctx); err != nil && ctx.Err() == nil {
			r.db.log.WarnContext(ctx, "could not write down when API tokens were used", slog.Any("error", err))
		}
	}
}

// filesSweptEvery is how often the files go that nothing names.
const filesSweptEvery = 24 * time.Hour

func (r *register) sweepFiles(ctx context.Context) {
	tick := time.NewTicker(filesSweptEvery)
	defer tick.Stop()
	for {
		if err := r.evidence.Sweep(ctx); err != nil && ctx.Err() == nil {
			r.db.log.WarnContext(ctx, "could not sweep away files that nothing names", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// setupLink gives a link under which the first administrator is made, "" when
// there is one.
func (r *register) setupLink(ctx context.Context) (string, error) {
	token, err := r.accounts.SetupLink(access.System(ctx))
	if fault.Is(err, fault.Conflict) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return r.base + "/setup?token=" + token, nil
}
