package commitment_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

func TestWhoMayBeInvited(t *testing.T) {
	t.Parallel()
	r := open(t)
	number, other, hidden, gone := r.published(t, "Jollychic"), r.published(t, "Alibaba"), r.applicant(t, "Applicant"), r.published(t, "Double")
	if _, err := r.members.Transition(staff(), gone, r.stamp(t, staff(), gone).Version, member.Step{To: member.Merged, Reason: "r", Survivor: &other}); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		ctx    context.Context
		with   []ident.Member
		faults []string
	}{
		"one after the other":           {of(number), []ident.Member{other, other}, []string{"/participants/1/member repeated"}},
		"not itself":                    {of(number), []ident.Member{number}, []string{"/participants/0/member participates_already"}},
		"not who was merged":            {of(number), []ident.Member{gone}, []string{"/participants/0/member member_merged"}},
		"an applicant is nobody":        {of(number), []ident.Member{other, hidden}, []string{"/participants/1/member unknown_member"}},
		"as who is nobody":              {of(number), []ident.Member{999, 0}, []string{"/participants/0/member unknown_member", "/participants/1/member unknown_member"}},
		"not yet, to staff":             {staff(), []ident.Member{hidden}, []string{"/participants/0/member participant_not_public"}},
		"and who is nobody to staff is": {staff(), []ident.Member{999}, []string{"/participants/0/member unknown_member"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			draft := joint(c.with...)
			_, err := r.commitments.TakeOn(c.ctx, number, draft)
			got := fault.FieldsOf(err)
			var told []string
			for _, f := range got {
				told = append(told, f.Pointer+" "+f.Code)
			}
			for _, want := range c.faults {
				if !strings.Contains(strings.Join(told, ", "), want) {
					t.Errorf("got %v, want %v", told, c.faults)
				}
			}
			if len(told) != len(c.faults) || !fault.Is(err, fault.Invalid) {
				t.Errorf("got %v, want %v", told, c.faults)
			}
		})
	}
}

// TestAnApplicantsInvitationsWaitForIt: nobody is told of an applicant by being
// asked to join it.
func TestAnApplicantsInvitationsWaitForIt(t *testing.T) {
	t.Parallel()
	r := open(t)
	number, other := r.applicant(t, "Applicant"), r.published(t, "Alibaba")
	c := r.in(t, number, commitment.Registered, joint(other))
	if got := r.shown(t, of(other), c.ID); got != "nothing" {
		t.Errorf("it is shown %s", got)
	}
	faulty(t, failure(r.commitments.Accept(of(other), c.ID, other)), fault.NotFound)
	if list, err := r.commitments.ListOf(of(other), other, commitment.Listing{Limit: 10}); err != nil || len(list) != 0 {
		t.Errorf("it is listed %+v, %v", list, err)
	}
	if _, err := r.commitments.Accept(staff(), c.ID, other); err != nil {
		t.Fatal(err)
	}
	before := len(r.entries(t))
	r.move(t, number, member.InReview, member.Active)
	if got := told(r.entries(t)[before:]); got != "commitment.registered, participant.accepted" {
		t.Errorf("revealed %s", got)
	}
	if got := r.shown(t, public(), c.ID); got != fmt.Sprintf("%s lead accepted", other) {
		t.Errorf("the public is shown %s", got)
	}
}

func TestAnAnswerFitsTheStateOfThings(t *testing.T) {
	t.Parallel()
	r := open(t)
	t.Run("not after the end", func(t *testing.T) {
		t.Parallel()
		number, other := r.published(t, "Owner"), r.published(t, "Invited")
		c := r.in(t, number, commitment.Closed, joint(other))
		faulty(t, failure(r.commitments.Accept(of(other), c.ID, other)), fault.Conflict)
		faulty(t, failure(r.commitments.Decline(of(other), c.ID, other)), fault.Conflict)
	})
	t.Run("a suspended member declines only", func(t *testing.T) {
		t.Parallel()
		number, other := r.published(t, "Owner of another"), r.published(t, "Suspended")
		c := r.in(t, number, commitment.Registered, joint(other))
		r.move(t, other, member.Suspended)
		faulty(t, failure(r.commitments.Accept(of(other), c.ID, other)), fault.Conflict)
		if _, err := r.commitments.Decline(of(other), c.ID, other); err != nil {
			t.Error(err)
		}
	})
	t.Run("nothing new for who was merged, and its part stays", func(t *testing.T) {
		t.Parallel()
		number, other, survivor := r.published(t, "Owner of a third"), r.published(t, "Merged"), r.published(t, "Survivor")
		asked, accepted := r.in(t, number, commitment.Registered, joint(other)), r.in(t, number, commitment.Registered, joint(other))
		if _, err := r.commitments.Accept(of(other), accepted.ID, other); err != nil {
			t.Fatal(err)
		}
		if _, err := r.members.Transition(staff(), other, r.stamp(t, staff(), other).Version, member.Step{To: member.Merged, Reason: "r", Survivor: &survivor}); err != nil {
			t.Fatal(err)
		}
		faulty(t, failure(r.commitments.Accept(staff(), asked.ID, other)), fault.Conflict)
		if got := r.shown(t, public(), accepted.ID); got != fmt.Sprintf("%s lead accepted", other) {
			t.Errorf("the public is shown %s", got)
		}
	})
	t.Run("who declined is told so, also of what it sees no more", func(t *testing.T) {
		t.Parallel()
		number, other := r.published(t, "Owner of a fifth"), r.published(t, "Declining")
		c := r.in(t, number, commitment.Submitted, joint(other))
		if _, err := r.commitments.Decline(of(other), c.ID, other); err != nil {
			t.Fatal(err)
		}
		faulty(t, failure(r.commitments.Accept(of(other), c.ID, other)), fault.Conflict)
		faulty(t, failure(r.commitments.Decline(of(other), c.ID, other)), fault.Conflict)
	})
	t.Run("of many answers one counts", func(t *testing.T) {
		t.Parallel()
		number, other := r.published(t, "Owner of a fourth"), r.published(t, "Hasty")
		for _, state := range []commitment.State{commitment.Submitted, commitment.Registered} {
			c := r.in(t, number, state, joint(other))
			errs := make([]error, 8)
			var racing sync.WaitGroup
			for try := range errs {
				racing.Go(func() {
					if try%2 == 0 {
						errs[try] = failure(r.commitments.Accept(of(other), c.ID, other))
					} else {
						errs[try] = failure(r.commitments.Decline(staff(), c.ID, other))
					}
				})
			}
			racing.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !fault.Is(err, fault.Conflict) {
					t.Errorf("a loser met %v", err)
				}
			}
			if won != 1 {
				t.Errorf("%d won", won)
			}
		}
	})
}
