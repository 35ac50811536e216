package commitment

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

const insertPiece = `
insert into evidence_draft (id, report, version, ordinal, cycle, url, digest, name, media, size, title, claim, quote, page)
values ($1, $2, $3, $4, $5, nullif($6, ''), nullif($7, ''), nullif($8, ''), nullif($9, ''), nullif($10::bigint, 0), nullif($11, ''), nullif($12, ''),
    nullif($13, ''), nullif($14, ''))`

// add adds a piece to what is written of a report, which is held by its
// member's lock.
func add(ctx context.Context, tx *db.Tx, r Report, p Piece) (Evidence, error) {
	if len(r.draft.Evidence) >= MostEvidence {
		return Evidence{}, fault.New(fault.Conflict, "evidence_full", fault.Args{"max": strconv.Itoa(MostEvidence)})
	}
	p.ID, p.Version, p.Ordinal, p.Cycle = ident.New[ident.Evidence](), 1, r.draft.next(), r.Cycle
	var f File
	if p.File != nil {
		f = *p.File
	}
	if _, err := tx.Exec(ctx, insertPiece, p.ID, r.ID, p.Version, p.Ordinal, p.Cycle, p.URL, f.Digest, f.Name, f.Type, f.Size,
		p.Title, p.Claim, p.Quote, p.Page); err != nil {
		return Evidence{}, fmt.Errorf("insert the evidence: %w", err)
	}
	tx.Made("evidence", string(p.ID))
	return Evidence{Piece: p, Report: r.ID, Member: r.Member, drafted: true}, written(ctx, tx, r)
}

const writeReportDraft = `update report_draft set version = $2, written_at = $3 where id = $1`

// written notes that the evidence of a report's draft has changed, so that
// there is something to submit.
func written(ctx context.Context, tx *db.Tx, r Report) error {
	if _, err := tx.Exec(ctx, writeReportDraft, r.ID, r.Version+1, tx.Now); err != nil {
		return fmt.Errorf("update the draft: %w", err)
	}
	return member.Touch(ctx, tx, r.Member, false)
}

// lockWritable locks the report's member and gives the report, if it can be
// written on now.
func lockWritable(ctx context.Context, tx *db.Tx, id ident.Report, scope access.Scope) (Report, error) {
	m, _, r, err := lockReport(ctx, tx, id, scope)
	if err != nil {
		return Report{}, err
	}
	if err := reporting(m); err != nil {
		return Report{}, err
	}
	return r, r.writable(tx.Now)
}

// AddLink gives a link as evidence of a report. Nobody follows it.
//
// It refuses with Forbidden when the role may not write reports or the report
// is another member's, NotFound when there is none or the actor may not know of
// it, Conflict when it is accepted or locked or has all the evidence that it may
// have, or its member is merged, suspended, refused or gone, and Invalid with
// every field at fault.
func (s *EvidenceRoom) AddLink(ctx context.Context, to ident.Report, draft LinkDraft) (Evidence, error) {
	actor, err := access.Require(ctx, access.DraftReport)
	if err != nil {
		return Evidence{}, err
	}
	if err := draft.Check().Err(); err != nil {
		return Evidence{}, err
	}
	var e Evidence
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		r, err := lockWritable(ctx, tx, to, actor.Scope())
		if err != nil {
			return err
		}
		e, err = add(ctx, tx, r, Piece{URL: draft.URL, Words: draft.Words})
		return err
	})
	if err != nil {
		return Evidence{}, fmt.Errorf("give a link as evidence of report %s: %w", to, err)
	}
	return e, nil
}

const findEvidence = `
select e.report from evidence_draft e join report_draft d on d.id = e.report where e.id = $1 and ($2 or d.member = $3)
union
select e.report from evidence e join report_seen r on r.id = e.report where e.id = $1 and (r.is_open or $2 or r.member = $3)`

// lockEvidencePiece locks the member of the report that the piece is evidence
// of, and gives both, if they can be written on and the actor has seen the
// expected version (0 for any).
func lockEvidencePiece(ctx context.Context, tx *db.Tx, id ident.Evidence, scope access.Scope, expected int64) (Report, Evidence, error) {
	var of ident.Report
	if err := tx.Get(ctx, &of, findEvidence, id, scope.All, scope.Member); err != nil {
		return Report{}, Evidence{}, fmt.Errorf("find the evidence: %w", err)
	}
	r, err := lockWritable(ctx, tx, of, scope)
	if err != nil {
		return Report{}, Evidence{}, err
	}
	var found []pieceOf
	if err := tx.Select(ctx, &found, readEvidence, id, scope.All, scope.Member); err != nil {
		return Report{}, Evidence{}, fmt.Errorf("read the evidence: %w", err)
	}
	if len(found) == 0 { // removed by whoever had the lock before
		return Report{}, Evidence{}, fault.New(fault.NotFound, "not_found")
	}
	e := merged(found, scope)[0]
	switch {
	case expected != 0 && expected != e.Version:
		return Report{}, Evidence{}, fault.New(fault.Stale, "stale")
	case !e.drafted:
		return Report{}, Evidence{}, fault.New(fault.Conflict, "evidence_removed")
	}
	return r, e, nil
}

