package commitment_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// code checks that the error is of the kind and has the code.
func code(t *testing.T, err error, kind fault.Kind, want string) {
	t.Helper()
	if !fault.Is(err, kind) || !strings.Contains(fmt.Sprint(err), want) {
		t.Errorf("got %v, want kind %d with %s", err, kind, want)
	}
}

func TestAnAmendmentTakesASecondPerson(t *testing.T) {
	t.Parallel()
	r, number, c := promised(t)
	one, other := staff(), as(access.RoleAdmin, 0)
	a, err := r.amendments.Propose(one, c.ID, 0, reworded("x"))
	if err != nil {
		t.Fatal(err)
	}
	code(t, failure(r.amendments.Approve(one, a.ID, 0, commitment.Approval{})), fault.Conflict, "amendment_proposed_by_you")
	code(t, failure(r.amendments.Refuse(one, a.ID, 0, "no")), fault.Conflict, "amendment_proposed_by_you")
	faulty(t, failure(r.amendments.Approve(other, a.ID, 7, commitment.Approval{})), fault.Stale)
	faulty(t, failure(r.amendments.Refuse(other, a.ID, 1, " ")), fault.Invalid, "/reason required")
	for _, ctx := range []context.Context{of(number), public(), system()} {
		if err := failure(r.amendments.Approve(ctx, a.ID, 0, commitment.Approval{})); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("got %v", err)
		}
	}
	t.Run("and a commitment has one under way", func(t *testing.T) {
		_, err := r.amendments.Propose(of(number), c.ID, 0, reworded("y"))
		faulty(t, err, fault.Conflict, " amendment_open")
	})
	refused, err := r.amendments.Refuse(other, a.ID, 1, "It was clear.")
	if err != nil || refused.State != commitment.AmendmentRefused || refused.DecisionReason != "It was clear." || refused.Version != 2 {
		t.Fatalf("refused %+v, %v", refused, err)
	}
	for name, err := range map[string]error{
		"approved":  failure(r.amendments.Approve(other, a.ID, 0, commitment.Approval{})),
		"refused":   failure(r.amendments.Refuse(other, a.ID, 0, "no")),
		"withdrawn": failure(r.amendments.Withdraw(of(number), a.ID, 0)),
	} {
		t.Run("once refused it is not "+name, func(t *testing.T) { code(t, err, fault.Conflict, "amendment_state") })
	}
	second := r.proposed(t, c, reworded("y"))
	faulty(t, failure(r.amendments.Withdraw(of(number), second.ID, 2)), fault.Stale)
	if withdrawn, err := r.amendments.Withdraw(one, second.ID, 1); err != nil || withdrawn.State != commitment.AmendmentWithdrawn {
		t.Errorf("withdrawn %+v, %v", withdrawn, err)
	}
	if now, err := r.commitments.Read(public(), c.ID); err != nil || !same(now, c) {
		t.Errorf("it reads as %+v, %v", now, err)
	}
	for _, e := range r.entriesOf(t, "amendment.") {
		if !e.Sealed {
			t.Errorf("%s is open: %s", e.Action, e.Content)
		}
	}
}

