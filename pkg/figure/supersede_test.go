package figure_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// outsiders are those who may know of a public figure at most.
func outsiders(number ident.Member) map[string]context.Context {
	return map[string]context.Context{"the public": public(), "an analyst": as(access.RoleAnalyst, 0), "another member": of(number + 1000)}
}

// insiders are those who know of everything that a member has.
func insiders(number ident.Member) map[string]context.Context {
	return map[string]context.Context{"staff": staff(), "an administrator": as(access.RoleAdmin, 0), "its member": of(number)}
}

// wantHidden checks that the figure is in no answer to outsiders and in all answers to insiders.
func (r register) wantHidden(t *testing.T, f figure.Figure) {
	t.Helper()
	for who, ctx := range outsiders(f.Member) {
		_, err := r.figures.Read(ctx, f.ID)
		want(t, err, fault.NotFound, "not_found")
		if list, err := r.figures.List(ctx, f.Member, figure.Listing{Limit: 100}); err == nil && slices.ContainsFunc(list, is(f)) {
			t.Errorf("%s finds it in the list", who)
		}
	}
	for who, ctx := range insiders(f.Member) {
		if _, err := r.figures.Read(ctx, f.ID); err != nil {
			t.Errorf("%s: %v", who, err)
		}
		if !slices.Contains(r.ids(t, ctx, f.Member), f.ID) {
			t.Errorf("%s does not find it in the list", who)
		}
		if f.SupersededBy == nil && !slices.ContainsFunc(r.profile(t, ctx, f.Member), is(f)) {
			t.Errorf("%s does not find it in the profile", who)
		}
	}
}

func (r register) wantShown(t *testing.T, f figure.Figure) {
	t.Helper()
	for who, ctx := range outsiders(f.Member) {
		if got, err := r.figures.Read(ctx, f.ID); err != nil || !same(got, f) {
			t.Errorf("%s reads %+v, %v; want %+v", who, got, err, f)
		}
		if !slices.Contains(r.ids(t, ctx, f.Member), f.ID) {
			t.Errorf("%s does not find it in the list", who)
		}
	}
}

func is(f figure.Figure) func(figure.Figure) bool {
	return func(g figure.Figure) bool { return g.ID == f.ID }
}

// now reads a figure as it stands.
func (r register) now(t *testing.T, id ident.Figure) figure.Figure {
	t.Helper()
	f, err := r.figures.Read(staff(), id)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestConfidentialFiguresAreForStaffAndTheirMember(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Discreet")
	r.published(t, "Curious")
	before := r.stamp(t, public(), number)
	secret := r.state(t, number, confidential(sales("2017", "4711")))
	r.wantHidden(t, secret)

	if after := r.stamp(t, public(), number); after != before {
		t.Errorf("the public's version went from %+v to %+v", before, after)
	}
	all := r.entries(t, secret.Change-1)
	if len(all) != 1 || !all[0].Sealed || all[0].Action != "figure.stated" || all[0].ID != string(secret.ID) {
		t.Errorf("got %+v", all)
	}
	for who, ctx := range outsiders(number) {
		if profile := r.profile(t, ctx, number); len(profile) != 0 {
			t.Errorf("%s sees %d figures in the profile", who, len(profile))
		}
		has, err := r.members.List(ctx, member.Listing{HasFigure: ptr(true), Limit: 10})
		if err != nil || len(has) != 0 {
			t.Errorf("%s finds %d members with a figure, %v", who, len(has), err)
		}
	}
}

func TestFiguresOfAnApplicantBecomePublicWithIt(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.applicant(t, "Applicant")
	open := r.state(t, number, sales("2017", "1"))
	secret := r.state(t, number, confidential(sales("2018", "2")))
	mistake := r.state(t, number, sales("2019", "33"))
	mended := r.supersede(t, mistake.ID, sales("2019", "3"))

	for who, ctx := range outsiders(number) {
		if _, err := r.figures.List(ctx, number, figure.Listing{Limit: 10}); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: the list of an unknown member gives %v", who, err)
		}
	}
	for _, id := range []ident.Figure{open.ID, secret.ID, mistake.ID, mended.ID} {
		r.wantHidden(t, r.now(t, id))
	}
	for _, e := range r.entries(t, 0) {
		if !e.Sealed {
			t.Errorf("%s is open", e.Action)
		}
	}
	r.publish(t, number)
	r.wantShown(t, open)
	r.wantShown(t, mended)
	r.wantHidden(t, secret)
	r.wantHidden(t, r.now(t, mistake.ID))
	var revealed []ident.Figure
	for _, e := range r.entries(t, mended.Change) {
		if e.Action != "figure.stated" || e.Sealed {
			t.Errorf("got %+v", e)
		}
		revealed = append(revealed, ident.Figure(e.ID))
	}
	if !slices.Equal(revealed, []ident.Figure{open.ID, mended.ID}) {
		t.Errorf("revealed %v", revealed)
	}
}

