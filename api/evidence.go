package api

import (
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// evidenceRoutes lead to what the members prove their reports with.
func (d *Door) evidenceRoutes() []route {
	return []route{
		{get, "/api/v1/reports/{id}/evidence", "listReportEvidence", d.listReportEvidence, false},
		{post, "/api/v1/reports/{id}/evidence", "addEvidenceLink", d.addEvidenceLink, false},
		{post, evidenceFiles, "addEvidenceFile", d.addEvidenceFile, false},
		{get, "/api/v1/evidence/{id}", "readEvidence", d.readEvidence, false},
		{patch, "/api/v1/evidence/{id}", "amendEvidence", d.amendEvidence, false},
		{remove, "/api/v1/evidence/{id}", "removeEvidence", d.removeEvidence, false},
		{get, evidenceContent, "readEvidenceContent", d.readEvidenceContent, false},
	}
}

func (d *Door) listReportEvidence(r *request) error {
	of, err := id[ident.Report](r, "id")
	if err != nil {
		return err
	}
	list, err := d.offices.Evidence.List(r.ctx, of)
	if err != nil {
		return err
	}
	return r.list(EvidenceList{Items: each(list, evidenceOf)})
}

func (d *Door) readEvidence(r *request) error {
	id, err := id[ident.Evidence](r, "id")
	if err != nil {
		return err
	}
	e, err := d.offices.Evidence.Read(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.evidenceTag(e), evidenceOf(e))
}

// evidenceTag tells two readings of a piece apart: what it says by the version,
// and how it stands to the next submission by the rest.
func (r *request) evidenceTag(e commitment.Evidence) string {
	seen := func(flag bool) int64 {
		if flag {
			return 1
		}
		return 0
	}
	return r.tag(e.Version, r.actor().Audience(e.Member), seen(e.Submitted), seen(e.Working != nil), seen(e.Removed))
}

func (d *Door) addEvidenceLink(r *request) error {
	to, err := id[ident.Report](r, "id")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b NewEvidence) fault.Fields { return linkDraft(b).Check() })
	if err != nil {
		return err
	}
	e, err := d.offices.Evidence.AddLink(r.ctx, to, linkDraft(body))
	return d.evidenceMade(r, e, err)
}

// evidenceMade answers with the piece that was given, or that the same key gave
// before, as it stands: drafts have no history.
func (d *Door) evidenceMade(r *request, e commitment.Evidence, err error) error {
	if again, ok := replayed(err); ok {
		e, err = d.offices.Evidence.Read(r.ctx, ident.Evidence(again.Subject))
	}
	if err != nil {
		return err
	}
	return r.created("/api/v1/evidence/"+string(e.ID), r.evidenceTag(e), evidenceOf(e))
}

func (d *Door) amendEvidence(r *request) error {
	id, err := id[ident.Evidence](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(anyVersion)
	if err != nil {
		return err
	}
	body, err := bind(r, func(b EvidencePatch) fault.Fields { return wordsPatch(b).Check() })
	if err != nil {
		return err
	}
	e, err := d.offices.Evidence.Amend(r.ctx, id, expected, wordsPatch(body))
	if err != nil {
		return err
	}
	return r.show(r.evidenceTag(e), evidenceOf(e))
}

func (d *Door) removeEvidence(r *request) error {
	id, err := id[ident.Evidence](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(anyVersion)
	if err != nil {
		return err
	}
	if err := d.offices.Evidence.Remove(r.ctx, id, expected); err != nil {
		return err
	}
	return r.nothing()
}

// evidenceOf puts a piece of evidence on the wire.
func evidenceOf(e commitment.Evidence) Evidence {
	p := pieceOf(e.Piece)
	body := Evidence{
		Id: p.Id, Report: Id(e.Report), Member: int64(e.Member), Cycle: p.Cycle, Url: p.Url, File: p.File, Title: p.Title, Claim: p.Claim,
		Quote: p.Quote, Page: p.Page, Submitted: e.Submitted, Removed: e.Removed, Version: e.Version,
	}
	if w := e.Working; w != nil {
		body.Draft = EvidenceWords{Title: w.Title, Claim: w.Claim, Quote: w.Quote, Page: w.Page}
	}
	return body
}

// pieceOf is a piece of evidence within its report.
func pieceOf(p commitment.Piece) EvidencePiece {
	body := EvidencePiece{Id: Id(p.ID), Cycle: p.Cycle, Url: p.URL, Title: p.Title, Claim: p.Claim, Quote: p.Quote, Page: p.Page}
	if f := p.File; f != nil {
		body.File = EvidenceFile{Name: f.Name, Type: string(f.Type), Size: f.Size, Sha256: string(f.Digest)}
	}
	return body
}

func linkDraft(b NewEvidence) commitment.LinkDraft {
	return commitment.LinkDraft{URL: b.Url, Words: commitment.Words{Title: b.Title, Claim: b.Claim, Quote: b.Quote, Page: b.Page}}
}

func wordsPatch(b EvidencePatch) commitment.WordsPatch {
	return commitment.WordsPatch{Title: b.Title, Claim: b.Claim, Quote: b.Quote, Page: b.Page}
}
