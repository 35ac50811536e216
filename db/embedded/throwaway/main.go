//go:build unix

// Command throwaway runs a private PostgreSQL on data that may be lost, for
// tests. It prints the server's address, and stops the server and removes its
// data when its input ends: so it ends with the script that started it, however
// that ends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"accord/db/embedded"
)

func main() {
	bin := flag.String("bin", "", "the folder of postgres and initdb (default: the usual places)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := run(ctx, *bin); err != nil {
		fmt.Fprintln(os.Stderr, "throwaway:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, bin string) error {
	data, err := os.MkdirTemp("", "accord-test-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	server, err := embedded.Start(ctx, embedded.Config{Data: data, Bin: bin, Settings: embedded.Throwaway()})
	if err != nil {
		return err
	}
	defer os.RemoveAll(server.Home())

	fmt.Println(server.URL())
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		ended <- err
	}()
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	return errors.Join(err, server.Stop(context.Background()))
}
