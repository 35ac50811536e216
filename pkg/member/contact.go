package member

import (
	"context"
	"fmt"
	"net/mail"
	"strings"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
)

// Contact is a person to reach at a member. Never public.
type Contact struct {
	ID       ident.Contact `db:"id" json:"id"`
	Member   ident.Member  `db:"member" json:"member"`
	Version  int64         `db:"version" json:"version"`
	Name     string        `db:"name" json:"name"`
	Position *string       `db:"position" json:"position,omitempty"`
	Email    *string       `db:"email" json:"email,omitempty"`
	Phone    *string       `db:"phone" json:"phone,omitempty"`
	Note     *string       `db:"note" json:"note,omitempty"`
}

// Check gives every fault of the contact.
func (c Contact) Check() fault.Fields {
	var faults fault.Fields
	faults.Text("/name", c.Name, 400)
	if c.Position != nil {
		faults.Text("/position", *c.Position, 400)
	}
	if c.Email != nil {
		hidden := func(r rune) bool { return fault.Unseen(r) || fault.Invisible(r) }
		address, err := mail.ParseAddress(*c.Email)
		if err != nil || address.Address != *c.Email || len(*c.Email) > 254 || strings.ContainsFunc(*c.Email, hidden) {
			faults.Add("/email", "not_an_email_address")
		}
	}
	if c.Phone != nil {
		faults.Text("/phone", *c.Phone, 40)
	}
	if c.Note != nil {
		faults.Prose("/note", *c.Note, 2000)
	}
	if c.Email == nil && c.Phone == nil {
		faults.Add("/email", "email_or_phone")
	}
	return faults
}

// ContactPatch is a merge patch of a contact.
type ContactPatch struct {
	Name     nullable.Nullable[string]
	Position nullable.Nullable[string]
	Email    nullable.Nullable[string]
	Phone    nullable.Nullable[string]
	Note     nullable.Nullable[string]
}

// Check gives every fault of the patch that can be told without the contact.
func (p ContactPatch) Check() fault.Fields {
	sound := "sound@example.org"
	return Contact{Name: sound, Email: &sound, Phone: &sound}.amended(p).Check()
}

func (c Contact) amended(p ContactPatch) Contact {
	if p.Name.IsSpecified() {
		c.Name = orEmpty(value(p.Name))
	}
	replace(&c.Position, p.Position)
	replace(&c.Email, p.Email)
	replace(&c.Phone, p.Phone)
	replace(&c.Note, p.Note)
	return c
}

const insertContact = `
insert into contact (id, member, name, position, email, phone, note) values ($1, $2, $3, $4, $5, $6, $7)`

// AddContact takes down a person to reach at a member. The ledger holds a seal
// of it only, and no history keeps what was replaced: it is personal.
//
// It refuses with Forbidden when the role may not, NotFound when the member is
// not one that the actor may write to, Conflict when it is merged, and Invalid
// with every field at fault.
func (s *Service) AddContact(ctx context.Context, number ident.Member, draft Contact) (Contact, error) {
	if _, err := access.Require(ctx, access.WriteContacts); err != nil {
		return Contact{}, err
	}
	draft.ID, draft.Member, draft.Version = ident.New[ident.Contact](), number, 1
	if err := draft.Check().Err(); err != nil {
		return Contact{}, err
	}
	return draft, s.writeContact(ctx, number, "contact.added", func(tx *db.Tx) (Contact, error) {
		_, err := tx.Exec(ctx, insertContact, draft.ID, number, draft.Name, draft.Position, draft.Email, draft.Phone, draft.Note)
		return draft, err
	})
}

