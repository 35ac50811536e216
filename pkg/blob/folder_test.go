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
