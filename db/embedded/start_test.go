//go:build unix

package embedded

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestStart(t *testing.T) {
	t.Parallel()
	data := folder(t)
	s := start(t, data)

	t.Run("makes a database that sees Chinese and belongs to no superuser", func(t *testing.T) {
		got := ask(t, s.URL(), `select datcollate, datctype, pg_encoding_to_char(encoding), usesuper
			from pg_database join pg_user on usename = current_user where datname = current_database()`)
		if got != "C.UTF-8|C.UTF-8|UTF8|f" {
			t.Errorf("database: %s", got)
		}
		ask(t, s.URL(), "create extension pg_trgm")
		if ask(t, s.URL(), "select cardinality(show_trgm('环球易购')) > 0") != "t" {
			t.Error("pg_trgm is blind to Chinese")
		}
	})
	t.Run("keeps what it answers with", func(t *testing.T) {
		p, err := find(data)
		must(t, err)
		safe := p.arguments("/run", nil)
		for _, arg := range safe {
			if strings.HasPrefix(arg, "fsync") || strings.HasPrefix(arg, "synchronous_commit") {
				t.Errorf("%s is set", arg)
			}
		}
	})
	t.Run("listens on a private socket and nowhere else", func(t *testing.T) {
		if got := ask(t, s.URL(), "select current_setting('listen_addresses')"); got != "" {
			t.Errorf("listens on %s", got)
		}
		info, err := os.Stat(filepath.Join(s.Home(), "run"))
		must(t, err)
		if info.Mode().Perm() != 0o700 {
			t.Errorf("socket folder has mode %v", info.Mode())
		}
	})
	t.Run("goes on with the same data when it is started again", func(t *testing.T) {
		ask(t, s.URL(), "create table kept as select 7 as n")
		stop(t, s)
		if living(t, data) {
			t.Fatal("it runs on after it was stopped")
		}
		again := start(t, data)
		if again.Adopted() {
			t.Error("a server that was stopped counts as adopted")
		}
		if ask(t, again.URL(), "select n from kept") != "7" {
			t.Error("the data has changed")
		}
	})
}

func TestStartRefusesASecondServer(t *testing.T) {
	t.Parallel()
	data := filled(t)
	process, end := another(t, data)
	defer end()

	_, err := Start(t.Context(), quick(data))
	held, ok := errors.AsType[*Held](err)
	if !ok {
		t.Fatalf("refused with %v", err)
	}
	host, _ := os.Hostname()
	if held.Holder != (Holder{PID: process.Process.Pid, Host: host, Address: ":4711"}) {
		t.Errorf("holder: %+v", held.Holder)
	}
}

func TestStartRecovers(t *testing.T) {
	t.Parallel()
	data := filled(t)

	t.Run("by taking over what a killed accord left running", func(t *testing.T) {
		process, end := another(t, data)
		must(t, process.Process.Kill())
		end()
		if !living(t, data) {
			t.Fatal("the server died with accord")
		}
		s := start(t, data)
		if !s.Adopted() {
			t.Error("it was started anew")
		}
		ask(t, s.URL(), "create table kept as select 7 as n")
		stop(t, s)
	})
	t.Run("when the server was killed with accord", func(t *testing.T) {
		process, end := another(t, data)
		p, err := find(data)
		must(t, err)
		post, err := p.postmaster()
		must(t, err)
		must(t, process.Process.Kill())
		must(t, syscall.Kill(post.pid, syscall.SIGKILL))
		end()
		eventually(t, "it is dead", func() bool { return !post.answers() })
		s := start(t, data)
		if ask(t, s.URL(), "select n from kept") != "7" {
			t.Error("the data has changed")
		}
		stop(t, s)
	})
	t.Run("when the pid file's number belongs to another process of the user", func(t *testing.T) {
		p, err := find(data)
		must(t, err)
		stranger := p.user.command("/", "/bin/sleep", "600")
		must(t, stranger.Start())
		defer func() {
			_ = stranger.Process.Kill()
			_ = stranger.Wait()
		}()
		leave(t, p, stranger.Process.Pid)
		s := start(t, data)
		ask(t, s.URL(), "select 1")
		stop(t, s)
		must(t, stranger.Process.Signal(syscall.Signal(0)))
	})
	t.Run("when the pid file's number belongs to a zombie", func(t *testing.T) {
		p, err := find(data)
		must(t, err)
		zombie := p.user.command("/", "/bin/sleep", "600")
		must(t, zombie.Start())
		must(t, zombie.Process.Kill())
		defer func() { _ = zombie.Wait() }()
		leave(t, p, zombie.Process.Pid)
		s := start(t, data)
		ask(t, s.URL(), "select 1")
		stop(t, s)
	})
}

