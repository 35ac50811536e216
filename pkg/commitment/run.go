package commitment

import (
	"context"
	"errors"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Runs is the office of what the calendar brings about: once a day the register
// looks at who owes a report, moves members to non_communicating and back, and
// proposes to staff what it does not do by itself (see [Proposals]).
//
// A member answers for a cycle with the commitments that were registered by its
// deadline and stand; a joint one is answered for by the member that drafted it.
// One report, submitted or accepted, in that cycle or a later one, on whichever
// of its commitments, is enough, an attestation too; one that was returned and
// not sent again is none. Members of other statuses than active and
// non_communicating are left alone.
//
// What staff does by hand stands. Whom a person takes to active after a deadline
// is not moved for that cycle, and whom a person moves to non_communicating
// returns by a run only once it has reported since.
type Runs struct {
	db      *db.DB
	members *member.Service
	zone    plan.Zone
}

// NewRuns makes the office. The days of the calendar end in the zone.
func NewRuns(d *db.DB, members *member.Service, zone plan.Zone) *Runs {
	return &Runs{db: d, members: members, zone: zone}
}

// Round is what one run did, or would do.
type Round struct {
	Day       plan.Date
	Cycle     *Cycle   // the latest that has fallen due; nil for none
	Silenced  []Moved  // to non_communicating
	Returned  []Moved  // to active
	Proposed  []Matter // to staff
	Withdrawn []Matter // proposals that had no ground any more
	LeftAlone []LeftAlone
}

// Moved is a member that was moved.
type Moved struct {
	Member      ident.Member
	Name        string
	EffectiveOn plan.Date
	Reason      string
}

// Matter is what is proposed: to delist a member for a cycle, or to close a
// commitment that was due on a day.
type Matter struct {
	Kind       ProposalKind
	Member     ident.Member
	Name       string           // the member's
	Cycle      int              // of a delisting
	Commitment ident.Commitment // of a closing
	Title      string           // of the commitment
	DueOn      plan.Date
	Reason     string // why it is withdrawn; "" for what is proposed
}

// LeftAlone is what a run does nothing about, and why.
type LeftAlone struct {
	Member     ident.Member
	Name       string
	Commitment ident.Commitment // "" for the member itself
	Why        Why
}

// subject is a member or a commitment that a run looks at.
type subject interface {
	// settle judges the subject again under its member's lock, does what that
	// says, and gives both.
	settle(ctx context.Context, tx *db.Tx, s *Runs, round *Round) (subject, judgement, error)

	// note adds to the round what the judgement says of the subject.
	note(round *Round, j judgement)
}

// judged is a subject with what was foreseen for it.
type judged struct {
	subject   subject
	judgement judgement
}

func (m duty) note(round *Round, j judgement) {
	if s := j.step; s != nil {
		moved := Moved{Member: m.Number, Name: m.Name, EffectiveOn: *s.EffectiveOn, Reason: s.Reason}
		if s.To == member.NonCommunicating {
			round.Silenced = append(round.Silenced, moved)
		} else {
			round.Returned = append(round.Returned, moved)
		}
	}
	matter := Matter{Kind: Delist, Member: m.Number, Name: m.Name}
	for _, w := range j.withdraw {
		matter.Cycle, matter.Reason = w.cycle, w.reason
		round.Withdrawn = append(round.Withdrawn, matter)
	}
	if j.propose {
		matter.Cycle, matter.Reason = round.Cycle.Year, ""
		round.Proposed = append(round.Proposed, matter)
	}
	if j.leave != "" {
		round.LeftAlone = append(round.LeftAlone, LeftAlone{Member: m.Number, Name: m.Name, Why: j.leave})
	}
}

func (c overdue) note(round *Round, j judgement) {
	matter := Matter{Kind: Close, Member: c.Member, Name: c.MemberName, Commitment: c.ID, Title: c.Title}
	for _, w := range j.withdraw {
		matter.DueOn, matter.Reason = w.dueOn, w.reason
		round.Withdrawn = append(round.Withdrawn, matter)
	}
	if j.propose {
		matter.DueOn, matter.Reason = c.lastDay(), ""
		round.Proposed = append(round.Proposed, matter)
	}
	if j.leave != "" {
		round.LeftAlone = append(round.LeftAlone, LeftAlone{Member: c.Member, Name: c.MemberName, Commitment: c.ID, Why: j.leave})
	}
}

// Foresee tells what a run on the day would do, by the register as it is now,
// and does nothing. "" stands for today.
//
// It refuses with Forbidden when the actor is not the register itself and
// Invalid when the day is none.
func (s *Runs) Foresee(ctx context.Context, day plan.Date) (Round, error) {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return Round{}, err
	}
	if day == "" {
		day = s.zone.Today(s.db.Now())
	}
	if _, ok := plan.ParseDate(string(day)); !ok {
		return Round{}, fault.FieldAt("/date", "not_a_date")
	}
	round, all, err := s.survey(ctx, day)
	if err != nil {
		return Round{}, err
	}
	for _, one := range all {
		one.subject.note(&round, one.judgement)
	}
	return round, nil
}

