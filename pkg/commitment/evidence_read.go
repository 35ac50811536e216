package commitment

import (
	"context"
	"errors"
	"fmt"
	"io"

	"accord/pkg/access"
	"accord/pkg/blob"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

const (
	pieceRow = `jsonb_build_object('id', e.id, 'version', e.version, 'ordinal', e.ordinal, 'cycle', e.cycle, 'url', coalesce(e.url, ''),
        'file', case when e.digest is not null then jsonb_build_object('digest', e.digest, 'name', e.name, 'type', e.media, 'size', e.size) end,
        'title', coalesce(e.title, ''), 'claim', coalesce(e.claim, ''), 'quote', coalesce(e.quote, ''), 'page', coalesce(e.page, ''))`

	// What a report r and its draft d have, and what r had when change $2 made it.
	// Changes of one report are made one after the other, under its member's lock,
	// and draw their numbers under it, so that here numbers are an order.
	submittedEvidence = `coalesce((select jsonb_agg(` + pieceRow + ` order by e.ordinal, e.id) from evidence e where e.report = r.id), '[]')`
	draftedEvidence   = `coalesce((select jsonb_agg(` + pieceRow + ` order by e.ordinal, e.id) from evidence_draft e where e.report = d.id), '[]')`
	evidenceThen      = `coalesce((select jsonb_agg(` + pieceRow + ` order by e.ordinal, e.id) from (
        select id, report, version, change, ordinal, cycle, url, digest, name, media, size, title, claim, quote, page, null::bigint as ended_by
        from evidence
        union all
        select id, report, version, change, ordinal, cycle, url, digest, name, media, size, title, claim, quote, page, ended_by
        from evidence_history
    ) e where e.report = r.id and e.change <= $2 and (e.ended_by is null or e.ended_by > $2)), '[]')`
)

// pieceOf is a piece as it was submitted, or as it is drafted.
type pieceOf struct {
	Drafted bool         `db:"drafted"`
	Report  ident.Report `db:"report"`
	Member  ident.Member `db:"member"`
	Pieces  pieces       `db:"pieces"`
}

// The rule of who sees evidence is that of its report, with $2 and $3 as the
// actor's scope.
const (
	readEvidence = `
select false as drafted, e.report, r.member, jsonb_build_array(` + pieceRow + `) as pieces
from evidence e join report_seen r on r.id = e.report where e.id = $1 and (r.is_open or $2 or r.member = $3)
union all
select true as drafted, e.report, d.member, jsonb_build_array(` + pieceRow + `) as pieces
from evidence_draft e join report_draft d on d.id = e.report where e.id = $1 and ($2 or d.member = $3)
order by drafted`

	listEvidence = `
select drafted, report, member, pieces from (
    select false as drafted, e.report, r.member, jsonb_build_array(` + pieceRow + `) as pieces, e.ordinal, e.id
    from evidence e join report_seen r on r.id = e.report where e.report = $1 and (r.is_open or $2 or r.member = $3)
    union all
    select true as drafted, e.report, d.member, jsonb_build_array(` + pieceRow + `) as pieces, e.ordinal, e.id
    from evidence_draft e join report_draft d on d.id = e.report where e.report = $1 and ($2 or d.member = $3)
) piece order by ordinal, id, drafted`
)

// merged puts together what was submitted and what is drafted of each piece.
func merged(found []pieceOf, scope access.Scope) []Evidence {
	var list []Evidence
	for _, one := range found {
		p := one.Pieces[0]
		last := len(list) - 1
		if last < 0 || list[last].ID != p.ID {
			list = append(list, Evidence{
				Piece: p, Report: one.Report, Member: one.Member, Submitted: !one.Drafted, drafted: one.Drafted,
				Removed: !one.Drafted && scope.Sees(one.Member),
			})
			continue
		}
		e := &list[last]
		e.drafted, e.Removed = true, false
		if p.Version > e.Version {
			e.Version, e.Working = p.Version, &p.Words
		}
	}
	return list
}

// List gives the evidence of a report that the actor may see, in the order in
// which it was given.
//
// It refuses with NotFound when there is no such report or the actor may not
// know of it.
func (s *EvidenceRoom) List(ctx context.Context, of ident.Report) ([]Evidence, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	var found []pieceOf
	scope := actor.Scope()
	if err := s.db.Select(ctx, &found, listEvidence, of, scope.All, scope.Member); err != nil {
		return nil, fmt.Errorf("list the evidence of report %s: %w", of, err)
	}
	if len(found) == 0 { // is it that there is none, or no report?
		var commitment ident.Commitment
		if err := s.db.Get(ctx, &commitment, findReport, of, scope.All, scope.Member); err != nil {
			return nil, fmt.Errorf("list the evidence of report %s: %w", of, err)
		}
	}
	return merged(found, scope), nil
}

// Read gives one piece of evidence.
//
// It refuses with NotFound when there is none or the actor may not know of it.
func (s *EvidenceRoom) Read(ctx context.Context, id ident.Evidence) (Evidence, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return Evidence{}, err
	}
	var found []pieceOf
	scope := actor.Scope()
	if err := s.db.Select(ctx, &found, readEvidence, id, scope.All, scope.Member); err != nil {
		return Evidence{}, fmt.Errorf("read evidence %s: %w", id, err)
	}
	if len(found) == 0 {
		return Evidence{}, fault.New(fault.NotFound, "not_found")
	}
	return merged(found, scope)[0], nil
}

// Open opens the file of a piece of evidence. Whoever opens it closes it.
//
// It refuses with NotFound when there is no such piece, the actor may not know
// of it or it is a link, and with Unavailable when the store does not answer now
// or what it has is damaged.
func (s *EvidenceRoom) Open(ctx context.Context, id ident.Evidence) (Evidence, blob.Content, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Evidence{}, nil, err
	}
	e, err := s.Read(ctx, id)
	if err != nil {
		return Evidence{}, nil, err
	}
	if e.File == nil {
		return Evidence{}, nil, fault.New(fault.NotFound, "not_found")
	}
	content, err := s.open(ctx, *e.File)
	if err != nil {
		return Evidence{}, nil, fmt.Errorf("open evidence %s, file %s: %w", id, e.File.Digest, err)
	}
	return e, content, nil
}

// open opens a file, if the store has all of it: what is named is kept, so that
// one that is missing or of another size was damaged, and waiting mends nothing.
func (s *EvidenceRoom) open(ctx context.Context, f File) (blob.Content, error) {
	content, err := s.store.Open(ctx, f.Digest)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, fault.Wrap(fault.Unavailable, "file_damaged", err)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "file_unavailable", err)
	}
	size, err := content.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = content.Seek(0, io.SeekStart)
	}
	switch {
	case err != nil:
		return nil, fault.Wrap(fault.Unavailable, "file_unavailable", errors.Join(err, content.Close()))
	case size != f.Size:
		err := fmt.Errorf("the store has %d octets of %d", size, f.Size)
		return nil, fault.Wrap(fault.Unavailable, "file_damaged", errors.Join(err, content.Close()))
	}
	return content, nil
}
