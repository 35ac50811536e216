//go:build unix

package embedded

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAsAnOrdinaryUser runs these tests once more without privileges: the main
// ones, and in the long form all.
func TestAsAnOrdinaryUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return // the others show it
	}
	which := "."
	if testing.Short() {
		which = "^(TestStart|TestStartRecovers|TestStartRefusesASecondServer|TestOrdinaryUserIsToldWhoseFolderItIs)$"
	}
	nobody := user{name: "nobody", uid: 65534, gid: 65534, dropped: true}
	dir := folder(t)
	must(t, os.Mkdir(dir, 0o700))
	must(t, nobody.take(dir))
	binary := filepath.Join(dir, "embedded.test")
	duplicate(t, os.Args[0], binary)
	cmd := nobody.command(dir, binary, "-test.run="+which, "-test.skip=TestAsAnOrdinaryUser", "-test.timeout=5m")
	cmd.Env = append(cmd.Env, "TMPDIR="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

// duplicate copies a program by another process: were the copy written by this
// one, a process that another test starts meanwhile could hold it open for
// writing, and the system would refuse to run it ("text file busy").
func duplicate(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", from, to).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	must(t, os.Chmod(to, 0o755))
}

func TestRoot(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return // what follows is about root
	}
	t.Run("drops to an unprivileged user", func(t *testing.T) {
		t.Parallel()
		s := start(t, folder(t))
		info, err := os.Stat(filepath.Join(s.Home(), cluster))
		must(t, err)
		if stat, ok := info.Sys().(*syscall.Stat_t); !ok || stat.Uid == 0 {
			t.Error("the cluster belongs to root")
		}
	})
	t.Run("drops to the cluster's owner where there is one", func(t *testing.T) {
		t.Parallel()
		data := filled(t)
		stop(t, start(t, data))
		const somebody = 4242
		must(t, filepath.Walk(filepath.Join(data, cluster), func(path string, _ os.FileInfo, err error) error {
			return errors.Join(err, os.Lchown(path, somebody, somebody))
		}))
		s := start(t, data)
		ask(t, s.URL(), "select 1")
		if s.place.user.uid != somebody {
			t.Errorf("ran as %s", s.place.user.name)
		}
	})
	t.Run("puts the cluster elsewhere where its user cannot pass", func(t *testing.T) {
		t.Parallel()
		closed := folder(t)
		must(t, os.Mkdir(closed, 0o700))
		data := filepath.Join(closed, "checkout", "var")
		s := start(t, data)
		t.Cleanup(func() {
			stop(t, s)
			_ = os.RemoveAll(s.Home())
		})
		if !strings.HasPrefix(s.Home(), fallback+"/") {
			t.Errorf("home is %s", s.Home())
		}
		ask(t, s.URL(), "create table kept as select 7 as n")
		stop(t, s)
		again := start(t, data)
		if ask(t, again.URL(), "select n from kept") != "7" {
			t.Error("the data has changed")
		}
	})
	t.Run("opens a fresh data folder to its user, but no folder with other things in it", func(t *testing.T) {
		t.Parallel()
		data := folder(t)
		must(t, os.Mkdir(data, 0o700))
		s := start(t, data)
		if s.Home() != data {
			t.Errorf("home is %s", s.Home())
		}
		private := folder(t)
		must(t, os.Mkdir(private, 0o700))
		must(t, os.WriteFile(filepath.Join(private, "letter"), nil, 0o600))
		other := start(t, private)
		t.Cleanup(func() {
			stop(t, other)
			_ = os.RemoveAll(other.Home())
		})
		info, err := os.Stat(private)
		must(t, err)
		if info.Mode().Perm() != 0o700 {
			t.Errorf("its mode is now %v", info.Mode())
		}
	})
}

func TestOrdinaryUserIsToldWhoseFolderItIs(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		return // root may use every folder; TestAsAnOrdinaryUser comes back here
	}
	_, err := Start(t.Context(), Config{Data: "/var/lib/accord-is-not-mine"})
	if _, ok := errors.AsType[*Trouble](err); !ok {
		t.Errorf("refused with %v", err)
	}
}
