// Package blob keeps what has been uploaded, under the SHA-256 of its content.
//
// The address of a content is the content, so the same is kept once, writing it
// again changes nothing, and whoever reads it can tell whether it is what was
// kept. A content is received into a file of its own first ([Store.Stage]),
// where it can be looked at; only [Store.Keep] puts it where it can be read, at
// once and wholly. What is kept and what is named in the register are two
// things: a store knows nothing of who names a content, and removes what it is
// told to.
package blob

import (
	"context"
	"errors"
	"io"
	"regexp"
	"time"
)

// Digest is the SHA-256 of a content, in 64 small hexadecimal digits.
type Digest string

var digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// ParseDigest reads a digest, and tells whether it is one.
func ParseDigest(text string) (Digest, bool) { return Digest(text), digestForm.MatchString(text) }

// ErrNotFound is that the store has no such content.
var ErrNotFound = errors.New("the store has no such content")

// ErrTooLarge is that a content is larger than it may be.
var ErrTooLarge = errors.New("the content is larger than it may be")

// SourceError is that a content could not be read from where it comes from.
type SourceError struct{ Err error }

func (e *SourceError) Error() string { return "read the content: " + e.Err.Error() }

func (e *SourceError) Unwrap() error { return e.Err }

// Content is what is kept, opened.
type Content interface {
	io.ReadSeekCloser
}

// Store keeps contents. It is safe for use by many at once, and by several
// processes on the same folder or bucket.
type Store interface {
	// Stage receives a content of at most limit octets, hashing it. Whoever
	// stages must discard. It fails with [ErrTooLarge], and with a *[SourceError]
	// when the content cannot be read.
	Stage(ctx context.Context, from io.Reader, limit int64) (*Staged, error)

	// Keep keeps what is staged, lastingly once it returns, and as of now. That
	// it is there already is no error.
	Keep(ctx context.Context, staged *Staged) error

	// Open opens a content. It fails with [ErrNotFound] when there is none.
	Open(ctx context.Context, digest Digest) (Content, error)

	// Remove removes a content that was kept before the time, and tells whether
	// it is gone; what somebody has kept since stays. That there is none is no
	// error, and gone. Whoever may keep the same between the look and the removal
	// is to be kept out by other means; the time is for where these fail.
	Remove(ctx context.Context, digest Digest, before time.Time) (gone bool, err error)

	// Tidy removes what was staged before the time and not discarded, by a
	// process that was killed.
	Tidy(before time.Time) error

	// Check tells what stands in the way of keeping something, if so.
	Check(ctx context.Context) error
}
