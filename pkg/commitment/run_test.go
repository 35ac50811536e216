package commitment_test

import (
	"context"
	"slices"
	"testing"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func TestWhoOwesAReportBecomesNonCommunicatingAtMidnight(t *testing.T) {
	t.Parallel()
	r := in2027(t)
	silent := r.promised(t, "Silent")
	spoke := r.promised(t, "Spoke")
	r.in(t, spoke.Member, commitment.Registered, training()) // one report is enough
	r.speaks(t, spoke, 2027)
	returned := r.promised(t, "Returned")
	r.sentBack(t, r.speaks(t, returned, 2027))
	wrote := r.promised(t, "Wrote")
	if _, err := r.reports.Start(of(wrote.Member), wrote.ID, 2027); err != nil {
		t.Fatal(err)
	}
	r.closed(t, r.promised(t, "Closed"))
	spokeThenClosed := r.promised(t, "Spoke, then closed one of two")
	r.in(t, spokeThenClosed.Member, commitment.Registered, training())
	r.speaks(t, spokeThenClosed, 2027)
	r.closed(t, spokeThenClosed)
	r.in(t, r.published(t, "Submitted"), commitment.Submitted, training())
	r.published(t, "Promised nothing")
	late := r.in(t, r.published(t, "Late"), commitment.Submitted, training())
	suspended := r.promised(t, "Suspended")
	r.move(t, suspended.Member, member.Suspended)
	left := r.promised(t, "Left")
	r.move(t, left.Member, member.Withdrawn)
	r.in(t, r.applicant(t, "Applicant"), commitment.Registered, training())
	partner := r.published(t, "Partner")
	joint := training()
	joint.Participants = []commitment.Participant{{Member: partner, Role: commitment.Lead}}
	lead := r.in(t, r.published(t, "Lead"), commitment.Registered, joint)
	if _, err := r.commitments.Accept(of(partner), lead.ID, partner); err != nil {
		t.Fatal(err)
	}

	r.clock.at(t, "2027-07-31T15:59:59Z")
	wants(t, "in the last second", r.run(t))
	r.clock.at(t, "2027-07-31T16:00:00Z")
	if _, err := r.commitments.Register(staff(), late.ID, 0); err != nil {
		t.Fatal(err)
	}
	wants(t, "at midnight", r.run(t), "silenced Lead", "silenced Returned", "silenced Silent", "silenced Wrote")
	for number, want := range map[ident.Member]member.Status{
		silent.Member: member.NonCommunicating, spoke.Member: member.Active, suspended.Member: member.Suspended, left.Member: member.Withdrawn,
	} {
		if got := r.status(t, number); got != want {
			t.Errorf("member %s is %s, want %s", number, got, want)
		}
	}
	r.saysWhy(t, silent.Member, "2027-08-01", "No report was submitted for the reporting cycle 2027, which fell due on 2027-07-31.")
}

// saysWhy checks the last step of a member, which the register itself took.
func (r ran) saysWhy(t *testing.T, number ident.Member, on plan.Date, reason string) {
	t.Helper()
	steps, err := r.members.Transitions(public(), number, 0, 100)
	if err != nil || len(steps) == 0 {
		t.Fatalf("%v, %v", steps, err)
	}
	last := steps[len(steps)-1]
	if last.EffectiveOn == nil || *last.EffectiveOn != on || last.Reason != reason {
		t.Errorf("the last step is %+v, effective on %v", last, last.EffectiveOn)
	}
	var role, said string
	for query, into := range map[string]*string{`select role from change where id = $1`: &role, `select reason from change where id = $1`: &said} {
		if err := r.db.Get(context.Background(), into, query, last.Change); err != nil {
			t.Fatal(err)
		}
	}
	if role != string(access.RoleSystem) || said != reason {
		t.Errorf("the change is the %s's, since %q", role, said)
	}
}

func TestAMemberThatReportsReturns(t *testing.T) {
	t.Parallel()
	r := in2027(t)
	spoke, closed, alone := r.promised(t, "Spoke"), r.promised(t, "Closed"), r.promised(t, "Alone")
	again := r.promised(t, "Again")
	report := r.speaks(t, again, 2027)
	r.clock.set("2027-08-03")
	wants(t, "after the deadline", r.run(t), "silenced Alone", "silenced Closed", "silenced Spoke")
	r.speaks(t, spoke, 2027)
	r.closed(t, closed)
	r.clock.set("2027-08-04")
	wants(t, "after the grace has begun", r.run(t), "returned Closed", "returned Spoke")
	r.saysWhy(t, spoke.Member, "2027-08-04", "It has reported since.")
	r.saysWhy(t, closed.Member, "2027-08-04", "It owes no report for the reporting cycle 2027, the last one that has fallen due.")
	r.clock.set("2027-09-01")
	r.sentBack(t, report)
	wants(t, "once a report was returned", r.run(t), "silenced Again")
	r.saysWhy(t, again.Member, "2027-09-01", "No report stands for the reporting cycle 2027, which fell due on 2027-07-31: the last one was returned on 2027-09-01.")
	r.clock.set("2027-09-02")
	patch := commitment.ReportPatch{Narrative: to("Of this year")}
	if _, err := r.reports.Amend(of(again.Member), report.ID, 0, patch); err != nil {
		t.Fatal(err)
	}
	wants(t, "while it is being mended", r.run(t))
	if _, err := r.reports.Submit(of(again.Member), report.ID, 0); err != nil {
		t.Fatal(err)
	}
	wants(t, "once it was sent again", r.run(t), "returned Again")
	r.clock.set("2028-04-10")
	r.opened(t, 2028, "", "")
	r.speaks(t, alone, 2028)
	r.clock.set("2028-04-11")
	got := r.run(t)
	if !slices.Contains(got, "returned Alone") {
		t.Errorf("who reports in the next cycle does not return: %q", got)
	}
}

func TestAnExtensionBringsMembersBack(t *testing.T) {
	t.Parallel()
	r := in2027(t)
	c := r.promised(t, "Silent")
	r.clock.set("2027-08-01")
	wants(t, "after the deadline", r.run(t), "silenced Silent")
	r.extended(t, 2027, "2027-09-30", "")
	wants(t, "after the extension", r.run(t), "returned Silent")
	r.saysWhy(t, c.Member, "2027-08-01", "It owes no report: the reporting cycle 2027 falls due on 2027-09-30.")
	r.clock.set("2027-09-30")
	wants(t, "on the last day", r.run(t))
	r.clock.set("2027-10-01")
	wants(t, "after the new deadline", r.run(t), "silenced Silent")
	r.saysWhy(t, c.Member, "2027-10-01", "No report was submitted for the reporting cycle 2027, which fell due on 2027-09-30.")
}

func TestARunDoesNotContradictStaff(t *testing.T) {
	t.Parallel()
	r := in2027(t)
	pardoned, moved, mute := r.promised(t, "Pardoned"), r.promised(t, "Moved"), r.promised(t, "Mute")
	r.speaks(t, moved, 2027)
	nothing := r.published(t, "Promised nothing")
	r.move(t, nothing, member.NonCommunicating)
	merged := r.promised(t, "Merged")
	r.clock.set("2027-08-01")
	wants(t, "after the deadline", r.run(t),
		"left Promised nothing: moved_by_person", "silenced Merged", "silenced Mute", "silenced Pardoned")
	r.move(t, pardoned.Member, member.Active)
	r.move(t, moved.Member, member.NonCommunicating)
	r.mergedAndBack(t, merged.Member, pardoned.Member)
	r.closed(t, merged)
	r.clock.set("2027-08-02")
	wants(t, "after staff moved some", r.run(t),
		"left Moved: moved_by_person", "left Pardoned: vouched_for", "left Promised nothing: moved_by_person", "returned Merged")
	second := r.in(t, moved.Member, commitment.Registered, training())
	r.speaks(t, second, 2027)
	r.clock.set("2028-04-02")
	r.opened(t, 2028, "", "")
	r.clock.set("2028-08-02")
	got := r.run(t)
	for _, want := range []string{"silenced Pardoned", "left Promised nothing: moved_by_person"} {
		if !slices.Contains(got, want) {
			t.Errorf("a year later: no %q in %q", want, got)
		}
	}
	if r.status(t, mute.Member) != member.NonCommunicating {
		t.Error("who says nothing returned")
	}
}

func (r ran) mergedAndBack(t *testing.T, number, survivor ident.Member) {
	t.Helper()
	for _, step := range []member.Step{{To: member.Merged, Reason: "twice", Survivor: &survivor}, {To: member.NonCommunicating, Reason: "not twice"}} {
		if _, err := r.members.Transition(staff(), number, r.stamp(t, staff(), number).Version, step); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhomStaffMovedReturnsOnceItReports(t *testing.T) {
	t.Parallel()
	r := in2027(t)
	c := r.promised(t, "Moved")
	r.speaks(t, c, 2027)
	r.clock.set("2027-09-01")
	r.move(t, c.Member, member.NonCommunicating)
	wants(t, "after staff moved it", r.run(t), "left Moved: moved_by_person")
	second := r.in(t, c.Member, commitment.Registered, training())
	r.clock.set("2027-09-02")
	r.speaks(t, second, 2027)
	wants(t, "after it reported", r.run(t), "returned Moved")
}

func TestOnlyTheRegisterItselfRuns(t *testing.T) {
	t.Parallel()
	r := running(t, plan.Home())
	for _, role := range []access.Role{access.RoleAdmin, access.RoleStaff, access.RoleMember, access.RoleAnalyst} {
		if _, err := r.runs.Run(as(role, 1)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s runs it: %v", role, err)
		}
	}
	_, err := r.runs.Foresee(system(), "2027-02-29")
	faulty(t, err, fault.Invalid, "/date not_a_date")
	round, err := r.runs.Foresee(system(), "2028-02-29")
	if err != nil || round.Cycle != nil || round.Day != "2028-02-29" || len(lines(round)) > 0 {
		t.Errorf("without a cycle: %+v, %v", round, err)
	}
}

// What cannot be done for one member does not keep the others waiting, and is
// told in the end. Here the clock was set back behind a step of one.
func TestWhatFailsForOneMemberIsDoneForTheOthers(t *testing.T) {
	t.Parallel()
	r := in2027(t)
	ahead, behind := r.promised(t, "Ahead"), r.promised(t, "Behind")
	r.clock.set("2027-08-05")
	for _, step := range []member.Step{{To: member.Suspended, Reason: "r"}, {To: member.NonCommunicating, Reason: "r"}} {
		step.EffectiveOn = day("2027-08-05")
		if _, err := r.members.Transition(staff(), ahead.Member, r.stamp(t, staff(), ahead.Member).Version, step); err != nil {
			t.Fatal(err)
		}
	}
	r.speaks(t, ahead, 2027)
	r.clock.set("2027-08-04")
	round, err := r.runs.Run(system())
	if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Code != "in_the_future" {
		t.Errorf("it says %v", err)
	}
	wants(t, "the run", lines(round), "left Ahead: failed", "silenced Behind")
	r.clock.set("2027-08-05")
	wants(t, "the next day", r.run(t), "returned Ahead")
	if got := r.status(t, behind.Member); got != member.NonCommunicating {
		t.Errorf("the other is %s", got)
	}
}
