package commitment_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// told lists the entries on activities: the action, whether it is sealed, and of which thing.
func (r register) told(t *testing.T) []string {
	t.Helper()
	var told []string
	for _, e := range r.entriesOf(t, "activity") {
		_, of, _ := strings.Cut(e.ID, "/")
		told = append(told, strings.TrimSpace(fmt.Sprintf("%s %v %s", e.Action, e.Sealed, of)))
	}
	return told
}

func expectTold(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestWhatIsNotPublicIsSealedUntilItIs(t *testing.T) {
	t.Parallel()
	r := open(t)
	first, second := r.applicant(t, "Jollychic"), r.applicant(t, "Alibaba") // members 1 and 2
	a := r.held(t, first, commitment.ActivityRegistered, contest(first))
	if _, err := r.activities.Amend(staff(), a.ID, 0, commitment.ActivityPatch{Organisers: []ident.Member{first, second}}); err != nil {
		t.Fatal(err)
	}
	c := r.in(t, second, commitment.Registered, training())
	if _, err := r.activities.Link(staff(), a.ID, c.ID); err != nil {
		t.Fatal(err)
	}
	link := "activity_commitment.linked %v " + string(c.ID)
	want := []string{
		"activity.submitted true", "activity.registered true", "activity_organiser.named true 1", "activity.amended true", "activity_organiser.named true 2",
		fmt.Sprintf(link, true),
	}
	expectTold(t, r.told(t), want...)
	r.move(t, second, member.InReview, member.Active)
	want = append(want, "activity.registered false", "activity_organiser.named false 2", fmt.Sprintf(link, false))
	expectTold(t, r.told(t), want...)
	r.move(t, first, member.InReview, member.Active) // the activity is known already
	want = append(want, "activity_organiser.named false 1")
	expectTold(t, r.told(t), want...)
	if _, err := r.activities.Amend(staff(), a.ID, 0, commitment.ActivityPatch{Organisers: []ident.Member{first}}); err != nil {
		t.Fatal(err)
	}
	if err := r.activities.Unlink(staff(), a.ID, c.ID, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := r.activities.Withdraw(staff(), a.ID, 0, "twice"); err != nil {
		t.Fatal(err)
	}
	want = append(want, "activity.amended false", "activity_organiser.removed false 2", "activity_commitment.unlinked false "+string(c.ID), "activity.withdrawn false")
	expectTold(t, r.told(t), want...)
}

func TestNoEntryAndNoHistoryHoldsAWinnersName(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	a := r.held(t, number, commitment.ActivityRegistered, contest(number))
	if _, err := r.activities.Amend(staff(), a.ID, 0, commitment.ActivityPatch{Title: "Other"}); err != nil {
		t.Fatal(err)
	}
	r.held(t, number, commitment.ActivityRefused, contest(number))
	var holding []string
	if err := r.db.Select(t.Context(), &holding, `
		select 'entry' from entry where convert_from(content, 'UTF8') like '%Wanjiru%'
		union all select 'sealed' from sealed where convert_from(content, 'UTF8') like '%Wanjiru%'
		union all select 'activity' from activity where categories::text like '%Wanjiru%'
		union all select 'history' from activity_history where categories::text like '%Wanjiru%'
		union all select 'draft' from activity_draft`); err != nil || len(holding) > 0 {
		t.Errorf("%v, %v", holding, err)
	}
	t.Run("and one that was erased leaves all else", func(t *testing.T) {
		err := r.db.Administer(t.Context(), `set accord.change = '1'; delete from activity_winner`)
		if err != nil {
			t.Fatal(err)
		}
		read, err := r.activities.Read(public(), a.ID)
		if w := read.Categories[0].Winners[0]; err != nil || w.Name != "" || w.Country != "KE" || w.Prize != "First" || w.Hash != a.Categories[0].Winners[0].Hash {
			t.Errorf("%+v, %v", read, err)
		}
		amended, err := r.activities.Amend(staff(), a.ID, 0, commitment.ActivityPatch{Title: "Third"})
		if err != nil || amended.Categories[0].Winners[0].Hash != read.Categories[0].Winners[0].Hash {
			t.Errorf("%+v, %v", amended, err)
		}
	})
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	r := open(t)
	number, other := r.published(t, "Jollychic"), r.published(t, "Alibaba")
	joint := r.held(t, number, commitment.ActivityRegistered, contest(number, other))
	alone := r.held(t, number, commitment.ActivityRegistered, contest(number))
	mine, theirs := r.in(t, number, commitment.Registered, training()), r.in(t, other, commitment.Closed, training())
	t.Run("is named by approvers of an organiser whose commitment it is", func(t *testing.T) {
		faulty(t, failure(r.activities.Link(of(other), joint.ID, mine.ID)), fault.Forbidden)
		faulty(t, failure(r.activities.Link(of(other), alone.ID, theirs.ID)), fault.Forbidden)
		editor := access.With(t.Context(), access.Actor{User: ident.New[ident.User](), Role: access.RoleMember, Member: number, Post: access.Editor})
		faulty(t, failure(r.activities.Link(editor, joint.ID, mine.ID)), fault.Forbidden)
		for commitment, ctx := range map[ident.Commitment]ident.Member{mine.ID: number, theirs.ID: other} {
			if link, err := r.activities.Link(of(ctx), joint.ID, commitment); err != nil || link.Version != 1 {
				t.Errorf("%+v, %v", link, err)
			}
		}
		if _, err := r.activities.Link(staff(), alone.ID, theirs.ID); err != nil {
			t.Error(err)
		}
		faulty(t, failure(r.activities.Link(staff(), alone.ID, theirs.ID)), fault.Conflict)
	})
	t.Run("is listed with the commitment", func(t *testing.T) {
		list, err := r.activities.EvidenceOf(public(), theirs.ID, commitment.ActivityListing{Limit: 10})
		if err != nil || len(list) != 2 {
			t.Errorf("%+v, %v", list, err)
		}
	})
	t.Run("is in the register, as the commitment is", func(t *testing.T) {
		faulty(t, failure(r.activities.Link(staff(), r.held(t, number, commitment.ActivitySubmitted, contest(number)).ID, mine.ID)), fault.Conflict)
		faulty(t, failure(r.activities.Link(staff(), alone.ID, r.in(t, number, commitment.Submitted, training()).ID)), fault.Conflict)
		faulty(t, failure(r.activities.Link(of(number), alone.ID, r.in(t, other, commitment.Drafted, training()).ID)), fault.NotFound)
	})
	t.Run("is taken away at its version", func(t *testing.T) {
		faulty(t, r.activities.Unlink(of(number), joint.ID, mine.ID, 2), fault.Stale)
		if err := r.activities.Unlink(of(number), joint.ID, mine.ID, 1); err != nil {
			t.Error(err)
		}
		faulty(t, r.activities.Unlink(of(number), joint.ID, mine.ID, 1), fault.NotFound)
		faulty(t, failure(r.activities.ReadLink(public(), joint.ID, mine.ID)), fault.NotFound)
	})
}

// TestAnActivityIsMissedByNoReveal registers activities while their organisers
// become public: whoever comes second sees what the first one did.
func TestAnActivityIsMissedByNoReveal(t *testing.T) {
	t.Parallel()
	r := open(t)
	for n := range 6 {
		first, second := r.applicant(t, fmt.Sprint("First", n)), r.applicant(t, fmt.Sprint("Second", n))
		for _, number := range []ident.Member{first, second} {
			r.move(t, number, member.InReview)
		}
		a := r.held(t, first, commitment.ActivitySubmitted, contest(first))
		if _, err := r.activities.Register(staff(), a.ID, 0); err != nil {
			t.Fatal(err)
		}
		var racing sync.WaitGroup
		errs := make([]error, 3)
		for i, number := range []ident.Member{first, second} {
			version := r.stamp(t, staff(), number).Version
			racing.Go(func() {
				_, errs[i] = r.members.Transition(staff(), number, version, member.Step{To: member.Active, Reason: "r"})
			})
		}
		racing.Go(func() {
			_, errs[2] = r.activities.Amend(staff(), a.ID, 0, commitment.ActivityPatch{Organisers: []ident.Member{second, first}})
		})
		racing.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		open := map[string]bool{}
		for _, e := range r.entriesOf(t, "activity") {
			if !e.Sealed {
				open[e.ID] = true
			}
		}
		for _, id := range []string{string(a.ID), fmt.Sprintf("%s/%s", a.ID, first), fmt.Sprintf("%s/%s", a.ID, second)} {
			if !open[id] {
				t.Errorf("everybody sees %s, and no entry tells of it", id)
			}
		}
	}
}

func TestARepeatedActivityIsTheSame(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	user := ident.New[ident.User]()
	ctx := db.WithClaim(access.With(t.Context(), access.Actor{User: user, Role: access.RoleStaff}),
		db.Claim{User: user, Route: "r", Key: "k", Digest: []byte("d"), Status: 201})
	made, err := r.activities.Record(ctx, contest(number))
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.activities.Record(ctx, contest(number))
	replay, ok := errors.AsType[*db.Replay](err)
	if !ok || replay.Kind != "activity" || replay.Subject != string(made.ID) || replay.Change != made.Change {
		t.Fatalf("again: %+v, %v", replay, err)
	}
	if again, err := r.activities.Original(staff(), made.ID, made.Change); err != nil || says(t, again.ActivityDraft) != says(t, made.ActivityDraft) || again.Version != 1 {
		t.Errorf("%+v, %v", again, err)
	}
}
