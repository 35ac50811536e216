package commitment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/blob"
	"accord/pkg/document"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// MaxFile is how many octets a file may have.
const MaxFile = document.MaxSize

// Upload is a file that was received and looked at, and is evidence of nothing
// yet. Whoever received it discards it.
type Upload struct {
	staged *blob.Staged
	leave  func() // the place among the uploads under way
	file   File
	told   Told
	faults fault.Fields
}

// Told is all that an upload says of its file; two of one key say the same.
type Told struct {
	SHA256   blob.Digest `json:"sha256"`
	Name     string      `json:"name"`
	Declared string      `json:"declared"` // the media type
}

// Told is what came.
func (u *Upload) Told() Told { return u.told }

// Check gives every fault of the file, and of what is said of it.
func (u *Upload) Check(words Words) fault.Fields {
	faults := slices.Clone(u.faults)
	faults.Merge("", words.Check())
	return faults
}

// Discard forgets what was received, unless it became evidence.
func (u *Upload) Discard() error {
	u.leave()
	return u.staged.Discard()
}

// Admit tells whether a file for a report would be received, before anything of
// it is read: what an unknown sends is not even looked at.
//
// It refuses with Forbidden when the role may not write reports or the report
// is another member's, NotFound when there is none or the actor may not know of
// it, and Conflict when it is accepted or locked or has all the evidence that it
// may have (unless the request has a key, which may have been answered before).
func (s *EvidenceRoom) Admit(ctx context.Context, to ident.Report, keyed bool) error {
	actor, err := access.Require(ctx, access.DraftReport)
	if err != nil {
		return err
	}
	if _, err := s.receivable(ctx, to, actor.Scope(), keyed); err != nil {
		return fmt.Errorf("admit evidence of report %s: %w", to, err)
	}
	return nil
}

// Receive receives a file that is to be evidence of a report, under the name
// and the media type that came with it, neither of which is believed. No
// transaction is open meanwhile.
//
// It refuses with Forbidden when the role may not write reports or the report
// is another member's, NotFound when there is none or the actor may not know of
// it, Conflict when it is accepted or locked or has all the evidence that it may
// have (unless the request has a key, which may have been answered before),
// TooLarge when the file is, Invalid when its name is a path, RateLimited when
// too many are under way, and Malformed when it broke off. What else is at fault with the file [EvidenceRoom.AddFile] tells.
func (s *EvidenceRoom) Receive(ctx context.Context, to ident.Report, name, declared string, keyed bool, from io.Reader) (*Upload, error) {
	actor, err := access.Require(ctx, access.DraftReport)
	if err != nil {
		return nil, err
	}
	if _, err := s.receivable(ctx, to, actor.Scope(), keyed); err != nil {
		return nil, fmt.Errorf("receive evidence of report %s: %w", to, err)
	}
	if document.HasPath(name) {
		return nil, fault.FieldAt("/file", "file_name_path")
	}
	leave, err := s.uploads.enter(actor.User)
	if err != nil {
		return nil, err
	}
	staged, err := s.store.Stage(ctx, from, MaxFile)
	if err != nil {
		leave()
		return nil, fmt.Errorf("receive evidence of report %s: %w", to, unreceived(err))
	}
	u := &Upload{staged: staged, leave: leave, file: File{Digest: staged.Digest, Name: document.Name(name), Size: staged.Size}}
	u.told = Told{SHA256: staged.Digest, Name: u.file.Name, Declared: declared}
	found, faults, err := document.Inspect(staged, staged.Size, u.file.Name, declared)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("look at evidence of report %s: %w", to, err), u.Discard())
	}
	u.file.Type = found
	u.faults.Merge("/file", faults)
	return u, nil
}

// receivable gives the report, or tells why a file for it is not even read.
// Whether it becomes evidence is told under the member's lock.
func (s *EvidenceRoom) receivable(ctx context.Context, to ident.Report, scope access.Scope, keyed bool) (Report, error) {
	var row reportRow
	if err := s.db.Get(ctx, &row, readReport, to, scope.All, scope.Member); err != nil {
		return Report{}, err
	}
	r := row.report()
	switch {
	case !scope.Sees(r.Member):
		return Report{}, fault.New(fault.Forbidden, "not_your_member")
	case keyed:
		return r, nil
	case len(r.draft.Evidence) >= MostEvidence:
		return Report{}, fault.New(fault.Conflict, "evidence_full", fault.Args{"max": strconv.Itoa(MostEvidence)})
	default:
		return r, r.writable(s.db.Now())
	}
}

// unreceived tells what is at fault with what could not be received.
func unreceived(err error) error {
	switch _, source := errors.AsType[*blob.SourceError](err); {
	case errors.Is(err, blob.ErrTooLarge):
		return fault.New(fault.TooLarge, "file_too_large", fault.Args{"max": strconv.Itoa(MaxFile)})
	case source:
		return fault.Wrap(fault.Malformed, "body_unreadable", err)
	default:
		return fault.Wrap(fault.Unavailable, "file_unavailable", err)
	}
}

// AddFile gives a received file as evidence of a report.
//
// What is kept and what the register says of it cannot be one transaction, so
// three steps follow one another: the content is held against being swept away,
// it is kept, it is named. What ends between leaves a content that nothing
// names, which is swept a day later; what is named is kept, always.
//
// It refuses with Forbidden when the role may not write reports or the report
// is another member's, NotFound when there is none or the actor may not know of
// it, Conflict when it is accepted or locked or has all the evidence that it may
// have, or its member is merged, suspended, refused or gone or has all the files
// that it may have, Invalid with every field at fault, the file among them,
// RateLimited when the member has more files already than it may that are
// evidence of nothing, and Unavailable when it cannot be kept.
func (s *EvidenceRoom) AddFile(ctx context.Context, to ident.Report, u *Upload, words Words) (Evidence, error) {
	actor, err := access.Require(ctx, access.DraftReport)
	if err != nil {
		return Evidence{}, err
	}
	r, err := s.receivable(ctx, to, actor.Scope(), true)
	if err != nil {
		return Evidence{}, fmt.Errorf("give a file as evidence of report %s: %w", to, err)
	}
	if err := u.Check(words).Err(); err != nil {
		return Evidence{}, err
	}
	// Of this transaction nothing is to be answered again.
	err = s.db.InTx(db.WithoutClaim(ctx), func(tx *db.Tx) error { return hold(ctx, tx, u.file, r.Member) })
	if err != nil {
		return Evidence{}, fmt.Errorf("hold a file: %w", err)
	}
	if err := s.store.Keep(ctx, u.staged); err != nil {
		return Evidence{}, fmt.Errorf("keep a file: %w", fault.Wrap(fault.Unavailable, "file_unavailable", err))
	}
	var e Evidence
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		r, err := lockWritable(ctx, tx, to, actor.Scope())
		if err != nil {
			return err
		}
		e, err = add(ctx, tx, r, Piece{File: &u.file, Words: words})
		return err
	})
	if err != nil {
		return Evidence{}, fmt.Errorf("give a file as evidence of report %s: %w", to, err)
	}
	return e, nil
}
