package api

import (
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

func (d *Door) addContact(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b NewContact) fault.Fields { return contactDraft(b).Check() })
	if err != nil {
		return err
	}
	c, err := d.offices.Members.AddContact(r.ctx, number, contactDraft(body))
	if again, ok := replayed(err); ok {
		// Personal, so without history: the answer is the contact as it stands.
		c, err = d.offices.Members.ReadContact(r.ctx, ident.Contact(again.Subject))
	}
	if err != nil {
		return err
	}
	return r.created("/api/v1/contacts/"+string(c.ID), r.contactTag(c), contactOf(c))
}

func (r *request) contactTag(c member.Contact) string {
	return r.tag(c.Version, r.actor().Audience(c.Member))
}

func (d *Door) readContact(r *request) error {
	id, err := id[ident.Contact](r, "id")
	if err != nil {
		return err
	}
	c, err := d.offices.Members.ReadContact(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.contactTag(c), contactOf(c))
}

func (d *Door) listContacts(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	place, err := after[ident.Contact](r)
	if err != nil {
		return err
	}
	contacts, err := d.offices.Members.Contacts(r.ctx, number, stated(place), r.limit()+1)
	if err != nil {
		return err
	}
	contacts, cursor, err := turn(r, contacts, func(c member.Contact) ident.Contact { return c.ID })
	if err != nil {
		return err
	}
	body := ContactList{Items: make([]Contact, len(contacts)), NextCursor: cursor}
	for i, c := range contacts {
		body.Items[i] = contactOf(c)
	}
	return r.list(body)
}

func (d *Door) amendContact(r *request) error {
	id, err := id[ident.Contact](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(func() (int64, error) { return d.contactVersion(r, id) })
	if err != nil {
		return err
	}
	body, err := bind(r, func(b ContactPatch) fault.Fields { return contactPatch(b).Check() })
	if err != nil {
		return err
	}
	c, err := d.offices.Members.AmendContact(r.ctx, id, expected, contactPatch(body))
	if err != nil {
		return err
	}
	return r.show(r.contactTag(c), contactOf(c))
}

func (d *Door) contactVersion(r *request, id ident.Contact) (int64, error) {
	c, err := d.offices.Members.ReadContact(r.ctx, id)
	return c.Version, err
}

func (d *Door) removeContact(r *request) error {
	id, err := id[ident.Contact](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(func() (int64, error) { return d.contactVersion(r, id) })
	if err != nil {
		return err
	}
	if err := d.offices.Members.RemoveContact(r.ctx, id, expected); err != nil {
		return err
	}
	return r.nothing()
}

func contactDraft(b NewContact) member.Contact {
	return member.Contact{
		Name: b.Name, Position: given(b.Position), Email: given(b.Email), Phone: given(b.Phone), Note: given(b.Note),
	}
}

func contactPatch(b ContactPatch) member.ContactPatch {
	return member.ContactPatch{Name: changed(b.Name, same[string]), Position: b.Position, Email: b.Email, Phone: b.Phone, Note: b.Note}
}

func contactOf(c member.Contact) Contact {
	return Contact{
		Id: Id(c.ID), Member: int64(c.Member), Version: c.Version, Name: c.Name, Position: stated(c.Position),
		Email: stated(c.Email), Phone: stated(c.Phone), Note: stated(c.Note),
	}
}
