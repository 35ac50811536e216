package member

import (
	"context"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/plan"
)

// Capacity is as what a member signed the plan.
type Capacity string

// The capacities of a signature.
const (
	InitiationUnit Capacity = "initiation_unit"
	Signer         Capacity = "signer"
	Supporter      Capacity = "supporter"
)

// Capacities lists the capacities in the order of presentation.
func Capacities() []Capacity { return []Capacity{InitiationUnit, Signer, Supporter} }

// Signature is a member's signature under the plan.
type Signature struct {
	ID       ident.Signature `db:"id" json:"id"`
	Member   ident.Member    `db:"member" json:"member"`
	Ceremony *ident.Ceremony `db:"ceremony" json:"ceremony"` // nil for a signature on paper
	Version  int64           `db:"version" json:"version"`
	Change   ident.Change    `db:"change" json:"change"`
	Capacity Capacity        `db:"capacity" json:"capacity"`
	SignedOn *plan.Date      `db:"signed_on" json:"signed_on"` // nil where the day is not stated
	Name     *string         `db:"name" json:"name"`           // of the signatory; nil when not stated, or erased
	Title    *string         `db:"title" json:"title"`         // of the signatory
}

// SignatureDraft is a signature to be recorded.
type SignatureDraft struct {
	Ceremony  *ident.Ceremony
	Capacity  Capacity
	SignedOn  *plan.Date
	Signatory *Signatory
}

// Signatory is the person who signed.
type Signatory struct {
	Name  string  `json:"name"`
	Title *string `json:"title,omitempty"`
}

// Check gives every fault of the draft that can be told without the register.
func (d SignatureDraft) Check() fault.Fields {
	var faults fault.Fields
	fault.OneOf(&faults, "/capacity", d.Capacity, Capacities())
	checkDate(&faults, "/signed_on", d.SignedOn)
	if d.Signatory != nil {
		faults.Text("/signatory/name", d.Signatory.Name, 400)
		if d.Signatory.Title != nil {
			faults.Text("/signatory/title", *d.Signatory.Title, 400)
		}
	}
	return faults
}

func checkDate(faults *fault.Fields, pointer string, day *plan.Date) {
	if day == nil {
		return
	}
	if _, ok := plan.ParseDate(string(*day)); !ok {
		faults.Add(pointer, "not_a_date")
	}
}

// Sign records that a member signed the plan.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such member, Conflict when it is merged or has signed at this ceremony
// before, and Invalid with every field at fault: an unknown ceremony, a day in
// the future or outside the ceremony.
func (s *Service) Sign(ctx context.Context, number ident.Member, draft SignatureDraft) (Signature, error) {
	actor, err := access.Require(ctx, access.WriteSignature)
	if err != nil {
		return Signature{}, err
	}
	if err := draft.Check().Err(); err != nil {
		return Signature{}, err
	}
	var g Signature
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, err := Lock(ctx, tx, number, actor.Scope())
		if err != nil {
			return err
		}
		if err := checkDay(ctx, tx, draft); err != nil {
			return err
		}
		g = Signature{
			ID: ident.New[ident.Signature](), Member: number, Ceremony: draft.Ceremony, Version: 1,
			Capacity: draft.Capacity, SignedOn: draft.SignedOn,
		}
		if g.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		return insertSignature(ctx, tx, m, &g, draft.Signatory)
	})
	if err != nil {
		return Signature{}, fmt.Errorf("record a signature of member %s: %w", number, locate(err))
	}
	return g, nil
}

const ceremonySpan = `select from_on, until_on from ceremony where id = $1 for key share`

// checkDay gives the faults of a signature's day and ceremony.
func checkDay(ctx context.Context, tx *db.Tx, draft SignatureDraft) error {
	var faults fault.Fields
	if draft.SignedOn != nil && *draft.SignedOn > plan.Today(tx.Now) {
		faults.Add("/signed_on", "in_the_future")
	}
	if draft.Ceremony != nil {
		var span struct {
			From  *plan.Date `db:"from_on"`
			Until *plan.Date `db:"until_on"`
		}
		err := tx.Get(ctx, &span, ceremonySpan, *draft.Ceremony)
		last := span.Until
		if last == nil {
			last = span.From
		}
		switch {
		case fault.Is(err, fault.NotFound):
			faults.Add("/ceremony", "unknown_ceremony")
		case err != nil:
			return fmt.Errorf("read ceremony %s: %w", *draft.Ceremony, err)
		case draft.SignedOn != nil && span.From != nil && (*draft.SignedOn < *span.From || *draft.SignedOn > *last):
			faults.Add("/signed_on", "outside_ceremony", fault.Args{"from": string(*span.From), "until": string(*last)})
		}
	}
	return faults.Err()
}

const insertSignatureRow = `
insert into signature (id, member, ceremony, capacity, signed_on) values ($1, $2, $3, $4, $5)`

const insertSignatory = `
insert into signatory (signature, name, title, salt) values ($1, $2, $3, $4)`

// noteSigning keeps the derived column that lists sort by.
const noteSigning = `
update member set first_signed_on = least(first_signed_on, $2) where number = $1`

