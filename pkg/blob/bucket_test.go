package blob_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"accord/pkg/blob"
)

func TestAddressesOfBuckets(t *testing.T) {
	t.Parallel()
	keys := blob.Keys{Access: "a", Secret: "s"}
	for _, address := range []string{
		"s3://bucket", "s3://bucket/prefix", "s3://bucket/a/b/?endpoint=s3.example.org", "s3://bucket?endpoint=http://127.0.0.1:9000&region=eu-central-1",
	} {
		if _, err := blob.NewBucket(address, keys, "/nowhere", time.Now); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{
		"", "bucket", "s3:///prefix", "http://bucket", "s3://key:secret@bucket", "s3://bucket?secret=x", "s3://bucket?endpoint=ftp://x", "s3://bucket?endpoint=http://x/y", "s3://b#f",
	} {
		if _, err := blob.NewBucket(address, keys, "/nowhere", time.Now); err == nil {
			t.Errorf("%s is taken", address)
		}
	}
	if _, err := blob.NewBucket("s3://bucket", blob.Keys{Access: "a"}, "/nowhere", time.Now); err == nil {
		t.Error("no secret key is needed")
	}
}

// What was kept long ago is kept anew, and so as of now: it might else be removed
// for being old while somebody names it again.
func TestABucketIsSentAgainWhatIsOld(t *testing.T) {
	t.Parallel()
	backend := s3mem.New()
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	if err := backend.CreateBucket("evidence"); err != nil {
		t.Fatal(err)
	}
	age := time.Duration(0)
	store, err := blob.NewBucket("s3://evidence?endpoint="+server.URL, blob.Keys{Access: "a", Secret: "s"}, t.TempDir(), func() time.Time { return time.Now().Add(age) })
	if err != nil {
		t.Fatal(err)
	}
	digest := put(t, store, "sound")
	key := "sha256/" + string(digest[:2]) + "/" + string(digest)
	if _, err := backend.PutObject("evidence", key, map[string]string{}, strings.NewReader("wrong"), 5, nil); err != nil {
		t.Fatal(err)
	}
	if put(t, store, "sound"); holds(t, store, digest) != "wrong" {
		t.Error("it is sent again at once")
	}
	age = 61 * time.Minute
	if put(t, store, "sound"); holds(t, store, digest) != "sound" {
		t.Error("what is old is not sent again")
	}
}
