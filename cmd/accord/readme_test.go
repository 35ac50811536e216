//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var fence = regexp.MustCompile("(?ms)^```(sh|answer)\n(.*?)^```$")

// step is a block of commands of the README, and what their output must hold.
type step struct {
	commands string
	answers  []string
}

func readmeSteps(t *testing.T) []step {
	t.Helper()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var steps []step
	for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
		switch {
		case block[1] == "sh":
			steps = append(steps, step{commands: block[2]})
		case len(steps) == 0:
			t.Fatal("README has an answer without commands")
		default:
			last := &steps[len(steps)-1]
			last.answers = append(last.answers, strings.Split(strings.TrimSpace(block[2]), "\n")...)
		}
	}
	return steps
}

// The README is run as a newcomer would: scripts/serve, then every command in
// its order. Only address and data folder differ, so that it disturbs nobody.
func TestReadmeCommandsDoWhatTheySay(t *testing.T) {
	t.Parallel()
	steps := readmeSteps(t)
	if len(steps) < 8 {
		t.Fatalf("README has only %d blocks of commands", len(steps))
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	env := append(os.Environ(), "ACCORD_DATA="+t.TempDir(), "ACCORD_ADDR="+address, "ACCORD_METRICS_ADDR=", "DATABASE_URL=")
	serveScript(t, root, address, env)

	var script strings.Builder
	script.WriteString("set -eu\n")
	for i, s := range steps {
		fmt.Fprintf(&script, "echo '=== %d'\n%s\n", i, strings.ReplaceAll(s.commands, "localhost:8080", address))
	}
	shell := exec.CommandContext(t.Context(), "sh")
	shell.Dir, shell.Env, shell.Stdin = root, env, strings.NewReader(script.String())
	var stderr bytes.Buffer
	shell.Stderr = &stderr
	out, err := shell.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, stderr.String())
	}
	for i, s := range steps {
		_, answer, _ := strings.Cut(string(out), fmt.Sprintf("=== %d\n", i))
		answer, _, _ = strings.Cut(answer, fmt.Sprintf("=== %d\n", i+1))
		for _, want := range s.answers {
			if !strings.Contains(answer, want) {
				t.Errorf("the commands\n%s\ndo not answer %s but\n%s", s.commands, want, answer)
			}
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// output is what a process has written so far; it may write on.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

func (o *output) Write(bytes []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(bytes)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// serveScript runs scripts/serve until the test ends.
func serveScript(t *testing.T, root, address string, env []string) {
	t.Helper()
	serve := exec.Command(filepath.Join(root, "scripts", "serve"))
	serve.Env = env
	out := &output{}
	serve.Stdout, serve.Stderr = out, out
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- serve.Wait() }()
	t.Cleanup(func() {
		_ = serve.Process.Signal(syscall.SIGTERM)
		if err := <-done; err != nil {
			t.Errorf("scripts/serve did not stop cleanly: %v\n%s", err, out.String())
		}
	})
	// It builds first, which takes as long as it takes: the test ends with the
	// process, or with the time that all tests have.
	ctx := t.Context()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-done:
			done <- err
			t.Fatalf("scripts/serve ended: %v\n%s", err, out.String())
		case <-tick.C:
		}
	}
}
