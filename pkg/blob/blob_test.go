package blob_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"accord/pkg/blob"
)

// bucket gives a store on an S3 server of the test's own, and the folder that
// is staged in.
func bucket(t *testing.T) (blob.Store, string) {
	t.Helper()
	backend := s3mem.New()
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	if err := backend.CreateBucket("evidence"); err != nil {
		t.Fatal(err)
	}
	scratch := t.TempDir()
	store, err := blob.NewBucket("s3://evidence/of/accord?region=eu-central-1&endpoint="+server.URL, blob.Keys{Access: "key", Secret: "secret"}, scratch, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return store, scratch
}

func folder(t *testing.T) (blob.Store, string) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "evidence")
	return blob.NewFolder(root, time.Now), filepath.Join(root, "staging")
}

// onEach runs a test on both stores.
func onEach(t *testing.T, test func(t *testing.T, store blob.Store, staging string)) {
	t.Helper()
	for name, open := range map[string]func(*testing.T) (blob.Store, string){"folder": folder, "bucket": bucket} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, staging := open(t)
			test(t, store, staging)
		})
	}
}

// put stages and keeps.
func put(t *testing.T, store blob.Store, text string) blob.Digest {
	t.Helper()
	staged, err := store.Stage(t.Context(), strings.NewReader(text), 1000)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(store.Keep(t.Context(), staged), staged.Discard(), staged.Discard()); err != nil {
		t.Fatal(err)
	}
	return staged.Digest
}

// later is after all that was kept.
func later() time.Time { return time.Now().Add(time.Hour) }

// holds gives what the store has under the digest, "" for nothing.
func holds(t *testing.T, store blob.Store, digest blob.Digest) string {
	t.Helper()
	content, err := store.Open(t.Context(), digest)
	if errors.Is(err, blob.ErrNotFound) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(content)
	if err := errors.Join(err, content.Close()); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// left lists what lies where contents are received.
func left(t *testing.T, staging string) []string {
	t.Helper()
	entries, err := os.ReadDir(staging)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// The law of a store: whatever is put and removed in whatever order, it holds
// what was put and not removed since, each under its digest.
func TestAStoreHoldsWhatWasPutAndNotRemoved(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, store blob.Store, staging string) {
		draw := rand.New(rand.NewPCG(19, 7))
		model := map[blob.Digest]string{}
		for range 120 {
			text := strings.Repeat("evidence ", 1+draw.IntN(8))
			sum := sha256.Sum256([]byte(text))
			digest := blob.Digest(hex.EncodeToString(sum[:]))
			switch draw.IntN(3) {
			case 0:
				if got := put(t, store, text); got != digest {
					t.Fatalf("%q is kept as %s", text, got)
				}
				model[digest] = text
			case 1:
				if gone, err := store.Remove(t.Context(), digest, later()); err != nil || !gone {
					t.Fatal(gone, err)
				}
				delete(model, digest)
			}
			if got := holds(t, store, digest); got != model[digest] {
				t.Fatalf("%s is %q, want %q", digest, got, model[digest])
			}
		}
		if names := left(t, staging); len(names) > 0 {
			t.Errorf("left behind: %v", names)
		}
	})
}

// What was kept since somebody decided to remove it stays.
func TestWhatWasKeptSinceIsNotRemoved(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, store blob.Store, _ string) {
		staged, err := store.Stage(t.Context(), strings.NewReader("slow"), 10)
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(1100 * time.Millisecond) // more than the second that a bucket's time is rounded to
		decided := time.Now().Truncate(time.Second)
		if err := errors.Join(store.Keep(t.Context(), staged), staged.Discard()); err != nil {
			t.Fatal(err)
		}
		if gone, err := store.Remove(t.Context(), staged.Digest, decided); gone || err != nil || holds(t, store, staged.Digest) != "slow" {
			t.Errorf("it is gone: %v, %v", gone, err)
		}
		if gone, err := store.Remove(t.Context(), staged.Digest, later()); !gone || err != nil || holds(t, store, staged.Digest) != "" {
			t.Errorf("it is there: %v, %v", gone, err)
		}
	})
}