// writeContact runs a change of a contact in its transaction: role, lock, write, seal.
func (s *Service) writeContact(ctx context.Context, number ident.Member, action string, write func(*db.Tx) (Contact, error)) error {
	actor, err := access.Require(ctx, access.WriteContacts)
	if err != nil {
		return err
	}
	if !actor.Scope().Sees(number) {
		return fault.New(fault.NotFound, "not_found")
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if _, err := Lock(ctx, tx, number, actor.Scope()); err != nil {
			return err
		}
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		c, err := write(tx)
		if err != nil {
			return err
		}
		return ledger.Record(ctx, tx, ledger.Entry{
			Action: action, Kind: "contact", ID: string(c.ID), Member: number, Content: map[string]int64{"version": c.Version}, Sealed: true,
		})
	})
	if err != nil {
		return fmt.Errorf("write a contact of member %s: %w", number, locate(err))
	}
	return nil
}

const updateContact = `
update contact set version = $2, name = $3, position = $4, email = $5, phone = $6, note = $7 where id = $1`

// AmendContact changes a contact.
//
// It refuses as [Service.AddContact] does, and with Stale when expected is not its version.
func (s *Service) AmendContact(ctx context.Context, id ident.Contact, expected int64, patch ContactPatch) (Contact, error) {
	c, err := s.ReadContact(ctx, id)
	if err != nil {
		return Contact{}, err
	}
	err = s.writeContact(ctx, c.Member, "contact.amended", func(tx *db.Tx) (Contact, error) {
		if err := tx.Get(ctx, &c, lockContact, id); err != nil {
			return Contact{}, err
		}
		if c.Version != expected {
			return Contact{}, fault.New(fault.Stale, "stale")
		}
		c = c.amended(patch)
		c.Version++
		if err := c.Check().Err(); err != nil {
			return Contact{}, err
		}
		_, err := tx.Exec(ctx, updateContact, id, c.Version, c.Name, c.Position, c.Email, c.Phone, c.Note)
		return c, err
	})
	return c, err
}

const deleteContact = `delete from contact where id = $1`

// RemoveContact erases a contact.
//
// It refuses as [Service.AmendContact] does.
func (s *Service) RemoveContact(ctx context.Context, id ident.Contact, expected int64) error {
	c, err := s.ReadContact(ctx, id)
	if err != nil {
		return err
	}
	return s.writeContact(ctx, c.Member, "contact.removed", func(tx *db.Tx) (Contact, error) {
		if err := tx.Get(ctx, &c, lockContact, id); err != nil {
			return Contact{}, err
		}
		if c.Version != expected {
			return Contact{}, fault.New(fault.Stale, "stale")
		}
		_, err := tx.Exec(ctx, deleteContact, id)
		return c, err
	})
}

const lockContact = `
select id, member, version, name, position, email, phone, note from contact where id = $1 for no key update`

const readContact = `
select id, member, version, name, position, email, phone, note from contact where id = $1 and ($2 or member = $3)`

// ReadContact gives one contact.
//
// It refuses with Forbidden when the role may not read contacts and NotFound
// when it is not one of the actor's own member.
func (s *Service) ReadContact(ctx context.Context, id ident.Contact) (Contact, error) {
	actor, err := access.Require(ctx, access.ReadContacts)
	if err != nil {
		return Contact{}, err
	}
	var c Contact
	if err := s.db.Get(ctx, &c, readContact, id, actor.Scope().All, actor.Scope().Member); err != nil {
		return Contact{}, fmt.Errorf("read contact %s: %w", id, err)
	}
	return c, nil
}

const listContacts = `
select (
    select json_agg(c order by c.id) from (
        select id, member, version, name, position, email, phone, note
        from contact where member = m.number and id > $4::uuid order by id limit $5
    ) c
) from member m where number = $1 and ($2 or number = $3)`

// Contacts lists a member's contacts in the order of their ids, from behind after.
//
// It refuses as [Service.ReadContact] does.
func (s *Service) Contacts(ctx context.Context, number ident.Member, after ident.Contact, limit int) ([]Contact, error) {
	actor, err := access.Require(ctx, access.ReadContacts)
	if err != nil {
		return nil, err
	}
	return listOf[Contact](ctx, s.db, actor, number, listContacts, orFirst(after), limit)
}
