//go:build unix

package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	t.Parallel()
	real, err := Find("", 0)
	must(t, err)

	for version, want := range map[string]int{
		"14.9":                         0,
		"15.18 (Debian 15.18-0+deb12)": 15,
		"17beta1":                      17,
		"of no version":                0,
	} {
		t.Run("reads version "+version, func(t *testing.T) {
			t.Parallel()
			got, err := Find(fake(t, version), 0)
			if got.Major != want || (err == nil) != (want != 0) {
				t.Errorf("version %d, %v", got.Major, err)
			}
		})
	}
	for name, c := range map[string]struct {
		dir   string
		major int
		says  string
	}{
		"a folder without a server":          {t.TempDir(), 0, "PG_BIN"},
		"another version than the cluster's": {real.Dir, real.Major + 1, "the database was made by"},
		"a version that is not installed":    {"", 99, "postgresql-99"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			_, err := Find(c.dir, c.major)
			trouble, ok := errors.AsType[*Trouble](err)
			if !ok || trouble.Mend == "" || !strings.Contains(err.Error(), c.says) {
				t.Errorf("refused with %v", err)
			}
		})
	}
}

// fake makes a folder whose postgres claims the version.
func fake(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %s'\n", version)
	source := filepath.Join(dir, "source")
	must(t, os.WriteFile(source, []byte(script), 0o600))
	for _, name := range []string{"postgres", "initdb"} {
		duplicate(t, source, filepath.Join(dir, name))
	}
	return dir
}

func TestStartRunsAClusterByItsOwnVersionOnly(t *testing.T) {
	t.Parallel()
	data := folder(t)
	must(t, os.MkdirAll(filepath.Join(data, cluster), 0o700))
	must(t, os.WriteFile(filepath.Join(data, cluster, "PG_VERSION"), []byte("12\n"), 0o600))
	if os.Geteuid() == 0 {
		u, err := unprivileged()
		must(t, err)
		must(t, u.take(filepath.Join(data, cluster)))
	}
	_, err := Start(t.Context(), quick(data))
	if _, ok := errors.AsType[*Trouble](err); !ok || !strings.Contains(err.Error(), "PostgreSQL 12") {
		t.Errorf("refused with %v", err)
	}
}
