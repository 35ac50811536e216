package commitment_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

func TestACommitmentLives(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	seen := r.stamp(t, public(), number).Seen
	own := r.stamp(t, staff(), number).Seen

	draft, err := r.commitments.TakeOn(of(number), number, training())
	if err != nil {
		t.Fatal(err)
	}
	submitted, err := r.commitments.Submit(of(number), draft.ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.stamp(t, public(), number).Seen; got != seen {
		t.Errorf("the public's version of the member grew from %d to %d before there was anything to see", seen, got)
	}
	registered, err := r.commitments.Register(staff(), draft.ID, 2)
	if err != nil {
		t.Fatal(err)
	}
	closed, err := r.commitments.Close(staff(), draft.ID, 3, commitment.Closing{Outcome: commitment.ReachedInTime, Reason: " seen on site\n"})
	if err != nil {
		t.Fatal(err)
	}

	t.Run("in versions of one count under one id", func(t *testing.T) {
		want := commitment.Commitment{
			ID: draft.ID, Member: number, Version: 1, Point: 4, Title: "Train 1,000 people", Text: "We train 1,000 people\nin cross-border trade.",
			State: commitment.Drafted, Strength: commitment.Pledged, StartsOn: "2026-01-01", DueOn: "2027-12-31",
		}
		if !same(draft, want) {
			t.Errorf("the draft is %+v", draft)
		}
		want.Version, want.State, want.Change = 2, commitment.Submitted, submitted.Change
		if !same(submitted, want) {
			t.Errorf("submitted it is %+v", submitted)
		}
		want.Version, want.State, want.Change = 3, commitment.Registered, registered.Change
		if want.Standing = registered.Standing; want.Standing == nil || want.Standing.Class != commitment.NotReported {
			t.Errorf("registered it stands at %+v", want.Standing)
		}
		if !same(registered, want) {
			t.Errorf("registered it is %+v", registered)
		}
		want.Version, want.State, want.Change, want.Standing = 4, commitment.Closed, closed.Change, nil
		want.Outcome, want.ClosingReason = commitment.ReachedInTime, "seen on site"
		if !same(closed, want) {
			t.Errorf("closed it is %+v", closed)
		}
		if got, err := r.commitments.Read(public(), draft.ID); err != nil || !same(got, closed) {
			t.Errorf("it reads as %+v, %v", got, err)
		}
	})
	t.Run("in the ledger from its submission on, sealed until its registration", func(t *testing.T) {
		var told []string
		for _, e := range r.entries(t) {
			if e.Kind != "commitment" || e.ID != string(draft.ID) {
				t.Errorf("entry %+v", e)
			}
			told = append(told, fmt.Sprintf("%s %v %s", e.Action, e.Sealed, e.Content))
		}
		body := func(middle, state string) string {
			return fmt.Sprintf(`{%s"due_on":"2027-12-31","member":%d,%s"point":4,"starts_on":"2026-01-01","state":"%s","strength":"pledged",`+
				`"text":"We train 1,000 people\nin cross-border trade.","title":"Train 1,000 people"}`, middle, number, map[bool]string{true: `"outcome":"reached_in_time",`}[middle != ""], state)
		}
		want := []string{
			"commitment.submitted true " + body("", "submitted"),
			"commitment.registered false " + body("", "registered"),
			"commitment.closed false " + body(`"closing_reason":"seen on site",`, "closed"),
		}
		if strings.Join(told, "\n") != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
		}
	})
	t.Run("and what readers were shown of its member has another version", func(t *testing.T) {
		if got := r.stamp(t, public(), number).Seen; got != seen+2 {
			t.Errorf("the public's version is %d, was %d", got, seen)
		}
		if got := r.stamp(t, staff(), number).Seen; got != own+4 {
			t.Errorf("staff's version is %d, was %d", got, own)
		}
	})
	t.Run("and every version is found again by its change", func(t *testing.T) {
		for _, want := range []commitment.Commitment{submitted, registered, closed} {
			if got, err := r.commitments.Original(of(number), want.ID, want.Change); err != nil || !same(got, want) {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		}
		if got, err := r.commitments.Original(of(number), draft.ID, 0); err != nil || !same(got, closed) {
			t.Errorf("without a change: %+v, %v", got, err)
		}
		_, err := r.commitments.Original(staff(), draft.ID, 1)
		faulty(t, err, fault.NotFound)
		_, err = r.commitments.Original(of(r.published(t, "Alibaba")), draft.ID, registered.Change)
		faulty(t, err, fault.NotFound)
	})
}

func TestADraftIsNotInTheLedger(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	count := func() (n int) {
		if err := r.db.Get(context.Background(), &n, `select count(*) from change`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	draft := r.in(t, number, commitment.Drafted, training())
	if _, err := r.commitments.AmendDraft(of(number), draft.ID, 1, commitment.Patch{Title: "Train 2,000 people"}); err != nil {
		t.Fatal(err)
	}
	if after := count(); after != before {
		t.Errorf("%d changes were recorded", after-before)
	}
}

func TestAStepIsTakenFromItsStateOnly(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	steps := map[string]struct {
		from commitment.State
		take func(id ident.Commitment, expected int64) error
	}{
		"amended": {commitment.Drafted, func(id ident.Commitment, expected int64) error {
			_, err := r.commitments.AmendDraft(of(number), id, expected, commitment.Patch{Title: "Other"})
			return err
		}},
		"submitted": {commitment.Drafted, func(id ident.Commitment, expected int64) error {
			_, err := r.commitments.Submit(of(number), id, expected)
			return err
		}},
		"registered": {commitment.Submitted, func(id ident.Commitment, expected int64) error {
			_, err := r.commitments.Register(staff(), id, expected)
			return err
		}},
		"closed": {commitment.Registered, func(id ident.Commitment, expected int64) error {
			_, err := r.commitments.Close(staff(), id, expected, withdrawn())
			return err
		}},
	}
	for name, step := range steps {
		for _, state := range commitment.States() {
			t.Run(fmt.Sprintf("a %s commitment is %s", state, name), func(t *testing.T) {
				t.Parallel()
				c := r.in(t, number, state, training())
				faulty(t, step.take(c.ID, c.Version+1), fault.Stale)
				err := step.take(c.ID, c.Version)
				if state != step.from {
					faulty(t, err, fault.Conflict)
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		t.Run("what is not there is not "+name, func(t *testing.T) {
			faulty(t, step.take(ident.New[ident.Commitment](), 0), fault.NotFound)
		})
	}
}

// TestNothingIsPromisedForWhoIsGone walks through every status of a member.
func TestNothingIsPromisedForWhoIsGone(t *testing.T) {
	t.Parallel()
	r := open(t)
	for status, c := range map[member.Status]struct {
		path []member.Status
		may  bool
	}{
		member.Applied:          {nil, true},
		member.InReview:         {[]member.Status{member.InReview}, true},
		member.Active:           {[]member.Status{member.InReview, member.Active}, true},
		member.NonCommunicating: {[]member.Status{member.InReview, member.Active, member.NonCommunicating}, true},
		member.Suspended:        {[]member.Status{member.InReview, member.Active, member.Suspended}, false},
		member.Withdrawn:        {[]member.Status{member.InReview, member.Active, member.Withdrawn}, false},
		member.Delisted:         {[]member.Status{member.InReview, member.Active, member.NonCommunicating, member.Delisted}, false},
		member.Rejected:         {[]member.Status{member.Rejected}, false},
	} {
		t.Run(string(status), func(t *testing.T) {
			t.Parallel()
			number := r.applicant(t, "Member that is "+string(status))
			draft, other := r.in(t, number, commitment.Drafted, training()), r.in(t, number, commitment.Drafted, training())
			submitted, registered := r.in(t, number, commitment.Submitted, training()), r.in(t, number, commitment.Registered, training())
			r.move(t, number, c.path...)
			for what, err := range map[string]error{
				"take on":  failure(r.commitments.TakeOn(of(number), number, training())),
				"amend":    failure(r.commitments.AmendDraft(of(number), draft.ID, 1, commitment.Patch{Title: "Other"})),
				"submit":   failure(r.commitments.Submit(of(number), other.ID, 0)),
				"register": failure(r.commitments.Register(staff(), submitted.ID, 0)),
			} {
				if c.may != (err == nil) || !c.may && !fault.Is(err, fault.Conflict) {
					t.Errorf("%s: %v", what, err)
				}
			}
			if _, err := r.commitments.Close(staff(), registered.ID, 0, withdrawn()); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	t.Run("merged", func(t *testing.T) {
		t.Parallel()
		number, survivor := r.published(t, "Duplicate"), r.published(t, "Survivor")
		registered := r.in(t, number, commitment.Registered, training())
		if _, err := r.members.Transition(staff(), number, r.stamp(t, staff(), number).Version,
			member.Step{To: member.Merged, Reason: "test", Survivor: &survivor}); err != nil {
			t.Fatal(err)
		}
		faulty(t, failure(r.commitments.TakeOn(staff(), number, training())), fault.Conflict)
		faulty(t, failure(r.commitments.Close(staff(), registered.ID, 0, withdrawn())), fault.Conflict)
	})
}

func failure[T any](_ T, err error) error { return err }

func TestWhatAnApplicantPromisedIsRevealedWithIt(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.applicant(t, "Jollychic")
	kept := map[ident.Commitment]string{}
	for _, state := range commitment.States() {
		c := r.in(t, number, state, training())
		if state == commitment.Registered || state == commitment.Closed {
			kept[c.ID] = "commitment." + string(state)
		}
	}
	before := r.entries(t)
	for _, e := range before {
		if !e.Sealed {
			t.Errorf("%s of an applicant is open", e.Action)
		}
	}
	r.move(t, number, member.InReview, member.Active)
	revealed := r.entries(t)[len(before):]
	if len(revealed) != len(kept) {
		t.Errorf("%d revealed, want %d", len(revealed), len(kept))
	}
	for _, e := range revealed {
		if e.Sealed || kept[ident.Commitment(e.ID)] != e.Action {
			t.Errorf("revealed %+v", e)
		}
	}
	r.move(t, number, member.Suspended, member.Active)
	if again := r.entries(t); len(again) != len(before)+len(kept) {
		t.Errorf("revealed twice: %+v", again)
	}
}

func TestSyntheticMembersPromiseSynthetically(t *testing.T) {
	t.Parallel()
	r := open(t)
	m, err := r.members.Register(staff(), member.Draft{Name: "Made Up", Kind: member.Enterprise, Synthetic: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range commitment.States() {
		c := r.in(t, m.Number, state, training())
		if got, err := r.commitments.Read(staff(), c.ID); err != nil || !c.Synthetic || !got.Synthetic {
			t.Errorf("%s: %+v, %v", state, got, err)
		}
	}
	for _, e := range r.entries(t) {
		if !strings.Contains(string(e.Content), `"synthetic":true`) {
			t.Errorf("entry %s", e.Content)
		}
	}
}
