package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/ledger"
)

const (
	writers = 32
	rounds  = 8 // of each writer at least
	rows    = 6 // that all writers change
	kills   = 5 // of sequencers inside their transaction, at least
)

var errChanged = errors.New("the writer changed its mind")

// amend changes one or two of the rows that all writers change, and records
// what it did in one to three entries; every fourth time it changes its mind.
// It locks in the order of numbers, as the offices do, and tells how many rows
// it changed.
func amend(d *db.DB, r *rand.Rand) (int, error) {
	ctx := access.With(context.Background(), access.Actor{Role: access.RoleStaff})
	numbers := []int64{1 + r.Int64N(rows), 1 + r.Int64N(rows)}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	rollBack, extra := r.IntN(4) == 0, r.IntN(2) == 0
	err := d.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		for i, number := range numbers {
			var version int64
			if err := tx.Get(ctx, &version, `update member set version = version + 1 where number = $1 returning version`, number); err != nil {
				return err
			}
			if err := ledger.Record(ctx, tx, ledger.Entry{
				Action: "member.amended", Kind: "member", ID: fmt.Sprint(number), Content: map[string]any{"version": version}, Sealed: i == 1,
			}); err != nil {
				return err
			}
		}
		if extra {
			if err := ledger.Record(ctx, tx, ledger.Entry{Action: "thing.made", Kind: "thing", ID: "1"}); err != nil {
				return err
			}
		}
		if rollBack {
			return errChanged
		}
		return nil
	})
	return len(numbers), err
}

// TestOrderHoldsWhateverHappens runs writers on the same rows, some of which
// roll back, with two sequencers whose clocks differ and which are killed all
// the time: their context ends, or the server ends their connections.
func TestOrderHoldsWhateverHappens(t *testing.T) {
	t.Parallel()
	address := dbtest.URL(t)
	d := dbtest.Open(t, address, dbtest.Options{MaxOpen: writers + 2})
	for number := range rows {
		book{t: t, db: d}.member(ident.Member(number+1), true)
	}

	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var sequencers, killers sync.WaitGroup
	var killed atomic.Int64
	for _, skew := range []time.Duration{0, -time.Hour} {
		name := fmt.Sprintf("sequencer%d", -skew)
		own := dbtest.Open(t, address+"&application_name="+name, dbtest.Options{
			MaxOpen: 4, Now: func() time.Time { return time.Now().Add(skew) },
		})
		sequencers.Go(func() { restart(ctx, own) })
		killers.Go(func() { terminate(ctx, d, name, &killed) })
	}

	var committed, rolledBack int64
	var mu sync.Mutex // guards the two counts
	var writing sync.WaitGroup
	for writer := range writers {
		writing.Go(func() {
			r := rand.New(rand.NewPCG(uint64(writer), 5))
			for round := 0; round < rounds || killed.Load() < kills; round++ {
				n, err := amend(d, r)
				mu.Lock()
				switch {
				case err == nil:
					committed += int64(n)
				case errors.Is(err, errChanged):
					rolledBack++
				default:
					t.Errorf("a writer met %v", err)
				}
				mu.Unlock()
			}
		})
	}
	writing.Wait()
	stop()
	sequencers.Wait()
	killers.Wait()
	b := book{t: t, db: d, quill: ledger.NewSequencer(d, slog.New(slog.DiscardHandler))}
	var batches int
	b.get(&batches, `select count(distinct at) from position`)
	b.number()
	if rolledBack == 0 || committed == 0 || batches < 2 {
		t.Fatalf("%d rows changed, %d changes rolled back, %d batches numbered: not what this test is about", committed, rolledBack, batches)
	}
	t.Logf("%d rows changed, %d changes rolled back, %d batches numbered, %d kills", committed, rolledBack, batches, killed.Load())
	holdsOrder(t, d, committed)
}

