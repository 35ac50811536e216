package commitment

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// reportRow is a report as the statements below read it.
type reportRow struct {
	ID          ident.Report             `db:"id" json:"id"`
	Commitment  ident.Commitment         `db:"commitment" json:"commitment"`
	Member      ident.Member             `db:"member" json:"member"`
	Cycle       int                      `db:"cycle" json:"cycle"`
	Version     int64                    `db:"version" json:"version"`
	Change      ident.Change             `db:"change" json:"change"`
	State       ReportState              `db:"state" json:"state"`
	Narrative   string                   `db:"narrative" json:"narrative"`
	Completion  Completion               `db:"completion" json:"completion"`
	Measured    member.Rows[Measured]    `db:"measured" json:"measured"`
	Milestones  member.Rows[Met]         `db:"milestones" json:"milestones"`
	ContentAt   int64                    `db:"content_at" json:"content_at"`
	Attested    bool                     `db:"attested" json:"attested"`
	SubmittedAt *time.Time               `db:"submitted_at" json:"submitted_at"`
	Decision    string                   `db:"decision" json:"decision"`
	Reason      string                   `db:"decision_reason" json:"decision_reason"`
	Found       Completion               `db:"found" json:"found"`
	Reviewer    ident.User               `db:"reviewer" json:"reviewer"`
	Seconder    ident.User               `db:"seconder" json:"seconder"`
	Reply       string                   `db:"reply" json:"reply"`
	Synthetic   bool                     `db:"synthetic" json:"synthetic"`
	Evidence    member.Rows[Piece]       `db:"evidence" json:"evidence"`
	Draft       member.Rows[reportDraft] `db:"draft" json:"draft"`
}

// reportDraft is a draft as its table has it.
type reportDraft struct {
	Version      int64                 `json:"version"`
	Narrative    string                `json:"narrative"`
	Completion   Completion            `json:"completion"`
	Measured     member.Rows[Measured] `json:"measured"`
	Milestones   member.Rows[Met]      `json:"milestones"`
	Evidence     member.Rows[Piece]    `json:"evidence"`
	NarrativeAt  int64                 `json:"narrative_at"`
	CompletionAt int64                 `json:"completion_at"`
	MeasuredAt   int64                 `json:"measured_at"`
	MilestonesAt int64                 `json:"milestones_at"`
	TermsAt      int64                 `json:"terms_at"` // the version of the commitment that it is held to
}

func (d reportDraft) statement() Statement {
	return Statement{Narrative: d.Narrative, Completion: d.Completion, Measured: d.Measured, Milestones: d.Milestones, Evidence: d.Evidence}
}

func (row reportRow) report() Report {
	r := Report{
		ID: row.ID, Commitment: row.Commitment, Member: row.Member, Cycle: row.Cycle, Version: row.Version, Change: row.Change, State: row.State,
		Statement: Statement{Narrative: row.Narrative, Completion: row.Completion, Measured: row.Measured, Milestones: row.Milestones, Evidence: row.Evidence},
		Attested:  row.Attested, SubmittedAt: row.SubmittedAt, Synthetic: row.Synthetic, contentAt: row.ContentAt,
	}
	if r.SubmittedAt != nil {
		at := r.SubmittedAt.UTC()
		r.SubmittedAt = &at
	}
	if row.Decision != "" {
		r.Review = &Review{
			Decision: Decision(row.Decision), Reason: row.Reason, Completion: row.Found, Reply: row.Reply, reviewer: row.Reviewer, seconder: row.Seconder,
		}
	}
	for _, d := range row.Draft {
		r.draft = &d
		r.Version = max(r.Version, d.Version)
		switch statement := d.statement(); {
		case r.State == ReportDrafted:
			r.Statement = statement
		case d.Version > r.contentAt:
			r.Working = &statement
		}
	}
	return r
}

