//go:build unix

package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// binary is the program under test, built by TestMain in a folder that
// everybody may read, and not changed afterwards.
var binary string

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "accord-test-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = os.Chmod(dir, 0o755)
	}
	if err == nil {
		binary = filepath.Join(dir, "accord")
		cmd := exec.Command("go", "build", "-buildvcs=false", "-trimpath", "-tags", "nomsgpack", "-ldflags", "-X main.version=v1-test", "-o", binary, ".")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		err = cmd.Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build accord:", err)
		return 1
	}
	return m.Run()
}

// place is where a test's accord runs: its configuration, and the user.
type place struct {
	env  []string
	user *syscall.Credential // nil: the test's own
}

// private is a place with a data folder of its own.
func private(t *testing.T) place {
	t.Helper()
	dir := t.TempDir()
	must(t, os.Chmod(filepath.Dir(dir), 0o711)) // root's server is not root
	p := place{env: []string{"ACCORD_DATA=" + filepath.Join(dir, "var")}}
	t.Cleanup(func() { p.run(t, "", "stop") })
	return p
}

// on is a place with a database of the users' own. Files go where the program is,
// and with it.
func on(address string) place {
	return place{env: []string{"DATABASE_URL=" + address, "ACCORD_EVIDENCE=" + filepath.Join(filepath.Dir(binary), "evidence")}}
}

func (p place) command(args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "ACCORD_ADDR=127.0.0.1:0", "ACCORD_METRICS_ADDR="}, p.env...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.user}
	return cmd
}

// outcome is how a command ended.
type outcome struct {
	code     int
	out, err string
}

func (p place) run(t *testing.T, input string, args ...string) outcome {
	t.Helper()
	cmd := p.command(args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	} else if ok {
		return outcome{exit.ExitCode(), out.String(), errs.String()}
	}
	return outcome{0, out.String(), errs.String()}
}

// must runs a command that has to succeed, and gives its output.
func (p place) must(t *testing.T, input string, args ...string) string {
	t.Helper()
	o := p.run(t, input, args...)
	if o.code != 0 {
		t.Fatalf("accord %s: exit code %d\n%s", strings.Join(args, " "), o.code, o.err)
	}
	return o.out
}

// refused runs a command that has to fail with the code and say the words.
func (p place) refused(t *testing.T, code int, words []string, args ...string) {
	t.Helper()
	o := p.run(t, "", args...)
	if o.code != code {
		t.Errorf("accord %s: exit code %d in place of %d\n%s", strings.Join(args, " "), o.code, code, o.err)
	}
	for _, word := range words {
		if !strings.Contains(o.err, word) {
			t.Errorf("accord %s: says nothing of %q:\n%s", strings.Join(args, " "), word, o.err)
		}
	}
}

// serving is a running accord.
type serving struct {
	cmd      *exec.Cmd
	base     string // its address
	greeting string
	log      *bytes.Buffer // read it after the end only
	ended    bool
}

// serve starts accord and waits until it says where it is.
func (p place) serve(t *testing.T, args ...string) *serving {
	t.Helper()
	s := &serving{cmd: p.command(append([]string{"serve"}, args...)...), log: &bytes.Buffer{}}
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	must(t, err)
	must(t, s.cmd.Start())
	t.Cleanup(func() { s.end(t, syscall.SIGKILL) })
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		s.greeting += line
		if err != nil {
			_ = s.cmd.Wait()
			t.Fatalf("accord serve did not come up:\n%s", s.log)
		}
		if strings.HasPrefix(line, "Ctrl-C") {
			break
		}
	}
	s.base = regexp.MustCompile(`http://[0-9.:]+`).FindString(s.greeting)
	return s
}

// end signals the process and gives its exit code, -1 for one that was killed.
func (s *serving) end(t *testing.T, sig syscall.Signal) int {
	t.Helper()
	if !s.ended {
		s.ended = true
		must(t, s.cmd.Process.Signal(sig))
		_ = s.cmd.Wait() // its exit code says how it ended
	}
	return s.cmd.ProcessState.ExitCode()
}

func (s *serving) get(t *testing.T, path string) (int, string) {
	t.Helper()
	client := http.Client{Timeout: 10 * time.Second}
	answer, err := client.Get(s.base + path)
	must(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer.StatusCode, string(body)
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("no JSON: %v\n%s", err, text)
	}
	return value
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// post sends a form.
func (s *serving) post(t *testing.T, path, form string, headers ...string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.base+path, strings.NewReader(form))
	must(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(request)
	must(t, err)
	must(t, answer.Body.Close())
}

func (s *serving) signIn(t *testing.T, email, password string) (int, string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"email": email, "password": password})
	must(t, err)
	client := http.Client{Timeout: 10 * time.Second}
	answer, err := client.Post(s.base+"/api/v1/sessions", "application/json", bytes.NewReader(body))
	must(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer.StatusCode, string(text)
}
