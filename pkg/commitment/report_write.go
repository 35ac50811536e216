package commitment

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// The cycle is read under a lock, so that it is not extended meanwhile.
const lockOpenCycle = `
select ` + cycleColumns + ` from cycle where year = $1 for share`

// openCycle gives the cycle of a year if reports are taken in it now.
func openCycle(ctx context.Context, tx *db.Tx, year int) (Cycle, error) {
	var c Cycle
	err := tx.Get(ctx, &c, lockOpenCycle, year)
	switch {
	case fault.Is(err, fault.NotFound):
		return Cycle{}, fault.FieldAt("/cycle", "unknown_cycle")
	case err != nil:
		return Cycle{}, fmt.Errorf("read the cycle: %w", err)
	case !c.Open(plan.Today(tx.Now)):
		return Cycle{}, fault.New(fault.Conflict, "cycle_not_open", fault.Args{
			"year": strconv.Itoa(year), "from": string(c.OpensOn), "to": string(c.GraceEndsOn),
		})
	}
	return c, nil
}

// The last report before a cycle, of those that were accepted or of all.
const lastReport = `
select ` + reportColumns + `, ` + submittedEvidence + ` as evidence, null::json as draft from report_seen r
where commitment = $1 and cycle < $2 and (state = 'accepted' or not $3)
order by cycle desc limit 1`

const insertReportDraft = `
insert into report_draft (id, commitment, member, cycle, version, narrative, completion, measured, milestones, synthetic, written_at, terms_at)
values ($1, $2, $3, $4, $5, nullif($6, ''), nullif($7, ''), $8, $9, $10, $11, $12)`

// begin makes the draft of a report on a commitment that can be reported on, as
// the last report before has it.
func begin(ctx context.Context, tx *db.Tx, of ident.Commitment, scope access.Scope, year int, accepted bool) (member.Locked, Report, error) {
	m, c, err := lock(ctx, tx, of, scope)
	if err != nil {
		return member.Locked{}, Report{}, err
	}
	if err := reporting(m); err != nil {
		return member.Locked{}, Report{}, err
	}
	if err := c.at(Registered, 0); err != nil {
		return member.Locked{}, Report{}, err
	}
	if _, err := openCycle(ctx, tx, year); err != nil {
		return member.Locked{}, Report{}, err
	}
	r := Report{
		ID: ident.New[ident.Report](), Commitment: of, Member: c.Member, Cycle: year, Version: 1, State: ReportDrafted, Synthetic: c.Synthetic,
	}
	var before reportRow
	switch err := tx.Get(ctx, &before, lastReport, of, year, accepted); {
	case err == nil:
		said := before.report().Statement
		r.Statement = said.under(c.Measure)
		if accepted && len(r.Statement.Measured)+len(r.Statement.Milestones) < len(said.Measured)+len(said.Milestones) {
			return member.Locked{}, Report{}, fault.New(fault.Conflict, "terms_amended")
		}
	case !fault.Is(err, fault.NotFound):
		return member.Locked{}, Report{}, fmt.Errorf("read the last report: %w", err)
	case accepted:
		return member.Locked{}, Report{}, fault.New(fault.Conflict, "nothing_accepted")
	}
	if _, err := tx.Exec(ctx, insertReportDraft, r.ID, r.Commitment, r.Member, r.Cycle, r.Version, r.Statement.Narrative, r.Statement.Completion,
		rows(r.Statement.Measured), rows(r.Statement.Milestones), r.Synthetic, tx.Now, c.Version); err != nil {
		return member.Locked{}, Report{}, fmt.Errorf("insert the draft: %w", err)
	}
	r.Statement.Evidence, err = carry(ctx, tx, r.ID, r.Statement.Evidence)
	return m, r, err
}

// Start starts the report on a commitment for the cycle of a year, filled with
// what the last report on it said, as far as that is of the indicator and the
// milestones that the commitment has now.
//
// It refuses with Forbidden when the role may not or the commitment is another
// member's, NotFound when the actor may not know of the commitment, Conflict when
// the cycle has a report on it already or is not open, the commitment is not
// registered, or its member is merged, suspended, refused or gone, and Invalid
// when there is no such cycle.
func (s *Reports) Start(ctx context.Context, of ident.Commitment, year int) (Report, error) {
	actor, err := access.Require(ctx, access.DraftReport)
	if err != nil {
		return Report{}, err
	}
	var r Report
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if _, r, err = begin(ctx, tx, of, actor.Scope(), year, false); err != nil {
			return err
		}
		tx.Made("report", string(r.ID))
		return member.Touch(ctx, tx, r.Member, false)
	})
	if err != nil {
		return Report{}, fmt.Errorf("start a report on commitment %s: %w", of, locate(err))
	}
	return r, nil
}

const updateReportDraft = `
update report_draft set version = $2, narrative = nullif($3, ''), completion = nullif($4, ''), measured = $5, milestones = $6,
    narrative_at = $7, completion_at = $8, measured_at = $9, milestones_at = $10, written_at = $11
where id = $1`

