package registrytest

import (
	"context"
	"reflect"
	"testing"
	"time"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// runs are the steps of what the calendar brings about.
func (l *life) runs() map[string]func() error {
	return map[string]func() error{
		"run cycle": l.runCycle, "open near cycle": l.openNearCycle, "extend near cycle": l.extendNearCycle, "speak": l.speak, "promise": l.promise,
		"accept proposal": l.acceptProposal, "dismiss proposal": l.dismissProposal,
	}
}

// openNearCycle opens a cycle that falls due, and whose grace ends, within a
// life, of years in any order.
func (l *life) openNearCycle() error {
	due := plan.Today(l.Clock.Now()).Time().AddDate(0, 0, 1+l.draw.IntN(6))
	_, err := l.Cycles.Open(Staff(), commitment.CycleDraft{
		Year: 2005 + l.draw.IntN(20), DueOn: plan.DateOf(due), GraceEndsOn: plan.DateOf(due.AddDate(0, 0, 2+l.draw.IntN(8))),
	})
	return err
}

// extendNearCycle extends the cycle that was opened last, by the year.
func (l *life) extendNearCycle() error {
	cycles := must(l.Cycles.List(Public(), 2025, 3))(l.t)
	if len(cycles) == 0 {
		return l.openNearCycle()
	}
	c := pick(l, cycles)
	later := c.GraceEndsOn.Time().AddDate(0, 0, l.draw.IntN(12))
	_, err := l.Cycles.Extend(Staff(), c.Year, c.Version, commitment.Extension{
		DueOn: plan.DateOf(later.AddDate(0, 0, -l.draw.IntN(6))), GraceEndsOn: plan.DateOf(later), Reason: "test",
	})
	return err
}

// speak reports on a commitment in a cycle that is open, from the draft to the
// submission.
func (l *life) speak() error {
	return l.onCommitment(func(ctx context.Context, c commitment.Commitment) error {
		for _, cycle := range must(l.Cycles.List(Public(), 2025, 20))(l.t) {
			if !cycle.Open(plan.Today(l.Clock.Now())) || l.draw.IntN(3) == 0 {
				continue
			}
			report, err := l.Reports.Start(ctx, c.ID, cycle.Year)
			if err != nil {
				return err
			}
			l.reports = append(l.reports, report.ID)
			if _, err := l.Reports.Amend(ctx, report.ID, 0, sayWhatWasDone("Done")); err != nil {
				return err
			}
			_, err = l.Reports.Submit(ctx, report.ID, 0)
			return err
		}
		return l.openNearCycle()
	})
}

// promise takes a member to good standing, if it is to be had, and promises
// something in its name.
func (l *life) promise() error {
	number := pick(l, l.members)
	for _, to := range []member.Status{member.InReview, member.Active} {
		_, _ = l.Members.Transition(Staff(), number, l.Version(l.t, number), member.Step{To: to, Reason: "test"}) // where it leads there
	}
	draft := aCommitment()
	draft.StartsOn, draft.DueOn = "", pick(l, []plan.Date{"", "2026-11-30", "2027-12-31"})
	c, err := l.Commitments.TakeOn(Staff(), number, draft)
	if err == nil {
		_, err = l.Commitments.Submit(Staff(), c.ID, 0)
	}
	if err == nil {
		_, err = l.Commitments.Register(Staff(), c.ID, 0)
		l.commitments = append(l.commitments, c.ID)
	}
	return err
}

// statuses gives where each member stands.
func (l *life) statuses() map[ident.Member]member.Status {
	l.t.Helper()
	found := map[ident.Member]member.Status{}
	for _, number := range l.members {
		found[number] = must(l.Members.Read(Staff(), number))(l.t).Status
	}
	return found
}

const countWritten = `select (select count(*) from change) + (select coalesce(sum(version), 0) from proposal)`

func (l *life) written() (n int) {
	l.t.Helper()
	if err := l.DB.Get(l.t.Context(), &n, countWritten); err != nil {
		l.t.Fatal(err)
	}
	return n
}

// runCycle runs, and holds the run to its promises: it does what it foresaw and
// nothing else, does nothing twice, and touches no member of another status.
func (l *life) runCycle() error {
	l.t.Helper()
	before := l.statuses()
	foreseen := must(l.Runs.Foresee(System(), ""))(l.t)
	round := must(l.Runs.Run(System()))(l.t)
	if !reflect.DeepEqual(round, foreseen) {
		l.t.Fatalf("the run did\n%+v, foreseen was\n%+v", round, foreseen)
	}
	moved := map[ident.Member]member.Status{}
	for _, m := range round.Silenced {
		moved[m.Member] = member.NonCommunicating
	}
	for _, m := range round.Returned {
		moved[m.Member] = member.Active
	}
	for number, after := range l.statuses() {
		was := before[number]
		lively := was == member.Active && moved[number] != member.Active || was == member.NonCommunicating && moved[number] != member.NonCommunicating
		if want, ok := moved[number]; ok && (after != want || !lively) || !ok && after != was {
			l.t.Fatalf("member %s was %s, is %s, and the run says %q", number, was, after, want)
		}
	}
	written := l.written()
	again := must(l.Runs.Run(System()))(l.t)
	if n := len(again.Silenced) + len(again.Returned) + len(again.Proposed) + len(again.Withdrawn); n > 0 || l.written() != written {
		l.t.Fatalf("a second run did %+v", again)
	}
	for what, n := range map[string]int{"silenced": len(round.Silenced), "returned": len(round.Returned), "proposed": len(round.Proposed), "withdrawn": len(round.Withdrawn)} {
		l.done["run: "+what] += n
	}
	return nil
}

// onProposal runs a step on a proposal, at times one that is settled.
func (l *life) onProposal(do func(p commitment.Proposal) error) error {
	query := commitment.ProposalListing{Limit: 20}
	if l.draw.IntN(4) > 0 {
		query.State = commitment.ProposalOpen
	}
	list := must(l.Proposals.List(Staff(), query))(l.t)
	if len(list) == 0 {
		return l.runCycle()
	}
	p := pick(l, list)
	for _, ask := range []call{
		func(ctx context.Context) error { _, err := l.Proposals.Read(ctx, p.ID); return err },
		func(ctx context.Context) error { _, err := l.Proposals.Dismiss(ctx, p.ID, 0, "not theirs"); return err },
		func(ctx context.Context) error {
			_, err := l.Proposals.Accept(ctx, p.ID, 0, commitment.Assent{Reason: "not theirs"})
			return err
		},
	} {
		if err := ask(Approver(p.Member)); !fault.Is(err, fault.NotFound) {
			l.t.Fatalf("the member's approver is told %v", err)
		}
	}
	return do(p)
}

func (l *life) acceptProposal() error {
	return l.onProposal(func(p commitment.Proposal) error {
		assent := commitment.Assent{Reason: l.text("why a proposal is accepted")}
		if p.Kind == commitment.Delist && l.draw.IntN(2) == 0 {
			assent.EffectiveOn = ptr(plan.Today(l.Clock.Now()))
		}
		_, err := l.Proposals.Accept(Staff(), p.ID, p.Version, assent)
		return err
	})
}

func (l *life) dismissProposal() error {
	return l.onProposal(func(p commitment.Proposal) error {
		_, err := l.Proposals.Dismiss(Staff(), p.ID, p.Version, l.text("why a proposal is dismissed"))
		return err
	})
}

// TestARunDoesWhatItForesawInAnyRegister lives lives in which cycles fall due
// all the time. What each run is held to stands with the step.
func TestARunDoesWhatItForesawInAnyRegister(t *testing.T) {
	t.Parallel()
	done := map[string]int{}
	for seed := range uint64(length(2, 10)) {
		l := newLife(t, 300+seed)
		steps := l.steps()
		for range length(110, 400) {
			name := pick(l, []string{
				"register", "promise", "promise", "promise", "speak", "speak", "speak", "speak", "close", "move", "merge",
				"open near cycle", "open near cycle", "extend near cycle", "submit report", "review", "review", "agree",
				"run cycle", "run cycle", "run cycle", "accept proposal", "dismiss proposal",
			})
			if l.draw.IntN(3) == 0 {
				l.Clock.Advance(time.Duration(l.draw.Int64N(int64(96 * time.Hour))))
			}
			l.note(name, steps[name]())
		}
		for what, n := range l.done {
			done[what] += n
		}
	}
	t.Logf("done: %v", done)
	for _, what := range []string{"run: silenced", "run: returned", "run: proposed", "run: withdrawn", "accept proposal", "dismiss proposal"} {
		if done[what] == 0 {
			t.Errorf("%s: never", what)
		}
	}
}