func insertSignature(ctx context.Context, tx *db.Tx, m Locked, g *Signature, person *Signatory) error {
	if _, err := tx.Exec(ctx, insertSignatureRow, g.ID, g.Member, g.Ceremony, g.Capacity, g.SignedOn); err != nil {
		return fmt.Errorf("insert the signature: %w", err)
	}
	var salt []byte
	if person != nil {
		var err error
		if salt, err = ledger.NewSalt(); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, insertSignatory, g.ID, person.Name, person.Title, salt); err != nil {
			return fmt.Errorf("insert the signatory: %w", err)
		}
		g.Name, g.Title = &person.Name, person.Title
	}
	if g.SignedOn != nil {
		if _, err := tx.Exec(ctx, noteSigning, g.Member, g.SignedOn); err != nil {
			return fmt.Errorf("note the signing: %w", err)
		}
	}
	if err := Touch(ctx, tx, g.Member, m.Published); err != nil {
		return err
	}
	return recordSignature(ctx, tx, *g, salt, m.Published)
}

// recordSignature records the signature; the signatory stands in the entry as
// a salted hash, since a person may ask to be forgotten.
func recordSignature(ctx context.Context, tx *db.Tx, g Signature, salt []byte, published bool) error {
	content := struct {
		Member    ident.Member    `json:"member"`
		Ceremony  *ident.Ceremony `json:"ceremony,omitempty"`
		Capacity  Capacity        `json:"capacity"`
		SignedOn  *plan.Date      `json:"signed_on,omitempty"`
		Signatory *ledger.Hidden  `json:"signatory,omitempty"`
	}{Member: g.Member, Ceremony: g.Ceremony, Capacity: g.Capacity, SignedOn: g.SignedOn}
	if g.Name != nil {
		hidden, err := ledger.Hide(salt, Signatory{Name: *g.Name, Title: g.Title})
		if err != nil {
			return err
		}
		content.Signatory = &hidden
	}
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: "signature.recorded", Kind: "signature", ID: string(g.ID), Member: g.Member, Content: content, Sealed: !published,
	})
}

const signaturesWithSalt = `
select g.id, g.member, g.ceremony, g.version, g.change, g.capacity, g.signed_on, p.name, p.title, p.salt
from signature g left join signatory p on p.signature = g.id
where g.member = $1 order by g.id`

// revealSignatures records a member's signatures when it becomes public.
func revealSignatures(ctx context.Context, tx *db.Tx, number ident.Member) error {
	var rows []struct {
		Signature
		Salt []byte `db:"salt"`
	}
	if err := tx.Select(ctx, &rows, signaturesWithSalt, number); err != nil {
		return fmt.Errorf("read the signatures: %w", err)
	}
	for _, row := range rows {
		if err := recordSignature(ctx, tx, row.Signature, row.Salt, true); err != nil {
			return err
		}
	}
	return nil
}

const readSignature = `
select g.id, g.member, g.ceremony, g.version, g.change, g.capacity, g.signed_on, p.name, p.title
from signature g join member m on m.number = g.member left join signatory p on p.signature = g.id
where g.id = $1 and (m.published or $2 or m.number = $3)`

// ReadSignature gives one signature.
//
// It refuses with NotFound when there is none or the actor may not know of its member.
func (s *Service) ReadSignature(ctx context.Context, id ident.Signature) (Signature, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return Signature{}, err
	}
	var g Signature
	if err := s.db.Get(ctx, &g, readSignature, id, actor.Scope().All, actor.Scope().Member); err != nil {
		return Signature{}, fmt.Errorf("read signature %s: %w", id, err)
	}
	return g, nil
}

const listSignatures = `
select (
    select json_agg(s order by s.id) from (
        select g.id, g.member, g.ceremony, g.version, g.change, g.capacity, g.signed_on, p.name, p.title
        from signature g left join signatory p on p.signature = g.id
        where g.member = m.number and g.id > $4::uuid order by g.id limit $5
    ) s
) from member m where number = $1 and (published or $2 or number = $3)`

// Signatures lists a member's signatures in the order of their ids, from behind after.
//
// It refuses with NotFound when the actor may not know of the member.
func (s *Service) Signatures(ctx context.Context, number ident.Member, after ident.Signature, limit int) ([]Signature, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	return listOf[Signature](ctx, s.db, actor, number, listSignatures, orFirst(after), limit)
}

// orFirst gives the id that stands before all others when there is none.
func orFirst[T ~string](after T) T {
	if after == "" {
		return T(strings.Repeat("0", 8) + "-0000-0000-0000-" + strings.Repeat("0", 12))
	}
	return after
}

const listCeremonySignatures = `
select (
    select json_agg(s order by s.id) from (
        select g.id, g.member, g.ceremony, g.version, g.change, g.capacity, g.signed_on, p.name, p.title
        from signature g join member m on m.number = g.member left join signatory p on p.signature = g.id
        where g.ceremony = c.id and g.id > $4::uuid and (m.published or $2 or m.number = $3) order by g.id limit $5
    ) s
) from ceremony c where id = $1`

// CeremonySignatures lists the signatures at a ceremony that the actor may see.
//
// It refuses with NotFound when there is no such ceremony.
func (s *Service) CeremonySignatures(ctx context.Context, id ident.Ceremony, after ident.Signature, limit int) ([]Signature, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	var rows Rows[Signature]
	if err := s.db.Get(ctx, &rows, listCeremonySignatures, id, actor.Scope().All, actor.Scope().Member, orFirst(after), limit); err != nil {
		return nil, fmt.Errorf("list the signatures of ceremony %s: %w", id, err)
	}
	return rows, nil
}
