package member

import (
	"context"
	"fmt"

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

// SignatureDraft is a signature to be recorded. Its JSON is that of the wire.
type SignatureDraft struct {
	Ceremony  *ident.Ceremony `json:"ceremony,omitempty"`
	Capacity  Capacity        `json:"capacity"`
	SignedOn  *plan.Date      `json:"signed_on,omitempty"`
	Signatory *Signatory      `json:"signatory,omitempty"`
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
// before or a signature of a public member takes a second person (see
// [Service.FourEyes]), and Invalid with every field at fault: an unknown
// ceremony, a day in the future or outside the ceremony.
func (s *Service) Sign(ctx context.Context, number ident.Member, draft SignatureDraft) (Signature, error) {
	if _, err := access.Require(ctx, access.WriteSignature); err != nil {
		return Signature{}, err
	}
	var g Signature
	err := s.db.InTx(ctx, func(tx *db.Tx) (err error) {
		g, err = s.SignIn(ctx, tx, number, draft)
		return err
	})
	if err != nil {
		return Signature{}, fmt.Errorf("record a signature of member %s: %w", number, err)
	}
	return g, nil
}

// SignIn is Sign as a part of the transaction, for the domains that decide
// something from which a signature follows. It refuses as Sign does.
func (s *Service) SignIn(ctx context.Context, tx *db.Tx, number ident.Member, draft SignatureDraft) (Signature, error) {
	actor, err := access.Require(ctx, access.WriteSignature)
	if err != nil {
		return Signature{}, err
	}
	if err := draft.Check().Err(); err != nil {
		return Signature{}, err
	}
	m, err := Lock(ctx, tx, number, actor.Scope())
	if err != nil {
		return Signature{}, err
	}
	if err := Second(tx, actor, m.Published, s.fourEyes, ""); err != nil {
		return Signature{}, err
	}
	if err := draft.CheckDay(ctx, tx); err != nil {
		return Signature{}, err
	}
	g := Signature{
		ID: ident.New[ident.Signature](), Member: number, Ceremony: draft.Ceremony, Version: 1,
		Capacity: draft.Capacity, SignedOn: draft.SignedOn,
	}
	if g.Change, err = tx.Change(ctx); err != nil {
		return Signature{}, err
	}
	if err := insertSignature(ctx, tx, m, &g, draft.Signatory); err != nil {
		return Signature{}, locate(err)
	}
	return g, nil
}

const ceremonySpan = `select from_on, until_on from ceremony where id = $1 for key share`

// CheckDay gives the faults of the draft's day and ceremony, which only the
// register can tell.
func (d SignatureDraft) CheckDay(ctx context.Context, tx *db.Tx) error {
	var faults fault.Fields
	if d.SignedOn != nil && *d.SignedOn > plan.Today(tx.Now) {
		faults.Add("/signed_on", "in_the_future")
	}
	if d.Ceremony != nil {
		var span struct {
			From  *plan.Date `db:"from_on"`
			Until *plan.Date `db:"until_on"`
		}
		err := tx.Get(ctx, &span, ceremonySpan, *d.Ceremony)
		last := span.Until
		if last == nil {
			last = span.From
		}
		switch {
		case fault.Is(err, fault.NotFound):
			faults.Add("/ceremony", "unknown_ceremony")
		case err != nil:
			return fmt.Errorf("read ceremony %s: %w", *d.Ceremony, err)
		case d.SignedOn != nil && span.From != nil && (*d.SignedOn < *span.From || *d.SignedOn > *last):
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
