//go:build unix

package embedded

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain lets the test binary play a second accord, which serves a data
// folder until its input ends or it is killed.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "hold" {
		os.Exit(holdUntilTold(os.Args[2]))
	}
	os.Exit(inWorkshop(m))
}

// workshop is a folder of this test run, made by TestMain and removed by it.
var workshop string

func inWorkshop(m *testing.M) int {
	dir, err := os.MkdirTemp("", "embedded-")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil {
		fmt.Println(err)
		return 1
	}
	workshop = dir
	return m.Run()
}

// model is a cluster that the tests copy, made once: initdb takes a second.
var model = sync.OnceValues(func() (string, error) {
	p, err := settle(Config{Data: filepath.Join(workshop, "model")})
	if err == nil && p.home != p.data {
		err = fmt.Errorf("the model lives elsewhere, in %s", p.home)
	}
	var b Binaries
	if err == nil {
		b, err = p.binaries("")
	}
	if err == nil {
		err = p.create(context.Background(), b)
	}
	return p.path(cluster), err
})

// filled gives a data folder with a new cluster.
func filled(t *testing.T) string {
	t.Helper()
	data := folder(t)
	from, err := model()
	must(t, err)
	must(t, os.Mkdir(data, 0o711))
	out, err := exec.Command("cp", "-a", from, filepath.Join(filepath.Dir(from), furnished), data).CombinedOutput()
	if err != nil {
		t.Fatalf("copy the model: %v: %s", err, out)
	}
	return data
}

func holdUntilTold(data string) int {
	s, err := Start(context.Background(), Config{Data: data, Address: ":4711"})
	if err != nil {
		fmt.Println("refused:", err)
		return 1
	}
	fmt.Println("ready", s.URL())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := s.Stop(context.Background()); err != nil {
		fmt.Println("stop:", err)
		return 1
	}
	return 0
}

// another starts a second process that serves the folder, and waits until it does.
func another(t *testing.T, data string) (process *exec.Cmd, end func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "hold", data)
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "ready ") {
		t.Fatalf("second process: %q, %v", line, err)
	}
	return cmd, func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
}

// folder gives a data folder that an unprivileged server can reach, unlike
// what the testing package makes for root.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.Chmod(filepath.Dir(dir), 0o711))
	return filepath.Join(dir, "var")
}

// quick is how the tests run a server: small, and on data that may be lost with
// the machine, but not with the server.
func quick(data string) Config {
	settings := Throwaway()
	settings["shared_buffers"] = "16MB"
	settings["synchronous_commit"] = "on"
	return Config{Data: data, Settings: settings}
}

func start(t *testing.T, data string) *Server {
	t.Helper()
	s, err := Start(t.Context(), quick(data))
	must(t, err)
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	must(t, s.Stop(context.Background()))
}

// ask runs a statement over the server's address, as the register does.
func ask(t *testing.T, url, statement string) string {
	t.Helper()
	answer, err := query(url, statement)
	must(t, err)
	return answer
}

func query(url, statement string) (string, error) {
	b, err := Find("", 0)
	if err != nil {
		return "", err
	}
	cmd := exec.Command(filepath.Join(b.Dir, "psql"), url, "-XAtqc", statement)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// eventually waits for what another process is about to bring about.
func eventually(t *testing.T, what string, look func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if poll(ctx, func() (bool, error) { return look(), nil }) != nil {
		t.Fatal("never came about: " + what)
	}
}

// living tells whether a server runs on the folder.
func living(t *testing.T, data string) bool {
	t.Helper()
	p, err := find(data)
	must(t, err)
	now := dead
	must(t, p.gated(t.Context(), func() error {
		now, err = p.state()
		return err
	}))
	return now != dead
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
