//go:build unix

package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"accord/pkg/blob"
)

// evidenceStore says where the files of evidence are kept.
type evidenceStore struct {
	Evidence              string `env:"ACCORD_EVIDENCE" placeholder:"DIR" help:"Where files of evidence are kept: a folder, shared if several servers are one register (default: evidence in the data folder), or s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION."`
	EvidenceAccessKey     string `env:"ACCORD_EVIDENCE_ACCESS_KEY" placeholder:"KEY" help:"The access key of the bucket."`
	EvidenceAccessKeyFile string `env:"ACCORD_EVIDENCE_ACCESS_KEY_FILE" placeholder:"FILE" help:"A file with the access key of the bucket."`
	EvidenceSecretKey     string `env:"ACCORD_EVIDENCE_SECRET_KEY" placeholder:"KEY" help:"The secret key of the bucket."`
	EvidenceSecretKeyFile string `env:"ACCORD_EVIDENCE_SECRET_KEY_FILE" placeholder:"FILE" help:"A file with the secret key of the bucket."`
}

// bucket tells whether the files are kept in a bucket.
func (c *config) bucket() bool { return strings.HasPrefix(c.Evidence, "s3:") }

// evidenceFolder is where files are kept, or received on their way to a bucket.
func (c *config) evidenceFolder() string {
	if c.Evidence != "" && !c.bucket() {
		return absolute(c.Evidence)
	}
	return absolute(filepath.Join(c.Data, "evidence"))
}

// absolute names a folder so that a log and another working folder can, too.
func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// store opens the store of evidence; nothing is made and nobody asked.
func (c *config) store() (blob.Store, error) {
	if strings.Contains(c.Evidence, "://") && !strings.HasPrefix(c.Evidence, "s3://") {
		return nil, &trouble{
			code: exitUsage, what: "ACCORD_EVIDENCE is neither a folder nor a bucket: " + c.Evidence,
			mend: "name a folder, or write s3://bucket/prefix?endpoint=https://host&region=region in small letters",
		}
	}
	if c.Data == "" && (c.Evidence == "" || c.bucket()) {
		return nil, &trouble{
			code: exitUsage, what: "there is no folder to keep evidence in", mend: "set ACCORD_DATA to a folder that you may write to",
		}
	}
	if !c.bucket() {
		return blob.NewFolder(c.evidenceFolder(), time.Now), nil
	}
	if err := errors.Join(
		fromFile(&c.EvidenceAccessKey, c.EvidenceAccessKeyFile), fromFile(&c.EvidenceSecretKey, c.EvidenceSecretKeyFile)); err != nil {
		return nil, err
	}
	keys := blob.Keys{Access: c.EvidenceAccessKey, Secret: c.EvidenceSecretKey}
	store, err := blob.NewBucket(c.Evidence, keys, filepath.Join(c.evidenceFolder(), "staging"), time.Now)
	if err != nil {
		return nil, &trouble{
			code: exitUsage, what: "ACCORD_EVIDENCE cannot be used", err: err,
			mend: "write it as s3://bucket/prefix?endpoint=https://host&region=region, with ACCORD_EVIDENCE_ACCESS_KEY and ACCORD_EVIDENCE_SECRET_KEY",
		}
	}
	return store, nil
}

// checkTime is how long a store may take to show that it can be written.
const checkTime = 10 * time.Second

// writable tells what to do about a store that cannot be written, if so.
func (c *config) writable(ctx context.Context, store blob.Store) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	err := store.Check(ctx)
	if err == nil {
		return nil
	}
	t := &trouble{code: exitFailed, what: "evidence cannot be kept", err: err}
	if c.bucket() {
		t.mend = "see that the bucket of ACCORD_EVIDENCE is there and that its keys may read, write and delete in it"
	} else {
		t.mend = "give " + c.evidenceFolder() + " to the user whom accord runs as, or set ACCORD_EVIDENCE to another folder"
	}
	return t
}

// openEvidence opens the store for serving. A folder that cannot be written
// stays so until somebody mends it; a bucket may answer later, and the rest of
// the register need not wait for it.
func (c *config) openEvidence(ctx context.Context, log *slog.Logger) (blob.Store, error) {
	store, err := c.store()
	if err != nil {
		return nil, err
	}
	if err := c.writable(ctx, store); err != nil {
		if !c.bucket() {
			return nil, err
		}
		log.WarnContext(ctx, "evidence cannot be kept now", slog.Any("error", err))
	}
	return store, nil
}

// examineEvidence looks at the store, without making anything in a data folder
// that serve has not made: it might be another user's who serves.
func (c *config) examineEvidence(ctx context.Context, e *examination) {
	store, err := c.store()
	if e.failed("evidence", err, "") {
		return
	}
	if _, err := os.Stat(c.evidenceFolder()); errors.Is(err, fs.ErrNotExist) {
		if !c.bucket() {
			e.sound("evidence", "files will be kept in %s; accord serve makes it", c.evidenceFolder())
			return
		}
		scratch, err := os.MkdirTemp("", "accord-doctor-")
		if e.failed("evidence", err, "see that there is room for temporary files") {
			return
		}
		defer func() { _ = os.RemoveAll(scratch) }()
		elsewhere := *c
		elsewhere.Data = scratch
		if store, err = elsewhere.store(); e.failed("evidence", err, "") {
			return
		}
	}
	if !e.failed("evidence", c.writable(ctx, store), "") {
		e.sound("evidence", "%v can be written", store)
	}
}