const updatePiece = `
update evidence_draft set version = $2, title = nullif($3, ''), claim = nullif($4, ''), quote = nullif($5, ''), page = nullif($6, '') where id = $1`

// Amend changes what is said of a piece of evidence; after a submission it is
// what the next one will say. expected is the version that the actor has seen,
// or 0.
//
// It refuses with Forbidden when the role may not write reports or the report
// is another member's, NotFound when there is no such piece or the actor may not
// know of it, Stale when expected is another version, Conflict when the report
// is accepted or locked, the piece was taken off it, or the member is merged,
// suspended, refused or gone, and Invalid with every field at fault.
func (s *EvidenceRoom) Amend(ctx context.Context, id ident.Evidence, expected int64, patch WordsPatch) (Evidence, error) {
	actor, err := access.Require(ctx, access.DraftReport)
	if err != nil {
		return Evidence{}, err
	}
	if err := patch.Check().Err(); err != nil {
		return Evidence{}, err
	}
	var e Evidence
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		var r Report
		if r, e, err = lockEvidencePiece(ctx, tx, id, actor.Scope(), expected); err != nil {
			return err
		}
		before := e.Words
		if e.Working != nil {
			before = *e.Working
		}
		words := patch.on(before)
		if words == before {
			return nil
		}
		e.Version++
		if _, err := tx.Exec(ctx, updatePiece, id, e.Version, words.Title, words.Claim, words.Quote, words.Page); err != nil {
			return fmt.Errorf("update the evidence: %w", err)
		}
		if e.Submitted {
			e.Working = &words
		} else {
			e.Words = words
		}
		return written(ctx, tx, r)
	})
	if err != nil {
		return Evidence{}, fmt.Errorf("amend evidence %s: %w", id, err)
	}
	return e, nil
}

const deletePiece = `delete from evidence_draft where id = $1`

// Remove takes a piece of evidence off a report; what was submitted keeps it
// until the next submission. expected is the version that the actor has seen, or
// 0.
//
// It refuses as [EvidenceRoom.Amend] does.
func (s *EvidenceRoom) Remove(ctx context.Context, id ident.Evidence, expected int64) error {
	actor, err := access.Require(ctx, access.DraftReport)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		r, e, err := lockEvidencePiece(ctx, tx, id, actor.Scope(), expected)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, deletePiece, id); err != nil {
			return fmt.Errorf("delete the evidence: %w", err)
		}
		if e.File != nil {
			if err := unname(ctx, tx, e.File.Digest); err != nil {
				return fmt.Errorf("note that the evidence is removed: %w", err)
			}
		}
		return written(ctx, tx, r)
	})
	if err != nil {
		return fmt.Errorf("take evidence %s off its report: %w", id, err)
	}
	return nil
}

const carryEvidence = `
insert into evidence_draft (id, report, version, ordinal, cycle, url, digest, name, media, size, title, claim, quote, page)
select carried.id, $1, 1, e.ordinal, e.cycle, e.url, e.digest, e.name, e.media, e.size, e.title, e.claim, e.quote, e.page
from unnest($2::uuid[], $3::uuid[]) as carried (id, given) join evidence e on e.id = carried.given`

// carry gives the evidence of the report before to the draft of the next one,
// which begins with what that one said: a text would else stand without what it
// rests on. Each piece says for which cycle it was first given.
func carry(ctx context.Context, tx *db.Tx, to ident.Report, given pieces) (pieces, error) {
	carried := slices.Clone(given)
	ids, from := make(db.Texts, len(given)), make(db.Texts, len(given))
	for i := range carried {
		from[i] = string(given[i].ID)
		carried[i].ID, carried[i].Version = ident.New[ident.Evidence](), 1
		ids[i] = string(carried[i].ID)
	}
	if len(given) > 0 {
		if _, err := tx.Exec(ctx, carryEvidence, to, ids, from); err != nil {
			return nil, fmt.Errorf("carry the evidence on: %w", err)
		}
	}
	return carried, nil
}
