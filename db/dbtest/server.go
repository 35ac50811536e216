//go:build unix

package dbtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"accord/db"
	"accord/db/embedded"
)

// server gives the address of a PostgreSQL on which the test may create
// databases: the one of scripts/test, else a private one in the temporary
// folder, which all test processes of this user share and the last one stops.
func server(t testing.TB) string {
	t.Helper()
	if address := os.Getenv(Variable); address != "" {
		return address
	}
	address, leave, err := private()
	if err != nil {
		t.Fatalf("no PostgreSQL for the tests; run scripts/test, or set %s: %v", Variable, err)
	}
	t.Cleanup(func() {
		if err := leave(); err != nil {
			t.Logf("leave the tests' PostgreSQL: %v", err)
		}
	})
	return address
}

// administrator gives connections that make and drop databases. To open one
// costs a third of what a database does, so the process keeps those to the server
// of scripts/test, which outlives it; the private server ends with its last test,
// and there each test has its own.
func administrator(t testing.TB) *db.DB {
	t.Helper()
	if os.Getenv(Variable) == "" {
		return Open(t, server(t))
	}
	d, err := lasting()
	if err != nil {
		t.Fatalf("open the tests' server: %v", err)
	}
	return d
}

var lasting = sync.OnceValues(func() (*db.DB, error) {
	return db.Open(context.Background(), db.Config{URL: os.Getenv(Variable), MaxOpen: 8})
})

// private joins the private PostgreSQL. The process has one share in it, which
// lasts as long as one of its tests needs it.
var private = func() func() (string, func() error, error) {
	var mu sync.Mutex
	var users int
	var share *embedded.Server
	leave := func() error {
		mu.Lock()
		defer mu.Unlock()
		if users--; users > 0 {
			return nil
		}
		return share.Stop(context.Background())
	}
	return func() (string, func() error, error) {
		mu.Lock()
		defer mu.Unlock()
		if users == 0 {
			joined, err := embedded.Join(context.Background(), embedded.Config{
				Data:     filepath.Join(os.TempDir(), fmt.Sprintf("accord-tests-%d", os.Geteuid())),
				Bin:      os.Getenv("PG_BIN"),
				Settings: embedded.Throwaway(),
			})
			if err != nil {
				return "", nil, err
			}
			share = joined
		}
		users++
		return share.URL(), leave, nil
	}
}()
