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

	"accord/pkg/blob"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Nobody fills the disk by giving files and taking them off again.
func TestFilesThatNothingNamesAreBounded(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report := r.written(t, c, 2026).ID
	if err := r.db.Administer(t.Context(), fmt.Sprintf(`insert into evidence_blob (digest, size, member, held_at)
		select encode(sha256(n::text::bytea), 'hex'), 26214400, %s, '2026-11-24' from generate_series(1, 40) n`, number)); err != nil {
		t.Fatal(err)
	}
	r.attached(t, number, report, aPDF)
	if err := r.db.Administer(t.Context(), fmt.Sprintf(`insert into evidence_blob (digest, size, member, held_at)
		select encode(sha256('last'), 'hex'), 25165824, %s, '2026-11-24'`, number)); err != nil {
		t.Fatal(err)
	}
	faulty(t, failure(r.upload(number, report, aPDF+"x", commitment.Words{})), fault.RateLimited)
	r.clock.set("2026-11-26")
	r.sweep(t)
	r.attached(t, number, report, aPDF+"x")
}

// holding puts contents into the register that nothing names.
func (r register) holding(t *testing.T, number ident.Member, name string, size, times int) {
	t.Helper()
	if err := r.db.Administer(t.Context(), fmt.Sprintf(`insert into evidence_blob (digest, size, member, held_at)
		select encode(sha256(('%s' || n)::bytea), 'hex'), %d, %d, '2026-11-24' from generate_series(1, %d) n`, name, size, number, times)); err != nil {
		t.Fatal(err)
	}
}

// What was submitted is kept for ever, so that there is a bound for all of it.
func TestAllFilesOfAMemberAreBounded(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report := r.written(t, c, 2026).ID
	r.holding(t, number, "full", commitment.MaxFile, 409)
	r.holding(t, number, "last", 10<<30-409*commitment.MaxFile-len(aPDF), 1)
	if err := r.db.Administer(t.Context(), fmt.Sprintf(`insert into evidence_draft (id, report, ordinal, cycle, digest, name, media, size)
		select gen_random_uuid(), '%s', 1, 2026, digest, 'a.pdf', 'application/pdf', size from (select digest, size from evidence_blob order by digest offset 30) b`, report)); err != nil {
		t.Fatal(err)
	}
	other := r.written(t, r.in(t, number, commitment.Registered, measured()), 2026).ID
	r.attached(t, number, other, aPDF)
	r.attached(t, number, other, aPDF)
	faulty(t, failure(r.upload(number, other, aPDF+"x", commitment.Words{})), fault.Conflict)
}

// unkept is a store that has no room.
type unkept struct{ blob.Store }

func (unkept) Keep(context.Context, *blob.Staged) error { return errors.New("no space left on device") }

// Of those who upload at once not all take the place of one.
func TestFilesAreCountedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report := r.written(t, c, 2026).ID
	r.holding(t, number, "full", commitment.MaxFile, 40)
	r.holding(t, number, "last", 1<<30-40*commitment.MaxFile-len(aPDF)-1, 1)
	r.evidence = commitment.NewEvidenceRoom(r.db, unkept{r.store})
	var together sync.WaitGroup
	var kinds [4]fault.Kind
	for n := range kinds {
		together.Go(func() {
			u, err := r.evidence.Receive(of(number), report, "a.pdf", "", false, strings.NewReader(aPDF+strconv.Itoa(n)))
			if err == nil {
				_, err = r.evidence.AddFile(of(number), report, u, commitment.Words{})
				err = errors.Join(err, u.Discard())
			}
			kinds[n] = fault.KindOf(err)
		})
	}
	together.Wait()
	slices.Sort(kinds[:])
	if kinds != [4]fault.Kind{fault.RateLimited, fault.RateLimited, fault.RateLimited, fault.Unavailable} {
		t.Errorf("they are refused as %v", kinds)
	}
}

func TestUploadsUnderWayAreBounded(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report := r.written(t, c, 2026).ID
	var under []*commitment.Upload
	receive := func(ctx context.Context) error {
		u, err := r.evidence.Receive(ctx, report, "a.pdf", "", true, strings.NewReader(aPDF))
		if err == nil {
			under = append(under, u)
		}
		return err
	}
	one := of(number)
	for len(under) < 8 && receive(one) == nil {
	}
	faulty(t, receive(one), fault.RateLimited)
	for receive(of(number)) == nil && len(under) < 100 {
	}
	if faulty(t, receive(staff()), fault.RateLimited); len(under) != 64 {
		t.Errorf("%d are under way", len(under))
	}
	for range 2 { // which gives back one place
		if err := under[0].Discard(); err != nil {
			t.Error(err)
		}
	}
	if err := receive(one); err != nil {
		t.Error(err)
	}
	faulty(t, receive(one), fault.RateLimited)
	if err := r.evidence.Admit(one, report, false); err != nil {
		t.Error(err)
	}
	for _, u := range under {
		_ = u.Discard()
	}
}