const (
	reportColumns = `r.id, r.commitment, r.member, r.cycle, r.version, r.change, r.state, r.narrative, r.completion, r.measured, r.milestones,
    r.content_at, r.attested, r.submitted_at, coalesce(r.decision, '') as decision, coalesce(r.decision_reason, '') as decision_reason,
    coalesce(r.found, '') as found, coalesce(r.reviewer::text, '') as reviewer, coalesce(r.seconder::text, '') as seconder,
    coalesce(r.reply, '') as reply, r.synthetic`

	// What stands in the place of these columns while nothing was submitted.
	reportDraftColumns = `d.id, d.commitment, d.member, d.cycle, d.version, 0 as change, 'draft' as state, '' as narrative, '' as completion,
    null::jsonb as measured, null::jsonb as milestones, 0 as content_at, false as attested, null::timestamptz as submitted_at,
    '' as decision, '' as decision_reason, '' as found, '' as reviewer, '' as seconder, '' as reply, d.synthetic`

	reportDraftRow = `json_build_array(to_jsonb(d) || jsonb_build_object('narrative', coalesce(d.narrative, ''), 'completion', coalesce(d.completion, '')))`

	// The same with its evidence, which lists do without.
	wholeDraftRow = `json_build_array(to_jsonb(d) || jsonb_build_object('narrative', coalesce(d.narrative, ''), 'completion', coalesce(d.completion, ''),
        'evidence', ` + draftedEvidence + `))`
)

// The rule of who sees a report, with $2 and $3 as the actor's scope.
const readReport = `
select ` + reportColumns + `, ` + submittedEvidence + ` as evidence, case when d.id is not null then ` + wholeDraftRow + ` end as draft
from report_seen r left join report_draft d on d.id = r.id and ($2 or d.member = $3)
where r.id = $1 and (r.is_open or $2 or r.member = $3)
union all
select ` + reportDraftColumns + `, null::jsonb as evidence, ` + wholeDraftRow + ` as draft
from report_draft d
where d.id = $1 and ($2 or d.member = $3) and not exists (select from report_seen r where r.id = d.id)`

// Read gives one report.
//
// It refuses with NotFound when there is none or the actor may not know of it.
func (s *Reports) Read(ctx context.Context, id ident.Report) (Report, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return Report{}, err
	}
	var row reportRow
	if err := s.db.Get(ctx, &row, readReport, id, actor.Scope().All, actor.Scope().Member); err != nil {
		return Report{}, fmt.Errorf("read report %s: %w", id, err)
	}
	return row.report(), nil
}

const originalReport = `
select ` + reportColumns + `, ` + evidenceThen + ` as evidence, null::json as draft from (
    select id, commitment, member, cycle, version, change, state, narrative, completion, measured, milestones, content_at, attested,
        submitted_at, decision, decision_reason, found, reviewer, seconder, reply, synthetic
    from report where id = $1
    union all
    select id, commitment, member, cycle, version, change, state, narrative, completion, measured, milestones, content_at, attested,
        submitted_at, decision, decision_reason, found, reviewer, seconder, reply, synthetic
    from report_history where id = $1
) r where change = $2 and ($3 or member = $4)`

// Original gives a report as a change made it, for the answer to a repeated
// request. Drafts have no history: for change 0 it is given as it is now.
//
// It refuses with Forbidden when the role may not draft reports and NotFound
// when the change made no such report that the actor may know of.
func (s *Reports) Original(ctx context.Context, id ident.Report, change ident.Change) (Report, error) {
	actor, err := access.Require(ctx, access.DraftReport)
	if err != nil {
		return Report{}, err
	}
	if change == 0 {
		return s.Read(ctx, id)
	}
	var row reportRow
	if err := s.db.Get(ctx, &row, originalReport, id, change, actor.Scope().All, actor.Scope().Member); err != nil {
		return Report{}, fmt.Errorf("read report %s as change %d made it: %w", id, change, err)
	}
	return row.report(), nil
}

// ReportKey is where a report stands in a list.
type ReportKey struct {
	Cycle int          `json:"cycle"`
	ID    ident.Report `json:"id"`
}

