package commitment_test

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// TestListsOfReportsShowEachReaderItsOwn compares the lists, in pages of every
// size, with what was made.
func TestListsOfReportsShowEachReaderItsOwn(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.add(t, indicator("people_trained", 4))
	for _, year := range []int{2024, 2025, 2026} {
		r.opened(t, year, "2026-12-15", "2026-12-31")
	}
	number, quiet, hidden := r.published(t, "Jollychic"), r.published(t, "Alibaba"), r.applicant(t, "Globalegrow")
	var made []commitment.Report
	commitments := map[ident.Commitment]bool{}
	for _, member := range []ident.Member{number, hidden} {
		for range 2 {
			c := r.in(t, member, commitment.Registered, measured())
			commitments[c.ID] = true
			made = append(made, r.written(t, c, 2024), r.sent(t, c, 2025), r.acceptedReport(t, c, 2026))
		}
	}
	for name, reader := range map[string]struct {
		ctx  context.Context
		sees func(commitment.Report) bool
	}{
		"public": {public(), func(r commitment.Report) bool { return r.State == commitment.ReportAccepted && r.Member == number }},
		"staff":  {staff(), func(commitment.Report) bool { return true }},
		"own": {of(hidden), func(r commitment.Report) bool {
			return r.Member == hidden || r.State == commitment.ReportAccepted && r.Member == number
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for limit := 1; limit <= 7; limit++ {
				for _, member := range []ident.Member{number, hidden} {
					if member == hidden && name == "public" {
						faulty(t, failure(r.reports.ListOf(reader.ctx, member, nil, limit)), fault.NotFound)
						continue
					}
					want := expected(made, func(r commitment.Report) bool { return reader.sees(r) && r.Member == member })
					got := turned(t, func(after *commitment.ReportKey) ([]commitment.Report, error) {
						return r.reports.ListOf(reader.ctx, member, after, limit)
					}, limit)
					if !slices.Equal(got, want) {
						t.Errorf("of member %s in pages of %d: %v, want %v", member, limit, got, want)
					}
				}
				for id := range commitments {
					want := expected(made, func(r commitment.Report) bool { return reader.sees(r) && r.Commitment == id })
					if len(want) == 0 {
						faulty(t, failure(r.reports.List(reader.ctx, id, nil, limit)), fault.NotFound)
						continue
					}
					got := turned(t, func(after *commitment.ReportKey) ([]commitment.Report, error) {
						return r.reports.List(reader.ctx, id, after, limit)
					}, limit)
					if !slices.Equal(got, want) {
						t.Errorf("on a commitment in pages of %d: %v, want %v", limit, got, want)
					}
				}
			}
		})
	}
	t.Run("are empty where there is nothing", func(t *testing.T) {
		none := r.in(t, quiet, commitment.Registered, measured())
		if list, err := r.reports.List(public(), none.ID, nil, 10); err != nil || len(list) != 0 {
			t.Errorf("got %v, %v", list, err)
		}
		if list, err := r.reports.ListOf(public(), quiet, nil, 10); err != nil || len(list) != 0 {
			t.Errorf("got %v, %v", list, err)
		}
		draft := r.in(t, quiet, commitment.Drafted, measured())
		if list, err := r.reports.List(of(quiet), draft.ID, nil, 10); err != nil || len(list) != 0 {
			t.Errorf("got %v, %v", list, err)
		}
		faulty(t, failure(r.reports.List(of(number), draft.ID, nil, 10)), fault.NotFound)
	})
}

// expected gives the ids of those that are to be listed, in their order.
func expected(made []commitment.Report, listed func(commitment.Report) bool) []ident.Report {
	var found []commitment.Report
	for _, r := range made {
		if listed(r) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b commitment.Report) int {
		return cmp.Or(cmp.Compare(b.Cycle, a.Cycle), strings.Compare(string(a.ID), string(b.ID)))
	})
	var ids []ident.Report
	for _, r := range found {
		ids = append(ids, r.ID)
	}
	return ids
}

// turned gives the ids of all pages of a list.
func turned(t *testing.T, page func(after *commitment.ReportKey) ([]commitment.Report, error), limit int) []ident.Report {
	t.Helper()
	var ids []ident.Report
	var after *commitment.ReportKey
	for {
		list, err := page(after)
		if err != nil || len(list) > limit {
			t.Fatalf("%d in a page of %d, %v", len(list), limit, err)
		}
		if len(list) == 0 {
			return ids
		}
		for _, r := range list {
			ids = append(ids, r.ID)
		}
		key := list[len(list)-1].Key()
		after = &key
	}
}
