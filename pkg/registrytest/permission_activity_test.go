package registrytest

import (
	"context"
	"testing"

	"accord/pkg/commitment"
	"accord/pkg/ident"
)

func anActivity(organisers ...ident.Member) commitment.ActivityDraft {
	return commitment.ActivityDraft{Point: 7, Kind: commitment.Training, Title: "A course", From: "2026-03-01", Organisers: organisers}
}

// activityAt makes an activity of the member and takes it to the state.
func (r *Register) activityAt(t *testing.T, number ident.Member, state commitment.ActivityState) commitment.Activity {
	t.Helper()
	a, err := r.Activities.Draft(Staff(), number, anActivity(number))
	if err == nil && state != commitment.ActivityDrafted {
		a, err = r.Activities.Submit(Staff(), a.ID, 0)
	}
	if err == nil && state == commitment.ActivityRegistered {
		a, err = r.Activities.Register(Staff(), a.ID, 0)
	}
	if err != nil {
		t.Fatalf("take an activity to %s: %v", state, err)
	}
	return a
}

// onActivity is a call of an office method on an activity in the state.
func onActivity(state commitment.ActivityState, do func(ctx context.Context, r *Register, a commitment.Activity) error) func(*testing.T, *Register, ident.Member) call {
	return func(t *testing.T, r *Register, number ident.Member) call {
		a := r.activityAt(t, number, state)
		return func(ctx context.Context) error { return do(ctx, r, a) }
	}
}

// onLink is a call of an office method on an activity and a commitment of one
// member; linked tells whether the one is evidence of the other.
func onLink(linked bool, do func(ctx context.Context, r *Register, a commitment.Activity, c commitment.Commitment) error) func(*testing.T, *Register, ident.Member) call {
	return func(t *testing.T, r *Register, number ident.Member) call {
		a, c := r.activityAt(t, number, commitment.ActivityRegistered), r.commitmentAt(t, number, commitment.Registered)
		if linked {
			must(r.Activities.Link(Staff(), a.ID, c.ID))(t)
		}
		return func(ctx context.Context) error { return do(ctx, r, a, c) }
	}
}

func activityProbes() map[string]probe {
	const approvers, approversOfPublic = "+++ f+ fn fuu", "+++ f+ ff fuu"
	reads := func(ctx context.Context, r *Register, a commitment.Activity) error {
		_, err := r.Activities.Read(ctx, a.ID)
		return err
	}
	amend := func(ctx context.Context, r *Register, a commitment.Activity) error {
		_, err := r.Activities.Amend(ctx, a.ID, a.Version, commitment.ActivityPatch{Title: "Another course"})
		return err
	}
	return map[string]probe{
		"Activities.Draft": {public: ownWrites, hidden: ownHidden, writes: true, make: func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Activities.Draft(ctx, number, anActivity(number))
				return err
			}
		}},
		"Activities.Record": staffWrite(func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Activities.Record(ctx, anActivity(number))
				return err
			}
		}),
		"Activities.Amend of a draft": {public: ownReads, hidden: ownReads, writes: true, make: onActivity(commitment.ActivityDrafted, amend)},
		"Activities.Amend":            {public: staffOnly, hidden: "+++ ff nn fuu", writes: true, make: onActivity(commitment.ActivityRegistered, amend)},
		"Activities.Submit": {public: approvers, hidden: approvers, writes: true, make: onActivity(commitment.ActivityDrafted,
			func(ctx context.Context, r *Register, a commitment.Activity) error {
				_, err := r.Activities.Submit(ctx, a.ID, 0)
				return err
			})},
		"Activities.Register": staffWrite(onActivity(commitment.ActivitySubmitted, func(ctx context.Context, r *Register, a commitment.Activity) error {
			_, err := r.Activities.Register(ctx, a.ID, 0)
			return err
		})),
		"Activities.Refuse": staffWrite(onActivity(commitment.ActivitySubmitted, func(ctx context.Context, r *Register, a commitment.Activity) error {
			_, err := r.Activities.Refuse(ctx, a.ID, 0, "test")
			return err
		})),
		"Activities.Withdraw": staffWrite(onActivity(commitment.ActivityRegistered, func(ctx context.Context, r *Register, a commitment.Activity) error {
			_, err := r.Activities.Withdraw(ctx, a.ID, 0, "test")
			return err
		})),
		"Activities.Read of a draft":         {public: whoMayKnow, hidden: whoMayKnow, make: onActivity(commitment.ActivityDrafted, reads)},
		"Activities.Read of a submitted one": {public: whoMayKnow, hidden: whoMayKnow, make: onActivity(commitment.ActivitySubmitted, reads)},
		"Activities.Read":                    {public: everybody, hidden: whoMayKnow, make: onActivity(commitment.ActivityRegistered, reads)},
		"Activities.Original": {public: ownReads, hidden: ownReads, make: onActivity(commitment.ActivityRegistered,
			func(ctx context.Context, r *Register, a commitment.Activity) error {
				_, err := r.Activities.Original(ctx, a.ID, a.Change)
				return err
			})},
		"Activities.ListOf": {public: everybody, hidden: whoMayKnow, make: onActivity(commitment.ActivityRegistered,
			func(ctx context.Context, r *Register, a commitment.Activity) error {
				_, err := r.Activities.ListOf(ctx, a.Member, commitment.ActivityListing{Limit: 10})
				return err
			})},
		"Activities.List": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Activities.List(ctx, commitment.ActivityListing{Limit: 10})
				return err
			}
		}),
		"Activities.EvidenceOf": read(onLink(true, func(ctx context.Context, r *Register, _ commitment.Activity, c commitment.Commitment) error {
			_, err := r.Activities.EvidenceOf(ctx, c.ID, commitment.ActivityListing{Limit: 10})
			return err
		})),
		"Activities.ReadLink": read(onLink(true, func(ctx context.Context, r *Register, a commitment.Activity, c commitment.Commitment) error {
			_, err := r.Activities.ReadLink(ctx, a.ID, c.ID)
			return err
		})),
		"Activities.Link": {public: approversOfPublic, hidden: approvers, writes: true, make: onLink(false,
			func(ctx context.Context, r *Register, a commitment.Activity, c commitment.Commitment) error {
				_, err := r.Activities.Link(ctx, a.ID, c.ID)
				return err
			})},
		"Activities.Unlink": {public: approversOfPublic, hidden: approvers, writes: true, make: onLink(true,
			func(ctx context.Context, r *Register, a commitment.Activity, c commitment.Commitment) error {
				return r.Activities.Unlink(ctx, a.ID, c.ID, 1)
			})},
	}
}

