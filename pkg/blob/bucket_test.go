package blob_test

import (
	"testing"

	"accord/pkg/blob"
)

func TestAddressesOfBuckets(t *testing.T) {
	t.Parallel()
	keys := blob.Keys{Access: "a", Secret: "s"}
	for _, address := range []string{
		"s3://bucket", "s3://bucket/prefix", "s3://bucket/a/b/?endpoint=s3.example.org", "s3://bucket?endpoint=http://127.0.0.1:9000&region=eu-central-1",
	} {
		if _, err := blob.NewBucket(address, keys, "/nowhere"); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{
		"", "bucket", "s3:///prefix", "http://bucket", "s3://key:secret@bucket", "s3://bucket?secret=x", "s3://bucket?endpoint=ftp://x", "s3://bucket?endpoint=http://x/y", "s3://b#f",
	} {
		if _, err := blob.NewBucket(address, keys, "/nowhere"); err == nil {
			t.Errorf("%s is taken", address)
		}
	}
	if _, err := blob.NewBucket("s3://bucket", blob.Keys{Access: "a"}, "/nowhere"); err == nil {
		t.Error("no secret key is needed")
	}
}
