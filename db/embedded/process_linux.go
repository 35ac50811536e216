package embedded

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// inside gives the processes that work in dir, as all of a server's do. Those
// of other users cannot be seen, unless this process is root.
func inside(dir string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		// A zombie has no working folder any more.
		if cwd, err := os.Readlink(filepath.Join("/proc", e.Name(), "cwd")); err == nil && cwd == dir {
			pids = append(pids, pid)
		}
	}
	return pids
}

// runs tells whether the process is a PostgreSQL on the folder, not a later
// one with the same number.
func runs(pid int, dir string) bool {
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	cwd, err := os.Readlink(filepath.Join(proc, "cwd"))
	if err == nil || !errors.Is(err, fs.ErrPermission) {
		return cwd == dir
	}
	// In a container root may not look at other users' folders, but at their command lines.
	words, err := os.ReadFile(filepath.Join(proc, "cmdline"))
	return err == nil && bytes.Contains(words, []byte("\x00"+dir+"\x00"))
}