// survey looks at everybody, in one view of the register.
func (s *Runs) survey(ctx context.Context, day plan.Date) (Round, []judged, error) {
	var k calendar
	var all []judged
	err := s.db.Snapshot(ctx, func(tx *db.Tx) (err error) {
		if k, err = readCalendar(ctx, tx, allCycles, s.zone, day); err != nil {
			return err
		}
		var members []duty
		if err := tx.Select(ctx, &members, dueMembers, k.args()...); err != nil {
			return fmt.Errorf("find the members: %w", err)
		}
		for _, m := range members {
			all = append(all, judged{m, m.judge(k)})
		}
		var commitments []overdue
		if err := tx.Select(ctx, &commitments, dueCommitments, day); err != nil {
			return fmt.Errorf("find the commitments: %w", err)
		}
		for _, c := range commitments {
			all = append(all, judged{c, c.judge(day)})
		}
		return nil
	})
	if err != nil {
		return Round{}, nil, fmt.Errorf("look at everybody on %s: %w", day, err)
	}
	return Round{Day: day, Cycle: k.latest}, all, nil
}

// runLock is the advisory lock that lets one run work at a time over all
// servers. It keeps two runs from doing each other's work; that nothing is done
// twice is seen to under each member's own lock.
const runLock = 0x6379636c65 // "cycle"

// Run does what today brings about, each member and each commitment in a
// transaction of its own, in which it is looked at again under the member's
// lock: a run that is killed is continued by the next, what was done before is
// not done again, and who submits a report meanwhile is not moved. What cannot
// be done for one is told in the end and does not keep the others waiting.
//
// It refuses with Forbidden when the actor is not the register itself and
// Conflict when another run is at work.
func (s *Runs) Run(ctx context.Context) (Round, error) {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return Round{}, err
	}
	var round Round
	free, err := s.db.IfFree(ctx, runLock, func() (err error) {
		var all []judged
		if round, all, err = s.survey(ctx, s.zone.Today(s.db.Now())); err != nil {
			return err
		}
		return s.settleAll(ctx, &round, all)
	})
	switch {
	case err != nil:
		return round, fmt.Errorf("run the cycle: %w", err)
	case !free:
		return Round{}, fault.New(fault.Conflict, "run_elsewhere")
	}
	return round, nil
}

// mostFailures is after how many failures a run gives up: then it is not about
// single members.
const mostFailures = 20

func (s *Runs) settleAll(ctx context.Context, round *Round, all []judged) error {
	var failures []error
	for _, one := range all {
		if one.judgement.idle() {
			one.subject.note(round, one.judgement)
			continue
		}
		err := s.settle(ctx, round, one.subject)
		if err == nil {
			continue
		}
		failures = append(failures, err)
		one.subject.note(round, judgement{leave: Failed})
		if ctx.Err() != nil || fault.Is(err, fault.Unavailable) || len(failures) == mostFailures {
			break
		}
	}
	return errors.Join(failures...)
}
