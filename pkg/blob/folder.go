package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Folder keeps contents in a folder of the file system: what is received in
// staging/, what is kept in sha256/ab/abcdef…, on one file system, so that a
// content comes to its place by a rename, wholly or not at all.
type Folder struct {
	root  string
	stage stage
	now   func() time.Time
}

// NewFolder gives the store in a folder, which is made when it is needed.
func NewFolder(root string, now func() time.Time) *Folder {
	return &Folder{root: root, stage: stage{folder: filepath.Join(root, "staging")}, now: now}
}

func (f *Folder) path(digest Digest) (string, error) {
	if _, ok := ParseDigest(string(digest)); !ok { // nothing else is ever a path
		return "", fmt.Errorf("%q is no digest", digest)
	}
	return filepath.Join(f.root, "sha256", string(digest[:2]), string(digest)), nil
}

// Stage receives a content; see [Store].
func (f *Folder) Stage(ctx context.Context, from io.Reader, limit int64) (*Staged, error) {
	return f.stage.receive(ctx, from, limit)
}

// Keep keeps what is staged; see [Store]. What is there already is replaced by
// the same, which mends what a disk has broken.
func (f *Folder) Keep(_ context.Context, staged *Staged) error {
	path, err := f.path(staged.Digest)
	if err != nil || staged.gone {
		return err
	}
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("make the folder of a content: %w", err)
	}
	now := f.now() // not when it was received, which may have taken long
	if err := os.Chtimes(staged.file.Name(), now, now); err != nil {
		return fmt.Errorf("keep a content: %w", err)
	}
	if err := os.Rename(staged.file.Name(), path); err != nil {
		return fmt.Errorf("keep a content: %w", err)
	}
	staged.gone = true
	for _, folder := range []string{filepath.Dir(path), filepath.Dir(filepath.Dir(path)), f.root} {
		if err := syncFolder(folder); err != nil {
			return fmt.Errorf("keep a content: %w", err)
		}
	}
	return nil
}

// syncFolder makes the names in a folder last through a loss of power.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Open opens a content; see [Store].
func (f *Folder) Open(_ context.Context, digest Digest) (Content, error) {
	path, err := f.path(digest)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open a content: %w", err)
	}
	return file, nil
}

// Remove removes a content; see [Store].
func (f *Folder) Remove(_ context.Context, digest Digest, before time.Time) (bool, error) {
	path, err := f.path(digest)
	if err != nil {
		return false, err
	}
	info, err := os.Stat(path)
	if err == nil && !info.ModTime().Before(before) {
		return false, nil
	}
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("remove a content: %w", err)
	}
	return true, nil
}

// Tidy removes what was left behind; see [Store].
func (f *Folder) Tidy(before time.Time) error { return f.stage.tidy(before) }

// Check tells what stands in the way; see [Store].
func (f *Folder) Check(ctx context.Context) error {
	kept := filepath.Join(f.root, "sha256")
	if err := makeFolder(kept); err != nil {
		return err
	}
	staged, err := f.stage.receive(ctx, strings.NewReader("probe"), 5)
	if err != nil {
		return err
	}
	return errors.Join(visit(staged.file.Name(), kept), staged.Discard())
}

// visit moves the probe into every folder that contents are kept in, and back:
// one of them may be another user's.
func visit(probe, kept string) error {
	entries, err := os.ReadDir(kept)
	if err != nil {
		return err
	}
	folders := []string{kept}
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, filepath.Join(kept, e.Name()))
		}
	}
	for _, folder := range folders {
		there := filepath.Join(folder, filepath.Base(probe))
		if err := os.Rename(probe, there); err != nil {
			return err
		}
		if err := os.Rename(there, probe); err != nil {
			return err
		}
	}
	return nil
}

func (f *Folder) String() string { return "folder " + f.root }
