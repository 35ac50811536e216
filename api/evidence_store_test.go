package api_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"accord/pkg/blob"
	"accord/pkg/commitment"
	"accord/pkg/registrytest"
)

// leaky is a store whose errors come when it is too late.
type leaky struct {
	blob.Store
	root   string
	broken bool // what is read breaks off
}

// Keep keeps, and leaves nothing to be discarded.
func (s leaky) Keep(ctx context.Context, staged *blob.Staged) error {
	again, err := s.Stage(ctx, strings.NewReader(aPDF), 1000)
	if err != nil {
		return err
	}
	return errors.Join(s.Store.Keep(ctx, again), again.Discard(), os.RemoveAll(filepath.Join(s.root, "staging")))
}

func (s leaky) Open(ctx context.Context, digest blob.Digest) (blob.Content, error) {
	content, err := s.Store.Open(ctx, digest)
	return leakyContent{content, s.broken}, err
}

type leakyContent struct {
	blob.Content
	broken bool
}

func (c leakyContent) Read(p []byte) (int, error) {
	if c.broken {
		return 0, errors.New("the disk is broken")
	}
	return c.Content.Read(p)
}

func (c leakyContent) Close() error {
	return errors.Join(c.Content.Close(), errors.New("it cannot be closed"))
}

// onStore is a report, whose evidence is kept in a store of the test.
func onStore(t *testing.T, broken bool) (s *teller, report, root string) {
	t.Helper()
	r := registrytest.New(t)
	root = t.TempDir()
	r.Evidence = commitment.NewEvidenceRoom(r.DB, leaky{blob.NewFolder(root, r.Clock.Now), root, broken})
	s, report = reportedTo(t, houseOf(t, r))
	return s, report, root
}

// What fails when the answer was given is told to the log alone.
func TestWhatFailsAfterAnAnswerDoesNotBreakIt(t *testing.T) {
	t.Parallel()
	s, report, _ := onStore(t, false)
	file, _ := s.made("editor", report+"/evidence/files", upload("a.pdf", "", aPDF))
	if got := s.get("editor", file+"/content"); got.status != http.StatusOK || got.text != aPDF {
		t.Error(got.plain())
	}
	for _, told := range []string{"it cannot be closed", "staging"} {
		if text := s.log.text.String(); !strings.Contains(text, told) || strings.Contains(text, "broken off") {
			t.Errorf("no %q in the log: %s", told, text)
		}
	}
}

func TestADamagedFileIsNotGivenOut(t *testing.T) {
	t.Parallel()
	s, report, root := onStore(t, false)
	file, _ := s.made("editor", report+"/evidence/files", upload("a.pdf", "", aPDF))
	var kept string
	err := filepath.WalkDir(filepath.Join(root, "sha256"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			kept = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range []func() error{func() error { return os.Truncate(kept, 5) }, func() error { return os.Remove(kept) }} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		got := s.get("editor", file+"/content")
		got.problem(t, http.StatusServiceUnavailable, "file_damaged")
	}
	if text := s.log.text.String(); strings.Count(text, "file "+filepath.Base(kept)) != 2 {
		t.Errorf("the log does not say which: %s", text)
	}
}

func TestAFileThatCannotBeReadIsBrokenOff(t *testing.T) {
	t.Parallel()
	s, report, _ := onStore(t, true)
	file, _ := s.made("editor", report+"/evidence/files", upload("a.pdf", "", aPDF))
	defer func() {
		if thrown := recover(); thrown != http.ErrAbortHandler || !strings.Contains(s.log.text.String(), "the disk is broken") { //nolint:errorlint // as net/http has it
			t.Errorf("%v, and the log says %s", thrown, s.log.text.String())
		}
	}()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, file+"/content", nil)
	request.Header.Set("Authorization", "Bearer "+s.tokens["editor"])
	s.server.Handler().ServeHTTP(httptest.NewRecorder(), request)
}