// TestEveryListOfActivitiesRuns asks with every two choices together, as each
// kind of reader, and page by page.
func TestEveryListOfActivitiesRuns(t *testing.T) {
	t.Parallel()
	r := New(t)
	known, hidden := r.Member(t, "A Member"), r.Applicant(t, "An Applicant")
	c := r.commitmentAt(t, known, commitment.Registered)
	for _, number := range []ident.Member{known, hidden} {
		for _, state := range []commitment.ActivityState{commitment.ActivityDrafted, commitment.ActivitySubmitted, commitment.ActivityRegistered} {
			a := r.activityAt(t, number, state)
			if state == commitment.ActivityRegistered {
				must(r.Activities.Link(Staff(), a.ID, c.ID))(t)
			}
		}
	}
	must(r.Activities.Record(Staff(), anActivity(hidden, known)))(t)
	for i, ctx := range []context.Context{Public(), Staff(), Editor(known), Editor(hidden)} {
		whole := must(r.Activities.List(ctx, commitment.ActivityListing{Limit: 20}))(t)
		if want := []int{2, 7, 4, 5}[i]; len(whole) != want {
			t.Errorf("%d activities, want %d", len(whole), want)
		}
		pairwise(t, []dimension{
			{"Member", []any{ident.Member(0), known, hidden}},
			{"Point", []any{nil, anActivity().Point}},
			{"Kind", []any{commitment.ActivityKind(""), commitment.Training, commitment.Project}},
			{"State", []any{commitment.ActivityState(""), commitment.ActivityDrafted, commitment.ActivityRegistered}},
			{"Country", []any{"", "KE"}},
			{"Commitment", []any{ident.Commitment(""), c.ID}},
			{"From", []any{nil, anActivity().From}},
			{"Until", []any{nil, anActivity().From}},
		}, func(choice map[string]any) {
			q := fill[commitment.ActivityListing](choice)
			q.Limit = 20
			list := must(r.Activities.List(ctx, q))(t)
			var walked []commitment.Activity
			for q.Limit = 1; len(walked) <= len(list); {
				page := must(r.Activities.List(ctx, q))(t)
				if len(page) == 0 {
					break
				}
				walked, q.After = append(walked, page...), ptr(page[0].Key())
			}
			if len(walked) != len(list) {
				t.Errorf("%+v: %d activities, and %d page by page", choice, len(list), len(walked))
			}
			for i := range min(len(list), len(walked)) {
				if list[i].ID != walked[i].ID {
					t.Errorf("%+v: another order page by page", choice)
				}
			}
		})
	}
	t.Run("that a hidden member organised something is told to nobody else", func(t *testing.T) {
		for _, ctx := range []context.Context{Public(), Editor(known), Analyst()} {
			if list := must(r.Activities.List(ctx, commitment.ActivityListing{Member: hidden, Limit: 20}))(t); len(list) != 0 {
				t.Errorf("%+v", list)
			}
		}
	})
}
