//go:build unix

package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestServe(t *testing.T) {
	t.Parallel()
	p := private(t)
	s := p.serve(t)

	t.Run("answers on a register that it made and filled", func(t *testing.T) {
		for _, path := range []string{"/healthz", "/readyz", "/version", "/openapi.json", "/docs"} {
			if status, body := s.get(t, path); status != http.StatusOK {
				t.Errorf("%s answers %d: %s", path, status, body)
			}
		}
		_, body := s.get(t, "/api/v1/members?sort=number")
		for _, name := range []string{"Alibaba", "Globalegrow E-Commerce", "Jollychic"} {
			if !strings.Contains(body, name) {
				t.Errorf("%s is not among the members: %s", name, body)
			}
		}
	})
	t.Run("refuses a second accord on the data folder, and says who holds it", func(t *testing.T) {
		p.refused(t, 4, []string{strconv.Itoa(s.cmd.Process.Pid), "127.0.0.1:0"}, "serve")
	})
	t.Run("prints a link to the set-up form while there is no administrator", func(t *testing.T) {
		link := regexp.MustCompile(`http://\S+/setup\S*`).FindString(s.greeting)
		status, body := s.get(t, strings.TrimPrefix(link, s.base))
		if status != http.StatusOK || !strings.Contains(body, "<form") {
			t.Errorf("%s answers %d: %s", link, status, body)
		}
	})
	s.get(t, "/setup?token=guessed")
	s.post(t, "/setup", "token=guessed&email=a%40example.org&password=seven+herons+over+a+lake", "Origin", "https://evil.example")
	t.Run("ends in good order on SIGTERM, and leaves no PostgreSQL behind", func(t *testing.T) {
		if code := s.end(t, syscall.SIGTERM); code != 0 {
			t.Errorf("exit code %d\n%s", code, s.log)
		}
		if said := p.must(t, "", "stop"); !strings.HasPrefix(said, "No private PostgreSQL runs") {
			t.Error(said)
		}
	})
	t.Run("has noted who tried the form with a link that is not good, or from another site", func(t *testing.T) {
		for _, event := range []string{"setup_link_invalid", "forbidden"} {
			noted := regexp.MustCompile(`"security event","event":"` + event + `","request_id":"[0-9a-f]{32}","route":"/setup","address":"127.0.0.1"`)
			if !noted.MatchString(s.log.String()) {
				t.Errorf("no %s in the log:\n%s", event, s.log)
			}
		}
	})
	t.Run("prints no link once there is an administrator", func(t *testing.T) {
		p.must(t, "seven herons over a quiet lake\n", "user", "add", "--role", "admin", "--email", "first@example.org", "--password-stdin")
		again := p.serve(t)
		if strings.Contains(again.greeting, "/setup") {
			t.Error(again.greeting)
		}
		if code := again.end(t, syscall.SIGINT); code != 0 {
			t.Errorf("exit code %d\n%s", code, again.log)
		}
	})
}

func TestServeRecovers(t *testing.T) {
	t.Parallel()
	p := private(t)
	p.serve(t).end(t, syscall.SIGKILL)

	start := time.Now()
	s := p.serve(t)
	if status, _ := s.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("answers %d after kill -9", status)
	}
	// The promise is two seconds; tests share their processors.
	if took := time.Since(start); took > 8*time.Second {
		t.Errorf("took %v", took)
	}
	s.end(t, syscall.SIGKILL)
	if said := p.must(t, "", "stop"); !strings.HasPrefix(said, "Stopped") {
		t.Errorf("accord stop after kill -9: %s", said)
	}
}

func TestServeAsAnOrdinaryUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return // all the others are
	}
	dir := t.TempDir()
	must(t, os.Chmod(filepath.Dir(dir), 0o711))
	const nobody = 65534
	must(t, os.Chown(dir, nobody, nobody))
	p := place{
		env:  []string{"ACCORD_DATA=" + filepath.Join(dir, "var")},
		user: &syscall.Credential{Uid: nobody, Gid: nobody},
	}
	s := p.serve(t)
	if status, _ := s.get(t, "/readyz"); status != http.StatusOK {
		t.Errorf("answers %d", status)
	}
	if code := s.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d\n%s", code, s.log)
	}
}

func TestServeRefusesAnAddressThatIsTaken(t *testing.T) {
	t.Parallel()
	p := private(t)
	s := p.serve(t)
	other := private(t)
	other.refused(t, 1, []string{"ACCORD_ADDR"}, "serve", "--addr", strings.TrimPrefix(s.base, "http://"))
	other.refused(t, 1, []string{"ACCORD_METRICS_ADDR"}, "serve", "--metrics-addr", strings.TrimPrefix(s.base, "http://"))
}

func TestServeKeepsMetricsApart(t *testing.T) {
	t.Parallel()
	p := private(t)
	s := p.serve(t, "--metrics-addr", "127.0.0.1:0")
	s.get(t, "/healthz")
	if status, _ := s.get(t, "/metrics"); status != http.StatusNotFound {
		t.Errorf("the register's own address answers %d to /metrics", status)
	}
	metrics := serving{base: regexp.MustCompile(`http://[0-9.:]+/metrics`).FindString(s.greeting)}
	if _, body := metrics.get(t, ""); !strings.Contains(body, "accord_http_request_duration_seconds_count") {
		t.Errorf("no metrics: %s", body)
	}
}

func TestServeLogsNoSecrets(t *testing.T) {
	t.Parallel()
	p := private(t)
	s := p.serve(t)
	token := regexp.MustCompile(`/setup\S*`).FindString(s.greeting)
	s.get(t, token)
	s.end(t, syscall.SIGTERM)
	_, token, _ = strings.Cut(token, "=")
	if token == "" || strings.Contains(s.log.String(), token) {
		t.Errorf("the log holds the set-up token %q:\n%s", token, s.log)
	}
}
