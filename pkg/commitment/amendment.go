package commitment

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
)

// Amendments is the office of amendments: how the terms of a registered
// commitment change.
//
// The member that leads the commitment proposes one, or staff in its name, with
// a reason; another person of staff approves or refuses it, and until then it can
// be withdrawn. A commitment has one under way at a time. With the approval its
// terms change, and old and new stand beside each other for everybody who sees
// the commitment; what was only proposed is for staff and the member.
type Amendments struct{ db *db.DB }

// NewAmendments makes the office.
func NewAmendments(d *db.DB) *Amendments { return &Amendments{db: d} }

// AmendmentState is where an amendment stands.
type AmendmentState string

// The states of an amendment.
const (
	AmendmentProposed  AmendmentState = "proposed"
	AmendmentApproved  AmendmentState = "approved"
	AmendmentRefused   AmendmentState = "refused"
	AmendmentWithdrawn AmendmentState = "withdrawn"
)

// AmendmentStates lists the states of an amendment.
func AmendmentStates() []AmendmentState {
	return []AmendmentState{AmendmentProposed, AmendmentApproved, AmendmentRefused, AmendmentWithdrawn}
}

// Amendment is a change of the terms of a commitment.
type Amendment struct {
	ID             ident.Amendment  `db:"id" json:"id"`
	Commitment     ident.Commitment `db:"commitment" json:"commitment"`
	Member         ident.Member     `db:"member" json:"member"` // that leads the commitment
	Version        int64            `db:"version" json:"version"`
	Change         ident.Change     `db:"change" json:"change"` // that made this version
	Base           int64            `db:"base" json:"base"`     // the version of the commitment that it changes
	State          AmendmentState   `db:"state" json:"state"`
	Class          AmendmentClass   `db:"class" json:"class"`
	Claimed        AmendmentClass   `db:"claimed" json:"claimed"`   // by the proposer, "" for none
	Computed       AmendmentClass   `db:"computed" json:"computed"` // by [Compare], "" where words alone change
	Reason         string           `db:"reason" json:"reason"`
	Before         Terms            `db:"old_terms" json:"-"` // of both there is nothing in a list
	After          Terms            `db:"new_terms" json:"-"`
	Proposer       ident.User       `db:"proposer" json:"proposer"`
	ProposedAt     time.Time        `db:"proposed_at" json:"proposed_at"`
	Decider        ident.User       `db:"decider" json:"decider"` // or who withdrew it, "" while it is proposed
	DecidedAt      *time.Time       `db:"decided_at" json:"decided_at"`
	DecisionReason string           `db:"decision_reason" json:"decision_reason"` // "" where none is given
	Synthetic      bool             `db:"synthetic" json:"synthetic"`
}

// Changes tells the terms that differ, field by field.
func (a Amendment) Changes() ([]ledger.FieldChange, error) { return changesBetween(a.Before, a.After) }

// open tells whether everybody sees the amendment of a member that is public or not.
func (a Amendment) open(published bool) bool { return published && a.State == AmendmentApproved }

// at tells why the amendment, of which the actor has seen the expected version
// (0 for any), cannot be decided on any more, if so.
func (a Amendment) at(expected int64) error {
	switch {
	case expected != 0 && expected != a.Version:
		return fault.New(fault.Stale, "stale")
	case a.State != AmendmentProposed:
		return fault.New(fault.Conflict, "amendment_state", fault.Args{"state": string(a.State)})
	default:
		return nil
	}
}

// seconded tells why the actor is not the second person that it takes, if so.
func (a Amendment) seconded(actor access.Actor) error {
	if actor.User == a.Proposer {
		return fault.New(fault.Conflict, "amendment_proposed_by_you")
	}
	return nil
}

// The rule of who sees an amendment, with $2 and $3 as the actor's scope.
const findAmendment = `
select commitment from amendment_seen where id = $1 and (is_open or $2 or member = $3)`

// lockAmendment locks the amendment's member (see [member.Lock]) and reads the
// amendment after the lock is held, and what it changes.
func lockAmendment(ctx context.Context, tx *db.Tx, id ident.Amendment, scope access.Scope) (member.Locked, Commitment, Amendment, error) {
	var of ident.Commitment
	if err := tx.Get(ctx, &of, findAmendment, id, scope.All, scope.Member); err != nil {
		return member.Locked{}, Commitment{}, Amendment{}, fmt.Errorf("find the amendment: %w", err)
	}
	m, c, err := lock(ctx, tx, of, scope)
	if err != nil {
		return member.Locked{}, Commitment{}, Amendment{}, err
	}
	var a Amendment
	if err := tx.Get(ctx, &a, readAmendment, id, scope.All, scope.Member); err != nil {
		return member.Locked{}, Commitment{}, Amendment{}, fmt.Errorf("read the amendment: %w", err)
	}
	return m, c, a.utc(), nil
}

// utc is the amendment with its times in UTC.
func (a Amendment) utc() Amendment {
	a.ProposedAt = a.ProposedAt.UTC()
	if a.DecidedAt != nil {
		at := a.DecidedAt.UTC()
		a.DecidedAt = &at
	}
	return a
}

// termChange is a changed term as a ledger entry holds it.
type termChange struct {
	Pointer string          `json:"pointer"`
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
}

// amendmentContent is an amendment as a ledger entry holds it. Who proposed it
// and who decided stays with the register.
type amendmentContent struct {
	Commitment     ident.Commitment `json:"commitment"`
	Member         ident.Member     `json:"member"`
	State          AmendmentState   `json:"state"`
	Class          AmendmentClass   `json:"class"`
	Claimed        AmendmentClass   `json:"claimed_class,omitempty"`
	Computed       AmendmentClass   `json:"computed_class,omitempty"`
	Reason         string           `json:"reason"`
	Changes        []termChange     `json:"changes"`
	ProposedAt     time.Time        `json:"proposed_at"`
	DecidedAt      *time.Time       `json:"decided_at,omitempty"`
	DecisionReason string           `json:"decision_reason,omitempty"`
	Synthetic      bool             `json:"synthetic,omitempty"`
}

// recordAmendment records what the amendment has become, sealed until everybody
// may see it.
func recordAmendment(ctx context.Context, tx *db.Tx, a Amendment, published bool) error {
	changes, err := a.Changes()
	if err != nil {
		return err
	}
	content := amendmentContent{
		Commitment: a.Commitment, Member: a.Member, State: a.State, Class: a.Class, Claimed: a.Claimed, Computed: a.Computed, Reason: a.Reason,
		ProposedAt: a.ProposedAt, DecidedAt: a.DecidedAt, DecisionReason: a.DecisionReason, Synthetic: a.Synthetic,
	}
	for _, change := range changes {
		content.Changes = append(content.Changes, termChange(change))
	}
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: "amendment." + string(a.State), Kind: "amendment", ID: string(a.ID), Member: a.Member,
		Content: content, Sealed: !a.open(published), Reason: a.Reason,
	})
}

const openAmendments = `
select ` + amendmentColumns + `, ` + amendmentTerms + ` from amendment_seen a where member = $1 and state = 'approved' and is_open order by id`

// revealAmendments records the amendments of a member that everybody sees from
// now on.
func revealAmendments(ctx context.Context, tx *db.Tx, number ident.Member) error {
	var amendments []Amendment
	if err := tx.Select(ctx, &amendments, openAmendments, number); err != nil {
		return fmt.Errorf("read the amendments of member %s: %w", number, err)
	}
	for _, a := range amendments {
		if err := recordAmendment(ctx, tx, a.utc(), true); err != nil {
			return err
		}
	}
	return nil
}
