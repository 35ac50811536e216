//go:build unix

package blob_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"accord/pkg/blob"
)

// What a server has made that root started once can be used by the one whose
// folder it is.
func TestWhatRootMakesBelongsToTheOwnerOfTheFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return // only root can give files away; its run shows it
	}
	const somebody = 12345
	data := t.TempDir()
	if err := os.Lchown(data, somebody, somebody); err != nil {
		t.Fatal(err)
	}
	store := blob.NewFolder(filepath.Join(data, "evidence"), time.Now)
	if err := store.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, store, "x")
	seen := 0
	err := filepath.WalkDir(data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); !ok || owner.Uid != somebody || owner.Gid != somebody {
			t.Errorf("%s belongs to %v", path, owner)
		}
		seen++
		return nil
	})
	if err != nil || seen != 6 {
		t.Errorf("%d files and folders, %v", seen, err)
	}
}
