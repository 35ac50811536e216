package commitment

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Reports is the office of progress reports: what a member says it did on a
// commitment in a cycle, and what staff says of it.
//
// What a member writes is a draft, which leaves no trace. A submission makes it
// a version of the register; the draft stays beside it and can be written on and
// submitted again for [AmendDays], or after a return. Everybody sees a report
// from its acceptance on, when its member is public; then it stays as it is.
type Reports struct{ db *db.DB }

// NewReports makes the office.
func NewReports(d *db.DB) *Reports { return &Reports{db: d} }

// AmendDays is for how many days after the day of its last submission a report
// that nobody has decided on can be amended.
const AmendDays = 10

// ReportState is where a report stands.
type ReportState string

// The states of a report.
const (
	ReportDrafted   ReportState = "draft"
	ReportSubmitted ReportState = "submitted"
	ReportAccepted  ReportState = "accepted"
	ReportReturned  ReportState = "returned"
)

// ReportStates lists the states of a report.
func ReportStates() []ReportState {
	return []ReportState{ReportDrafted, ReportSubmitted, ReportAccepted, ReportReturned}
}

// Completion is how far a commitment has come. "" says nothing of it.
type Completion string

// The completions.
const (
	NoEvidence  Completion = "no_evidence"
	NotStarted  Completion = "not_started"
	Limited     Completion = "limited"
	Substantial Completion = "substantial"
	Complete    Completion = "complete"
)

// Completions lists the completions from least to most.
func Completions() []Completion {
	return []Completion{NoEvidence, NotStarted, Limited, Substantial, Complete}
}

// Statement is what a report says.
type Statement struct {
	Narrative  string                // Markdown, as it was written; "" where there is none yet
	Completion Completion            // the member's own view
	Measured   member.Rows[Measured] // values of indicators
	Milestones member.Rows[Met]      // that were met
	Evidence   member.Rows[Piece]    // of it all; not in a list of reports
}

// Report is a progress report as one reader is shown it.
type Report struct {
	ID          ident.Report
	Commitment  ident.Commitment
	Member      ident.Member
	Cycle       int
	Version     int64        // of all that this reader is shown
	Change      ident.Change // that made the version in the register; 0 before there is one
	State       ReportState
	Statement   Statement // as submitted last; of a draft what is written
	Attested    bool      // that nothing has changed since the report before
	SubmittedAt *time.Time
	Review      *Review // nil while nobody has decided
	Synthetic   bool

	// Working is what is being written beside the submitted version, nil where
	// that is the same, and for all who may not see drafts.
	Working *Statement

	contentAt int64        // the version that was submitted last, 0 for none
	draft     *reportDraft // nil for those who may not see it
}

// at tells why the report, of which the actor has seen the expected version (0
// for any), cannot be taken on from any of the states, if so.
func (r Report) at(expected int64, states ...ReportState) error {
	if expected != 0 && expected != r.Version {
		return fault.New(fault.Stale, "stale")
	}
	for _, state := range states {
		if state == r.State {
			return nil
		}
	}
	return fault.New(fault.Conflict, "report_state", fault.Args{"state": string(r.State)})
}

// writable tells why the member may not write on the report at that time, if so.
func (r Report) writable(now time.Time) error {
	switch r.State {
	case ReportAccepted:
		return fault.New(fault.Conflict, "report_state", fault.Args{"state": string(r.State)})
	case ReportSubmitted:
		last := plan.DateOf(plan.Today(*r.SubmittedAt).Time().AddDate(0, 0, AmendDays))
		if plan.Home().Past(last, now) {
			return fault.New(fault.Conflict, "report_locked", fault.Args{"date": string(last)})
		}
	case ReportDrafted, ReportReturned:
	}
	return nil
}

// reporting tells why nothing is reported in the name of such a member, if so.
func reporting(m member.Locked) error {
	if promising(m) != nil {
		return fault.New(fault.Conflict, "member_cannot_report", fault.Args{"status": string(m.Status)})
	}
	return nil
}

const findReport = `
select commitment from report_draft where id = $1 and ($2 or member = $3)
union
select commitment from report_seen where id = $1 and (is_open or $2 or member = $3)`

// lockReport locks the report's member (see [member.Lock]) and reads the report
// after the lock is held, and what it reports on.
func lockReport(ctx context.Context, tx *db.Tx, id ident.Report, scope access.Scope) (member.Locked, Commitment, Report, error) {
	var of ident.Commitment
	if err := tx.Get(ctx, &of, findReport, id, scope.All, scope.Member); err != nil {
		return member.Locked{}, Commitment{}, Report{}, fmt.Errorf("find the report: %w", err)
	}
	m, c, err := lock(ctx, tx, of, scope)
	if err != nil {
		return member.Locked{}, Commitment{}, Report{}, err
	}
	var row reportRow
	if err := tx.Get(ctx, &row, readReport, id, scope.All, scope.Member); err != nil {
		return member.Locked{}, Commitment{}, Report{}, fmt.Errorf("read the report: %w", err)
	}
	return m, c, row.report(), nil
}

// open tells whether everybody sees the report of a member that is public or not.
func (r Report) open(published bool) bool { return published && r.State == ReportAccepted }

// reportContent is a report as a ledger entry holds it. What staff says of it
// is an entry of its own.
type reportContent struct {
	Commitment  ident.Commitment      `json:"commitment"`
	Member      ident.Member          `json:"member"`
	Cycle       int                   `json:"cycle"`
	State       ReportState           `json:"state"`
	Narrative   string                `json:"narrative"`
	Completion  Completion            `json:"completion"`
	Values      member.Rows[Measured] `json:"values,omitempty"`
	Milestones  member.Rows[Met]      `json:"milestones,omitempty"`
	Attested    bool                  `json:"attested,omitempty"`
	SubmittedAt *time.Time            `json:"submitted_at"`
	Synthetic   bool                  `json:"synthetic,omitempty"`
}

// recordReport records what the report has become, sealed until everybody may see it.
func recordReport(ctx context.Context, tx *db.Tx, r Report, published bool) error {
	entry := ledger.Entry{
		Action: "report." + string(r.State), Kind: "report", ID: string(r.ID), Member: r.Member, Sealed: !r.open(published),
		Content: reportContent{
			Commitment: r.Commitment, Member: r.Member, Cycle: r.Cycle, State: r.State, Narrative: r.Statement.Narrative,
			Completion: r.Statement.Completion, Values: r.Statement.Measured, Milestones: r.Statement.Milestones,
			Attested: r.Attested, SubmittedAt: r.SubmittedAt, Synthetic: r.Synthetic,
		},
	}
	if r.Review != nil {
		entry.Reason = r.Review.Reason
	}
	return ledger.Record(ctx, tx, entry)
}

const openReports = `
select ` + reportColumns + `, ` + submittedEvidence + ` as evidence, null::json as draft from report_seen r where member = $1 and is_open order by id`

// revealReports records the reports of a member that everybody sees from now
// on, and what staff said of them.
func revealReports(ctx context.Context, tx *db.Tx, number ident.Member) error {
	var rows []reportRow
	if err := tx.Select(ctx, &rows, openReports, number); err != nil {
		return fmt.Errorf("read the reports of member %s: %w", number, err)
	}
	for _, row := range rows {
		r := row.report()
		if err := recordReport(ctx, tx, r, true); err != nil {
			return err
		}
		if err := recordReview(ctx, tx, r, true); err != nil {
			return err
		}
		if err := recordAllEvidence(ctx, tx, r, true); err != nil {
			return err
		}
	}
	return nil
}
