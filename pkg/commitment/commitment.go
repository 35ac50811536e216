// Package commitment keeps what members promised under the points of the
// action plan, and the plan itself.
//
// A commitment is written as a draft, submitted by somebody who may speak for
// the member, registered by staff and in the end closed with what became of
// it. A draft can be rewritten at will and leaves no trace; from its submission
// on every step is in the ledger, and what is promised changes by amendments
// alone: proposed with a reason, classed by what they make of the promise,
// approved by a second person, the old terms kept beside the new ones for ever.
//
// Signing the plan, being a member in good standing and promising something
// are separate facts, so an applicant may promise too. While a member is
// suspended, and after it left or was refused, nothing new is promised in its
// name; what it promised before can still be closed.
//
// A commitment can be measured by an indicator of the catalogue, from a baseline
// to a target, or be purely qualitative. Several members can make it jointly:
// the one that drafts it leads and answers for it, the others are invited at the
// submission and accept or decline, each for itself.
//
// What was done is told in progress reports, cycle by cycle, and proved by
// evidence, links and files, which is seen and fixed as its report is.
//
// Who sees a commitment: staff and its own member, always. Everybody, from its
// registration on, when its member is public. Those who are invited by a public
// member, from its submission on; that a member was invited, and did not accept
// (yet), is for it, the inviting member and staff alone.
//
// The calendar takes effect by a run a day (see [Runs]): who owes a report in a
// cycle does not communicate from the day after its deadline. What is graver is
// proposed to staff (see [Proposals]), and nobody else is told.
package commitment

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// State is where a commitment stands.
type State string

// The states of a commitment, in the order of its life.
const (
	Drafted    State = "draft"
	Submitted  State = "submitted"
	Registered State = "registered"
	Closed     State = "closed"
)

// States lists the states in the order of a commitment's life.
func States() []State { return []State{Drafted, Submitted, Registered, Closed} }

// Strength is how firmly something is promised. "" says nothing of it.
type Strength string

// The strengths of commitments.
const (
	Proposed   Strength = "proposed"
	Pledged    Strength = "pledged"
	InStrategy Strength = "in_strategy" // written into the member's own strategy
)

// Strengths lists the strengths from least to most.
func Strengths() []Strength { return []Strength{Proposed, Pledged, InStrategy} }

// Outcome is what became of a closed commitment.
type Outcome string

// The outcomes of commitments.
const (
	ReachedInTime Outcome = "reached_in_time"
	ReachedLate   Outcome = "reached_late"
	NotReached    Outcome = "not_reached"
	Withdrawn     Outcome = "withdrawn"
	Superseded    Outcome = "superseded"
)

// Outcomes lists the outcomes in the order of presentation.
func Outcomes() []Outcome {
	return []Outcome{ReachedInTime, ReachedLate, NotReached, Withdrawn, Superseded}
}

// Commitment is what a member promised under one point of the plan.
type Commitment struct {
	ID            ident.Commitment `db:"id"`
	Member        ident.Member     `db:"member"`
	Version       int64            `db:"version"` // of the draft and of what became of it, in one count
	Change        ident.Change     `db:"change"`  // that made this version; 0 for a draft
	Point         plan.Point       `db:"point"`
	Title         string           `db:"title"`
	Text          string           `db:"text"`
	State         State            `db:"state"`
	Strength      Strength         `db:"strength"`       // "" where not stated
	Outcome       Outcome          `db:"outcome"`        // "" until it is closed
	ClosingReason string           `db:"closing_reason"` // "" until it is closed
	StartsOn      plan.Date        `db:"starts_on"`      // "" where not stated
	DueOn         plan.Date        `db:"due_on"`         // "" where not stated
	Synthetic     bool             `db:"synthetic"`
	Amendments    int              `db:"amendments"` // that were approved
	AmendedOn     plan.Date        `db:"amended_on"` // the day of the last one; "" where it is as it was promised first
	Measure

	// Participants are those beside Member, as far as the reader may know of
	// them, in the order of their numbers once they are invited.
	Participants member.Rows[Participant] `db:"participants"`

	// Reported is what the accepted reports on it say, while it is registered,
	// and Standing where it stands by that on the day of the answer.
	Reported Reported  `db:"reported"`
	Standing *Progress `db:"-"`
}

