//go:build unix

package embedded

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// logName is the server's log in the home, and fullLog the size from which it
// is put aside at the next start.
const (
	logName = "postgres.log"
	fullLog = 10 << 20
)

// run brings the server of the place to answer, and tells whether it ran
// already. Call it inside the gate.
func (p place) run(ctx context.Context, cfg Config) (adopted bool, err error) {
	if state, err := p.settled(ctx); err != nil || state == ready {
		return state == ready, err
	}
	b, err := p.binaries(cfg.Bin)
	if err != nil {
		return false, err
	}
	if !p.made() {
		cfg.log().Info("making a new database", "home", p.home, "user", p.user.name, "postgres", b.Dir)
		if err := p.create(ctx, b); err != nil {
			return false, err
		}
	}
	if err := p.equip(ctx, b); err != nil {
		return false, err
	}
	child, err := p.launch(b, cfg.Settings)
	if err != nil {
		return false, err
	}
	if err := child.await(ctx, p); err != nil {
		return false, errors.Join(err, child.quit())
	}
	return false, nil
}

// child is a postmaster that this process started.
type child struct {
	process *os.Process
	ended   chan struct{} // closed at its end
	err     error         // how it ended; read it after ended
	log     string
	from    int64 // where in the log its words begin
}

// launch starts the postmaster. It gets a session of its own, so that Ctrl-C
// on a terminal does not stop it under a server that still answers its last
// requests, and it holds alive.lock as long as one process of it lives.
func (p place) launch(b Binaries, settings map[string]string) (*child, error) {
	socket, err := p.socket()
	if err != nil {
		return nil, err
	}
	if err := p.stale(socket); err != nil {
		return nil, err
	}
	alive, err := p.open("alive.lock")
	if err != nil {
		return nil, err
	}
	defer alive.release()
	if ok, err := alive.patient(exclusive); err != nil || !ok {
		return nil, errors.Join(err, errors.New("alive.lock is held"))
	}
	log, from, err := p.openLog()
	if err != nil {
		return nil, err
	}
	defer log.Close()

	cmd := p.user.command(p.home, b.postgres(), p.arguments(socket, settings)...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{alive.file}
	cmd.SysProcAttr.Setsid = true
	if err := cmd.Start(); err != nil {
		return nil, &Trouble{
			What: "PostgreSQL could not be started as user " + p.user.name, Err: err,
			Mend: "make " + b.Dir + " passable for that user, or set PG_BIN",
		}
	}
	c := &child{process: cmd.Process, ended: make(chan struct{}), log: log.Name(), from: from}
	go func() {
		defer close(c.ended)
		c.err = cmd.Wait() // or it would stay a zombie
	}()
	return c, nil
}

// quit ends a child that was given up before it answered.
func (c *child) quit() error {
	err := c.process.Signal(syscall.SIGQUIT)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	<-c.ended
	return err
}

// await waits until the child answers. It refuses with *Trouble when it ends
// instead.
func (c *child) await(ctx context.Context, p place) error {
	return poll(ctx, func() (bool, error) {
		select {
		case <-c.ended:
			return false, &Trouble{
				What: "PostgreSQL did not start", Err: errors.Join(c.err, errors.New(c.words())),
				Mend: "read " + c.log,
			}
		default:
		}
		m, err := p.postmaster()
		return err == nil && m.status == "ready" && m.answers(), nil
	})
}

// words is what the child wrote into the log.
func (c *child) words() string {
	file, err := os.Open(c.log)
	if err != nil {
		return err.Error()
	}
	defer file.Close()
	text, err := io.ReadAll(io.NewSectionReader(file, c.from, 1<<16))
	if err != nil {
		return err.Error()
	}
	return tail(string(text))
}

// openLog opens the log at its end. A full one is put aside, in place of the
// one before.
func (p place) openLog() (*os.File, int64, error) {
	path := p.path(logName)
	if info, err := os.Stat(path); err == nil && info.Size() > fullLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, 0, p.refused(err)
		}
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, 0, p.refused(err)
	}
	if err := p.own(logName); err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, end, nil
}

// arguments is the command line of the server. What is set here wins over the
// cluster's postgresql.conf, so that a newer accord can change it.
func (p place) arguments(socket string, settings map[string]string) []string {
	args := []string{"-D", filepath.Join(p.home, cluster)}
	for name, value := range defaults(socket, memory()) {
		if _, other := settings[name]; !other {
			args = append(args, "-c", name+"="+value)
		}
	}
	for name, value := range settings {
		args = append(args, "-c", name+"="+value)
	}
	return args
}