// Key gives where the report stands in a list.
func (r Report) Key() ReportKey { return ReportKey{Cycle: r.Cycle, ID: r.ID} }

// first stands before all reports.
func first() ReportKey {
	return ReportKey{Cycle: LastCycle + 1, ID: "00000000-0000-0000-0000-000000000000"}
}

const listReports = `
select (
    select json_agg(page order by page.cycle desc) from (
        (select ` + reportColumns + `, case when d.id is not null then ` + reportDraftRow + ` end as draft
        from report_seen r left join report_draft d on d.id = r.id and ($2 or d.member = $3)
        where r.commitment = $1 and (r.is_open or $2 or r.member = $3) and r.cycle < $4
        order by r.cycle desc limit $5)
        union all
        (select ` + reportDraftColumns + `, ` + reportDraftRow + ` as draft
        from report_draft d
        where d.commitment = $1 and ($2 or d.member = $3) and d.cycle < $4
            and not exists (select from report_seen r where r.id = d.id)
        order by d.cycle desc limit $5)
        order by cycle desc limit $5
    ) page
) from (
    select is_open, member from commitment_seen where id = $1
    union all
    select false, member from commitment_draft where id = $1
) c where is_open or $2 or member = $3`

// List gives the reports on a commitment that the actor may see, the latest
// cycle first, in one round trip, from behind the place after (nil for the
// first page).
//
// It refuses with NotFound when the actor may not know of the commitment.
func (s *Reports) List(ctx context.Context, of ident.Commitment, after *ReportKey, limit int) ([]Report, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	from := first()
	if after != nil {
		from = *after
	}
	var page []byte
	if err := s.db.Get(ctx, &page, listReports, of, actor.Scope().All, actor.Scope().Member, from.Cycle, limit); err != nil {
		return nil, fmt.Errorf("list the reports on commitment %s: %w", of, err)
	}
	return reportsOf(page)
}

const listMemberReports = `
select (
    select json_agg(page order by page.cycle desc, page.id) from (
        (select ` + reportColumns + `, case when d.id is not null then ` + reportDraftRow + ` end as draft
        from report_seen r left join report_draft d on d.id = r.id and ($2 or d.member = $3)
        where r.member = $1 and (r.is_open or $2 or r.member = $3) and r.cycle <= $4 and (r.cycle < $4 or r.id > $5)
        order by r.cycle desc, r.id limit $6)
        union all
        (select ` + reportDraftColumns + `, ` + reportDraftRow + ` as draft
        from report_draft d
        where d.member = $1 and ($2 or d.member = $3) and d.cycle <= $4 and (d.cycle < $4 or d.id > $5)
            and not exists (select from report_seen r where r.id = d.id)
        order by d.cycle desc, d.id limit $6)
        order by cycle desc, id limit $6
    ) page
) from member m where number = $1 and (published or $2 or number = $3)`

// ListOf gives the reports of a member that the actor may see, the latest cycle
// first, in one round trip, from behind the place after (nil for the first page).
//
// It refuses with NotFound when the actor may not know of the member.
func (s *Reports) ListOf(ctx context.Context, number ident.Member, after *ReportKey, limit int) ([]Report, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	from := first()
	if after != nil {
		from = *after
	}
	var page []byte
	if err := s.db.Get(ctx, &page, listMemberReports, number, actor.Scope().All, actor.Scope().Member, from.Cycle, from.ID, limit); err != nil {
		return nil, fmt.Errorf("list the reports of member %s: %w", number, err)
	}
	return reportsOf(page)
}

// reportsOf reads the rows of a page, nothing for a page without any.
func reportsOf(page []byte) ([]Report, error) {
	var rows []reportRow
	if len(page) > 0 {
		if err := json.Unmarshal(page, &rows); err != nil {
			return nil, fmt.Errorf("read a page of reports: %w", err)
		}
	}
	reports := make([]Report, 0, len(rows))
	for _, row := range rows {
		reports = append(reports, row.report())
	}
	return reports, nil
}