// Amend writes on a report, field by field: a field that the patch carries is
// refused only if somebody has changed that field after the version expected (0
// for any), so what two people write into different fields is kept, and what
// they write into one is never overwritten unseen. After a submission it is the
// draft of the next one that is written on.
//
// It refuses with Forbidden when the role may not or the report is another
// member's, NotFound when there is none or the actor may not know of it, Stale,
// with both versions of each field, when one was changed since, Conflict when
// the report is accepted or locked or its member is merged, suspended, refused
// or gone, and Invalid with every field at fault.
func (s *Reports) Amend(ctx context.Context, id ident.Report, expected int64, patch ReportPatch) (Report, error) {
	actor, err := access.Require(ctx, access.DraftReport)
	if err != nil {
		return Report{}, err
	}
	if err := patch.Check().Err(); err != nil {
		return Report{}, err
	}
	var r Report
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, _, before, err := lockReport(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if expected > before.Version {
			return fault.New(fault.Stale, "stale")
		}
		if err := reporting(m); err != nil {
			return err
		}
		if err := before.writable(tx.Now); err != nil {
			return err
		}
		r = before
		draft, err := before.amended(expected, patch)
		if err != nil || draft.Version == before.draft.Version {
			return err
		}
		if _, err := tx.Exec(ctx, updateReportDraft, id, draft.Version, draft.Narrative, draft.Completion, rows(draft.Measured), rows(draft.Milestones),
			draft.NarrativeAt, draft.CompletionAt, draft.MeasuredAt, draft.MilestonesAt, tx.Now); err != nil {
			return fmt.Errorf("update the draft: %w", err)
		}
		r = before.working(draft)
		return member.Touch(ctx, tx, r.Member, false)
	})
	if err != nil {
		return Report{}, fmt.Errorf("amend report %s: %w", id, locate(err))
	}
	return r, nil
}

// working is the report with another draft.
func (r Report) working(d reportDraft) Report {
	statement := d.statement()
	r.draft, r.Version = &d, d.Version
	if r.State == ReportDrafted {
		r.Statement = statement
	} else {
		r.Working = &statement
	}
	return r
}

// amended is the pure rule of an amendment: the draft as the patch makes it, or
// both versions of each field that was changed after the version expected.
func (r Report) amended(expected int64, patch ReportPatch) (reportDraft, error) {
	d, before := *r.draft, *r.draft
	next := r.Version + 1
	var faults fault.Fields
	w := writing{expected: expected, next: next}
	write(&w, "/narrative", &d.Narrative, &d.NarrativeAt, patch.Narrative)
	write(&w, "/completion", &d.Completion, &d.CompletionAt, patch.Completion)
	write(&w, "/values", &d.Measured, &d.MeasuredAt, listed(patch.Measured, func(list []MeasuredDraft) member.Rows[Measured] {
		return checkMeasured(&faults, list)
	}))
	write(&w, "/milestones", &d.Milestones, &d.MilestonesAt, listed(patch.Milestones, func(list []Met) member.Rows[Met] { return list }))
	switch {
	case w.err != nil:
		return before, w.err
	case len(w.clashes) > 0:
		return before, &fault.Error{Kind: fault.Stale, Code: "stale", Clashes: w.clashes}
	case w.changed:
		d.Version = next
	}
	return d, faults.Err()
}

// listed gives a list of a merge patch in the office's words: absent and null stay
// what they are.
func listed[D, T any](n nullable.Nullable[[]D], read func([]D) member.Rows[T]) nullable.Nullable[member.Rows[T]] {
	if n.IsNull() {
		return nullable.NewNullNullable[member.Rows[T]]()
	}
	list, err := n.Get()
	if err != nil {
		return nil
	}
	return nullable.NewNullableWithValue(read(list))
}

// writing is one amendment under way.
type writing struct {
	expected, next int64
	changed        bool
	clashes        []fault.Clash
	err            error
}

// told gives a value to be told, nothing where it says nothing.
func told(value []byte) []byte {
	switch string(value) {
	case `""`, `[]`, `null`:
		return nil
	default:
		return value
	}
}

// write puts a field of the patch, if it carries it, in the place of what was
// there, or notes what stands against it.
func write[T any](w *writing, pointer string, field *T, at *int64, n nullable.Nullable[T]) {
	if !n.IsSpecified() || w.err != nil {
		return
	}
	var value T // null is what is not stated
	if !n.IsNull() {
		value, w.err = n.Get()
	}
	yours, err := json.Marshal(value)
	if err != nil {
		w.err = err
		return
	}
	current, err := json.Marshal(*field)
	if err != nil {
		w.err = err
		return
	}
	switch {
	case w.expected != 0 && *at > w.expected:
		w.clashes = append(w.clashes, fault.Clash{Pointer: pointer, Yours: told(yours), Current: told(current)})
	case string(yours) != string(current):
		*field, *at, w.changed = value, w.next, true
	}
}
