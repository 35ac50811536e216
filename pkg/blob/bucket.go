package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Keys are the credentials of a bucket.
type Keys struct{ Access, Secret string }

// Bucket keeps contents in S3-compatible storage, through minio-go: well kept,
// and a fraction of the packages that Amazon's own client is made of.
type Bucket struct {
	client *minio.Client
	bucket string
	prefix string // "" or with a slash at its end
	stage  stage
	now    func() time.Time
}

// NewBucket gives the store at an address such as
// s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1; the
// endpoint is Amazon's where none is given. What is received lies in the scratch
// folder until it is kept. It refuses an address that it cannot read, and asks
// nobody.
func NewBucket(address string, keys Keys, scratch string, now func() time.Time) (*Bucket, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return nil, errors.New("the address is not of the form s3://bucket/prefix?endpoint=https://…&region=…")
	}
	query := u.Query()
	for name := range query {
		if name != "endpoint" && name != "region" {
			return nil, fmt.Errorf("the address has a parameter %q; endpoint and region are known", name)
		}
	}
	host, secure, err := endpointOf(query.Get("endpoint"))
	if err != nil {
		return nil, err
	}
	if keys.Access == "" || keys.Secret == "" {
		return nil, errors.New("a bucket needs an access key and a secret key")
	}
	client, err := minio.New(host, &minio.Options{
		Creds: credentials.NewStaticV4(keys.Access, keys.Secret, ""), Secure: secure, Region: query.Get("region"),
	})
	if err != nil {
		return nil, fmt.Errorf("the endpoint cannot be used: %w", err)
	}
	prefix := strings.Trim(u.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &Bucket{client: client, bucket: u.Host, prefix: prefix, stage: stage{folder: scratch}, now: now}, nil
}

// endpointOf reads where the storage answers, and whether by https.
func endpointOf(given string) (host string, secure bool, err error) {
	if given == "" {
		return "s3.amazonaws.com", true, nil
	}
	if !strings.Contains(given, "://") {
		given = "https://" + given
	}
	u, err := url.Parse(given)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
		return "", false, errors.New("the endpoint is not of the form https://host:port")
	}
	return u.Host, u.Scheme == "https", nil
}

func (b *Bucket) key(digest Digest) string {
	return b.prefix + "sha256/" + string(digest[:2]) + "/" + string(digest)
}

// Stage receives a content; see [Store].
func (b *Bucket) Stage(ctx context.Context, from io.Reader, limit int64) (*Staged, error) {
	return b.stage.receive(ctx, from, limit)
}

// keptLately is for how long what was kept is not sent again: a small part of
// the time after which a content may be removed.
const keptLately = time.Hour

// Keep keeps what is staged; see [Store]. What was kept lately is not sent again;
// what is older is, so that it is not taken for old, and may not be whole.
func (b *Bucket) Keep(ctx context.Context, staged *Staged) error {
	there, err := b.client.StatObject(ctx, b.bucket, b.key(staged.Digest), minio.StatObjectOptions{})
	if err == nil && there.Size == staged.Size && b.now().Sub(there.LastModified) < keptLately {
		return nil
	}
	_, err = b.client.PutObject(ctx, b.bucket, b.key(staged.Digest), io.NewSectionReader(staged, 0, staged.Size), staged.Size, minio.PutObjectOptions{
		ContentType: "application/octet-stream", DisableMultipart: true,
	})
	if err != nil {
		return fmt.Errorf("keep a content: %w", err)
	}
	return nil
}

// Open opens a content; see [Store].
func (b *Bucket) Open(ctx context.Context, digest Digest) (Content, error) {
	object, err := b.client.GetObject(ctx, b.bucket, b.key(digest), minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("open a content: %w", err)
	}
	if _, err := object.Stat(); err != nil { // GetObject asks the bucket for nothing yet
		err = errors.Join(err, object.Close())
		if missing(err) {
			return nil, ErrNotFound
		}
		return nil, fmt.Errorf("open a content: %w", err)
	}
	return object, nil
}

func missing(err error) bool {
	refused, ok := errors.AsType[minio.ErrorResponse](err)
	return ok && refused.Code == minio.NoSuchKey
}

// Remove removes a content; see [Store].
func (b *Bucket) Remove(ctx context.Context, digest Digest, before time.Time) (bool, error) {
	there, err := b.client.StatObject(ctx, b.bucket, b.key(digest), minio.StatObjectOptions{})
	if err == nil && !there.LastModified.Before(before) {
		return false, nil
	}
	if err == nil {
		err = b.client.RemoveObject(ctx, b.bucket, b.key(digest), minio.RemoveObjectOptions{})
	}
	if err != nil && !missing(err) {
		return false, fmt.Errorf("remove a content: %w", err)
	}
	return true, nil
}

// Tidy removes what was left behind; see [Store].
func (b *Bucket) Tidy(before time.Time) error { return b.stage.tidy(before) }

// Check tells what stands in the way; see [Store].
func (b *Bucket) Check(ctx context.Context) error {
	if err := b.stage.check(ctx); err != nil {
		return err
	}
	probe := b.prefix + "probe"
	if _, err := b.client.PutObject(ctx, b.bucket, probe, strings.NewReader("probe"), 5, minio.PutObjectOptions{DisableMultipart: true}); err != nil {
		return err
	}
	if err := b.reads(ctx, probe); err != nil {
		return err
	}
	return b.client.RemoveObject(ctx, b.bucket, probe, minio.RemoveObjectOptions{})
}

// reads tells why the probe cannot be read back, if so.
func (b *Bucket) reads(ctx context.Context, probe string) error {
	object, err := b.client.GetObject(ctx, b.bucket, probe, minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	text, err := io.ReadAll(object)
	if err := errors.Join(err, object.Close()); err != nil {
		return fmt.Errorf("read back what was written: %w", err)
	}
	if string(text) != "probe" {
		return errors.New("what was written is read back as something else")
	}
	return nil
}

func (b *Bucket) String() string {
	return "bucket " + b.bucket + " at " + b.client.EndpointURL().Host
}
