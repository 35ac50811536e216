//go:build unix

package embedded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// longest is the longest path that a socket can have on Linux, 107 bytes, with
// room for its name; other systems have 103.
const longest = 103 - len("/.s.PGSQL.5432")

// run is the folder of the socket in the home, or a link to it.
const run = "run"

// socket makes the folder of the socket, which only the server's user and root
// may enter. Where the home's path is too long for a socket, or holds what
// PostgreSQL or lib/pq would read as a list, it is a folder with a short random
// name that home/run leads to.
func (p place) socket() (string, error) {
	dir := p.path(run)
	if len(dir) <= longest && !strings.ContainsAny(dir, `,"'\`) && strings.TrimSpace(dir) == dir {
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", p.refused(err)
		}
		return dir, p.user.take(dir)
	}
	if short, err := os.Readlink(dir); err == nil && p.keeps(short) {
		return short, nil
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", p.refused(err)
	}
	short, err := os.MkdirTemp("/tmp", "accord-")
	if err != nil {
		return "", err
	}
	if err := p.user.take(short); err != nil {
		return "", err
	}
	return short, os.Symlink(short, dir)
}

// keeps tells whether a folder in /tmp is still the server's own, and no
// other's who came after /tmp was emptied.
func (p place) keeps(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == p.user.uid
}

// stale removes the pid file and the socket's lock of a dead server. It would
// do so itself, unless their number has been given to another process of the
// same user since, or to a zombie. Call it only when no process of it lives.
func (p place) stale(socket string) error {
	return errors.Join(
		forget(filepath.Join(p.home, cluster, "postmaster.pid")),
		forget(filepath.Join(socket, ".s.PGSQL.5432")),
		forget(filepath.Join(socket, ".s.PGSQL.5432.lock")),
	)
}

func forget(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
