package registrytest

import (
	"context"
	"testing"
	"time"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/request"
)

// aRequest proposes one thing of each kind.
func aRequest() request.Draft {
	return request.Draft{
		Member:     member.Patch{City: nullable.NewNullableWithValue(unique())},
		Figures:    []request.FigureDraft{{Draft: figure.Draft{Measure: figure.GMV, Bound: "exact", Low: "1", Currency: "EUR"}}},
		Signatures: []member.SignatureDraft{{Capacity: member.Supporter}},
		Reason:     "test",
	}
}

// requested is what the member's approver proposes.
func (r *Register) requested(t *testing.T, number ident.Member) request.Request {
	t.Helper()
	return must(r.Requests.Propose(Approver(number), number, aRequest()))(t)
}

func acceptAll() request.Ruling {
	return request.Ruling{Decisions: []request.Decision{{Item: 1, Verdict: request.Accept}, {Item: 2, Verdict: request.Accept}, {Item: 3, Verdict: request.Reject, Reason: "test"}}}
}

func requestProbes() map[string]probe {
	const (
		shown     = "+++ ++ nn nuu" // to all others there is none
		ours      = "f++ f+ ff fuu" // by a person, beside whom it takes another one
		oursKnown = "f++ f+ fn fuu" // of what others may not know of
		persons   = "f++ ff ff fuu"
		theirs    = "fff f+ fn fuu" // of what the member proposed
	)
	on := func(do func(ctx context.Context, r *Register, id ident.Request) error) func(*testing.T, *Register, ident.Member) call {
		return func(t *testing.T, r *Register, number ident.Member) call {
			made := r.requested(t, number)
			return func(ctx context.Context) error { return do(ctx, r, made.ID) }
		}
	}
	decide := on(func(ctx context.Context, r *Register, id ident.Request) error {
		_, err := r.Requests.Decide(ctx, id, 0, acceptAll())
		return err
	})
	giveBack := on(func(ctx context.Context, r *Register, id ident.Request) error {
		_, err := r.Requests.Return(ctx, id, 0, "test")
		return err
	})
	withdraw := on(func(ctx context.Context, r *Register, id ident.Request) error {
		_, err := r.Requests.Withdraw(ctx, id, 0)
		return err
	})
	rebase := func(t *testing.T, r *Register, number ident.Member) call {
		made := r.requested(t, number)
		must(r.Requests.Return(Staff(), made.ID, 0, "test"))(t)
		return func(ctx context.Context) error { _, err := r.Requests.Rebase(ctx, made.ID, 0); return err }
	}
	return map[string]probe{
		"Requests.Propose": {public: ours, hidden: oursKnown, writes: true, make: func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Requests.Propose(ctx, number, aRequest()); return err }
		}},
		"Requests.Read": {public: shown, hidden: shown, make: on(func(ctx context.Context, r *Register, id ident.Request) error {
			_, err := r.Requests.Read(ctx, id)
			return err
		})},
		"Requests.Of": {public: ownReads, hidden: ownReads, make: func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Requests.Of(ctx, number, request.Listing{Limit: 10})
				return err
			}
		}},
		"Requests.Queue": {public: persons, make: func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Requests.Queue(ctx, request.Listing{Limit: 10})
				return err
			}
		}},
		"Requests.Decide":   {public: persons, hidden: persons, writes: true, make: decide},
		"Requests.Return":   {public: persons, hidden: persons, writes: true, make: giveBack},
		"Requests.Rebase":   {public: theirs, hidden: theirs, writes: true, make: rebase},
		"Requests.Withdraw": {public: theirs, hidden: theirs, writes: true, make: withdraw},
	}
}

// appliedProbes are the parts of transactions in which what was accepted is applied.
func appliedProbes() map[string]probe {
	in := func(do func(ctx context.Context, r *Register, tx *db.Tx, number ident.Member) error) probe {
		return staffWrite(func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error {
				return r.DB.InTx(ctx, func(tx *db.Tx) error { return do(ctx, r, tx, number) })
			}
		})
	}
	return map[string]probe{
		"Members.AmendIn": staffWrite(func(t *testing.T, r *Register, number ident.Member) call {
			version := r.Version(t, number)
			return func(ctx context.Context) error {
				return r.DB.InTx(ctx, func(tx *db.Tx) error {
					_, err := r.Members.AmendIn(ctx, tx, number, version, member.Patch{City: nullable.NewNullableWithValue("Hangzhou")})
					return err
				})
			}
		}),
		"Members.SignIn": in(func(ctx context.Context, r *Register, tx *db.Tx, number ident.Member) error {
			_, err := r.Members.SignIn(ctx, tx, number, member.SignatureDraft{Capacity: member.Signer})
			return err
		}),
		"Figures.StateIn": in(func(ctx context.Context, r *Register, tx *db.Tx, number ident.Member) error {
			_, err := r.Figures.StateIn(ctx, tx, number, figure.Draft{Measure: figure.GMV, Bound: "exact", Low: "1", Currency: "EUR"})
			return err
		}),
		"Figures.SupersedeIn": staffWrite(func(t *testing.T, r *Register, number ident.Member) call {
			draft := figure.Draft{Measure: figure.GMV, Bound: "exact", Low: "1", Currency: "EUR"}
			f := r.Figure(t, number, draft)
			return func(ctx context.Context) error {
				return r.DB.InTx(ctx, func(tx *db.Tx) error {
					_, err := r.Figures.SupersedeIn(ctx, tx, f.ID, 0, draft)
					return err
				})
			}
		}),
	}
}

// TestEveryListOfRequestsRuns asks with every two choices together, and page by page.
func TestEveryListOfRequestsRuns(t *testing.T) {
	t.Parallel()
	r := New(t)
	known, hidden := r.Member(t, "A Member"), r.Applicant(t, "An Applicant")
	var made []request.Request
	for _, number := range []ident.Member{known, known, hidden} {
		draft := aRequest()
		if len(made) == 1 {
			draft = request.Draft{Member: member.Patch{Founded: nullable.NewNullableWithValue(2001)}, Reason: "test"}
		}
		made = append(made, must(r.Requests.Propose(Approver(number), number, draft))(t))
		r.Clock.Advance(time.Minute)
	}
	made[0] = must(r.Requests.Withdraw(Approver(known), made[0].ID, 0))(t)
	pairwise(t, []dimension{
		{"Kind", []any{request.Kind(""), request.OfField, request.OfFigure}},
		{"State", []any{request.State(""), request.Open, request.Withdrawn}},
		{"Member", []any{ident.Member(0), known, hidden}},
	}, func(choice map[string]any) {
		q := fill[request.Listing](choice)
		var want []ident.Request
		counts := map[request.State]int{}
		for i, one := range made {
			if (q.Kind == request.OfFigure && i == 1) || (q.Member != 0 && q.Member != one.Member) {
				continue
			}
			counts[one.State]++
			if q.State == "" || q.State == one.State {
				want = append(want, one.ID)
			}
		}
		q.Limit = 1
		for _, id := range append(want, "") {
			page := must(r.Requests.Queue(Staff(), q))(t)
			if page.Counts[request.Open] != counts[request.Open] || page.Counts[request.Withdrawn] != counts[request.Withdrawn] {
				t.Fatalf("%+v: counted %v, want %v", choice, page.Counts, counts)
			}
			if id == "" && len(page.Lines) == 0 {
				break
			}
			if len(page.Lines) != 1 || page.Lines[0].ID != id {
				t.Fatalf("%+v: got %+v, want %q", choice, page.Lines, id)
			}
			q.After = ptr(page.Lines[0].Key())
		}
	})
}
