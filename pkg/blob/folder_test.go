package blob_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"accord/pkg/blob"
)

// A folder is for the process alone, and nothing but a digest names a file in it.
func TestAFolderIsPrivate(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "evidence")
	store := blob.NewFolder(root, time.Now)
	put(t, store, "x")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, digest := range []blob.Digest{"", "../../../etc/passwd", "ab", blob.Digest(strings.Repeat("A", 64))} {
		_, opened := store.Open(t.Context(), digest)
		if _, removed := store.Remove(t.Context(), digest, time.Now()); opened == nil || removed == nil {
			t.Errorf("%q names a file", digest)
		}
	}
}

// What a disk has broken is mended by keeping the same again.
func TestAFolderIsMendedByTheSame(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	store := blob.NewFolder(root, time.Now)
	digest := put(t, store, "sound")
	path := filepath.Join(root, "sha256", string(digest[:2]), string(digest))
	if err := os.WriteFile(path, bytes.Repeat([]byte{0}, 5), 0o600); err != nil {
		t.Fatal(err)
	}
	if put(t, store, "sound"); holds(t, store, digest) != "sound" {
		t.Error("it is broken still")
	}
}

// A folder of contents that cannot be written, such as another user's, is told
// of before an upload fails.
func TestEveryFolderOfContentsIsChecked(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	store := blob.NewFolder(root, time.Now)
	digest := put(t, store, "x")
	if err := store.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := left(t, filepath.Join(root, "sha256", string(digest[:2])))
	if len(before) != 1 || len(left(t, filepath.Join(root, "staging"))) != 0 {
		t.Errorf("the probe is left: %v", before)
	}
	if os.Geteuid() == 0 {
		return // root can write everywhere; an ordinary user's run shows it
	}
	locked := filepath.Join(root, "sha256", string(digest[:2]))
	if err := os.Chmod(locked, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(locked, 0o700) })
	if store.Check(t.Context()) == nil {
		t.Error("it is said to be writable")
	}
}