// restart runs a sequencer that is stopped at any moment and started again. On a
// busy machine no batch fits into a short life, and the batches grow meanwhile:
// so lives become longer while nothing is numbered, and shorter again.
func restart(ctx context.Context, d *db.DB) {
	const shortest, longest = 60 * time.Millisecond, time.Minute
	quill := ledger.NewSequencer(d, slog.New(slog.DiscardHandler))
	var last int64
	for bound := shortest; ctx.Err() == nil; {
		life, end := context.WithTimeout(ctx, time.Duration(rand.Int64N(int64(bound))))
		quill.Run(life)
		end()
		var now int64
		if err := d.Get(ctx, &now, `select coalesce(max(position), 0) from position`); err == nil && now > last {
			bound, last = max(bound/2, shortest), now
		} else {
			bound = min(bound*2, longest)
		}
	}
}

// terminate ends the connection of a sequencer in the middle of a transaction,
// each time that the ledger has grown since, and counts it.
func terminate(ctx context.Context, d *db.DB, name string, killed *atomic.Int64) {
	var last int64
	for ctx.Err() == nil {
		var now int64
		if err := d.Get(ctx, &now, `select coalesce(max(position), 0) from position`); err != nil || now < last+10 {
			continue
		}
		var ended []bool
		if err := d.Select(ctx, &ended, `
			select pg_terminate_backend(pid) from pg_stat_activity
			where application_name = $1 and backend_xid is not null and datname = current_database()`, name); err == nil && len(ended) > 0 {
			killed.Add(1)
			last = now
		}
	}
}

// holdsOrder checks the laws of the ledger on a register at rest.
func holdsOrder(t *testing.T, d *db.DB, changed int64) {
	t.Helper()
	for law, query := range map[string]string{
		"nothing is pending":                      `select count(*) from pending`,
		"positions are 1 to n without gap":        `select (select coalesce(max(position), 0) from position) - (select count(*) from entry)`,
		"every entry has its position":            `select count(*) from entry e where not exists (select from position p where p.change = e.change and p.seq = e.seq)`,
		"every change has an entry":               `select count(*) from change c where not exists (select from entry e where e.change = c.id)`,
		"times never go back":                     `select count(*) from (select at < lag(at) over (order by position) as back from position) p where back`,
		"whole changes stand together, in order":  `select count(*) from (select position - seq - min(position - seq) over (partition by change) as off from position) p where off <> 0`,
		"versions have no gap":                    `select count(*) from (select version - row_number() over (partition by number order by version) as off from (select number, version from member union all select number, version from member_history) v) w where off <> 0`,
		"the change that ends one makes the next": `select count(*) from (select ended_by, lead(change) over (partition by number order by version) as next from (select number, version, change, null::bigint as ended_by from member union all select number, version, change, ended_by from member_history) v) w where ended_by is distinct from next`,
		"versions are in the order of positions": `select count(*) from (
			select p.position <= lag(p.position) over (partition by number order by version) as back
			from (select number, version, change from member union all select number, version, change from member_history) v
			join change_position p on p.change = v.change) w where back`,
	} {
		var broken int64
		if err := d.Get(context.Background(), &broken, query); err != nil {
			t.Fatalf("%s: %v", law, err)
		}
		if broken != 0 {
			t.Errorf("%s: broken %d times", law, broken)
		}
	}
	var versions int64
	if err := d.Get(context.Background(), &versions, `select sum(version - 1) from member`); err != nil {
		t.Fatal(err)
	}
	if versions != changed {
		t.Errorf("%d versions by %d changes of rows: an update was lost", versions, changed)
	}
}

func TestOneSequencerWorksAtATime(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.member(1, true)
	b.change(staff(), thing("a", "1", false))
	// Somebody holds the lock: the others leave at once and number nothing.
	err := b.db.InTx(staff(), func(tx *db.Tx) error {
		var held bool
		if err := tx.Get(context.Background(), &held, `select pg_try_advisory_xact_lock(x'6163636f7264'::bigint)`); err != nil || !held {
			return fmt.Errorf("held %v: %w", held, err)
		}
		b.number()
		if page := b.changes(0, 10); page.Last != 0 {
			t.Errorf("numbered up to %d meanwhile", page.Last)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b.number()
	if page := b.changes(0, 10); page.Last != 2 {
		t.Errorf("numbered up to %d", page.Last)
	}
}

func TestTheSequencerIsWokenByACommit(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { b.quill.Run(ctx) })
	b.member(1, true)
	for b.changes(0, 1).Last == 0 { // ends by the test's own deadline if it never comes
	}
	stop()
	running.Wait()
}
