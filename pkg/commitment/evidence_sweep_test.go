package commitment_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/blob"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/plan"
)

// kept tells whether the store has the content.
func (r register) kept(t *testing.T, digest blob.Digest) bool {
	t.Helper()
	content, err := r.store.Open(t.Context(), digest)
	if errors.Is(err, blob.ErrNotFound) {
		return false
	}
	if err := errors.Join(err, content.Close()); err != nil {
		t.Fatal(err)
	}
	return true
}

func (r register) sweep(t *testing.T) {
	t.Helper()
	if err := r.evidence.Sweep(access.System(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func TestWhatNothingNamesIsSweptAwayAfterADay(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report := r.written(t, c, 2026).ID
	twice := r.attached(t, number, report, aPDF)
	again := r.attached(t, number, report, aPDF)
	gone := r.attached(t, number, report, aPDF+"gone")
	past := r.attached(t, number, report, aPDF+"past")
	if _, err := r.reports.Submit(of(number), report, 0); err != nil {
		t.Fatal(err)
	}
	fresh := r.attached(t, number, report, aPDF+"fresh")
	for _, e := range []commitment.Evidence{twice, past, fresh} {
		if err := r.evidence.Remove(of(number), e.ID, 0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.reports.Submit(of(number), report, 0); err != nil {
		t.Fatal(err)
	}
	faulty(t, r.evidence.Sweep(staff()), fault.Forbidden)
	r.sweep(t)
	if !r.kept(t, fresh.File.Digest) {
		t.Error("swept away on the same day")
	}
	r.clock.set("2026-11-26")
	r.sweep(t)
	for e, want := range map[*commitment.Evidence]bool{&twice: true, &again: true, &gone: true, &past: true, &fresh: false} {
		if r.kept(t, e.File.Digest) != want {
			t.Errorf("%s is kept: %v", e.File.Digest, !want)
		}
	}
	if back := r.attached(t, number, report, aPDF+"fresh"); !r.kept(t, back.File.Digest) {
		t.Error("it cannot be given again")
	}
}

// The day is counted from when a file was taken off, not from its upload.
func TestWhatWasTakenOffTodayIsKeptForADay(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report := r.written(t, c, 2026).ID
	file := r.attached(t, number, report, aPDF)
	r.clock.set("2026-11-30")
	if err := r.evidence.Remove(of(number), file.ID, 0); err != nil {
		t.Fatal(err)
	}
	r.sweep(t)
	if !r.kept(t, file.File.Digest) {
		t.Error("it is swept away on the same day")
	}
	r.clock.set("2026-12-02")
	r.sweep(t)
	if r.kept(t, file.File.Digest) {
		t.Error("it is kept for ever")
	}
}

// stubborn is a store that cannot remove one content, nor what was left behind.
type stubborn struct {
	blob.Store
	stays blob.Digest
	t     *testing.T
}

var errStubborn = errors.New("it cannot be removed")

func (s stubborn) Remove(ctx context.Context, digest blob.Digest, before time.Time) (bool, error) {
	if end, ok := ctx.Deadline(); !ok || time.Until(end) > 10*time.Second {
		s.t.Error("a row is locked for as long as the store takes")
	}
	if digest == s.stays {
		return false, errStubborn
	}
	return s.Store.Remove(ctx, digest, before)
}

func (stubborn) Tidy(time.Time) error { return errors.New("nor tidied away") }

func TestOneFileThatCannotBeRemovedDoesNotKeepTheOthers(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report := r.written(t, c, 2026).ID
	var files []commitment.Evidence
	for n := range 3 {
		files = append(files, r.attached(t, number, report, aPDF+strconv.Itoa(n)))
		if err := r.evidence.Remove(of(number), files[n].ID, 0); err != nil {
			t.Fatal(err)
		}
	}
	files = slices.SortedFunc(slices.Values(files), func(a, b commitment.Evidence) int {
		return strings.Compare(string(a.File.Digest), string(b.File.Digest))
	})
	r.clock.set("2026-11-26")
	first := files[0].File.Digest // in the order of the sweep
	err := commitment.NewEvidenceRoom(r.db, stubborn{r.store, first, t}).Sweep(system())
	if !errors.Is(err, errStubborn) || !strings.Contains(err.Error(), string(first)) || !strings.Contains(err.Error(), "nor tidied away") {
		t.Errorf("it is told as %v", err)
	}
	if !r.kept(t, first) || r.kept(t, files[1].File.Digest) || r.kept(t, files[2].File.Digest) {
		t.Error("others are kept, or it is not")
	}
	r.sweep(t)
	if r.kept(t, first) {
		t.Error("it is not tried again")
	}
}

// A sweep that has lost its lock does not remove what was kept meanwhile, and
// does not forget it.
func TestWhatIsKeptAnewIsNotSwept(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	file := r.attached(t, number, r.written(t, c, 2026).ID, aPDF)
	if err := r.evidence.Remove(of(number), file.ID, 0); err != nil {
		t.Fatal(err)
	}
	r.clock.set("2026-11-26")
	staged, err := r.store.Stage(t.Context(), strings.NewReader(aPDF), 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.store.Keep(t.Context(), staged), staged.Discard()); err != nil {
		t.Fatal(err)
	}
	r.sweep(t)
	if !r.kept(t, file.File.Digest) {
		t.Error("it is swept away")
	}
	r.clock.set("2026-11-28")
	r.sweep(t)
	if r.kept(t, file.File.Digest) {
		t.Error("it is forgotten")
	}
}

// What is uploaded while the same content is swept away is kept, whoever comes
// first.
func TestAnUploadAndASweepOfTheSameTakeTurns(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	r.evidence = commitment.NewEvidenceRoom(r.db, untidied{r.store})
	report := r.written(t, c, 2026).ID
	for round := range 12 {
		text := aPDF + strconv.Itoa(round)
		if err := r.evidence.Remove(of(number), r.attached(t, number, report, text).ID, 0); err != nil {
			t.Fatal(err)
		}
		r.clock.set(dayAfter(round))
		var together sync.WaitGroup
		var e commitment.Evidence
		var err error
		together.Go(func() { r.sweep(t) })
		together.Go(func() { e, err = r.upload(number, report, text, commitment.Words{}) })
		together.Go(func() { r.sweep(t) })
		together.Wait()
		if err != nil || !r.kept(t, e.File.Digest) {
			t.Fatalf("named and not kept: %v", err)
		}
	}
}

// untidied is a store where nothing that is being received is old, however far
// the clock of the test is moved.
type untidied struct{ blob.Store }

func (untidied) Tidy(time.Time) error { return nil }

func dayAfter(round int) plan.Date { return plan.Date(fmt.Sprintf("2026-12-%02d", 2*round+1)) }

func TestAnUploadThatFailsLeavesNothingThatIsNamed(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report := r.written(t, c, 2026).ID
	u, err := r.evidence.Receive(of(number), report, "a.pdf", "", false, strings.NewReader(aPDF))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.reports.Submit(of(number), report, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := r.reports.Review(staff(), report, 0, accepted(commitment.Limited)); err != nil {
		t.Fatal(err)
	}
	faulty(t, failure(r.evidence.AddFile(of(number), report, u, commitment.Words{})), fault.Conflict)
	if err := u.Discard(); err != nil {
		t.Error(err)
	}
	r.clock.set("2026-11-26")
	r.sweep(t)
	if r.kept(t, u.Told().SHA256) {
		t.Error("it is kept for ever")
	}
}
