package commitment

import (
	"context"
	"fmt"
	"strings"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Proposals is the office of what the runs propose to staff and the register
// does not do by itself: to delist a member, to close a commitment as not
// reached.
//
// Proposals are staff's alone. To everybody else there are none: they are in no
// ledger, no history and no version that others see. What an acceptance does is
// the step that staff could have taken by hand, by the same rule, and is told as
// that step.
type Proposals struct {
	db      *db.DB
	members *member.Service
	zone    plan.Zone
}

// NewProposals makes the office. The days of the calendar end in the zone.
func NewProposals(d *db.DB, members *member.Service, zone plan.Zone) *Proposals {
	return &Proposals{db: d, members: members, zone: zone}
}

// ProposalKind is what is proposed.
type ProposalKind string

// The kinds of proposals.
const (
	Delist ProposalKind = "delist" // a member that owes a report beyond the grace of a cycle
	Close  ProposalKind = "close"  // a commitment that is past its day, as not reached
)

// ProposalKinds lists the kinds.
func ProposalKinds() []ProposalKind { return []ProposalKind{Delist, Close} }

// ProposalState is where a proposal stands.
type ProposalState string

// The states of a proposal. All but the first are the end of it.
const (
	ProposalOpen      ProposalState = "open"
	ProposalAccepted  ProposalState = "accepted"
	ProposalDismissed ProposalState = "dismissed"
	ProposalWithdrawn ProposalState = "withdrawn" // by a run: it had no ground any more
)

// ProposalStates lists the states.
func ProposalStates() []ProposalState {
	return []ProposalState{ProposalOpen, ProposalAccepted, ProposalDismissed, ProposalWithdrawn}
}

// Proposal is what staff is asked to do.
type Proposal struct {
	ID         ident.Proposal   `db:"id"`
	Version    int64            `db:"version"`
	Kind       ProposalKind     `db:"kind"`
	State      ProposalState    `db:"state"`
	Member     ident.Member     `db:"member"`
	Cycle      int              `db:"cycle"`      // of a delisting, else 0
	Commitment ident.Commitment `db:"commitment"` // of a closing, else ""
	DueOn      plan.Date        `db:"due_on"`     // the day that a closing's commitment was due on
	ProposedAt time.Time        `db:"proposed_at"`
	SettledAt  *time.Time       `db:"settled_at"` // nil while it is open
	SettledBy  ident.User       `db:"settled_by"` // who accepted or dismissed it, else ""
	Reason     string           `db:"reason"`     // why it was settled so; "" while it is open
}

// at tells why the proposal, of which the actor has seen the expected version
// (0 for any), cannot be decided, if so.
func (p Proposal) at(expected int64) error {
	switch {
	case expected != 0 && expected != p.Version:
		return fault.New(fault.Stale, "stale")
	case p.State != ProposalOpen:
		return fault.New(fault.Conflict, "proposal_settled", fault.Args{"state": string(p.State)})
	default:
		return nil
	}
}

// settled is the proposal once it is settled.
func (p Proposal) settled(state ProposalState, at time.Time, by ident.User, reason string) Proposal {
	p.Version, p.State, p.SettledAt, p.SettledBy, p.Reason = p.Version+1, state, &at, by, strings.TrimSpace(reason)
	return p
}

// knowing gives the actor of the context if it may do the operation. To whoever
// is signed in and may not there are no proposals.
func knowing(ctx context.Context, op access.Operation) (access.Actor, error) {
	actor, err := access.Require(ctx, op)
	if fault.Is(err, fault.Forbidden) {
		err = fault.New(fault.NotFound, "not_found")
	}
	return actor, err
}

const proposalColumns = `p.id, p.version, p.kind, p.state, p.member, coalesce(p.cycle, 0) as cycle, coalesce(p.commitment::text, '') as commitment,
    coalesce(to_char(p.due_on, 'YYYY-MM-DD'), '') as due_on, p.proposed_at, p.settled_at, coalesce(p.settled_by::text, '') as settled_by,
    coalesce(p.reason, '') as reason`

const readProposal = `
select ` + proposalColumns + ` from proposal p where id = $1`

// Read gives one proposal.
//
// It refuses with NotFound when there is none, or the actor is not staff.
func (s *Proposals) Read(ctx context.Context, id ident.Proposal) (Proposal, error) {
	if _, err := knowing(ctx, access.ReadProposal); err != nil {
		return Proposal{}, err
	}
	var p Proposal
	if err := s.db.Get(ctx, &p, readProposal, id); err != nil {
		return Proposal{}, fmt.Errorf("read proposal %s: %w", id, err)
	}
	return p, nil
}

// ProposalListing says which proposals to list. The zero value lists all.
type ProposalListing struct {
	Kind   ProposalKind
	State  ProposalState
	Member ident.Member
	After  *ProposalKey // of the last proposal of the page before
	Limit  int
}

// ProposalKey is where a proposal stands in a list.
type ProposalKey struct {
	At time.Time      `json:"at"`
	ID ident.Proposal `json:"id"`
}

// Key gives where the proposal stands in a list.
func (p Proposal) Key() ProposalKey { return ProposalKey{At: p.ProposedAt.UTC(), ID: p.ID} }

// List gives the proposals that the query asks for, the one made last first, in
// one round trip. The order is total and stable while others write.
//
// It refuses with Forbidden when the actor is not staff.
func (s *Proposals) List(ctx context.Context, q ProposalListing) ([]Proposal, error) {
	if _, err := access.Require(ctx, access.ReadProposal); err != nil {
		return nil, err
	}
	var list []Proposal
	query, args := composeProposals(q)
	if err := s.db.Select(ctx, &list, query, args...); err != nil {
		return nil, fmt.Errorf("list proposals: %w", err)
	}
	return list, nil
}

// composeProposals makes the statement of a list.
func composeProposals(q ProposalListing) (string, []any) {
	f := &db.Filter{}
	limit := f.Arg(q.Limit)
	if q.Kind != "" {
		f.And("p.kind = ?", q.Kind)
	}
	if q.State != "" {
		f.And("p.state = ?", q.State)
	}
	if q.Member != 0 {
		f.And("p.member = ?", q.Member)
	}
	if q.After != nil {
		f.And("(p.proposed_at, p.id) < (?::timestamptz, ?::uuid)", q.After.At, q.After.ID)
	}
	return fmt.Sprintf(`
select %s
from proposal p
where %s
order by p.proposed_at desc, p.id desc limit %s`, proposalColumns, f.Where(), limit), f.Args()
}
