package statistics_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/statistics"
)

// register is a register whose rows are written by the test itself, so that it
// can be in states that the offices would take long to reach.
type register struct {
	t   testing.TB
	db  *db.DB
	s   *statistics.Service
	seq *ledger.Sequencer

	days *atomic.Int64 // that have gone by since noon
}

// noon of a day that is the same in every zone of the tests.
func noon() time.Time { return time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC) }

func newRegister(t testing.TB) *register {
	t.Helper()
	days := &atomic.Int64{}
	d := dbtest.New(t, dbtest.Options{Now: func() time.Time { return noon().AddDate(0, 0, int(days.Load())) }, MaxOpen: 12})
	r := &register{t: t, db: d, s: statistics.New(d), seq: ledger.NewSequencer(d, slog.New(slog.DiscardHandler)), days: days}
	r.change(func(w *writer) {
		w.exec(`insert into plan_point (number, text, title_en, title_zh, change) select n, 'text', 'title', '题', 0 from generate_series(1, 8) n`)
		w.exec(`insert into ceremony (id, name, change) select n, 'Ceremony ' || n, 0 from generate_series(1, 3) n`)
		w.exec(`insert into alliance (id, name, folded, change) select n, 'Alliance ' || n, 'alliance ' || n, 0 from generate_series(1, 3) n`)
		w.exec(`insert into cycle (year, opens_on, due_on, grace_ends_on, change) select n, make_date(n, 4, 1), make_date(n, 7, 31), make_date(n, 12, 31), 0
			from generate_series(2026, 2028) n`)
		w.exec(`insert into indicator (code, point, ordinal, unit, direction, aggregation, title_en, title_zh, definition_en, definition_zh, counts_en,
				counts_zh, excludes_en, excludes_zh, change)
			select 'of_' || aggregation, 4, n, 'hours', direction, aggregation, 't', 't', 'd', 'd', 'c', 'c', 'e', 'e', 0
			from (values (1, 'sum', 'increase'), (2, 'latest', 'decrease'), (3, 'mean', 'increase')) as i (n, aggregation, direction)`)
	})
	return r
}

func public() context.Context { return access.Public(context.Background()) }

// writer writes rows within one change and keeps its first error.
type writer struct {
	ctx context.Context
	tx  *db.Tx
	err error
}

func (w *writer) exec(sql string, args ...any) {
	if w.err == nil {
		_, w.err = w.tx.Exec(w.ctx, sql, args...)
	}
}

// try makes one change.
func (r *register) try(work func(*writer)) error {
	ctx := access.System(context.Background())
	// As the owner: what no office takes back, such as a signature, is taken back here.
	return r.db.As(db.Login).InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		w := &writer{ctx: ctx, tx: tx}
		work(w)
		if w.err != nil {
			return w.err
		}
		return ledger.Record(ctx, tx, ledger.Entry{Action: "test.changed", Kind: "test", ID: "1", Content: map[string]string{"a": "b"}})
	})
}

// change makes one change that must succeed.
func (r *register) change(work func(*writer)) {
	r.t.Helper()
	if err := r.try(work); err != nil {
		r.t.Fatal(err)
	}
}

// number gives positions to all changes so far.
func (r *register) number() {
	r.t.Helper()
	if err := r.seq.CatchUp(access.System(context.Background())); err != nil {
		r.t.Fatal(err)
	}
}

// organisation is what is counted of a member; "" is not known.
type organisation struct {
	number                        ident.Member
	status, kind, country, sector string
	hidden                        bool // not published
}

func (w *writer) member(o organisation) {
	if o.status == "" {
		o.status = "active"
	}
	if o.kind == "" {
		o.kind = "enterprise"
	}
	w.exec(`insert into member (number, change, status, published, name, sort_name, kind, country, sector)
		values ($1, 0, $2, $3, 'name', 'name', $4, nullif($5, ''), nullif($6, ''))`,
		o.number, o.status, !o.hidden, o.kind, o.country, o.sector)
	w.exec(`insert into member_transition (id, member, change, to_status, reason) values (gen_random_uuid(), $1, 0, $2, 'r')`, o.number, o.status)
}

func (w *writer) signature(member ident.Member, ceremony int, capacity, day string) {
	w.exec(`insert into signature (id, member, ceremony, change, capacity, signed_on)
		values (gen_random_uuid(), $1, nullif($2, 0), 0, $3, nullif($4, '')::date)`, member, ceremony, capacity, day)
}

func (w *writer) belong(member ident.Member, alliance int, from, until string) {
	w.exec(`insert into alliance_membership (id, alliance, member, change, role, from_on, until_on)
		values (gen_random_uuid(), $2, $1, 0, 'member', nullif($3, '')::date, nullif($4, '')::date)`, member, alliance, from, until)
}

func (w *writer) promise(member ident.Member, point int, state string) {
	outcome := ""
	if state == "closed" {
		outcome = "not_reached"
	}
	w.exec(`insert into commitment (id, member, change, point, title, text, state, strength, outcome, closing_reason)
		values (gen_random_uuid(), $1, 0, $2, 'title', 'text', $3, 'pledged', nullif($4, ''), nullif($4, ''))`, member, point, state, outcome)
}

// quantity is a figure. A year of 0 is no period; low and high are as the bound wants them.
type quantity struct {
	measure, bound, low, high, currency, scope, netting string
	year                                                int
	confidential                                        bool
}

func (w *writer) figure(member ident.Member, q quantity) {
	w.state(ident.New[ident.Figure](), member, q)
}

// supersede puts the figure in the place of the current one of the same kind, if there is one.
func (w *writer) supersede(member ident.Member, q quantity) {
	id := ident.New[ident.Figure]()
	w.exec(`update figure set superseded_by = $1 where member = $2 and superseded_by is null and measure = $3 and currency = $4
		and coalesce(scope, '') = $5 and coalesce(netting, '') = $6 and coalesce(extract(year from period_from), 0) = $7`,
		id, member, q.measure, q.currency, q.scope, q.netting, q.year)
	w.state(id, member, q)
}

func (w *writer) state(id ident.Figure, member ident.Member, q quantity) {
	w.exec(`insert into figure (id, member, change, measure, period_from, period_to, bound, low, high, currency, scope, netting, confidentiality, stated_at)
		values ($1, $2, 0, $3, make_date(nullif($4::int, 0), 1, 1), make_date(nullif($4::int, 0), 12, 31), $5,
			nullif($6, '')::numeric, nullif($7, '')::numeric, $8, nullif($9, ''), nullif($10, ''), $11, $12)`,
		id, member, q.measure, q.year, q.bound, q.low, q.high, q.currency, q.scope, q.netting,
		map[bool]string{false: "public", true: "confidential"}[q.confidential], w.tx.Now)
}

func ask[Q, C any](t testing.TB, method func(context.Context, Q) (statistics.Answer[C], error), q Q) statistics.Answer[C] {
	t.Helper()
	answer, err := method(public(), q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return answer
}
