// Package dbtest gives each test its own PostgreSQL database.
//
// The databases are clones of one migrated template, so a clone costs a
// tenth of a second and tests run in parallel without seeing each other. The
// server is the one that ACCORD_TEST_DATABASE_URL names; without it, a private
// one is started in the temporary folder. It never skips.
package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
)

// Variable names the environment variable with the URL of a PostgreSQL server
// on which tests may create and drop databases.
const Variable = "ACCORD_TEST_DATABASE_URL"

// Options change how a test's database is opened.
type Options struct {
	Now     func() time.Time // the clock of its transactions; the system's by default
	MaxOpen int              // connections at most; 8 by default
	Who     db.Who           // for whom a context asks; by default its actor, and without one the test itself, as the owner
}

// who is how an accord tells for whom a context asks, but for the test itself,
// which asks without an actor: it looks behind the wall.
func who(ctx context.Context) (string, ident.Member, ident.User) {
	if _, ok := access.From(ctx); !ok {
		return string(db.Login), 0, ""
	}
	return access.Class(ctx)
}

// New gives a migrated, empty register of the test's own; it is dropped when the test ends.
func New(t testing.TB, options ...Options) *db.DB {
	t.Helper()
	return Open(t, URL(t), options...)
}

// URL makes the test's own database and gives its address.
func URL(t testing.TB) string {
	t.Helper()
	template, err := migratedTemplate(server(t))
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	return clone(t, template)
}

// Open opens a database for the length of the test.
func Open(t testing.TB, address string, options ...Options) *db.DB {
	t.Helper()
	config := db.Config{URL: address, MaxOpen: 8, Who: who}
	if len(options) > 0 {
		config.Now = options[0].Now
		if options[0].Who != nil {
			config.Who = options[0].Who
		}
		if options[0].MaxOpen > 0 {
			config.MaxOpen = options[0].MaxOpen
		}
	}
	d, err := db.Open(context.Background(), config)
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func clone(t testing.TB, template string) string {
	t.Helper()
	name := "test_" + uuid.New().String()
	admin := administrator(t)
	// File by file: on a server that does not wait for the disk the checkpoints
	// that this takes cost less than writing each page to the log.
	create := fmt.Sprintf(`create database %q template %q strategy file_copy`, name, template)
	if err := admin.Administer(context.Background(), create); err != nil {
		t.Fatalf("clone the template database: %v", err)
	}
	t.Cleanup(func() {
		if err := admin.Administer(context.Background(), fmt.Sprintf(`drop database %q with (force)`, name)); err != nil {
			t.Logf("drop the test's database: %v", err)
		}
	})
	return withDatabase(server(t), name)
}

func withDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Path = "/" + name
	return u.String()
}

// The template is made once per process and, since its name holds the digest
// of the migrations, once per server: other test binaries find it there.
var migratedTemplate = func() func(string) (string, error) {
	var mu sync.Mutex
	made := map[string]string{}
	return func(address string) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if made[address] != "" {
			return made[address], nil
		}
		name, err := makeTemplate(context.Background(), address)
		if err == nil {
			made[address] = name
		}
		return name, err
	}
}()

func makeTemplate(ctx context.Context, address string) (string, error) {
	digest, err := schemaDigest()
	if err != nil {
		return "", err
	}
	name := "accord_template_" + digest
	admin, err := db.Open(ctx, db.Config{URL: address})
	if err != nil {
		return "", err
	}
	defer func() { _ = admin.Close() }()
	return name, admin.Alone(ctx, 4711, func() error {
		var ready bool
		if err := admin.Get(ctx, &ready, `select exists (select from pg_database where datname = $1)`, name); err != nil || ready {
			return err
		}
		// Under its final name only when it is complete: a test run that was
		// killed half-way must not leave a template that looks whole.
		draft := name + "_draft"
		for _, statement := range []string{
			fmt.Sprintf(`drop database if exists %q with (force)`, draft),
			fmt.Sprintf(`create database %q template template0 encoding 'UTF8' locale 'C.UTF-8'`, draft),
		} {
			if err := admin.Administer(ctx, statement); err != nil {
				return err
			}
		}
		if err := migrate(ctx, withDatabase(address, draft)); err != nil {
			return err
		}
		return admin.Administer(ctx, fmt.Sprintf(`alter database %q rename to %q`, draft, name))
	})
}

func migrate(ctx context.Context, address string) error {
	d, err := db.Open(ctx, db.Config{URL: address})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	_, err = d.Migrate(ctx)
	return err
}

func schemaDigest() (string, error) {
	files, err := db.Migrations()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	err = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		sum.Write([]byte(path))
		sum.Write(text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:16], err
}
