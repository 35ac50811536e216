//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is what a running server wrote into its pid file.
type postmaster struct {
	pid    int
	port   string
	socket string // the folder of its socket
	status string // starting, ready, stopping
}

// The lines of postmaster.pid that matter here.
const (
	linePID    = 0
	linePort   = 3
	lineSocket = 4
	lineStatus = 7
)

// postmaster reads the pid file. A server that is just starting has written
// the first lines only.
func (p place) postmaster() (postmaster, error) {
	text, err := os.ReadFile(filepath.Join(p.home, cluster, "postmaster.pid"))
	if err != nil {
		return postmaster{}, p.refused(err)
	}
	lines := strings.Split(string(text), "\n")
	line := func(n int) string {
		if n < len(lines) {
			return strings.TrimSpace(lines[n])
		}
		return ""
	}
	pid, err := strconv.Atoi(line(linePID))
	if err != nil {
		return postmaster{}, fmt.Errorf("read postmaster.pid: %w", err)
	}
	return postmaster{pid: pid, port: line(linePort), socket: line(lineSocket), status: line(lineStatus)}, nil
}

// answers tells whether a server listens on the socket. Only the postmaster
// itself does, and a dead one's socket refuses. To connect and hang up leaves
// no line in the log.
func (m postmaster) answers() bool {
	conn, err := net.Dial("unix", filepath.Join(m.socket, ".s.PGSQL."+m.port))
	if err != nil {
		return false
	}
	_ = conn.Close() // nothing was sent
	return true
}

// state is how far a server is.
type state int

const (
	dead    state = iota // no process of it lives
	between              // it starts, recovers or stops, or was killed and its children are still leaving
	ready                // it answers
)

// state looks at the server of the place. Call it inside the gate.
//
// Every process of a server that an accord started holds alive.lock, down to
// the last child of a killed postmaster. A server that somebody started by hand
// is known by its working folder.
func (p place) state() (state, error) {
	if !p.made() {
		return dead, nil
	}
	alive, err := p.open("alive.lock")
	if err != nil {
		return dead, err
	}
	defer alive.release()
	free, err := alive.try(exclusive)
	if err != nil {
		return dead, err
	}
	if free && len(inside(p.path(cluster))) == 0 {
		return dead, nil
	}
	m, err := p.postmaster()
	if err == nil && m.status == "ready" && m.answers() {
		return ready, nil
	}
	return between, nil
}

// settled waits until the server of the place is ready or dead. A recovery
// after a crash takes as long as it takes; ctx ends the wait, not the recovery.
func (p place) settled(ctx context.Context) (state, error) {
	var last state
	err := poll(ctx, func() (bool, error) {
		var err error
		last, err = p.state()
		return last != between, err
	})
	if err != nil && ctx.Err() != nil {
		return last, fmt.Errorf("wait for PostgreSQL, which starts or stops: %w", err)
	}
	return last, err
}

// halt stops the server of the place, in good order while ctx lasts, then at
// once. Call it inside the gate, with no share held by anybody else.
func (p place) halt(ctx context.Context) error {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		state, err := p.state()
		if err != nil || state == dead {
			return err
		}
		if err := p.signal(sig); err != nil {
			return err
		}
		if sig == syscall.SIGQUIT { // PostgreSQL kills children that do not leave within five seconds
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
			defer cancel()
		}
		err = poll(ctx, func() (bool, error) {
			state, err := p.state()
			return state == dead, err
		})
		if err == nil || ctx.Err() == nil {
			return err
		}
	}
	return errors.New("PostgreSQL does not stop, even at once")
}

// signal tells the postmaster something, after making sure that the number in
// the pid file is still its own.
func (p place) signal(sig syscall.Signal) error {
	m, err := p.postmaster()
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it has just ended
	}
	if err != nil {
		return err
	}
	if !runs(m.pid, p.path(cluster)) {
		if !m.answers() {
			return nil // it was killed, and its children are leaving
		}
		return &Trouble{
			What: fmt.Sprintf("PostgreSQL runs as process %d of another container", m.pid),
			Mend: "stop it there",
		}
	}
	if err := syscall.Kill(m.pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal PostgreSQL, process %d: %w", m.pid, err)
	}
	return nil
}