// Service is the office of commitments.
type Service struct{ db *db.DB }

// New makes the office.
func New(d *db.DB) *Service { return &Service{db: d} }

// promising tells why nothing new may be promised in the name of such a member, if so.
func promising(m member.Locked) error {
	switch m.Status {
	case member.Applied, member.InReview, member.Active, member.NonCommunicating:
		return nil
	default:
		return fault.New(fault.Conflict, "member_cannot_commit", fault.Args{"status": string(m.Status)})
	}
}

// at tells why the commitment, of which the actor has seen the expected
// version (0 for any), cannot be taken on from the state, if so.
func (c Commitment) at(state State, expected int64) error {
	switch {
	case expected != 0 && expected != c.Version:
		return fault.New(fault.Stale, "stale")
	case c.State != state:
		return fault.New(fault.Conflict, "commitment_state", fault.Args{"state": string(c.State), "needed": string(state)})
	default:
		return nil
	}
}

const (
	columns = `id, member, version, change, point, title, text, state, coalesce(strength, '') as strength,
    coalesce(outcome, '') as outcome, coalesce(closing_reason, '') as closing_reason,
    coalesce(to_char(starts_on, 'YYYY-MM-DD'), '') as starts_on, coalesce(to_char(due_on, 'YYYY-MM-DD'), '') as due_on, synthetic,
    amendments, coalesce(to_char(amended_on, 'YYYY-MM-DD'), '') as amended_on,
    ` + measureColumns

	draftColumns = `id, member, version, 0 as change, point, title, text, 'draft' as state, coalesce(strength, '') as strength,
    '' as outcome, '' as closing_reason,
    coalesce(to_char(starts_on, 'YYYY-MM-DD'), '') as starts_on, coalesce(to_char(due_on, 'YYYY-MM-DD'), '') as due_on, synthetic, 0 as amendments, '' as amended_on,
    ` + measureColumns + `, nullif(participants, '[]') as participants, null::jsonb as reported`

	// measureColumns read a measure; a list without items is null.
	measureColumns = `coalesce(indicator, '') as indicator, coalesce(unit, '') as unit, coalesce(direction, '') as direction,
    case when baseline_value is not null then jsonb_strip_nulls(jsonb_build_object('value', trim_scale(baseline_value)::text, 'on', baseline_on)) end as baseline,
    case when target_bound is not null then jsonb_strip_nulls(jsonb_build_object('bound', target_bound, 'low', trim_scale(target_low)::text,
        'high', trim_scale(target_high)::text, 'on', target_on)) end as target,
    nullif(milestones, '[]') as milestones, nullif(to_jsonb(partner_countries), '[]') as partner_countries`

	// participantsSeen reads the participants of a row c, with $2 and $3 as the actor's scope.
	participantsSeen = `nullif((select jsonb_agg(jsonb_build_object('member', p.member, 'role', p.role, 'state', p.state) order by p.member)
        from commitment_participant_seen p
        where p.commitment = c.id and (p.is_open or $2 or p.owner = $3 or p.member = $3 and p.owner_published)), '[]') as participants`

	// whoSees is the rule of who sees a commitment c that is no draft, with $2
	// and $3 as the actor's scope.
	whoSees = `(c.is_open or $2 or c.member = $3 or c.published and exists (select from commitment_participant p
        where p.commitment = c.id and p.member = $3 and p.state <> 'declined'))`
)

// With $2 and $3 as the actor's scope.
const readCommitment = `
select ` + columns + `, ` + participantsSeen + `, ` + reportedSeen + ` from commitment_seen c where id = $1 and ` + whoSees + `
union all
select ` + draftColumns + ` from commitment_draft where id = $1 and ($2 or member = $3)`

