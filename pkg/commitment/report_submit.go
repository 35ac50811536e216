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

const insertReport = `
insert into report (id, commitment, member, cycle, version, state, narrative, completion, measured, milestones, content_at, attested,
    submitted_at, synthetic)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $5, $11, $12, $13)
on conflict (id) do update
set version = excluded.version, state = excluded.state, narrative = excluded.narrative, completion = excluded.completion,
    measured = excluded.measured, milestones = excluded.milestones, content_at = excluded.content_at, attested = excluded.attested,
    submitted_at = excluded.submitted_at, decision = null, decision_reason = null, found = null, reviewer = null, seconder = null, reply = null`

const measureOf = `
select ` + measureColumns + ` from (
    select ` + storedColumns + ` from commitment where id = $1
    union all
    select ` + storedColumns + ` from commitment_history where id = $1
) c where version = $2`

// measureAt gives what a version of the commitment is measured by.
func measureAt(ctx context.Context, tx *db.Tx, c Commitment, version int64) (Measure, error) {
	if version == c.Version {
		return c.Measure, nil
	}
	var m Measure
	if err := tx.Get(ctx, &m, measureOf, c.ID, version); err != nil {
		return Measure{}, fmt.Errorf("read version %d of commitment %s: %w", version, c.ID, err)
	}
	return m, nil
}

// Submit hands what is written of a report to staff, in the name of the member.
// It replaces what was submitted before, and what staff had begun to say of
// that. It is held to the terms that the commitment had when the report was
// started. expected is the version that the actor has seen, or 0.
//
// It refuses with Forbidden when the role may not, the actor is not an approver
// of the member or the report is another member's, NotFound when there is none
// or the actor may not know of it, Stale when expected is another version,
// Conflict when nothing was written since the last submission, the report is
// accepted or locked, its cycle is not open for a first one, its commitment is
// not registered then, or its member is merged, suspended, refused or gone, and
// Invalid with every field at fault.
func (s *Reports) Submit(ctx context.Context, id ident.Report, expected int64) (Report, error) {
	actor, err := access.Require(ctx, access.SubmitReport)
	if err != nil {
		return Report{}, err
	}
	var r Report
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, c, before, err := lockReport(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := before.at(expected, ReportDrafted, ReportSubmitted, ReportReturned); err != nil {
			return err
		}
		if err := before.submittable(ctx, tx, m, c); err != nil {
			return err
		}
		before.Statement = before.draft.statement()
		own, err := measureAt(ctx, tx, c, before.draft.TermsAt)
		if err != nil {
			return err
		}
		if err := before.Statement.complete(own, plan.Today(tx.Now)); err != nil {
			return err
		}
		r, err = submit(ctx, tx, m, before)
		return err
	})
	if err != nil {
		return Report{}, fmt.Errorf("submit report %s: %w", id, locate(err))
	}
	return r, nil
}

// submittable tells why the report cannot be submitted now, if so. The end of
// the cycle holds for the first submission: what was submitted then can still be
// amended for its days, and what was returned be mended.
func (r Report) submittable(ctx context.Context, tx *db.Tx, m member.Locked, c Commitment) error {
	if err := reporting(m); err != nil {
		return err
	}
	if err := r.writable(tx.Now); err != nil {
		return err
	}
	switch r.State {
	case ReportDrafted:
		if err := c.at(Registered, 0); err != nil {
			return err
		}
		_, err := openCycle(ctx, tx, r.Cycle)
		return err
	case ReportSubmitted:
		if r.Working == nil {
			return fault.New(fault.Conflict, "report_unchanged")
		}
	case ReportReturned, ReportAccepted:
	}
	return nil
}

// submit writes and records the next version of a report, of which Statement is
// what is submitted.
func submit(ctx context.Context, tx *db.Tx, m member.Locked, r Report) (Report, error) {
	var err error
	if r.Change, err = tx.Change(ctx); err != nil {
		return Report{}, err
	}
	r.Version++
	r.State, r.contentAt, r.Working, r.Review, r.SubmittedAt = ReportSubmitted, r.Version, nil, nil, &tx.Now
	if _, err := tx.Exec(ctx, insertReport, r.ID, r.Commitment, r.Member, r.Cycle, r.Version, r.State, r.Statement.Narrative, r.Statement.Completion,
		rows(r.Statement.Measured), rows(r.Statement.Milestones), r.Attested, tx.Now, r.Synthetic); err != nil {
		return Report{}, fmt.Errorf("insert the report: %w", err)
	}
	if err := member.Touch(ctx, tx, r.Member, false); err != nil {
		return Report{}, err
	}
	if err := recordReport(ctx, tx, r, m.Published); err != nil {
		return Report{}, err
	}
	return r, submitAllEvidence(ctx, tx, r)
}

// Attest says, in the name of the member and in one call, that nothing has
// changed since the last report on the commitment that was accepted: what that
// one said is submitted for the cycle of the year.
//
// It refuses as [Reports.Start] does, with Forbidden also when the actor is not
// an approver of the member, and with Conflict also when no report on the
// commitment was accepted yet, or what it said cannot be said any more of the
// commitment as it was amended since.
func (s *Reports) Attest(ctx context.Context, of ident.Commitment, year int) (Report, error) {
	actor, err := access.Require(ctx, access.SubmitReport)
	if err != nil {
		return Report{}, err
	}
	var r Report
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, begun, err := begin(ctx, tx, of, actor.Scope(), year, true)
		if err != nil {
			return err
		}
		begun.Attested = true
		r, err = submit(ctx, tx, m, begun)
		return err
	})
	if err != nil {
		return Report{}, fmt.Errorf("attest for commitment %s: %w", of, locate(err))
	}
	return r, nil
}
