package commitment_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// the gives the one proposal that is open.
func (r ran) the(t *testing.T, kind commitment.ProposalKind) commitment.Proposal {
	t.Helper()
	list, err := r.proposals.List(staff(), commitment.ProposalListing{Kind: kind, State: commitment.ProposalOpen, Limit: 10})
	if err != nil || len(list) != 1 {
		t.Fatalf("open are %+v, %v", list, err)
	}
	return list[0]
}

// afterGrace is the register in 2028, with one member that said nothing in 2027.
func afterGrace(t *testing.T) (ran, commitment.Commitment) {
	t.Helper()
	r := in2027(t)
	draft := training()
	draft.DueOn = ""
	c := r.in(t, r.published(t, "Silent"), commitment.Registered, draft)
	r.clock.set("2027-08-01")
	wants(t, "after the deadline", r.run(t), "silenced Silent")
	r.clock.at(t, "2027-12-31T15:59:59Z")
	wants(t, "on the last day of the grace", r.run(t))
	r.clock.at(t, "2027-12-31T16:00:00Z")
	wants(t, "after the grace", r.run(t), "proposed to delist Silent")
	return r, c
}

func TestDelistingIsProposedOnceAndDoneByStaff(t *testing.T) {
	t.Parallel()
	r, c := afterGrace(t)
	p := r.the(t, commitment.Delist)
	want := commitment.Proposal{
		ID: p.ID, Version: 1, Kind: commitment.Delist, State: commitment.ProposalOpen, Member: c.Member, Cycle: 2027, ProposedAt: p.ProposedAt,
	}
	if p != want {
		t.Errorf("proposed is %+v", p)
	}
	if got := r.status(t, c.Member); got != member.NonCommunicating {
		t.Errorf("it is %s by itself", got)
	}
	_, err := r.proposals.Accept(staff(), p.ID, 0, commitment.Assent{Reason: " ", EffectiveOn: day("2028-02-30")})
	faulty(t, err, fault.Invalid, "/reason required", "/effective_on not_a_date")
	_, err = r.proposals.Accept(staff(), p.ID, 0, commitment.Assent{Reason: "r", EffectiveOn: day("2028-01-02")})
	faulty(t, err, fault.Invalid, "/effective_on in_the_future")
	_, err = r.proposals.Accept(staff(), p.ID, 2, commitment.Assent{Reason: "r"})
	faulty(t, err, fault.Stale)
	before := r.changes(t)
	actor := staff()
	done, err := r.proposals.Accept(actor, p.ID, 1, commitment.Assent{Reason: " the council so decided\n", EffectiveOn: day("2028-01-01")})
	by, _ := access.From(actor)
	want.Version, want.State, want.SettledAt, want.SettledBy, want.Reason = 2, commitment.ProposalAccepted, done.SettledAt, by.User, "the council so decided"
	if err != nil || done != want || r.changes(t) != before+1 {
		t.Fatalf("accepted is %+v, %v", done, err)
	}
	steps, err := r.members.Transitions(public(), c.Member, 0, 100)
	if last := steps[len(steps)-1]; err != nil || last.To != member.Delisted || *last.EffectiveOn != "2028-01-01" || last.Reason != "the council so decided" {
		t.Errorf("the step is %+v, %v", last, err)
	}
	for name, err := range map[string]error{
		"accepted":  failure(r.proposals.Accept(staff(), p.ID, 0, commitment.Assent{Reason: "r"})),
		"dismissed": failure(r.proposals.Dismiss(staff(), p.ID, 0, "r")),
	} {
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s once more: %v", name, err)
		}
	}
	wants(t, "after that", r.run(t))
	r.move(t, c.Member, member.Active) // readmitted, and the commitment stands
	wants(t, "after its readmission", r.run(t), "left Silent: vouched_for")
}

func day(text string) *plan.Date { d := plan.Date(text); return &d }

func TestADismissedDelistingIsNotProposedAgainForTheCycle(t *testing.T) {
	t.Parallel()
	r, c := afterGrace(t)
	p := r.the(t, commitment.Delist)
	before := r.changes(t)
	_, err := r.proposals.Dismiss(staff(), p.ID, 0, "")
	faulty(t, err, fault.Invalid, "/reason required")
	done, err := r.proposals.Dismiss(staff(), p.ID, 1, "a flood")
	if err != nil || done.State != commitment.ProposalDismissed || done.Reason != "a flood" || r.changes(t) != before {
		t.Fatalf("dismissed is %+v, %v", done, err)
	}
	if got, err := r.proposals.Read(staff(), p.ID); err != nil || got.Version != 2 || got.Reason != "a flood" || !got.SettledAt.Equal(*done.SettledAt) {
		t.Errorf("it reads as %+v, %v", got, err)
	}
	wants(t, "after that", r.run(t), "left Silent: dismissed")
	r.clock.set("2028-04-03")
	r.opened(t, 2028, "", "")
	r.clock.set("2029-01-01")
	wants(t, "after the next cycle", r.run(t), "proposed to delist Silent")
	if p := r.the(t, commitment.Delist); p.Cycle != 2028 || p.Member != c.Member {
		t.Errorf("proposed is %+v", p)
	}
}

