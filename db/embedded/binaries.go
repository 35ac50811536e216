//go:build unix

package embedded

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Oldest is the oldest major version of PostgreSQL that the register runs on.
const Oldest = 15

// Binaries is an installed PostgreSQL server.
type Binaries struct {
	Dir   string
	Major int
}

// postgres and initdb are all that a private PostgreSQL needs.
func (b Binaries) postgres() string { return filepath.Join(b.Dir, "postgres") }
func (b Binaries) initdb() string   { return filepath.Join(b.Dir, "initdb") }

// usual gives the places where the packages of Debian, Red Hat, Homebrew and
// PostgreSQL itself put a server that is not in PATH.
func usual() []string {
	return []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
	}
}

// Find looks for an installed PostgreSQL server: in dir alone if one is given,
// else in PATH, else the newest of the usual places. A major above 0 must be
// met exactly, since a cluster can be run by its own major version only.
//
// It refuses with *Trouble when there is none.
func Find(dir string, major int) (Binaries, error) {
	if dir != "" {
		b, err := inspect(dir)
		if err == nil {
			err = b.suits(major)
		}
		if err != nil {
			return Binaries{}, &Trouble{
				What: "PG_BIN names no PostgreSQL server that suits", Err: err,
				Mend: "set PG_BIN to the folder of postgres and initdb, or unset it",
			}
		}
		return b, nil
	}
	for _, b := range installed() {
		if b.suits(major) == nil {
			return b, nil
		}
	}
	if major == 0 {
		return Binaries{}, &Trouble{
			What: fmt.Sprintf("no PostgreSQL server %d or newer is installed", Oldest),
			Mend: "on Debian and Ubuntu: apt-get install postgresql; or set DATABASE_URL to a server of your own",
		}
	}
	return Binaries{}, &Trouble{
		What: fmt.Sprintf("the database was made by PostgreSQL %d, which is not installed", major),
		Mend: fmt.Sprintf("on Debian and Ubuntu: apt-get install postgresql-%d; or set PG_BIN to its folder", major),
	}
}

// installed gives what is in PATH, then the usual places from the newest on.
func installed() []Binaries {
	var found []Binaries
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		if b, err := inspect(filepath.Dir(path)); err == nil {
			found = append(found, b)
		}
	}
	var rest []Binaries
	for _, pattern := range usual() {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			continue
		}
		for _, dir := range dirs {
			if b, err := inspect(dir); err == nil {
				rest = append(rest, b)
			}
		}
	}
	slices.SortStableFunc(rest, func(a, b Binaries) int { return cmp.Compare(b.Major, a.Major) })
	return append(found, rest...)
}

func (b Binaries) suits(major int) error {
	switch {
	case major != 0 && b.Major != major:
		return fmt.Errorf("%s is version %d, the database was made by %d", b.Dir, b.Major, major)
	case b.Major < Oldest:
		return fmt.Errorf("%s is version %d, the oldest that serves is %d", b.Dir, b.Major, Oldest)
	}
	return nil
}

// inspect reads the version of the server in dir.
func inspect(dir string) (Binaries, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Binaries{}, err
	}
	b := Binaries{Dir: dir}
	if _, err := os.Stat(b.initdb()); err != nil {
		return Binaries{}, err
	}
	out, err := exec.Command(b.postgres(), "--version").Output()
	if err != nil {
		return Binaries{}, fmt.Errorf("ask %s for its version: %w", b.postgres(), err)
	}
	// postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1), or 17beta1
	_, version, ok := strings.Cut(string(out), "(PostgreSQL) ")
	end := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if !ok || end < 1 {
		return Binaries{}, fmt.Errorf("%s says no version: %q", b.postgres(), out)
	}
	b.Major, err = strconv.Atoi(version[:end])
	return b, err
}

// binaries finds the server for the place's cluster, or for a new one.
func (p place) binaries(dir string) (Binaries, error) {
	text, err := os.ReadFile(filepath.Join(p.home, cluster, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return Find(dir, 0)
	}
	if err != nil {
		return Binaries{}, p.refused(err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return Binaries{}, fmt.Errorf("read PG_VERSION: %w", err)
	}
	return Find(dir, major)
}
