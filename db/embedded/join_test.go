//go:build unix

package embedded

import (
	"errors"
	"os"
	"strconv"
	"sync"
	"testing"
)

func itoa(n int) string { return strconv.Itoa(n) }

func TestJoin(t *testing.T) {
	t.Parallel()
	data := filled(t)
	join := func(t *testing.T) *Server {
		t.Helper()
		s, err := Join(t.Context(), quick(data))
		must(t, err)
		t.Cleanup(func() { stop(t, s) })
		return s
	}

	t.Run("starts a server for the length of the command", func(t *testing.T) {
		s := join(t)
		ask(t, s.URL(), "select 1")
		stop(t, s)
		if living(t, data) {
			t.Error("it runs on")
		}
	})
	t.Run("starts one server for many commands at once", func(t *testing.T) {
		var wg sync.WaitGroup
		started := make(chan bool, 8)
		for range cap(started) {
			wg.Go(func() {
				s, err := Join(t.Context(), quick(data))
				if err != nil {
					t.Error(err)
					return
				}
				started <- !s.Adopted()
				t.Cleanup(func() { stop(t, s) })
			})
		}
		wg.Wait()
		close(started)
		n := 0
		for one := range started {
			if one {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d were started", n)
		}
	})
	t.Run("joins the server that serves, and leaves it running", func(t *testing.T) {
		server := start(t, data)
		s := join(t)
		if !s.Adopted() {
			t.Error("it was started anew")
		}
		stop(t, s)
		ask(t, server.URL(), "select 1")
		stop(t, server)
		if living(t, data) {
			t.Error("it runs on after the last has left")
		}
	})
	t.Run("outlives the server that it joined", func(t *testing.T) {
		server := start(t, data)
		s := join(t)
		stop(t, server)
		ask(t, s.URL(), "select 1")
		stop(t, s)
		if living(t, data) {
			t.Error("it runs on after the last has left")
		}
	})
}

func TestStop(t *testing.T) {
	t.Parallel()

	t.Run("ends what a killed accord left behind", func(t *testing.T) {
		t.Parallel()
		data := filled(t)
		process, end := another(t, data)
		must(t, process.Process.Kill())
		end()
		stopped, err := Stop(t.Context(), data)
		must(t, err)
		if !stopped || living(t, data) {
			t.Errorf("stopped: %v, living: %v", stopped, living(t, data))
		}
		stopped, err = Stop(t.Context(), data)
		must(t, err)
		if stopped {
			t.Error("stopped what did not run")
		}
	})
	t.Run("refuses while somebody uses the server", func(t *testing.T) {
		t.Parallel()
		data := filled(t)
		s := start(t, data)
		_, err := Stop(t.Context(), data)
		if _, ok := errors.AsType[*Held](err); !ok {
			t.Errorf("while it is served: %v", err)
		}
		joined, err := Join(t.Context(), quick(data))
		must(t, err)
		t.Cleanup(func() { stop(t, joined) })
		stop(t, s)
		_, err = Stop(t.Context(), data)
		if _, ok := errors.AsType[*Trouble](err); !ok {
			t.Errorf("while a command uses it: %v", err)
		}
		ask(t, joined.URL(), "select 1")
	})
	t.Run("finds nothing where there is nothing", func(t *testing.T) {
		t.Parallel()
		stopped, err := Stop(t.Context(), folder(t))
		if stopped || err != nil {
			t.Errorf("stopped: %v, %v", stopped, err)
		}
	})
}

func TestLook(t *testing.T) {
	t.Parallel()
	data := folder(t)
	look := func(t *testing.T) Sight {
		t.Helper()
		sight, err := Look(t.Context(), data)
		must(t, err)
		return sight
	}
	if sight := look(t); sight.Made || sight.Running || sight.Holder != nil {
		t.Errorf("before anything: %+v", sight)
	}
	s := start(t, data)
	if sight := look(t); !sight.Made || !sight.Running || sight.Holder == nil || sight.Holder.PID != os.Getpid() {
		t.Errorf("while it is served: %+v", sight)
	}
	stop(t, s)
	if sight := look(t); !sight.Made || sight.Running || sight.Holder != nil {
		t.Errorf("after it was stopped: %+v", sight)
	}
}
