package commitment

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// settle settles one subject in a transaction of its own, and adds what it did
// to the round.
func (s *Runs) settle(ctx context.Context, round *Round, before subject) error {
	var now subject
	var j judgement
	err := s.db.InTx(ctx, func(tx *db.Tx) (err error) {
		now, j, err = before.settle(ctx, tx, s, round)
		return err
	})
	if err != nil {
		return err
	}
	if j.idle() && j.leave == "" {
		j.leave = ChangedSince
	}
	now.note(round, j)
	return nil
}

func (m duty) settle(ctx context.Context, tx *db.Tx, s *Runs, round *Round) (subject, judgement, error) {
	now, k, err := lockDuty(ctx, tx, s.zone, round.Day, m.Number)
	if err != nil {
		return nil, judgement{}, fmt.Errorf("settle member %s: %w", m.Number, err)
	}
	round.Cycle = k.latest // it may have been extended since
	j := now.judge(k)
	if j.step != nil {
		if _, err := s.members.TransitionIn(ctx, tx, m.Number, now.Version, *j.step); err != nil {
			return nil, judgement{}, fmt.Errorf("move member %s to %s: %w", m.Number, j.step.To, err)
		}
	}
	if err := withdraw(ctx, tx, j.withdraw); err != nil {
		return nil, judgement{}, err
	}
	if j.propose {
		err = propose(ctx, tx, Proposal{Kind: Delist, Member: m.Number, Cycle: k.latest.Year})
	}
	return now, j, err
}

func (c overdue) settle(ctx context.Context, tx *db.Tx, _ *Runs, round *Round) (subject, judgement, error) {
	now, err := lockOverdue(ctx, tx, c.Member, c.ID)
	if err != nil {
		return nil, judgement{}, fmt.Errorf("settle commitment %s: %w", c.ID, err)
	}
	j := now.judge(round.Day)
	if err := withdraw(ctx, tx, j.withdraw); err != nil {
		return nil, judgement{}, err
	}
	if j.propose {
		err = propose(ctx, tx, Proposal{Kind: Close, Member: now.Member, Commitment: now.ID, DueOn: now.lastDay()})
	}
	return now, j, err
}

// lockDuty locks the member and gives its standing on the day.
func lockDuty(ctx context.Context, tx *db.Tx, zone plan.Zone, day plan.Date, number ident.Member) (duty, calendar, error) {
	if err := lockAny(ctx, tx, number); err != nil {
		return duty{}, calendar{}, err
	}
	k, err := readCalendar(ctx, tx, lockCycles, zone, day)
	if err != nil {
		return duty{}, calendar{}, err
	}
	var m duty
	if err := tx.Get(ctx, &m, oneDuty, k.args(number)...); err != nil {
		return duty{}, calendar{}, fmt.Errorf("read the standing: %w", err)
	}
	return m, k, nil
}

// lockAny locks a member, a merged one too, for the register or for staff.
func lockAny(ctx context.Context, tx *db.Tx, number ident.Member) error {
	if _, err := member.Lock(ctx, tx, number, access.Scope{All: true}); err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return nil
}

// lockOverdue locks the commitment's member and reads what a run looks at.
func lockOverdue(ctx context.Context, tx *db.Tx, number ident.Member, id ident.Commitment) (overdue, error) {
	if err := lockAny(ctx, tx, number); err != nil {
		return overdue{}, err
	}
	var c overdue
	if err := tx.Get(ctx, &c, oneOverdue, id); err != nil {
		return overdue{}, fmt.Errorf("read the commitment: %w", err)
	}
	return c, nil
}

const insertProposal = `
insert into proposal (id, version, kind, state, member, cycle, commitment, due_on, proposed_at)
values ($1, 1, $2, 'open', $3, nullif($4, 0), nullif($5, '')::uuid, nullif($6, '')::date, $7)`

func propose(ctx context.Context, tx *db.Tx, p Proposal) error {
	p.ID = ident.New[ident.Proposal]()
	if _, err := tx.Exec(ctx, insertProposal, p.ID, p.Kind, p.Member, p.Cycle, p.Commitment, p.DueOn, tx.Now); err != nil {
		return fmt.Errorf("propose to %s: %w", p.Kind, err)
	}
	return nil
}

func withdraw(ctx context.Context, tx *db.Tx, proposals []withdrawal) error {
	for _, w := range proposals {
		if err := settleProposal(ctx, tx, w.id, ProposalWithdrawn, "", w.reason); err != nil {
			return fmt.Errorf("withdraw proposal %s: %w", w.id, err)
		}
	}
	return nil
}
