//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// The ways to hold a lock.
const (
	shared    = syscall.LOCK_SH
	exclusive = syscall.LOCK_EX
)

// lock is a file that processes hold through the kernel. It ends with the last
// process that has it open, however that process ends. Lock files are never
// removed: a lock on a removed file guards nothing.
type lock struct{ file *os.File }

// open opens a lock of the home, not yet held.
func (p place) open(name string) (*lock, error) {
	file, err := os.OpenFile(p.path(name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, p.refused(err)
	}
	if err := p.own(name); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &lock{file}, nil
}

// try asks for the lock without waiting and tells whether it is now held.
func (l *lock) try(how int) (bool, error) {
	for {
		err := syscall.Flock(int(l.file.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, fmt.Errorf("lock %s: %w", l.file.Name(), err)
		}
	}
}

// patient asks for the lock like try, but not only once: a lock that was given
// up is still held for a moment by a child that its process is just starting,
// or by somebody who looks whether it is held.
func (l *lock) patient(how int) (bool, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 150*time.Millisecond)
	defer cancel()
	err := poll(ctx, func() (bool, error) { return l.try(how) })
	if errors.Is(err, context.DeadlineExceeded) {
		return false, nil
	}
	return err == nil, err
}

// release gives the lock up in this process; a child that was handed it keeps it.
func (l *lock) release() {
	if l != nil {
		_ = l.file.Close() // nothing was written that could be lost
	}
}

// gated runs act while no other process starts or stops the server of the home.
func (p place) gated(ctx context.Context, act func() error) error {
	gate, err := p.open("gate.lock")
	if err != nil {
		return err
	}
	defer gate.release()
	// The kernel's own wait could not be given up when ctx ends.
	err = poll(ctx, func() (bool, error) { return gate.try(exclusive) })
	if err != nil {
		return fmt.Errorf("wait for another process that starts or stops it: %w", err)
	}
	return act()
}