func TestSupersede(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")

	t.Run("a correction stands beside what it corrects", func(t *testing.T) {
		old := r.state(t, number, sales("2010", "1"))
		next, err := r.figures.Supersede(staff(), old.ID, 1, sales("2010", "2"))
		if err != nil {
			t.Fatal(err)
		}
		r.wantShown(t, next)
		ended := r.now(t, old.ID)
		r.wantShown(t, ended)
		if ended.SupersededBy == nil || *ended.SupersededBy != next.ID || ended.Version != 2 || ended.Low() != "1" || !ended.StatedAt.Equal(old.StatedAt) {
			t.Errorf("got %+v", ended)
		}
		if profile := r.profile(t, public(), number); slices.ContainsFunc(profile, is(old)) || !slices.ContainsFunc(profile, is(next)) {
			t.Errorf("the profile shows %+v", profile)
		}
		all := r.entries(t, next.Change-1)
		if len(all) != 2 || all[0].Action != "figure.stated" || all[0].ID != string(next.ID) || all[0].Sealed ||
			all[1].Action != "figure.superseded" || all[1].ID != string(old.ID) || all[1].Sealed || all[1].Content == nil {
			t.Errorf("got %+v", all)
		}
	})
	t.Run("a public figure made confidential is left out, and nothing tells by what", func(t *testing.T) {
		old := r.state(t, number, sales("2011", "1"))
		r.wantShown(t, old)
		next := r.supersede(t, old.ID, confidential(sales("2011", "2")))
		r.wantHidden(t, next)
		r.wantHidden(t, r.now(t, old.ID))
		all := r.entries(t, next.Change-1)
		if len(all) != 2 || !all[0].Sealed || all[1].Sealed || all[1].Action != "figure.retracted" || all[1].ID != string(old.ID) || all[1].Content != nil {
			t.Errorf("got %+v", all)
		}
	})
	t.Run("a confidential figure made public is as if it were stated first", func(t *testing.T) {
		secret := r.state(t, number, confidential(sales("2012", "1")))
		next := r.supersede(t, secret.ID, sales("2012", "2"))
		r.wantHidden(t, r.now(t, secret.ID))
		r.wantShown(t, next)
		all := r.entries(t, next.Change-1)
		if len(all) != 2 || all[0].Sealed || all[0].Action != "figure.stated" || !all[1].Sealed || all[1].Action != "figure.superseded" {
			t.Errorf("got %+v", all)
		}
	})
	t.Run("only what the public is shown makes its version grow", func(t *testing.T) {
		year := 2020
		for name, c := range map[string]struct {
			from, to figure.Confidentiality
			grows    int64
		}{
			"public to public":             {figure.Public, figure.Public, 1},
			"public to confidential":       {figure.Public, figure.Confidential, 1},
			"confidential to public":       {figure.Confidential, figure.Public, 1},
			"confidential to confidential": {figure.Confidential, figure.Confidential, 0},
		} {
			year++
			first := sales(strconv.Itoa(year), "1")
			first.Confidentiality = c.from
			second := first
			second.Confidentiality = c.to
			f := r.state(t, number, first)
			outside, inside := r.stamp(t, public(), number).Seen, r.stamp(t, of(number), number).Seen
			r.supersede(t, f.ID, second)
			if got := r.stamp(t, public(), number).Seen - outside; got != c.grows {
				t.Errorf("%s: the public's version grew by %d", name, got)
			}
			if got := r.stamp(t, of(number), number).Seen - inside; got != 1 {
				t.Errorf("%s: the member's version grew by %d", name, got)
			}
		}
	})
}

func TestSupersedeRefuses(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	f := r.state(t, number, sales("2017", "1"))

	t.Run("another measure", func(t *testing.T) {
		other := sales("2017", "2")
		other.Measure = figure.GMV
		_, err := r.figures.Supersede(staff(), f.ID, 0, other)
		wantFields(t, err, "/measure measure_stays")
	})
	t.Run("a draft that breaks a rule", func(t *testing.T) {
		_, err := r.figures.Supersede(staff(), f.ID, 0, sales("2017", "-1"))
		wantFields(t, err, "/low decimal_negative")
	})
	t.Run("another version than the present one", func(t *testing.T) {
		_, err := r.figures.Supersede(staff(), f.ID, 2, sales("2017", "2"))
		want(t, err, fault.Stale, "stale")
	})
	t.Run("everybody but staff", func(t *testing.T) {
		_, err := r.figures.Supersede(of(number), f.ID, 1, sales("2017", "2"))
		want(t, err, fault.Forbidden, "forbidden")
		_, err = r.figures.Supersede(public(), f.ID, 1, sales("2017", "2"))
		want(t, err, fault.Unauthenticated, "unauthenticated")
	})
	t.Run("a figure that is not there", func(t *testing.T) {
		_, err := r.figures.Supersede(staff(), ident.New[ident.Figure](), 0, sales("2017", "2"))
		want(t, err, fault.NotFound, "not_found")
	})
	t.Run("a merged member's", func(t *testing.T) {
		survivor, double := r.published(t, "Survivor"), r.published(t, "Double")
		g := r.state(t, double, sales("2017", "1"))
		r.move(t, double, member.Step{To: member.Merged, Reason: "same", Survivor: &survivor})
		_, err := r.figures.Supersede(staff(), g.ID, 0, sales("2017", "2"))
		want(t, err, fault.Conflict, "member_merged")
	})
	t.Run("a second successor, also when both come at once", func(t *testing.T) {
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() { _, errs[i] = r.figures.Supersede(staff(), f.ID, 0, sales("2017", "2")) })
		}
		wait.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else {
				want(t, err, fault.Conflict, "figure_superseded")
			}
		}
		if done != 1 {
			t.Errorf("%d superseded it", done)
		}
	})
	if got := r.ids(t, staff(), number); len(got) != 2 {
		t.Errorf("%d figures, want the first and its one successor", len(got))
	}
}
