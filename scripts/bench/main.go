// Command bench measures what the register costs beside what PostgreSQL costs.
//
// It starts a PostgreSQL and a server of its own in a temporary folder, fills
// the register with synthetic members, and then, in one run and in turns, asks
// the server over HTTP and lets pgbench run the same SQL on the same database.
// What it prints are ratios; the absolute figures of one machine mean nothing on
// another. Run it by scripts/bench/run, which installs what it needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"accord/db/embedded"
)

type bench struct {
	dir     string // everything it makes, removed at the end
	address string // of the database
	server  string // base URL of the server
	log     string // PostgreSQL's
	clients int
	seconds int
	rounds  int
	profile string
	tokens  map[string]string // access tokens by role
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) > 1 && os.Args[1] == "server" {
		exit(serve(ctx, os.Args[2], os.Args[3], os.Args[4], os.Args[5:]...))
	}
	b := &bench{tokens: map[string]string{}}
	flag.IntVar(&b.clients, "clients", 32, "connections at once")
	flag.IntVar(&b.seconds, "seconds", 5, "length of one measurement")
	flag.IntVar(&b.rounds, "rounds", 3, "measurements of each, in turns; the median counts")
	sizes := flag.String("sizes", "1000,100000", "members in the register, smallest first")
	only := flag.String("only", "", "measure only these, by name")
	plans := flag.Bool("plans", false, "show how each list is read at the last of the sizes, and measure nothing")
	wall := flag.Bool("wall", false, "measure what the policies of the database cost: the server beside one that works as the owner")
	flag.StringVar(&b.profile, "profile", "", "file for a CPU profile of the server while it was measured")
	flag.Parse()
	if *plans {
		all := strings.Split(*sizes, ",")
		size, err := strconv.Atoi(all[len(all)-1])
		if err != nil {
			exit(fmt.Errorf("a size is a number of members: %q", *sizes))
		}
		exit(b.plans(ctx, size))
	}
	measure := b.measureSize
	if *wall {
		measure = b.measureWall
	}
	exit(b.run(ctx, strings.Split(*sizes, ","), *only, measure))
}

func exit(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (b *bench) run(ctx context.Context, sizes []string, only string, measure func(context.Context, int, string) ([]result, error)) error {
	var results []result
	for _, text := range sizes {
		size, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("a size is a number of members: %q", text)
		}
		found, err := measure(ctx, size, only)
		if err != nil {
			return fmt.Errorf("at %d members: %w", size, err)
		}
		results = append(results, found...)
	}
	fmt.Print(render(results))
	return nil
}

// measureSize fills a register of its own and measures it.
func (b *bench) measureSize(ctx context.Context, size int, only string) (results []result, err error) {
	err = b.fresh(func() error {
		// First with every statement in the log, to learn what the server asks.
		loads, err := b.learn(ctx, size, only)
		if err != nil {
			return err
		}
		results, err = b.measure(ctx, size, loads, only)
		return err
	})
	return results, err
}

// fresh runs work in a folder that is removed afterwards.
func (b *bench) fresh(work func() error) (err error) {
	if b.dir, err = os.MkdirTemp("", "accord-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if err := os.Chmod(b.dir, 0o755); err != nil { // a PostgreSQL of another user passes through
		return err
	}
	return work()
}

// with runs work beside a PostgreSQL and a server on it.
func (b *bench) with(ctx context.Context, settings map[string]string, work func() error) error {
	data := filepath.Join(b.dir, "data")
	pg, err := embedded.Start(ctx, embedded.Config{Data: data, Bin: os.Getenv("PG_BIN"), Settings: settings})
	if err != nil {
		return err
	}
	defer func() { _ = pg.Stop(context.WithoutCancel(ctx)) }()
	b.address = pg.URL()
	b.log = filepath.Join(data, "postgres.log")
	server, stop, err := b.child(ctx, "address")
	if err != nil {
		return err
	}
	defer stop()
	b.server = server
	if err := b.signIn(ctx, "staff", "analyst"); err != nil {
		return err
	}
	return work()
}

// child starts a server, which writes its address to the file of that name.
func (b *bench) child(ctx context.Context, name string, options ...string) (address string, stop func(), err error) {
	port := filepath.Join(b.dir, name)
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	child := exec.CommandContext(ctx, self, append([]string{"server", b.address, port, b.profile}, options...)...)
	child.Stderr = os.Stderr
	child.Cancel = func() error { return child.Process.Signal(syscall.SIGTERM) }
	if err := child.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = child.Process.Signal(syscall.SIGTERM)
		_ = child.Wait()
		_ = os.Remove(port)
	}
	err = b.until(ctx, func() (bool, error) {
		bytes, err := os.ReadFile(port)
		address = string(bytes)
		return err == nil && len(bytes) > 0, nil
	})
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the server did not start: %w", err)
	}
	return address, stop, nil
}

// bin gives the path of one of PostgreSQL's programs, from beside its server.
func (b *bench) bin(name string) string {
	folders := append([]string{os.Getenv("PG_BIN")}, globs("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")...)
	for i := len(folders) - 1; i >= 0; i-- {
		path := filepath.Join(folders[i], name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return name
}

func globs(patterns ...string) []string {
	var all []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err == nil {
			all = append(all, found...)
		}
	}
	return all
}
