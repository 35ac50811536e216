package db_test

import (
	"context"
	"testing"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/fault"
)

// A read that waits for its turn gives up with its request, and the turn goes
// to the next one.
func TestReadsWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	d, err := db.Open(t.Context(), db.Config{URL: dbtest.URL(t), Reads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })

	ctx, cancel := context.WithCancel(t.Context())
	held := make(chan error, 1)
	go func() {
		var slept *string
		held <- d.Get(ctx, &slept, "select pg_sleep(600)::text")
	}()
	var n int
	for asleep := 0; asleep == 0; { // the one turn is taken once the server sleeps
		if err := d.InTx(t.Context(), func(tx *db.Tx) error {
			return tx.Get(t.Context(), &asleep, "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'")
		}); err != nil {
			t.Fatal(err)
		}
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := d.Get(gone, &n, "select 1"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a read whose request is gone waits on: %v", err)
	}
	cancel()
	if err := <-held; err == nil {
		t.Error("the read that was ended says nothing of it")
	}
	if err := d.Get(t.Context(), &n, "select 1"); err != nil || n != 1 {
		t.Errorf("the turn is not given back: %d, %v", n, err)
	}
}
