package commitment_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// model is what the list should give, by filtering in Go what was made.
func model(made []commitment.Commitment, q commitment.Listing, sees func(commitment.Commitment) bool) []ident.Commitment {
	var found []commitment.Commitment
	for _, c := range made {
		if sees(c) && (q.Member == 0 || c.Member == q.Member) && (q.Point == 0 || c.Point == q.Point) && (q.State == "" || c.State == q.State) &&
			(q.DueAfter == "" || c.DueOn >= q.DueAfter) && (q.DueBefore == "" || c.DueOn != "" && c.DueOn < q.DueBefore) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b commitment.Commitment) int {
		if order := strings.Compare(late(a.DueOn), late(b.DueOn)); order != 0 {
			return order
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return ids(found)
}

func late(day plan.Date) string {
	if day == "" {
		return "9"
	}
	return string(day)
}

func ids(list []commitment.Commitment) []ident.Commitment {
	var ids []ident.Commitment
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestListsShowEachReaderItsOwn(t *testing.T) {
	t.Parallel()
	r := open(t)
	random := rand.New(rand.NewPCG(3, 4))
	members := []ident.Member{r.published(t, "Jollychic"), r.published(t, "Alibaba"), r.applicant(t, "Globalegrow")}
	hidden := members[2]
	days := []plan.Date{"", "2027-01-01", "2027-06-30", "2028-01-01"}
	points := []plan.Point{1, 8}
	states := commitment.States()
	var made []commitment.Commitment
	for range 40 {
		draft := training()
		draft.Point, draft.DueOn = points[random.IntN(2)], days[random.IntN(len(days))]
		made = append(made, r.in(t, members[random.IntN(3)], states[random.IntN(4)], draft))
	}
	isOpen := func(c commitment.Commitment) bool {
		return c.Member != hidden && (c.State == commitment.Registered || c.State == commitment.Closed)
	}
	readers := map[string]struct {
		ctx  context.Context
		sees func(commitment.Commitment) bool
	}{
		"public":  {public(), isOpen},
		"analyst": {as(access.RoleAnalyst, 0), isOpen},
		"staff":   {staff(), func(commitment.Commitment) bool { return true }},
		"member":  {of(members[0]), func(c commitment.Commitment) bool { return isOpen(c) || c.Member == members[0] }},
		"hidden":  {of(hidden), func(c commitment.Commitment) bool { return isOpen(c) || c.Member == hidden }},
	}
	for name, reader := range readers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, number := range append([]ident.Member{0}, members...) {
				for _, point := range []plan.Point{0, 8} {
					for _, state := range append([]commitment.State{""}, states...) {
						for _, due := range [][2]plan.Date{{"", ""}, {"2027-01-01", ""}, {"", "2028-01-01"}, {"2027-01-02", "2027-07-01"}} {
							q := commitment.Listing{Member: number, Point: point, State: state, DueAfter: due[0], DueBefore: due[1], Limit: 200}
							got, err := r.commitments.List(reader.ctx, q)
							if want := model(made, q, reader.sees); err != nil || !slices.Equal(ids(got), want) {
								t.Fatalf("%+v: got %v, %v\nwant %v", q, ids(got), err, want)
							}
						}
					}
				}
			}
			for _, c := range made {
				got, err := r.commitments.Read(reader.ctx, c.ID)
				if !reader.sees(c) {
					faulty(t, err, fault.NotFound)
				} else if err != nil || !same(got, c) {
					t.Errorf("read %+v, %v; want %+v", got, err, c)
				}
			}
		})
	}
	t.Run("pages of any size make up the list", func(t *testing.T) {
		t.Parallel()
		for name, reader := range readers {
			want := model(made, commitment.Listing{}, reader.sees)
			for size := 1; size <= len(want)+1; size += 3 {
				q, got := commitment.Listing{Limit: size}, []ident.Commitment(nil)
				for {
					page, err := r.commitments.List(reader.ctx, q)
					if err != nil || len(page) > size {
						t.Fatalf("%d in a page of %d, %v", len(page), size, err)
					}
					if len(page) == 0 {
						break
					}
					got = append(got, ids(page)...)
					key := page[len(page)-1].Key()
					q.After = &key
				}
				if !slices.Equal(got, want) {
					t.Errorf("%s, pages of %d: got %v, want %v", name, size, got, want)
				}
			}
		}
	})
}

func TestTheListOfAMember(t *testing.T) {
	t.Parallel()
	r := open(t)
	number, quiet, hidden := r.published(t, "Jollychic"), r.published(t, "Alibaba"), r.applicant(t, "Globalegrow")
	c := r.in(t, number, commitment.Registered, training())
	r.in(t, quiet, commitment.Submitted, training())
	secret := r.in(t, hidden, commitment.Registered, training())
	for name, want := range map[string]struct {
		ctx    context.Context
		number ident.Member
		found  []ident.Commitment
	}{
		"has what is its own":                {public(), number, []ident.Commitment{c.ID}},
		"is empty where there is nothing":    {public(), quiet, nil},
		"is there for the member itself":     {of(hidden), hidden, []ident.Commitment{secret.ID}},
		"is not filtered by another's query": {public(), number, []ident.Commitment{c.ID}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := r.commitments.ListOf(want.ctx, want.number, commitment.Listing{Member: hidden, Limit: 10})
			if err != nil || !slices.Equal(ids(got), want.found) {
				t.Errorf("got %v, %v", ids(got), err)
			}
		})
	}
	t.Run("is not found where the member is not", func(t *testing.T) {
		for _, unknown := range []ident.Member{hidden, 999} {
			_, err := r.commitments.ListOf(public(), unknown, commitment.Listing{Limit: 10})
			faulty(t, err, fault.NotFound)
			_, err = r.commitments.ListOf(of(number), unknown, commitment.Listing{Limit: 10, State: commitment.Drafted})
			faulty(t, err, fault.NotFound)
		}
	})
}