// lock locks the commitment's member (see [member.Lock]) and gives both. The
// commitment is read again after the lock is held, so that what a writer
// before made of it is seen.
func lock(ctx context.Context, tx *db.Tx, id ident.Commitment, scope access.Scope) (member.Locked, Commitment, error) {
	var c Commitment
	if err := tx.Get(ctx, &c, readCommitment, id, scope.All, scope.Member); err != nil {
		return member.Locked{}, Commitment{}, fmt.Errorf("find the commitment: %w", err)
	}
	m, err := member.Lock(ctx, tx, c.Member, scope)
	if err != nil {
		return member.Locked{}, Commitment{}, err
	}
	var now Commitment
	if err := tx.Get(ctx, &now, readCommitment, id, scope.All, scope.Member); err != nil {
		return member.Locked{}, Commitment{}, fmt.Errorf("read the commitment: %w", err)
	}
	return m, now, nil
}

// content is a commitment as a ledger entry holds it: the whole of it.
type content struct {
	Member        ident.Member `json:"member"`
	Point         plan.Point   `json:"point"`
	State         State        `json:"state"`
	Outcome       Outcome      `json:"outcome,omitempty"`
	ClosingReason string       `json:"closing_reason,omitempty"`
	Synthetic     bool         `json:"synthetic,omitempty"`
	Amendments    int          `json:"amendments,omitempty"`
	AmendedOn     plan.Date    `json:"amended_on,omitempty"`
	Terms
}

func contentOf(c Commitment) content {
	return content{
		Member: c.Member, Point: c.Point, State: c.State, Outcome: c.Outcome, ClosingReason: c.ClosingReason, Synthetic: c.Synthetic,
		Amendments: c.Amendments, AmendedOn: c.AmendedOn, Terms: c.Terms(),
	}
}

// open tells whether everybody sees the commitment of a member that is public or not.
func (c Commitment) open(published bool) bool {
	return published && (c.State == Registered || c.State == Closed)
}

// record records what the commitment has become, sealed until everybody may see it.
func record(ctx context.Context, tx *db.Tx, c Commitment, published bool) error {
	return recordAs(ctx, tx, "commitment."+string(c.State), c, published, c.ClosingReason)
}

func recordAs(ctx context.Context, tx *db.Tx, action string, c Commitment, published bool, reason string) error {
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: action, Kind: "commitment", ID: string(c.ID), Member: c.Member,
		Content: contentOf(c), Sealed: !c.open(published), Reason: reason,
	})
}

const openCommitments = `
select ` + columns + `, (select jsonb_agg(jsonb_build_object('member', p.member, 'role', p.role, 'state', p.state) order by p.member)
        from commitment_participant_seen p where p.commitment = c.id and p.is_open) as participants
from commitment_seen c where member = $1 and is_open order by id`

// Reveal records the commitments of a member that everybody sees from now on,
// their amendments, the reports on them, and its activities. It is a
// [member.Reveal].
func Reveal(ctx context.Context, tx *db.Tx, number ident.Member) error {
	var commitments []Commitment
	if err := tx.Select(ctx, &commitments, openCommitments, number); err != nil {
		return fmt.Errorf("read the commitments of member %s: %w", number, err)
	}
	for _, c := range commitments {
		if err := record(ctx, tx, c, true); err != nil {
			return err
		}
		if err := revealParticipants(ctx, tx, c); err != nil {
			return err
		}
	}
	if err := revealAmendments(ctx, tx, number); err != nil {
		return err
	}
	if err := revealReports(ctx, tx, number); err != nil {
		return err
	}
	return revealActivities(ctx, tx, number)
}

// constraints says which field is at fault when the database refuses a row.
// The draft is checked before; these can be told by the database only.
var constraints = map[string]fault.Field{
	"commitment_draft_point_known": {Pointer: "/point", Code: "unknown_point"},
	"indicator_pkey":               {Pointer: "/code", Code: "indicator_exists"},
	"cycle_pkey":                   {Pointer: "/year", Code: "cycle_exists"},
	"report_draft_once":            {Pointer: "/cycle", Code: "report_exists"},
	"amendment_open":               {Pointer: "", Code: "amendment_open"},
}

func locate(err error) error { return fault.Locate(err, constraints) }
