package commitment

import (
	"fmt"

	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Why says why a run leaves alone what it would else do something about.
type Why string

// Why something is left alone.
const (
	VouchedFor    Why = "vouched_for"     // a person took the member to active after the deadline
	MovedByPerson Why = "moved_by_person" // a person moved the member to non_communicating, and no report arrived since
	NotProposed   Why = "dismissed"       // staff dismissed the proposal
	ReachedSince  Why = "reached"         // an accepted report says that the commitment has been reached
	ChangedSince  Why = "changed"         // it was changed while the run was on its way to it
	Failed        Why = "failed"          // the register could not do it; the run's error says why
)

// judgement is what is to be done about a member, or about a commitment.
type judgement struct {
	step     *member.Step // nil to leave it where it is
	propose  bool
	withdraw []withdrawal
	leave    Why // "" where nothing is left alone
}

// withdrawal is a proposal that has no ground any more, and why.
type withdrawal struct {
	id     ident.Proposal
	cycle  int       // of a delisting
	dueOn  plan.Date // of a closing
	reason string
}

func (j judgement) idle() bool { return j.step == nil && !j.propose && len(j.withdraw) == 0 }

// judge is the pure rule of a member.
//
// It owes a report when it answers for the latest cycle that has fallen due,
// reported neither in that nor in a later one, and no person has vouched for it
// since. Who is active and owes one becomes non_communicating, as of the day
// after the deadline, of the day on which its last report was returned, or of its last step, whichever is latest. Who was moved so
// by a run and owes none becomes active again, as of the day of the run; whom a
// person moved returns only once it has reported since. Of who does not
// communicate and owes a report it is proposed, once the grace is over, that it
// be delisted: once a cycle, unless the proposal was withdrawn.
func (m duty) judge(k calendar) judgement {
	var j judgement
	asked := k.latest != nil && m.Answers && m.Reported == 0
	owes := asked && !m.Vouched
	status := m.Status
	switch {
	case status == member.Active && owes:
		j.step = m.silence(k)
	case status == member.Active && asked:
		j.leave = VouchedFor
	case status == member.NonCommunicating && m.ByPerson && m.Since, status == member.NonCommunicating && !m.ByPerson && !owes:
		j.step = m.step(member.Active, k.day, m.excuse(k))
	case status == member.NonCommunicating && !owes:
		j.leave = MovedByPerson
	}
	if j.step != nil {
		status = j.step.To
	}
	j.propose = status == member.NonCommunicating && owes && k.latest.DelistFrom() <= k.day
	for _, p := range m.Delistings {
		if j.propose && p.Cycle == k.latest.Year {
			j.propose = false
			if p.State == ProposalDismissed {
				j.leave = NotProposed
			}
		}
		if reason := p.groundless(status); p.State == ProposalOpen && reason != "" {
			j.withdraw = append(j.withdraw, withdrawal{id: p.ID, cycle: p.Cycle, reason: reason})
		}
	}
	return j
}

// silence is the step of a member that owes a report: it does not communicate
// from the day after the deadline, or since its last report was returned.
func (m duty) silence(k calendar) *member.Step {
	if m.Returned == nil {
		return m.step(member.NonCommunicating, k.latest.SilentFrom(), fmt.Sprintf(
			"No report was submitted for the reporting cycle %d, which fell due on %s.", k.latest.Year, k.latest.DueOn))
	}
	returned := k.zone.Today(*m.Returned)
	return m.step(member.NonCommunicating, max(k.latest.SilentFrom(), returned), fmt.Sprintf(
		"No report stands for the reporting cycle %d, which fell due on %s: the last one was returned on %s.", k.latest.Year, k.latest.DueOn, returned))
}

// step is a step of the member that takes effect on the day, or with its last
// step where that took effect later: a history does not go back.
func (m duty) step(to member.Status, on plan.Date, reason string) *member.Step {
	on = max(on, m.LastOn)
	return &member.Step{To: to, EffectiveOn: &on, Reason: reason}
}

// excuse says why a member that does not communicate returns.
func (m duty) excuse(k calendar) string {
	switch {
	case m.Reported != 0:
		return "It has reported since." // for which cycle, and with what, is not for everybody before it is accepted
	case k.latest != nil:
		return fmt.Sprintf("It owes no report for the reporting cycle %d, the last one that has fallen due.", k.latest.Year)
	case k.coming != nil:
		return fmt.Sprintf("It owes no report: the reporting cycle %d falls due on %s.", k.coming.Year, k.coming.DueOn)
	default:
		return "It owes no report: no reporting cycle has fallen due."
	}
}

// groundless says why it is not to be proposed any more to delist a member of
// the status, "" where it is.
func (p delisting) groundless(status member.Status) string {
	switch {
	case status != member.NonCommunicating:
		return fmt.Sprintf("The member is %s.", status)
	case !p.Over:
		return fmt.Sprintf("The grace of the reporting cycle %d was extended.", p.Cycle)
	case !p.Owes:
		return fmt.Sprintf("The member owes no report for the reporting cycle %d any more.", p.Cycle)
	default:
		return ""
	}
}

// judge is the pure rule of a commitment: once its day is over it is proposed
// to close it as not reached, once for that day, unless an accepted report says
// that it has been reached. The commitments of a merged member wait for the
// merge to be undone.
func (c overdue) judge(day plan.Date) judgement {
	var j judgement
	ground := c.groundless(day)
	j.propose = ground == ""
	if c.State == Registered && c.past(day) && c.reached(day) {
		j.leave = ReachedSince
	}
	for _, p := range c.Closings {
		reason := ground
		if reason == "" && p.DueOn != c.lastDay() {
			reason = fmt.Sprintf("The commitment is due on %s.", c.lastDay())
		}
		if reason != "" && p.State == ProposalOpen {
			j.withdraw = append(j.withdraw, withdrawal{id: p.ID, dueOn: p.DueOn, reason: reason})
		}
		if reason == "" {
			j.propose = false
			if p.State == ProposalDismissed {
				j.leave = NotProposed
			}
		}
	}
	return j
}

// lastDay is the day by which the commitment is to be reached: its own, or that
// of its target where it has none; "" where none is stated.
func (c overdue) lastDay() plan.Date {
	if c.DueOn == "" && c.Target != nil {
		return c.Target.On
	}
	return c.DueOn
}

func (c overdue) past(day plan.Date) bool { return c.lastDay() != "" && c.lastDay() < day }

// groundless says why it is not to be proposed on the day to close the
// commitment as not reached, "" where it is.
func (c overdue) groundless(day plan.Date) string {
	switch {
	case c.State != Registered:
		return fmt.Sprintf("The commitment is %s.", c.State)
	case c.MemberStatus == member.Merged:
		return "The member is merged into another one."
	case c.lastDay() == "":
		return "The commitment is due on no day."
	case !c.past(day):
		return fmt.Sprintf("The commitment is due on %s.", c.lastDay())
	case c.reached(day):
		return "An accepted report says that the commitment has been reached."
	default:
		return ""
	}
}