// leave writes the lock files that a server with the number would have left.
func leave(t *testing.T, p place, pid int) {
	t.Helper()
	socket, err := p.socket()
	must(t, err)
	m := strings.Join([]string{itoa(pid), p.path(cluster), "1700000000", "5432", socket, "", "  1 1", "ready   "}, "\n")
	for _, path := range []string{p.path(cluster) + "/postmaster.pid", socket + "/.s.PGSQL.5432.lock"} {
		must(t, os.WriteFile(path, []byte(m+"\n"), 0o600))
		if p.user.dropped {
			must(t, os.Chown(path, int(p.user.uid), int(p.user.gid)))
		}
	}
}

func TestStartRevivesAServerThatDies(t *testing.T) {
	t.Parallel()
	s := start(t, filled(t))
	ask(t, s.URL(), "create table kept as select 7 as n")
	before, err := s.place.postmaster()
	must(t, err)
	must(t, syscall.Kill(before.pid, syscall.SIGKILL))
	eventually(t, "the server answers again", func() bool {
		after, err := s.place.postmaster()
		if err != nil || after.pid == before.pid {
			return false
		}
		n, err := query(s.URL(), "select n from kept")
		return err == nil && n == "7"
	})
}

func TestStartLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	data := filled(t)
	stop(t, start(t, data))

	t.Run("when it is given up", func(t *testing.T) {
		p, err := find(data)
		must(t, err)
		b, err := p.binaries("")
		must(t, err)
		child, err := p.launch(b, nil)
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := child.await(ctx, p); !errors.Is(err, context.Canceled) {
			t.Errorf("gave %v", err)
		}
		must(t, child.quit())
		eventually(t, "its processes leave", func() bool { return !living(t, data) })
	})
	t.Run("when PostgreSQL refuses, whose words it repeats", func(t *testing.T) {
		cfg := quick(data)
		cfg.Settings["shared_buffers"] = "nonsense"
		_, err := Start(t.Context(), cfg)
		if _, ok := errors.AsType[*Trouble](err); !ok || !strings.Contains(err.Error(), "nonsense") {
			t.Errorf("refused with %v", err)
		}
		if living(t, data) {
			t.Error("a server runs")
		}
	})
	t.Run("of an initdb that was killed", func(t *testing.T) {
		half := filepath.Join(data, "postgres.new-123")
		must(t, os.RemoveAll(filepath.Join(data, "postgres")))
		must(t, os.Mkdir(half, 0o700))
		must(t, os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600))
		ask(t, start(t, data).URL(), "select 1")
		if _, err := os.Stat(half); err == nil {
			t.Error("the half cluster is still there")
		}
	})
}

func TestSocket(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{
		"a path too long for a socket":     strings.Repeat("long", 30),
		"a path that would read as a list": "a,b \"c\"",
	} {
		t.Run("serves "+name, func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(folder(t), part)
			must(t, os.Mkdir(filepath.Dir(data), 0o711))
			s := start(t, data)
			ask(t, s.URL(), "select 1")
			short, err := os.Readlink(filepath.Join(data, "run"))
			must(t, err)
			t.Cleanup(func() { _ = os.RemoveAll(short) })
			conn, err := net.Dial("unix", filepath.Join(short, ".s.PGSQL.5432"))
			must(t, err)
			_ = conn.Close()
			stop(t, s)
			if again := start(t, data); again.URL() != s.URL() {
				t.Errorf("first at %s, then at %s", s.URL(), again.URL())
			}
		})
	}
}

func TestStartByHand(t *testing.T) {
	t.Parallel()
	data := filled(t)
	stop(t, start(t, data))
	p, err := find(data)
	must(t, err)
	b, err := p.binaries("")
	must(t, err)
	var byHand *exec.Cmd = p.user.command(p.home, b.postgres(), "-D", p.path(cluster),
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+p.path(run))
	must(t, byHand.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = byHand.Wait()
	}()
	eventually(t, "the server that was started by hand is seen", func() bool { return living(t, data) })
	s := start(t, data)
	if !s.Adopted() {
		t.Error("a second server was started on the same data")
	}
	ask(t, s.URL(), "select 1")
	stop(t, s)
	<-ended
}