func TestAContentIsReadFromAnywhereInIt(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, store blob.Store, _ string) {
		content, err := store.Open(t.Context(), put(t, store, "0123456789"))
		if err != nil {
			t.Fatal(err)
		}
		end, endErr := content.Seek(0, io.SeekEnd)
		_, startErr := content.Seek(4, io.SeekStart)
		text, readErr := io.ReadAll(io.LimitReader(content, 3))
		if err := errors.Join(endErr, startErr, readErr, content.Close()); err != nil || end != 10 || string(text) != "456" {
			t.Errorf("%d, %q, %v", end, text, err)
		}
	})
}

func TestManyWhoPutTheSameAtOncePutItOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, store blob.Store, staging string) {
		var together sync.WaitGroup
		digests := make([]blob.Digest, 8)
		for i := range digests {
			together.Go(func() { digests[i] = put(t, store, "the same") })
		}
		together.Wait()
		for _, d := range digests {
			if d != digests[0] || holds(t, store, d) != "the same" {
				t.Errorf("%s holds %q", d, holds(t, store, d))
			}
		}
		if names := left(t, staging); len(names) > 0 {
			t.Errorf("left behind: %v", names)
		}
	})
}

func TestWhatIsReceivedBadlyLeavesNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, store blob.Store, staging string) {
		if _, err := store.Stage(t.Context(), strings.NewReader("12345"), 4); !errors.Is(err, blob.ErrTooLarge) {
			t.Errorf("too large: %v", err)
		}
		if staged, err := store.Stage(t.Context(), strings.NewReader("1234"), 4); err != nil || staged.Size != 4 || staged.Discard() != nil {
			t.Errorf("just not too large: %v", err)
		}
		broken := io.MultiReader(strings.NewReader("12"), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, err := store.Stage(t.Context(), broken, 4); !fromSource(err) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("broken off: %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := store.Stage(gone, strings.NewReader("1"), 4); !errors.Is(err, context.Canceled) {
			t.Errorf("nobody waits: %v", err)
		}
		if names := left(t, staging); len(names) > 0 {
			t.Errorf("left behind: %v", names)
		}
	})
}

func fromSource(err error) bool {
	_, ok := errors.AsType[*blob.SourceError](err)
	return ok
}

// A process that is killed between receiving and keeping leaves a file that
// nobody takes for a content, and that is tidied away once it is old.
func TestWhatAKilledProcessLeavesIsTidiedAway(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, store blob.Store, staging string) {
		staged, err := store.Stage(t.Context(), strings.NewReader("half"), 10)
		if err != nil {
			t.Fatal(err)
		}
		if got := holds(t, store, staged.Digest); got != "" {
			t.Errorf("it is kept already: %q", got)
		}
		now := time.Now()
		if err := store.Tidy(now.Add(-time.Hour)); err != nil || len(left(t, staging)) != 1 {
			t.Errorf("what is under way was tidied away: %v", err)
		}
		if err := store.Tidy(now.Add(time.Hour)); err != nil || len(left(t, staging)) != 0 {
			t.Errorf("it is there still: %v", err)
		}
		if got := put(t, store, "half"); holds(t, store, got) != "half" {
			t.Error("it cannot be put again")
		}
	})
}

func TestStoresAreChecked(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, store blob.Store, _ string) {
		if err := store.Check(t.Context()); err != nil {
			t.Error(err)
		}
	})
	occupied := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(occupied, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	nowhere, err := blob.NewBucket("s3://evidence?endpoint=http://127.0.0.1:1", blob.Keys{Access: "a", Secret: "s"}, t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	for _, store := range []blob.Store{blob.NewFolder(occupied, time.Now), nowhere} {
		if store.Check(soon) == nil {
			t.Errorf("%v is said to be writable", store)
		}
	}
}