func TestADelistingWithoutGroundIsWithdrawn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(t *testing.T, r ran, c commitment.Commitment)
		then    []string
		reason  string
	}{
		"it reports in the next cycle": {func(t *testing.T, r ran, c commitment.Commitment) {
			r.clock.set("2028-04-03")
			r.opened(t, 2028, "", "")
			r.speaks(t, c, 2028)
		}, []string{"returned Silent", "withdrew to delist Silent"}, "The member is active."},
		"staff suspends it": {func(t *testing.T, r ran, c commitment.Commitment) {
			r.move(t, c.Member, member.Suspended)
		}, []string{"withdrew to delist Silent"}, "The member is suspended."},
		"staff delists it by hand": {func(t *testing.T, r ran, c commitment.Commitment) {
			r.move(t, c.Member, member.Delisted)
		}, []string{"withdrew to delist Silent"}, "The member is delisted."},
		"the grace is extended": {func(t *testing.T, r ran, _ commitment.Commitment) {
			r.extended(t, 2027, "", "2028-02-29")
		}, []string{"withdrew to delist Silent"}, "The grace of the reporting cycle 2027 was extended."},
		"what it promised is closed": {func(t *testing.T, r ran, c commitment.Commitment) {
			r.closed(t, c)
		}, []string{"returned Silent", "withdrew to delist Silent"}, "The member is active."},
	} {
		t.Run("once "+name, func(t *testing.T) {
			t.Parallel()
			r, promise := afterGrace(t)
			p := r.the(t, commitment.Delist)
			c.happens(t, r, promise)
			_, err := r.proposals.Accept(staff(), p.ID, 0, commitment.Assent{Reason: "r"})
			if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Conflict || f.Code != "proposal_overtaken" {
				t.Errorf("accepted before the run: %v", err)
			}
			wants(t, "the run", r.run(t), c.then...)
			if got, err := r.proposals.Read(staff(), p.ID); err != nil || got.State != commitment.ProposalWithdrawn || got.Reason != c.reason || got.SettledBy != "" {
				t.Errorf("it is %+v, %v", got, err)
			}
			if name == "the grace is extended" {
				r.clock.set("2028-03-01")
				wants(t, "after the extended grace", r.run(t), "proposed to delist Silent")
			}
		})
	}
}

// A register whose job did not run for months does all of it at once.
func TestAfterALongPauseAllIsDoneAtOnce(t *testing.T) {
	t.Parallel()
	r := in2027(t)
	c := r.promised(t, "Silent")
	r.clock.set("2028-01-05")
	wants(t, "the first run", r.run(t), "proposed to close Silent 2027-12-31", "proposed to delist Silent", "silenced Silent")
	r.saysWhy(t, c.Member, "2027-08-01", "No report was submitted for the reporting cycle 2027, which fell due on 2027-07-31.")
}

// What staff is asked is nobody else's: not that it was asked, either.
func TestProposalsAreToldToStaffAlone(t *testing.T) {
	t.Parallel()
	r, c := afterGrace(t)
	p := r.the(t, commitment.Delist)
	own, seen := r.stamp(t, of(c.Member), c.Member), r.stamp(t, public(), c.Member)
	entries := r.entriesOf(t, "")
	if _, err := r.proposals.Dismiss(staff(), p.ID, 0, "a flood"); err != nil {
		t.Fatal(err)
	}
	if r.stamp(t, of(c.Member), c.Member) != own || r.stamp(t, public(), c.Member) != seen || len(r.entriesOf(t, "")) != len(entries) {
		t.Error("versions or the ledger tell of it")
	}
	for _, ctx := range []context.Context{of(c.Member), of(c.Member + 1), as(access.RoleAnalyst, 0)} {
		for _, id := range []ident.Proposal{p.ID, ident.New[ident.Proposal]()} {
			faulty(t, failure(r.proposals.Read(ctx, id)), fault.NotFound)
			faulty(t, failure(r.proposals.Accept(ctx, id, 0, commitment.Assent{})), fault.NotFound)
			faulty(t, failure(r.proposals.Dismiss(ctx, id, 0, "")), fault.NotFound)
		}
		faulty(t, failure(r.proposals.List(ctx, commitment.ProposalListing{Limit: 10})), fault.Forbidden)
	}
	if slices.ContainsFunc(entries, func(e entry) bool { return e.Kind == "proposal" }) {
		t.Error("the ledger holds a proposal")
	}
}
