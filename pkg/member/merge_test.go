package member_test

import (
	"sync"
	"testing"

	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	s, _ := office(t)

	t.Run("a public member is not merged into one that nobody knows of", func(t *testing.T) {
		known, applicant := active(t, s, member.Draft{Name: "Known"}), register(t, s, member.Draft{Name: "Unknown"}).Number
		_, err := s.Transition(staff(), known, 3, member.Step{To: member.Merged, Reason: "same", Survivor: &applicant})
		wantKind(t, err, fault.Invalid)
		wantField(t, err, "/survivor", "survivor_not_public")
		if _, err := s.Transition(staff(), applicant, 1, member.Step{To: member.Merged, Reason: "same", Survivor: &known}); err != nil {
			t.Error(err)
		}
	})
	t.Run("of two opposite merges at once one wins, and the numbers lead somewhere", func(t *testing.T) {
		for range 10 {
			one, other := register(t, s, member.Draft{Name: "One " + string(ident.New[ident.Figure]())}).Number,
				register(t, s, member.Draft{Name: "Other " + string(ident.New[ident.Figure]())}).Number
			var both sync.WaitGroup
			errs := make([]error, 2)
			for i, pair := range [][2]ident.Member{{one, other}, {other, one}} {
				both.Go(func() {
					_, errs[i] = s.Transition(staff(), pair[0], 1, member.Step{To: member.Merged, Reason: "same", Survivor: &pair[1]})
				})
			}
			both.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Fatalf("got %v and %v", errs[0], errs[1])
			}
			for _, err := range errs {
				if err != nil {
					wantField(t, err, "/survivor", "survivor_merged")
				}
			}
		}
	})
}
