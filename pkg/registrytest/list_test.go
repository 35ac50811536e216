package registrytest

import (
	"context"
	"math/rand/v2"
	"reflect"
	"testing"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/alliance"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// dimension is one choice of a query, with its values; the first one is that
// nothing was chosen.
type dimension struct {
	name   string
	values []any
}

// pairwise calls run with choices in which each value of each dimension meets
// each value of each other one; the rest is drawn.
func pairwise(t *testing.T, dimensions []dimension, run func(choice map[string]any)) {
	t.Helper()
	draw := rand.New(rand.NewPCG(1, 2))
	for i, a := range dimensions {
		for _, b := range dimensions[i+1:] {
			for _, one := range a.values {
				for _, other := range b.values {
					choice := map[string]any{}
					for _, d := range dimensions {
						if draw.IntN(3) == 0 {
							choice[d.name] = d.values[draw.IntN(len(d.values))]
						} else {
							choice[d.name] = d.values[0]
						}
					}
					choice[a.name], choice[b.name] = one, other
					run(choice)
				}
			}
		}
	}
}

// fill sets the fields of the query by their names.
func fill[T any](choice map[string]any) T {
	var q T
	for name, value := range choice {
		if field := reflect.ValueOf(&q).Elem().FieldByName(name); field.IsValid() && value != nil {
			field.Set(reflect.ValueOf(value))
		}
	}
	return q
}

func TestEveryListOfMembersRuns(t *testing.T) {
	t.Parallel()
	r := New(t)
	r.Seed(t)
	items := must(r.Members.List(Staff(), member.Listing{Limit: 10}))(t)
	if len(items) < 3 {
		t.Fatalf("the shipped register has %d members", len(items))
	}
	own := items[0].Number
	dimensions := []dimension{
		{"actor", []any{Public(), Staff(), Editor(own)}},
		{"Text", []any{"", "易", "环球易购", "环球易够", "jo", "jollychic", "jolychc", "阿里 baba", "%_"}},
		{"Country", []any{"", "CN"}},
		{"Sector", []any{"", "G47"}},
		{"Kind", []any{member.Kind(""), member.Enterprise}},
		{"Status", []any{member.Status(""), member.Active, member.Merged}},
		{"Capacity", []any{member.Capacity(""), member.Signer}},
		{"Ceremony", []any{ident.Ceremony(0), ident.Ceremony(1)}},
		{"Alliance", []any{ident.Alliance(0), ident.Alliance(1)}},
		{"Point", []any{0, 4}},
		{"HasFigure", []any{nil, ptr(true), ptr(false)}},
		{"Sort", []any{member.ByNumber, member.ByName, member.BySigning, member.ByRelevance}},
		{"Descending", []any{false, true}},
	}
	pairwise(t, dimensions, func(choice map[string]any) {
		if choice["Sort"] == member.ByRelevance && choice["Text"] == "" {
			return // the door refuses it: there is nothing to be relevant to
		}
		q := fill[member.Listing](choice)
		q.Limit = 10
		ctx := choice["actor"].(context.Context)
		whole, err := r.Members.List(ctx, q)
		if err != nil {
			t.Fatalf("%+v: %v", choice, err)
		}
		walked := walkMembers(t, r, ctx, q)
		if len(walked) != len(whole) {
			t.Fatalf("%+v: %d members, and %d page by page", choice, len(whole), len(walked))
		}
		for i := range whole {
			if whole[i].Number != walked[i].Number {
				t.Fatalf("%+v: another order page by page", choice)
			}
		}
	})
}

// walkMembers reads a list one member at a time.
func walkMembers(t *testing.T, r *Register, ctx context.Context, q member.Listing) []member.Item {
	t.Helper()
	var all []member.Item
	for q.Limit = 1; len(all) <= 10; {
		page, err := r.Members.List(ctx, q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
		q.After = &page[len(page)-1]
	}
	t.Fatalf("%+v: the pages do not end", q)
	return nil
}

func TestEveryListOfFiguresRuns(t *testing.T) {
	t.Parallel()
	r := New(t)
	own := r.Member(t, "A Member")
	r.Figure(t, own, aFigure())
	for _, measure := range []figure.Measure{figure.GMV, figure.Revenue} {
		draft := aSecret()
		draft.Measure = measure
		r.Figure(t, own, draft)
	}
	for i, ctx := range []context.Context{Public(), Staff(), Editor(own), Editor(own + 1)} {
		whole := must(r.Figures.List(ctx, own, figure.Listing{Limit: 10}))(t)
		if want := []int{1, 3, 3, 1}[i]; len(whole) != want {
			t.Errorf("%d figures, want %d", len(whole), want)
		}
		pairwise(t, []dimension{
			{"Measure", []any{figure.Measure(""), figure.GMV}},
			{"Current", []any{false, true}},
			{"After", []any{nil, ptr(whole[0].Key())}},
		}, func(choice map[string]any) {
			q := fill[figure.Listing](choice)
			q.Limit = 10
			if _, err := r.Figures.List(ctx, own, q); err != nil {
				t.Errorf("%+v: %v", choice, err)
			}
		})
	}
}

func TestEveryListOfMembershipsRuns(t *testing.T) {
	t.Parallel()
	r := New(t)
	id := r.Alliance(t, "An Alliance")
	known, hidden := r.Member(t, "A Member"), r.Applicant(t, "An Applicant")
	for _, number := range []ident.Member{known, hidden} {
		for _, role := range []alliance.Role{alliance.Chair, alliance.Observer} {
			must(r.Alliances.Admit(Staff(), id, alliance.MembershipDraft{Member: number, Role: role}))(t)
		}
	}
	for i, ctx := range []context.Context{Public(), Staff(), Editor(hidden), Editor(known)} {
		whole := must(r.Alliances.Memberships(ctx, id, alliance.Belonging{Limit: 10}))(t)
		if want := []int{2, 4, 4, 2}[i]; len(whole) != want {
			t.Errorf("%d memberships, want %d", len(whole), want)
		}
		pairwise(t, []dimension{
			{"Role", []any{alliance.Role(""), alliance.Chair}},
			{"After", []any{nil, ptr(whole[0].MemberKey())}},
		}, func(choice map[string]any) {
			q := fill[alliance.Belonging](choice)
			q.Limit = 10
			if _, err := r.Alliances.Memberships(ctx, id, q); err != nil {
				t.Errorf("%+v: %v", choice, err)
			}
		})
	}
}

func TestEveryListOfAccountsRuns(t *testing.T) {
	t.Parallel()
	r := New(t)
	user := r.Account(t, access.RoleAnalyst, 0, "")
	for _, ctx := range []context.Context{System(), Admin(), Staff()} {
		pairwise(t, []dimension{
			{"Role", []any{access.Role(""), access.RoleAnalyst, access.RoleAdmin}},
			{"Member", []any{ident.Member(0), ident.Member(1)}},
			{"After", []any{nil, user.ID}},
			{"Limit", []any{0, 1, 200}},
		}, func(choice map[string]any) {
			if _, err := r.Accounts.Users(ctx, fill[account.UserQuery](choice)); err != nil {
				t.Errorf("%+v: %v", choice, err)
			}
		})
	}
}

// Every combination of dimensions is its own statement to the planner, if not
// to the server.
func TestEveryStatisticRuns(t *testing.T) {
	t.Parallel()
	r := New(t)
	r.Seed(t)
	r.CatchUp(t)
	checkStatistics(t, r, plan.Date("2026-11-24"))
}
