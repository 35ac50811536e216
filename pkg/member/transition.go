package member

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/plan"
)

// Transition is one step of a member through the membership lifecycle.
type Transition struct {
	ID          ident.Transition `db:"id" json:"id"`
	Member      ident.Member     `db:"member" json:"member"`
	Change      ident.Change     `db:"change" json:"change"`
	From        *Status          `db:"from_status" json:"from_status"` // nil for the registration
	To          Status           `db:"to_status" json:"to_status"`
	EffectiveOn *plan.Date       `db:"effective_on" json:"effective_on"` // nil where the day is not known
	Reason      string           `db:"reason" json:"reason"`
	Survivor    *ident.Member    `db:"survivor" json:"survivor"` // for a merge
	RecordedAt  time.Time        `db:"recorded_at" json:"recorded_at"`
}

// Step is a transition to be taken.
type Step struct {
	To          Status
	EffectiveOn *plan.Date
	Reason      string
	Survivor    *ident.Member // the member that a duplicate is merged into
}

// Check gives every fault of the step that can be told without the register.
func (s Step) Check() fault.Fields {
	var faults fault.Fields
	fault.OneOf(&faults, "/to", s.To, Statuses())
	faults.Prose("/reason", s.Reason, 2000)
	if s.EffectiveOn != nil {
		if _, ok := plan.ParseDate(string(*s.EffectiveOn)); !ok {
			faults.Add("/effective_on", "not_a_date")
		}
	}
	switch {
	case s.To == Merged && s.Survivor == nil:
		faults.Add("/survivor", "required")
	case s.To != Merged && s.Survivor != nil:
		faults.Add("/survivor", "only_for_merge")
	}
	return faults
}

// Transition moves a member to another status. The first active status makes
// it public, for ever; entering or leaving good standing opens or closes a
// membership term. A merge leaves every row of the duplicate where it is, so
// that the step back to its former status undoes it.
//
// It refuses with Forbidden when the actor is not staff, Unauthenticated when it
// delists or merges and has to prove again who it is, NotFound when there is no
// such member, Stale when expected is not its version, Conflict when the
// lifecycle does not lead there, and Invalid with every field at fault: a day
// in the future or before the last step's, a survivor that is itself merged, or
// is not public while the duplicate is.
func (s *Service) Transition(ctx context.Context, number ident.Member, expected int64, step Step) (Transition, error) {
	if _, err := access.Require(ctx, access.TransitionMember); err != nil {
		return Transition{}, err
	}
	var taken Transition
	err := s.db.InTx(ctx, func(tx *db.Tx) (err error) {
		taken, err = s.TransitionIn(ctx, tx, number, expected, step)
		return err
	})
	if err != nil {
		return Transition{}, fmt.Errorf("move member %s to %s: %w", number, step.To, err)
	}
	return taken, nil
}

// TransitionIn is Transition as a part of the transaction, for the domains that
// decide something from which a step follows. It refuses as Transition does.
func (s *Service) TransitionIn(ctx context.Context, tx *db.Tx, number ident.Member, expected int64, step Step) (Transition, error) {
	actor, err := access.Require(ctx, access.TransitionMember)
	if err != nil {
		return Transition{}, err
	}
	if err := step.Check().Err(); err != nil {
		return Transition{}, err
	}
	if step.To == Delisted || step.To == Merged {
		if _, err := access.Require(ctx, access.EndMembership); err != nil {
			return Transition{}, err
		}
	}
	if err := lockSurvivor(ctx, tx, number, step); err != nil {
		return Transition{}, err
	}
	m, err := lockWhole(ctx, tx, number, actor.Scope(), expected)
	if err != nil {
		return Transition{}, err
	}
	taken, err := s.take(ctx, tx, m, step)
	return taken, locate(err)
}

func (s *Service) take(ctx context.Context, tx *db.Tx, m Member, step Step) (Transition, error) {
	if !m.leads(step.To) {
		args := fault.Args{"from": string(m.Status), "to": string(step.To)}
		return Transition{}, fault.ConflictAt("/to", "transition_refused", args)
	}
	if err := checkStep(ctx, tx, m, step); err != nil {
		return Transition{}, err
	}
	if _, err := tx.Change(ctx); err != nil {
		return Transition{}, err
	}
	before := m
	m.apply(step)
	taken, err := insertTransition(ctx, tx, Transition{
		Member: m.Number, From: &before.Status, To: step.To, EffectiveOn: step.EffectiveOn, Reason: step.Reason, Survivor: step.Survivor,
	})
	if err != nil {
		return Transition{}, err
	}
	if err := updateStatus(ctx, tx, m); err != nil {
		return Transition{}, err
	}
	if err := recordTransition(ctx, tx, taken, m.Published); err != nil {
		return Transition{}, err
	}
	if err := recordMember(ctx, tx, "member.moved", m, step.Reason); err != nil {
		return Transition{}, err
	}
	if err := keepTerm(ctx, tx, before, m); err != nil {
		return Transition{}, err
	}
	if m.Published && !before.Published {
		if err := s.reveal(ctx, tx, m.Number); err != nil {
			return Transition{}, err
		}
	}
	return taken, Touch(ctx, tx, m.Number, m.Published)
}

