package commitment

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/blob"
	"accord/pkg/document"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
)

// EvidenceRoom is the office of the evidence of progress reports: files, which
// are kept in a store under the digest of their content, and links, which
// nobody here ever follows.
//
// Evidence goes with its report. What is given while the report is written is a
// draft of whoever may write it; a submission makes what there is then a version
// of the register; from then on it is changed, and seen, as its report is.
type EvidenceRoom struct {
	db      *db.DB
	store   blob.Store
	uploads uploads
}

// NewEvidenceRoom makes the office, with the store of the files.
func NewEvidenceRoom(d *db.DB, store blob.Store) *EvidenceRoom {
	return &EvidenceRoom{db: d, store: store, uploads: uploads{of: map[ident.User]int{}}}
}

// MostEvidence is how many pieces of evidence a report may have.
const MostEvidence = 50

// Words are what is said of a piece of evidence, each "" where it is not.
type Words struct {
	Title string `json:"title"`
	Claim string `json:"claim"` // what of the report it is evidence for
	Quote string `json:"quote"` // from it, word for word
	Page  string `json:"page"`  // on which the quote stands
}

// Check gives every fault of the words.
func (w Words) Check() fault.Fields {
	var faults fault.Fields
	if w.Title != "" {
		faults.Text("/title", w.Title, 400)
	}
	if w.Claim != "" {
		faults.Prose("/claim", w.Claim, 1000)
	}
	if w.Quote != "" {
		faults.Prose("/quote", w.Quote, 2000)
	}
	if w.Page != "" {
		faults.Text("/page", w.Page, 40)
	}
	return faults
}

// File is a file as the register names it.
type File struct {
	Digest blob.Digest   `json:"digest"`
	Name   string        `json:"name"`
	Type   document.Type `json:"type"` // as its content tells it
	Size   int64         `json:"size"`
}

// Piece is a piece of evidence: a link or a file.
type Piece struct {
	ID      ident.Evidence `json:"id"`
	Version int64          `json:"version"`
	Ordinal int            `json:"ordinal"`
	Cycle   int            `json:"cycle"` // for which it was first given
	URL     string         `json:"url"`   // "" of a file
	File    *File          `json:"file"`  // nil of a link
	Words
}

// Evidence is a piece of evidence of a report, as one reader is shown it.
type Evidence struct {
	Piece     // as it was submitted last; before there was a submission, as it is written
	Report    ident.Report
	Member    ident.Member
	Submitted bool
	Working   *Words // what the next submission will say of it; nil where that is the same, and for all who may not see drafts
	Removed   bool   // whether the next submission will be without it, for those who may see drafts

	drafted bool // it is among what the next submission has
}

// LinkDraft is a link to be given.
type LinkDraft struct {
	URL string
	Words
}

const longestURL = 2000

// Check gives every fault of the link.
func (d LinkDraft) Check() fault.Fields {
	var faults fault.Fields
	u, err := url.Parse(d.URL)
	switch {
	case d.URL == "":
		faults.Add("/url", "required")
	case len(d.URL) > longestURL:
		faults.Add("/url", "too_long", fault.Args{"max": strconv.Itoa(longestURL)})
	case err != nil, !strings.HasPrefix(d.URL, "http://") && !strings.HasPrefix(d.URL, "https://"), u.Hostname() == "",
		strings.ContainsFunc(d.URL, func(r rune) bool { return fault.Unseen(r) || r == ' ' || r == '\\' }):
		faults.Add("/url", "not_a_web_address")
	case u.User != nil:
		faults.Add("/url", "url_with_credentials")
	}
	return append(faults, d.Words.Check()...)
}

// WordsPatch is a merge patch of what is said of a piece (RFC 7396).
type WordsPatch struct {
	Title, Claim, Quote, Page nullable.Nullable[string]
}

// on gives the words as the patch makes them.
func (p WordsPatch) on(w Words) Words {
	for _, one := range []struct {
		to    *string
		given nullable.Nullable[string]
	}{{&w.Title, p.Title}, {&w.Claim, p.Claim}, {&w.Quote, p.Quote}, {&w.Page, p.Page}} {
		if !one.given.IsSpecified() {
			continue
		}
		*one.to = ""
		if text, err := one.given.Get(); err == nil {
			*one.to = text
		}
	}
	return w
}

// Check gives every fault of the patch.
func (p WordsPatch) Check() fault.Fields { return p.on(Words{}).Check() }

// evidenceContent is a piece of evidence as a ledger entry holds it. The digest
// is what makes a file that somebody has checkable against the register.
type evidenceContent struct {
	Report ident.Report `json:"report"`
	Cycle  int          `json:"cycle"`
	URL    string       `json:"url,omitempty"`
	File   *fileContent `json:"file,omitempty"`
	Title  string       `json:"title,omitempty"`
	Claim  string       `json:"claim,omitempty"`
	Quote  string       `json:"quote,omitempty"`
	Page   string       `json:"page,omitempty"`
}

type fileContent struct {
	SHA256 blob.Digest   `json:"sha256"`
	Name   string        `json:"name"`
	Type   document.Type `json:"type"`
	Size   int64         `json:"size"`
}

// recordEvidence records what became of a piece with its report, sealed until
// everybody may see that.
func recordEvidence(ctx context.Context, tx *db.Tx, r Report, p Piece, published bool) error {
	content := evidenceContent{Report: r.ID, Cycle: p.Cycle, URL: p.URL, Title: p.Title, Claim: p.Claim, Quote: p.Quote, Page: p.Page}
	if p.File != nil {
		content.File = &fileContent{SHA256: p.File.Digest, Name: p.File.Name, Type: p.File.Type, Size: p.File.Size}
	}
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: "evidence." + string(r.State), Kind: "evidence", ID: string(p.ID), Member: r.Member, Content: content, Sealed: !r.open(published),
	})
}

// recordAllEvidence records each piece of the submitted report.
func recordAllEvidence(ctx context.Context, tx *db.Tx, r Report, published bool) error {
	for _, p := range r.Statement.Evidence {
		if err := recordEvidence(ctx, tx, r, p, published); err != nil {
			return err
		}
	}
	return nil
}

// next gives the place of the next piece.
func (d reportDraft) next() int {
	last := 0
	for _, p := range d.Evidence {
		last = max(last, p.Ordinal)
	}
	return last + 1
}

// pieces is a list of evidence as a statement gives it.
type pieces = member.Rows[Piece]
