package commitment

import (
	"context"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
)

// Decision is what staff does with a report.
type Decision string

// The decisions.
const (
	Accept Decision = "accepted"
	Return Decision = "returned" // to the member, who mends it and submits it again
)

// Decisions lists the decisions.
func Decisions() []Decision { return []Decision{Accept, Return} }

// Review is what staff says of a report, and what the member replies.
type Review struct {
	Decision   Decision
	Reason     string     // "" where none is given
	Completion Completion // what the reviewer found, beside the member's own view
	Reply      string     // the member's, "" where there is none

	reviewer, seconder ident.User
}

// Pending tells whether it takes a second person to agree before it counts:
// that something is complete nobody publishes alone.
func (v Review) Pending() bool {
	return v.Decision == Accept && v.Completion == Complete && v.seconder == ""
}

// Seconded tells whether a second person has agreed.
func (v Review) Seconded() bool { return v.seconder != "" }

// Verdict is a review to be made.
type Verdict struct {
	Decision   Decision
	Reason     string
	Completion Completion
}

// Check gives every fault of the verdict that can be told without the report.
func (v Verdict) Check() fault.Fields {
	var faults fault.Fields
	fault.OneOf(&faults, "/decision", v.Decision, Decisions())
	if v.Reason != "" || v.Decision == Return {
		faults.Prose("/reason", v.Reason, 2000)
	}
	switch {
	case v.Completion != "":
		fault.OneOf(&faults, "/completion", v.Completion, Completions())
	case v.Decision == Accept:
		faults.Add("/completion", "required")
	}
	return faults
}

const updateReview = `
update report set version = $2, state = $3, decision = $4, decision_reason = nullif($5, ''), found = nullif($6, ''),
    reviewer = $7, seconder = nullif($8, '')::uuid, reply = nullif($9, '')
where id = $1`

// Review accepts a submitted report or returns it with a reason. Where the
// reviewer found it complete, the report counts as submitted until a second
// person agrees ([Reports.Agree]) or decides otherwise. expected is the version
// that the actor has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such report, Stale when expected is another version, Conflict when the
// report is not submitted or its member is merged, and Invalid with every field
// at fault.
func (s *Reports) Review(ctx context.Context, id ident.Report, expected int64, verdict Verdict) (Report, error) {
	actor, err := access.Require(ctx, access.ReviewReport)
	if err != nil {
		return Report{}, err
	}
	if err := verdict.Check().Err(); err != nil {
		return Report{}, err
	}
	var r Report
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, _, before, err := lockReport(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := before.at(expected, ReportSubmitted); err != nil {
			return err
		}
		before.Review = &Review{
			Decision: verdict.Decision, Reason: strings.TrimSpace(verdict.Reason), Completion: verdict.Completion, reviewer: actor.User,
		}
		if !before.Review.Pending() {
			before.State = ReportState(verdict.Decision)
		}
		r, err = decide(ctx, tx, m, before, before.State != ReportSubmitted)
		return err
	})
	if err != nil {
		return Report{}, fmt.Errorf("review report %s: %w", id, locate(err))
	}
	return r, nil
}

// Agree says, as the second person, that what a report is on is complete; with
// that the report is accepted. expected is the version that the actor has seen,
// or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such report, Stale when expected is another version, and Conflict when no
// review waits for a second person, the actor made it, or the member is merged.
func (s *Reports) Agree(ctx context.Context, id ident.Report, expected int64) (Report, error) {
	actor, err := access.Require(ctx, access.ReviewReport)
	if err != nil {
		return Report{}, err
	}
	var r Report
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, _, before, err := lockReport(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := before.at(expected, ReportSubmitted); err != nil {
			return err
		}
		switch {
		case before.Review == nil:
			return fault.New(fault.Conflict, "no_review_pending")
		case before.Review.reviewer == actor.User:
			return fault.New(fault.Conflict, "review_made_by_you")
		}
		before.Review.seconder = actor.User
		before.State = ReportAccepted
		r, err = decide(ctx, tx, m, before, true)
		return err
	})
	if err != nil {
		return Report{}, fmt.Errorf("agree to the review of report %s: %w", id, locate(err))
	}
	return r, nil
}

// Reply is the member's answer to a review, which stands beside it wherever it
// is shown. It replaces the one before. expected is the version that the actor
// has seen, or 0.
//
// It refuses with Forbidden when the actor is not an approver of the member or
// the report is another member's, NotFound when there is none, the actor may not
// know of it or nobody has reviewed it, Stale when expected is another version,
// Conflict when the member is merged, and Invalid when the text is at fault.
func (s *Reports) Reply(ctx context.Context, id ident.Report, expected int64, text string) (Report, error) {
	actor, err := access.Require(ctx, access.ReplyToReview)
	if err != nil {
		return Report{}, err
	}
	if err := CheckReply(text).Err(); err != nil {
		return Report{}, err
	}
	var r Report
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, _, before, err := lockReport(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if before.Review == nil {
			return fault.New(fault.NotFound, "not_found")
		}
		if err := before.at(expected, ReportStates()...); err != nil {
			return err
		}
		before.Review.Reply = strings.TrimSpace(text)
		r, err = decide(ctx, tx, m, before, false)
		return err
	})
	if err != nil {
		return Report{}, fmt.Errorf("reply to the review of report %s: %w", id, locate(err))
	}
	return r, nil
}

// CheckReply gives every fault of a reply.
func CheckReply(text string) fault.Fields {
	var faults fault.Fields
	faults.Prose("/text", text, 4000)
	return faults
}

// decide writes and records what staff and the member say of a report, and
// where it moved, what the report has become.
func decide(ctx context.Context, tx *db.Tx, m member.Locked, r Report, moved bool) (Report, error) {
	var err error
	if r.Change, err = tx.Change(ctx); err != nil {
		return Report{}, err
	}
	r.Version++
	v := r.Review
	if _, err := tx.Exec(ctx, updateReview, r.ID, r.Version, r.State, v.Decision, v.Reason, v.Completion, v.reviewer, v.seconder, v.Reply); err != nil {
		return Report{}, fmt.Errorf("update the report: %w", err)
	}
	if err := member.Touch(ctx, tx, r.Member, r.open(m.Published)); err != nil {
		return Report{}, err
	}
	if moved {
		if err := recordReport(ctx, tx, r, m.Published); err != nil {
			return Report{}, err
		}
	}
	if r.open(m.Published) && moved { // from now on everybody sees it
		if err := recordAllEvidence(ctx, tx, r, m.Published); err != nil {
			return Report{}, err
		}
	}
	return r, recordReview(ctx, tx, r, m.Published)
}

// recordReview records what was said of the report, sealed as the report is.
// Who said it stays with the register.
func recordReview(ctx context.Context, tx *db.Tx, r Report, published bool) error {
	v := r.Review
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: "review.made", Kind: "review", ID: string(r.ID), Member: r.Member, Sealed: !r.open(published), Reason: v.Reason,
		Content: struct {
			Report     ident.Report `json:"report"`
			Decision   Decision     `json:"decision"`
			Reason     string       `json:"reason,omitempty"`
			Completion Completion   `json:"completion,omitempty"`
			Seconded   bool         `json:"seconded,omitempty"`
			Reply      string       `json:"reply,omitempty"`
		}{r.ID, v.Decision, v.Reason, v.Completion, v.Seconded(), v.Reply},
	})
}