// apply is the pure rule of a step.
func (m *Member) apply(step Step) {
	from := m.Status
	m.Version++
	m.MergedInto, m.MergedFrom = nil, nil
	if step.To == Merged {
		m.MergedInto, m.MergedFrom = step.Survivor, &from
	}
	m.Status, m.StatusSince = step.To, step.EffectiveOn
	m.Published = m.Published || step.To == Active
}

const lastEffective = `
select max(effective_on) as day from member_transition where member = $1`

// The survivor's row is locked, so that it is not merged itself meanwhile: two
// members that are merged into each other would lead nowhere.
const lockSurvivorRow = `select status, published from member where number = $1 for share`

// lockSurvivor locks the survivor before the duplicate where its number is the
// lower one, so that two opposite merges take turns and do not deadlock.
func lockSurvivor(ctx context.Context, tx *db.Tx, number ident.Member, step Step) error {
	if step.Survivor == nil || *step.Survivor >= number {
		return nil
	}
	if _, err := tx.Exec(ctx, lockSurvivorRow, *step.Survivor); err != nil {
		return fmt.Errorf("lock the survivor: %w", err)
	}
	return nil
}

// checkStep gives the faults of a step that only the register can tell.
func checkStep(ctx context.Context, tx *db.Tx, m Member, step Step) error {
	var faults fault.Fields
	if step.EffectiveOn != nil {
		var last *plan.Date
		if err := tx.Get(ctx, &last, lastEffective, m.Number); err != nil {
			return fmt.Errorf("read the last step: %w", err)
		}
		if *step.EffectiveOn > plan.Today(tx.Now) {
			faults.Add("/effective_on", "in_the_future")
		}
		if last != nil && *step.EffectiveOn < *last {
			faults.Add("/effective_on", "before_last_step", fault.Args{"date": string(*last)})
		}
	}
	if step.Survivor != nil {
		var survivor Locked
		err := tx.Get(ctx, &survivor, lockSurvivorRow, *step.Survivor)
		switch {
		case fault.Is(err, fault.NotFound):
			faults.Add("/survivor", "unknown_member")
		case err != nil:
			return fmt.Errorf("read the survivor: %w", err)
		case *step.Survivor == m.Number:
			faults.Add("/survivor", "merge_into_itself")
		case survivor.Status == Merged:
			faults.Add("/survivor", "survivor_merged")
		case m.Published && !survivor.Published: // its number would tell everybody of the applicant
			faults.Add("/survivor", "survivor_not_public")
		}
	}
	return faults.Err()
}

const updateStatusRow = `
update member set version = $2, status = $3, status_since = $4, published = $5, merged_into = $6, merged_from = $7
where number = $1`

func updateStatus(ctx context.Context, tx *db.Tx, m Member) error {
	if _, err := tx.Exec(ctx, updateStatusRow, m.Number, m.Version, m.Status, m.StatusSince, m.Published, m.MergedInto, m.MergedFrom); err != nil {
		return fmt.Errorf("update member %s: %w", m.Number, err)
	}
	return nil
}

const insertTransitionRow = `
insert into member_transition (id, member, from_status, to_status, effective_on, reason, survivor)
values ($1, $2, $3, $4, $5, $6, $7)`

func insertTransition(ctx context.Context, tx *db.Tx, t Transition) (Transition, error) {
	t.ID, t.RecordedAt = ident.New[ident.Transition](), tx.Now
	if _, err := tx.Exec(ctx, insertTransitionRow, t.ID, t.Member, t.From, t.To, t.EffectiveOn, t.Reason, t.Survivor); err != nil {
		return Transition{}, fmt.Errorf("insert the step: %w", err)
	}
	return t, nil
}

// recordTransition records the step; what led to a member's publication stays sealed.
func recordTransition(ctx context.Context, tx *db.Tx, t Transition, published bool) error {
	type step struct {
		From        *Status       `json:"from,omitempty"`
		To          Status        `json:"to"`
		EffectiveOn *plan.Date    `json:"effective_on,omitempty"`
		Reason      string        `json:"reason"`
		Survivor    *ident.Member `json:"survivor,omitempty"`
	}
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: "member.transition", Kind: "transition", ID: string(t.ID), Member: t.Member, Sealed: !published,
		Content: step{t.From, t.To, t.EffectiveOn, t.Reason, t.Survivor}, Reason: t.Reason,
	})
}

func (s *Service) reveal(ctx context.Context, tx *db.Tx, number ident.Member) error {
	for _, reveal := range append([]Reveal{revealSignatures}, s.reveals...) {
		if err := reveal(ctx, tx, number); err != nil {
			return fmt.Errorf("reveal what member %s has: %w", number, err)
		}
	}
	return nil
}