func TestStaffSetsAnotherClassOnWhatPeopleJudge(t *testing.T) {
	t.Parallel()
	r, _, c := promised(t)
	a := r.proposed(t, c, reworded("We train people, should there be funds."))
	faulty(t, failure(r.amendments.Approve(staff(), a.ID, 0, commitment.Approval{Class: "better", Reason: " "})), fault.Invalid, "/class not_in_list", "/reason required")
	faulty(t, failure(r.amendments.Approve(staff(), a.ID, 0, commitment.Approval{Class: commitment.ClassWeakened})), fault.Invalid, "/reason required")
	got, err := r.amendments.Approve(staff(), a.ID, 0, commitment.Approval{Class: commitment.ClassWeakened, Reason: "A condition is new."})
	if err != nil || got.Class != commitment.ClassWeakened || got.Claimed != commitment.ClassClarified || got.Computed != "" || got.DecisionReason != "A condition is new." {
		t.Errorf("approved %+v, %v", got, err)
	}
	now, err := r.commitments.Read(staff(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	earlier := r.proposed(t, now, commitment.AmendmentDraft{Terms: commitment.Patch{DueOn: to[plan.Date]("2027-12-30")}, Reason: "r"})
	for _, class := range []commitment.AmendmentClass{commitment.ClassClarified, commitment.ClassWeakened} {
		faulty(t, failure(r.amendments.Approve(staff(), earlier.ID, 0, commitment.Approval{Class: class, Reason: "r"})), fault.Invalid, "/class class_contradicted")
	}
	if got, err := r.amendments.Approve(staff(), earlier.ID, 0, commitment.Approval{Class: commitment.ClassStrengthened}); err != nil || got.Class != commitment.ClassStrengthened {
		t.Errorf("approved %+v, %v", got, err)
	}
}

func TestWhatIsAmendedIsRegisteredStill(t *testing.T) {
	t.Parallel()
	r, number, c := promised(t)
	for _, state := range []commitment.State{commitment.Drafted, commitment.Submitted, commitment.Closed} {
		code(t, failure(r.amendments.Propose(of(number), r.in(t, number, state, training()).ID, 0, reworded("x"))), fault.Conflict, "commitment_state")
	}
	faulty(t, failure(r.amendments.Propose(of(number), c.ID, c.Version-1, reworded("x"))), fault.Stale)
	faulty(t, failure(r.amendments.Propose(of(number), ident.New[ident.Commitment](), 0, reworded("x"))), fault.NotFound)
	faulty(t, failure(r.amendments.Propose(of(r.published(t, "Alibaba")), c.ID, 0, reworded("x"))), fault.Forbidden)
	a := r.proposed(t, c, reworded("x"))
	t.Run("by a member in good standing", func(t *testing.T) {
		other := r.in(t, number, commitment.Registered, training())
		r.move(t, number, member.Suspended)
		code(t, failure(r.amendments.Approve(staff(), a.ID, 0, commitment.Approval{})), fault.Conflict, "member_cannot_commit")
		code(t, failure(r.amendments.Propose(of(number), other.ID, 0, reworded("x"))), fault.Conflict, "member_cannot_commit")
		r.move(t, number, member.Active)
	})
	if _, err := r.commitments.Close(staff(), c.ID, 0, withdrawn()); err != nil {
		t.Fatal(err)
	}
	code(t, failure(r.amendments.Approve(staff(), a.ID, 0, commitment.Approval{})), fault.Conflict, "commitment_state")
	if _, err := r.amendments.Refuse(staff(), a.ID, 0, "It is closed."); err != nil {
		t.Error(err)
	}
}

// TestOneDecisionCounts has eight people decide at once.
func TestOneDecisionCounts(t *testing.T) {
	t.Parallel()
	r, number, c := promised(t)
	t.Run("of many proposals one is under way", func(t *testing.T) {
		race(t, func(int) error { return failure(r.amendments.Propose(of(number), c.ID, 0, reworded("x"))) })
	})
	list, err := r.amendments.List(staff(), c.ID, nil, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	race(t, func(try int) error {
		switch try % 3 {
		case 0:
			return failure(r.amendments.Approve(staff(), list[0].ID, 0, commitment.Approval{}))
		case 1:
			return failure(r.amendments.Refuse(staff(), list[0].ID, 0, "no"))
		default:
			return failure(r.amendments.Withdraw(of(number), list[0].ID, 0))
		}
	})
}

// race tries eight times at once; one goes through, the others meet a conflict.
func race(t *testing.T, try func(n int) error) {
	t.Helper()
	errs := make([]error, 8)
	var racing sync.WaitGroup
	for n := range errs {
		racing.Go(func() { errs[n] = try(n) })
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

func TestAmendmentsAreListedForThoseWhoMayKnow(t *testing.T) {
	t.Parallel()
	r, number, _ := promised(t)
	partner := r.published(t, "Alibaba")
	draft := measured()
	draft.Participants = []commitment.Participant{{Member: partner, Role: commitment.Partner}}
	c := r.in(t, number, commitment.Registered, draft)
	var approved, all []ident.Amendment
	for n := range 5 {
		a := r.proposed(t, c, reworded(fmt.Sprint("text ", n)))
		all = append(all, a.ID)
		if n%2 == 0 {
			approved = append(approved, a.ID)
			if _, err := r.amendments.Approve(staff(), a.ID, 0, commitment.Approval{}); err != nil {
				t.Fatal(err)
			}
		} else if n < 4 {
			if _, err := r.amendments.Withdraw(of(number), a.ID, 0); err != nil {
				t.Fatal(err)
			}
		}
		r.clock.set(plan.Date(fmt.Sprintf("2026-12-0%d", n+1)))
	}
	for name, reader := range map[string]struct {
		ctx  context.Context
		want []ident.Amendment
	}{
		"staff": {staff(), all}, "the member": {of(number), all}, "the public": {public(), approved}, "who makes it too": {of(partner), approved},
		"an analyst": {as(access.RoleAnalyst, 0), approved},
	} {
		t.Run(name, func(t *testing.T) {
			slices.Reverse(reader.want)
			defer slices.Reverse(reader.want)
			var got []ident.Amendment
			var after *commitment.AmendmentKey
			for {
				page, err := r.amendments.List(reader.ctx, c.ID, after, 2)
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range page {
					got = append(got, a.ID)
				}
				if len(page) < 2 {
					break
				}
				key := page[1].Key()
				after = &key
			}
			if !slices.Equal(got, reader.want) {
				t.Errorf("got %v, want %v", got, reader.want)
			}
			for _, id := range all {
				_, err := r.amendments.Read(reader.ctx, id)
				if slices.Contains(reader.want, id) != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: %v", id, err)
				}
			}
		})
	}
	for _, unknown := range []ident.Commitment{ident.New[ident.Commitment](), r.in(t, number, commitment.Drafted, training()).ID} {
		_, err := r.amendments.List(public(), unknown, nil, 10)
		faulty(t, err, fault.NotFound)
	}
}

func TestAmendmentsOfAnApplicantAreRevealedWithIt(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.applicant(t, "Jollychic")
	c := r.in(t, number, commitment.Registered, training())
	a := r.approved(t, c, reworded("x"))
	hidden := r.proposed(t, c, reworded("y"))
	faulty(t, failure(r.amendments.Read(public(), a.ID)), fault.NotFound)
	faulty(t, failure(r.amendments.List(public(), c.ID, nil, 10)), fault.NotFound)
	before := r.entriesOf(t, "amendment.", "commitment.")
	for _, e := range before {
		if !e.Sealed {
			t.Errorf("%s of an applicant is open", e.Action)
		}
	}
	r.move(t, number, member.InReview, member.Active)
	var told []string
	for _, e := range r.entriesOf(t, "amendment.", "commitment.")[len(before):] {
		told = append(told, fmt.Sprintf("%s %s %v", e.Action, e.ID, e.Sealed))
	}
	if want := []string{"commitment.registered " + string(c.ID) + " false", "amendment.approved " + string(a.ID) + " false"}; !slices.Equal(told, want) {
		t.Errorf("revealed %v, want %v", told, want)
	}
	if _, err := r.amendments.Read(public(), a.ID); err != nil {
		t.Error(err)
	}
	faulty(t, failure(r.amendments.Read(public(), hidden.ID)), fault.NotFound)
}

// TestTheLargestAmendmentFitsIntoTheLedger holds the limit of what may change at
// once against the size of an entry.
func TestTheLargestAmendmentFitsIntoTheLedger(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	draft := training()
	draft.Text, draft.Title = strings.Repeat("𠮷", 4000), strings.Repeat("𠮷", 400)
	steps := func(letter string) (list []commitment.Milestone) {
		for n := range 12 {
			list = append(list, commitment.Milestone{Key: fmt.Sprint("m", n), Title: strings.Repeat(letter, 200)})
		}
		return list
	}
	draft.Milestones = steps("𠮷")
	c := r.in(t, number, commitment.Registered, draft)
	amend := commitment.AmendmentDraft{
		Terms:  commitment.Patch{Text: strings.Repeat("𠀀", 4000), Title: strings.Repeat("𠀀", 400), Milestones: to(steps("𠀀"))},
		Reason: strings.Repeat("𠮷", 2000), Class: commitment.ClassClarified,
	}
	code(t, failure(r.amendments.Propose(of(number), c.ID, 0, amend)), fault.TooLarge, "amendment_too_large")
	amend.Terms.Milestones, amend.Class = to([]commitment.Milestone{}), ""
	if _, err := r.amendments.Approve(staff(), r.proposed(t, c, amend).ID, 0, commitment.Approval{Reason: amend.Reason}); err != nil {
		t.Error(err)
	}
}
