package api

import (
	"github.com/oapi-codegen/nullable"

	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// profileOf puts a member's profile on the wire.
func profileOf(p member.Profile) (Member, error) {
	figures, err := figure.FromRows(p.Figures)
	if err != nil {
		return Member{}, err
	}
	body := memberOf(p.Member)
	for _, f := range figures {
		body.Figures = append(body.Figures, figureOf(f))
	}
	for _, g := range p.Signatures {
		body.Signatures = append(body.Signatures, signatureOf(g))
	}
	return body, nil
}

// memberOf puts a member on the wire, without what hangs on it.
func memberOf(m member.Member) Member {
	body := Member{
		Number: int64(m.Number), Version: m.Version, Status: MemberStatus(m.Status), StatusSince: stated(m.StatusSince),
		MergedInto: int64(stated(m.MergedInto)), Name: m.Name, Names: namesOf(m.Names), Kind: MemberKind(m.Kind),
		Country: stated(m.Country), City: stated(m.City), Sector: sectorOf(m.Sector), Description: stated(m.Description),
		Website: stated(m.Website), Founded: stated(m.Founded), Sources: FactSources(m.Sources), Synthetic: m.Synthetic,
		Identifiers: make([]Identifier, len(m.Identifiers)), Figures: []Figure{}, Signatures: []Signature{},
	}
	for i, one := range m.Identifiers {
		known, _ := ident.ParseIdentifier(one.Scheme, one.Value)
		body.Identifiers[i] = Identifier{Scheme: one.Scheme, Value: one.Value, Warning: known.Warning}
	}
	return body
}

func memberItem(i member.Item) MemberItem {
	return MemberItem{
		Number: int64(i.Number), Version: i.Version, Status: MemberStatus(i.Status), StatusSince: stated(i.StatusSince),
		MergedInto: int64(stated(i.MergedInto)), Name: i.Name, Names: namesOf(i.Names), Kind: MemberKind(i.Kind),
		Country: stated(i.Country), City: stated(i.City), Sector: sectorOf(i.Sector), Matched: stated(i.Matched), Synthetic: i.Synthetic,
	}
}

func namesOf(names []member.Name) []Name {
	out := make([]Name, len(names))
	for i, n := range names {
		out[i] = Name{
			Text: n.Text, Lang: n.Lang, Script: stated(n.Script), Kind: NameKind(n.Kind), Primary: n.Primary, Source: stated(n.Source),
		}
	}
	return out
}

func memberNames(names []Name) []member.Name {
	out := make([]member.Name, len(names))
	for i, n := range names {
		out[i] = member.Name{
			Text: n.Text, Lang: n.Lang, Script: given(n.Script), Kind: member.NameKind(n.Kind), Primary: n.Primary, Source: given(n.Source),
		}
	}
	return out
}

func sectorOf(code *string) Sector {
	if code == nil {
		return Sector{}
	}
	return Sector{Scheme: ident.SectorScheme, Code: *code}
}

func memberIdentifiers(identifiers []NewIdentifier) []member.Identifier {
	out := make([]member.Identifier, len(identifiers))
	for i, one := range identifiers {
		out[i] = member.Identifier{Scheme: one.Scheme, Value: one.Value}
	}
	return out
}

func memberNumbers(numbers []int64) []ident.Member {
	out := make([]ident.Member, len(numbers))
	for i, n := range numbers {
		out[i] = ident.Member(n)
	}
	return out
}

func memberDraft(b NewMember) member.Draft {
	return member.Draft{
		Name: b.Name, Names: memberNames(b.Names), Kind: member.Kind(b.Kind), Country: given(b.Country), City: given(b.City),
		Sector: given(b.Sector.Code), Description: given(b.Description), Website: given(b.Website), Founded: given(b.Founded),
		Identifiers: memberIdentifiers(b.Identifiers), Sources: member.Sources(b.Sources), DistinctFrom: memberNumbers(b.DistinctFrom),
	}
}

func memberPatch(b MemberPatch) member.Patch {
	p := member.Patch{
		Country: b.Country, City: b.City, Description: b.Description, Website: b.Website, Founded: b.Founded,
		Sector:       translated(b.Sector, func(s Sector) string { return s.Code }),
		Identifiers:  translated(b.Identifiers, memberIdentifiers),
		Sources:      translated(b.Sources, func(s FactSources) member.Sources { return member.Sources(s) }),
		DistinctFrom: memberNumbers(b.DistinctFrom),
	}
	p.Name = changed(b.Name, same[string])
	p.Kind = changed(b.Kind, func(k MemberKind) member.Kind { return member.Kind(k) })
	if b.Names != nil {
		p.Names = nullable.NewNullableWithValue(memberNames(b.Names))
	}
	return p
}

func stepOf(b NewTransition) member.Step {
	return member.Step{
		To: member.Status(b.To), EffectiveOn: given(b.EffectiveOn), Reason: b.Reason, Survivor: given(ident.Member(b.Survivor)),
	}
}

func transitionOf(t member.Transition) Transition {
	return Transition{
		Id: Id(t.ID), Member: int64(t.Member), From: MemberStatus(stated(t.From)), To: MemberStatus(t.To),
		EffectiveOn: stated(t.EffectiveOn), Reason: t.Reason, Survivor: int64(stated(t.Survivor)), RecordedAt: t.RecordedAt.UTC(),
	}
}
