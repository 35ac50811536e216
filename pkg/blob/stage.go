package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// stagePrefix begins the names of staged files.
const stagePrefix = "staged-"

// Staged is a content that was received and is not kept yet. It belongs to one
// goroutine.
type Staged struct {
	Digest Digest
	Size   int64

	file *os.File
	gone bool // to where it is kept
}

// ReadAt reads from the content.
func (s *Staged) ReadAt(p []byte, at int64) (int, error) { return s.file.ReadAt(p, at) }

// Discard forgets the content, unless it was kept; twice is no error.
func (s *Staged) Discard() error {
	err := s.file.Close()
	if errors.Is(err, fs.ErrClosed) {
		return nil
	}
	if !s.gone {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	return err
}

// stage is the folder that contents are received in.
type stage struct{ folder string }

// receive is [Store.Stage].
func (s stage) receive(ctx context.Context, from io.Reader, limit int64) (_ *Staged, err error) {
	if err := makeFolder(s.folder); err != nil {
		return nil, fmt.Errorf("make the folder for what is received: %w", err)
	}
	file, err := os.CreateTemp(s.folder, stagePrefix) // of mode 0600
	if err != nil {
		return nil, fmt.Errorf("make a file for what is received: %w", err)
	}
	staged := &Staged{file: file}
	defer func() {
		if err != nil {
			err = errors.Join(err, staged.Discard())
		}
	}()
	if err := own(file.Name()); err != nil {
		return nil, err
	}
	sum := sha256.New()
	from = io.LimitReader(from, limit+1)
	var sourceErr error // to be told from an error of the disk
	staged.Size, err = io.Copy(io.MultiWriter(file, sum), reader(func(p []byte) (n int, err error) {
		if err = ctx.Err(); err == nil {
			n, err = from.Read(p)
		}
		if err != nil && err != io.EOF { //nolint:errorlint // as io.Copy has it
			sourceErr = err
		}
		return n, err
	}))
	switch {
	case sourceErr != nil:
		return nil, &SourceError{Err: sourceErr}
	case err != nil:
		return nil, fmt.Errorf("write down what is received: %w", err)
	case staged.Size > limit:
		return nil, ErrTooLarge
	}
	if err := file.Sync(); err != nil {
		return nil, fmt.Errorf("write down what is received: %w", err)
	}
	staged.Digest = Digest(hex.EncodeToString(sum.Sum(nil)))
	return staged, nil
}

// makeFolder makes a folder, and those that it is in, for the process alone.
func makeFolder(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	if above := filepath.Dir(path); above != path {
		if err := makeFolder(above); err != nil {
			return err
		}
	}
	err := os.Mkdir(path, 0o700)
	if info, statErr := os.Stat(path); errors.Is(err, fs.ErrExist) && statErr == nil && info.IsDir() {
		return nil // another one was first
	}
	if err != nil {
		return err
	}
	return own(path)
}

// reader is a function that reads.
type reader func(p []byte) (int, error)

func (r reader) Read(p []byte) (int, error) { return r(p) }

// tidy is [Store.Tidy].
func (s stage) tidy(before time.Time) error {
	entries, err := os.ReadDir(s.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for what was left behind: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !strings.HasPrefix(e.Name(), stagePrefix) || !info.ModTime().Before(before) {
			continue // discarded meanwhile, or not ours, or under way
		}
		if err := os.Remove(filepath.Join(s.folder, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove what was left behind: %w", err)
		}
	}
	return nil
}

// check tells whether something can be received.
func (s stage) check(ctx context.Context) error {
	staged, err := s.receive(ctx, strings.NewReader("probe"), 5)
	if err != nil {
		return err
	}
	return staged.Discard()
}
