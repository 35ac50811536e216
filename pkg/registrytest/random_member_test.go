package registrytest

import (
	"github.com/oapi-codegen/nullable"

	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func (l *life) register() error {
	draft := member.Draft{
		Names: []member.Name{
			{Text: l.text("a name"), Lang: "en", Kind: member.Legal, Primary: true},
			{Text: "环球" + l.text("a name"), Lang: "zh", Kind: member.Brand, Source: ptr(l.text("a name's source"))},
		},
		Kind: pick(l, member.Kinds()), Country: ptr(pick(l, []string{"CN", "DE"})), City: l.maybe(l.text("a city")),
		Sector: ptr(pick(l, []string{"G4791", "C", "J62"})), Description: l.maybe(l.text("a description")),
		Identifiers: []member.Identifier{{Scheme: "duns", Value: l.text("an identifier")}, {Scheme: "crefo", Value: l.text("an identifier")}},
		Sources:     member.Sources{"country": l.text("a source")},
	}
	m, err := l.Members.Register(Staff(), draft)
	if err == nil {
		l.members = append(l.members, m.Number)
	}
	return err
}

// version gives a member's version, now and then an old one.
func (l *life) version(number ident.Member) int64 {
	version := l.Version(l.t, number)
	if l.draw.IntN(20) == 0 {
		version--
	}
	return version
}

func (l *life) amend() error {
	number := pick(l, l.members)
	patch := member.Patch{}
	switch l.draw.IntN(5) {
	case 0:
		patch.Name = nullable.NewNullableWithValue(l.text("a name"))
	case 1:
		patch.Names = nullable.NewNullableWithValue([]member.Name{{Text: l.text("a name"), Lang: "und", Kind: member.Short, Primary: true}})
	case 2:
		patch.City = nullable.NewNullableWithValue(l.text("a city"))
		patch.Founded = nullable.NewNullableWithValue(1990 + l.draw.IntN(30))
	case 3:
		patch.Identifiers = nullable.NewNullableWithValue([]member.Identifier{{Scheme: "duns", Value: l.text("an identifier")}})
		patch.Country = nullable.NewNullNullable[string]()
	default:
		patch.Kind = nullable.NewNullableWithValue(pick(l, member.Kinds())) // at times the one that it is
	}
	_, err := l.Members.Amend(Staff(), number, l.version(number), patch)
	return err
}

func (l *life) describe() error {
	number := pick(l, l.members)
	patch := member.Patch{Description: nullable.NewNullableWithValue(l.text("a description"))}
	if l.draw.IntN(4) == 0 {
		patch.Description = nullable.NewNullNullable[string]()
	}
	_, err := l.Members.Amend(Editor(number), number, l.version(number), patch)
	return err
}

// move takes a step that may lead on, or may not.
func (l *life) move() error {
	number := pick(l, l.members)
	likely := map[member.Status][]member.Status{
		member.Applied: {member.InReview, member.InReview, member.Rejected}, member.InReview: {member.Active},
		member.Rejected: {member.InReview}, member.Active: {member.Suspended, member.Withdrawn, member.NonCommunicating},
	}
	profile, err := l.Members.Read(Staff(), number)
	if err != nil {
		return err
	}
	to := pick(l, member.Statuses())
	if next := likely[profile.Status]; next != nil && l.draw.IntN(4) > 0 {
		to = pick(l, next)
	}
	if profile.Status == member.Merged {
		to = *profile.MergedFrom
	}
	if to == member.Merged {
		return l.merge()
	}
	step := member.Step{To: to, Reason: l.text("a reason")}
	if l.draw.IntN(2) == 0 {
		step.EffectiveOn = ptr(plan.Today(l.Clock.Now()))
	}
	_, err = l.Members.Transition(Staff(), number, l.version(number), step)
	return err
}

func (l *life) merge() error {
	number := pick(l, l.members)
	survivor := pick(l, l.members)
	_, err := l.Members.Transition(Staff(), number, l.version(number), member.Step{
		To: member.Merged, Reason: l.text("a reason"), Survivor: &survivor,
	})
	return err
}

func (l *life) sign() error {
	draft := member.SignatureDraft{Capacity: pick(l, member.Capacities())}
	if len(l.ceremonies) > 0 && l.draw.IntN(2) == 0 {
		draft.Ceremony = ptr(pick(l, l.ceremonies))
	}
	if l.draw.IntN(2) == 0 {
		draft.SignedOn = ptr(pick(l, []plan.Date{"2016-09-02", "2017-06-01"}))
	}
	if l.draw.IntN(2) == 0 {
		draft.Signatory = &member.Signatory{Name: l.private("a signatory"), Title: ptr(l.private("a signatory's title"))}
	}
	_, err := l.Members.Sign(Staff(), pick(l, l.members), draft)
	return err
}

func (l *life) addContact() error {
	number := pick(l, l.members)
	c, err := l.Members.AddContact(Editor(number), number, member.Contact{
		Name: l.private("a contact"), Phone: ptr(l.private("a phone number")), Note: l.maybe(l.private("a note")),
	})
	if err == nil {
		l.contacts = append(l.contacts, c)
	}
	return err
}

func (l *life) amendContact() error {
	if len(l.contacts) == 0 {
		return l.addContact()
	}
	i := l.draw.IntN(len(l.contacts))
	c, err := l.Members.AmendContact(Staff(), l.contacts[i].ID, l.contacts[i].Version, member.ContactPatch{
		Name: nullable.NewNullableWithValue(l.private("a contact")),
	})
	if err == nil {
		l.contacts[i] = c
	}
	return err
}

func (l *life) removeContact() error {
	if len(l.contacts) == 0 {
		return l.addContact()
	}
	last := l.contacts[len(l.contacts)-1]
	err := l.Members.RemoveContact(Staff(), last.ID, last.Version)
	if err == nil {
		l.contacts = l.contacts[:len(l.contacts)-1]
	}
	return err
}

func (l *life) recordCeremony() error {
	c, err := l.Members.RecordCeremony(Staff(), member.CeremonyDraft{
		Name: l.text("a ceremony"), Place: l.maybe(l.text("a place")), Convenors: []string{l.text("a convenor")},
		Forum: &member.Forum{Name: l.text("a forum"), Hosts: []string{l.text("a host")}},
	})
	if err == nil {
		l.ceremonies = append(l.ceremonies, c.ID)
	}
	return err
}

func (l *life) amendCeremony() error {
	if len(l.ceremonies) == 0 {
		return l.recordCeremony()
	}
	c, err := l.Members.ReadCeremony(Public(), pick(l, l.ceremonies))
	if err != nil {
		return err
	}
	patch := member.CeremonyPatch{Place: nullable.NewNullableWithValue(l.text("a place")), Forum: nullable.NewNullNullable[member.Forum]()}
	_, err = l.Members.AmendCeremony(Staff(), c.ID, c.Version, patch)
	return err
}
