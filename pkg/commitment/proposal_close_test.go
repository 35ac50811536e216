package commitment_test

import (
	"testing"

	"accord/db"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func TestAClosingIsProposedOnceTheDayIsOver(t *testing.T) {
	t.Parallel()
	r := running(t, plan.Home())
	c := r.promised(t, "Jollychic")
	r.in(t, c.Member, commitment.Submitted, training())
	r.closed(t, r.promised(t, "Closed"))
	hidden := r.in(t, r.applicant(t, "Applicant"), commitment.Registered, training())
	r.clock.at(t, "2027-12-31T15:59:59Z")
	wants(t, "on the last day", r.run(t))
	r.clock.at(t, "2027-12-31T16:00:00Z")
	wants(t, "after it", r.run(t), "proposed to close Applicant 2027-12-31", "proposed to close Jollychic 2027-12-31")
	list, err := r.proposals.List(staff(), commitment.ProposalListing{Member: c.Member, Limit: 10})
	if err != nil || len(list) != 1 || list[0].Commitment != c.ID || list[0].DueOn != "2027-12-31" || list[0].Cycle != 0 {
		t.Fatalf("proposed is %+v, %v", list, err)
	}
	_, err = r.proposals.Accept(staff(), list[0].ID, 0, commitment.Assent{Reason: "r", EffectiveOn: day("2028-01-01")})
	faulty(t, err, fault.Invalid, "/effective_on only_for_delisting")
	if _, err := r.proposals.Accept(staff(), list[0].ID, 1, commitment.Assent{Reason: "nobody was trained"}); err != nil {
		t.Fatal(err)
	}
	got, err := r.commitments.Read(public(), c.ID)
	if err != nil || got.State != commitment.Closed || got.Outcome != commitment.NotReached || got.ClosingReason != "nobody was trained" {
		t.Errorf("it is %+v, %v", got, err)
	}
	r.closed(t, hidden)
	wants(t, "once staff closed the other by hand", r.run(t), "withdrew to close Applicant 2027-12-31")
}

func TestWhatIsDueOnNoOtherDayIsDueOnThatOfItsTarget(t *testing.T) {
	t.Parallel()
	r := running(t, plan.Home())
	r.add(t, indicator("people_trained", 4))
	draft := measured()
	draft.StartsOn, draft.DueOn, draft.Milestones = "", "", nil
	c := r.in(t, r.published(t, "Jollychic"), commitment.Registered, draft)
	r.clock.set("2027-06-30")
	wants(t, "on the last day", r.run(t))
	r.clock.set("2027-07-01")
	wants(t, "after it", r.run(t), "proposed to close Jollychic 2027-06-30")
	if _, err := r.proposals.Accept(staff(), r.the(t, commitment.Close).ID, 0, commitment.Assent{Reason: "r"}); err != nil {
		t.Fatal(err)
	}
	if got, err := r.commitments.Read(public(), c.ID); err != nil || got.Outcome != commitment.NotReached {
		t.Errorf("it is %+v, %v", got, err)
	}
}

func TestADismissedClosingIsAskedAnewForAnotherDay(t *testing.T) {
	t.Parallel()
	r := running(t, plan.Home())
	c := r.promised(t, "Jollychic")
	r.clock.set("2028-01-01")
	wants(t, "after its day", r.run(t), "proposed to close Jollychic 2027-12-31")
	if _, err := r.proposals.Dismiss(staff(), r.the(t, commitment.Close).ID, 0, "it goes on"); err != nil {
		t.Fatal(err)
	}
	wants(t, "dismissed", r.run(t), "left Jollychic: dismissed")
	r.due(t, c.ID, "2028-02-29")
	wants(t, "due later", r.run(t))
	r.clock.set("2028-03-01")
	wants(t, "after the leap day", r.run(t), "proposed to close Jollychic 2028-02-29")
	r.due(t, c.ID, "2028-02-20")
	wants(t, "due on another day that is over", r.run(t), "proposed to close Jollychic 2028-02-20", "withdrew to close Jollychic 2028-02-29")
	r.due(t, c.ID, "2028-12-31")
	wants(t, "due later again", r.run(t), "withdrew to close Jollychic 2028-02-20")
}

// due moves the day that a commitment is due on.
func (r ran) due(t *testing.T, id ident.Commitment, on plan.Date) {
	t.Helper()
	ctx := staff()
	err := r.db.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update commitment set due_on = $2 where id = $1`, id, on); err != nil {
			return err
		}
		return ledger.Record(ctx, tx, ledger.Entry{Action: "t.d", Kind: "t", ID: "1"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsReachedIsNotProposedToBeClosedAsNotReached(t *testing.T) {
	t.Parallel()
	r := running(t, plan.Home())
	r.add(t, indicator("people_trained", 4))
	r.opened(t, 2026, "2026-12-15", "2026-12-31")
	number := r.published(t, "Jollychic")
	draft := measured()
	draft.DueOn, draft.Target.On, draft.Milestones = "2026-12-20", "2026-12-20", nil
	promise := func() commitment.Commitment { return r.in(t, number, commitment.Registered, draft) }
	for name, c := range map[string]struct {
		low   string
		found commitment.Completion
		open  bool
	}{
		"reached":        {"1000", commitment.Substantial, false},
		"not reached":    {"999", commitment.Substantial, true},
		"found complete": {"10", commitment.Complete, false},
	} {
		of, value := promise(), commitment.MeasuredDraft{Indicator: "people_trained", Bound: "ge", Low: c.low, From: "2026-01-01", To: "2026-09-30"}
		report, err := r.reports.Start(staff(), of.ID, 2026)
		if err == nil {
			_, err = r.reports.Amend(staff(), report.ID, 0, commitment.ReportPatch{
				Narrative: to(name), Completion: to(commitment.Limited), Measured: to([]commitment.MeasuredDraft{value}),
			})
		}
		if err == nil {
			_, err = r.reports.Submit(staff(), report.ID, 0)
		}
		if err == nil {
			_, err = r.reports.Review(staff(), report.ID, 0, accepted(c.found))
		}
		if err == nil && c.found == commitment.Complete {
			_, err = r.reports.Agree(staff(), report.ID, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r.clock.set("2026-12-21")
	wants(t, "after their day", r.run(t), "left Jollychic: reached", "left Jollychic: reached", "proposed to close Jollychic 2026-12-20")
}

func TestTheCommitmentsOfAMergedMemberWait(t *testing.T) {
	t.Parallel()
	r := running(t, plan.Home())
	c, survivor := r.promised(t, "Jollychic"), r.published(t, "Alibaba")
	r.clock.set("2028-01-01")
	wants(t, "after its day", r.run(t), "proposed to close Jollychic 2027-12-31")
	for _, step := range []member.Step{{To: member.Merged, Reason: "twice", Survivor: &survivor}, {To: member.Active, Reason: "not twice"}} {
		if _, err := r.members.Transition(staff(), c.Member, r.stamp(t, staff(), c.Member).Version, step); err != nil {
			t.Fatal(err)
		}
		if step.To == member.Merged {
			wants(t, "merged", r.run(t), "withdrew to close Jollychic 2027-12-31")
		}
	}
	wants(t, "the merge undone", r.run(t), "proposed to close Jollychic 2027-12-31")
}
