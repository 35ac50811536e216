// Package db is the only room that speaks to PostgreSQL's driver.
//
// It opens the pool, runs transactions ([DB.InTx]), keeps statements prepared,
// and turns what the database refuses into faults that carry the name of the
// broken constraint; the offices turn that name into the field at fault. A
// transaction that changed the register without recording it in the ledger is
// not committed: the record is part of the change.
package db

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"
)

// Config says where the database is. The zero Now is the system's clock.
type Config struct {
	URL     string           // a PostgreSQL URL; several hosts and target_session_attrs are taken
	Owner   string           // the same database, with the login that owns it, for migrations; empty: URL
	Who     Who              // for whom a context asks; nil: everything is asked under the login itself
	MaxOpen int              // connections in use at most; 0 means 32, and fewer than 4 means 4
	Reads   int              // reads outside transactions that run at once; 0 means as many as there are connections
	Now     func() time.Time // the clock that transactions are dated by
	Log     *slog.Logger
}

// LocalReads is how many reads at once suit a database on this machine, which
// shares its processors: beyond two for each they only wait for one another,
// and answer a third fewer.
func LocalReads() int { return max(4, 2*runtime.NumCPU()) }

// DB is the connections to one register. It is safe for use by many at once.
type DB struct {
	pools     map[Class]*pool // of every class, and of the login; never changed
	who       Who
	fixed     *Class // the class whoever asks, for [DB.As]; else nil
	owner     string
	now       func() time.Time
	log       *slog.Logger
	committed chan struct{} // holds one token when a change was committed since it was last taken

	// slots holds a token for each running transaction. There are fewer slots
	// than connections: a transaction that meets a statement for the first time
	// has it prepared on another connection, and would wait for ever if every
	// connection were held by a transaction that waits for the same.
	slots chan struct{}

	// reads holds a token for each read that runs outside a transaction.
	reads chan struct{}
}

// Open connects and checks that the database answers.
//
// It refuses with Unavailable when no server answers.
func Open(ctx context.Context, config Config) (*DB, error) {
	if config.MaxOpen == 0 {
		config.MaxOpen = 32
	}
	config.MaxOpen = max(config.MaxOpen, 4)
	if config.Reads == 0 {
		config.Reads = config.MaxOpen
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Owner == "" {
		config.Owner = config.URL
	}
	d := &DB{
		pools: map[Class]*pool{}, who: config.Who, owner: config.Owner, now: config.Now, log: config.Log, committed: make(chan struct{}, 1),
		slots: make(chan struct{}, config.MaxOpen-2), reads: make(chan struct{}, config.Reads),
	}
	for _, class := range append(Classes(), Login) {
		opened, err := class.open(config)
		if err != nil {
			return nil, fmt.Errorf("read the database address: %w", translate(ctx, err))
		}
		d.pools[class] = opened
	}
	if err := d.pools[Login].PingContext(ctx); err != nil {
		return nil, fmt.Errorf("reach the database: %w", translate(ctx, err))
	}
	return d, nil
}

// Close ends all connections.
func (d *DB) Close() error {
	var err error
	for _, p := range d.pools {
		err = errors.Join(err, p.Close())
	}
	return err
}

// Ping tells whether the database answers.
func (d *DB) Ping(ctx context.Context) error {
	return translate(ctx, d.pools[d.reader(ctx).class].PingContext(ctx))
}

// Now gives the time in UTC by the clock that transactions are dated by, to
// the microsecond that the database keeps.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

// Committed is signalled after changes of this process were committed, so that
// the sequencer need not wait for its next poll. Signals may fall together.
func (d *DB) Committed() <-chan struct{} { return d.committed }

func (d *DB) signal() {
	select {
	case d.committed <- struct{}{}:
	default:
	}
}
