package api

import (
	"encoding/json"
	"fmt"

	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	requests "accord/pkg/request"
)

func changeDraft(b NewChangeRequest) requests.Draft {
	f := b.Member
	draft := requests.Draft{
		Member: memberPatch(MemberPatch{
			Name: f.Name, Names: f.Names, Kind: f.Kind, Country: f.Country, City: f.City, Sector: f.Sector, Founded: f.Founded,
			Identifiers: f.Identifiers, Sources: f.Sources,
		}),
		Reason: b.Reason,
	}
	for _, p := range b.Figures {
		draft.Figures = append(draft.Figures, requests.FigureDraft{
			Draft: figureDraft(NewFigure{
				Measure: p.Measure, Period: p.Period, Bound: p.Bound, Low: p.Low, High: p.High, Currency: p.Currency, Basis: p.Basis,
				Confidentiality: p.Confidentiality, Assurance: p.Assurance, Source: p.Source,
			}),
			Supersedes: ident.Figure(p.Supersedes),
		})
	}
	for _, g := range b.Signatures {
		draft.Signatures = append(draft.Signatures, signatureDraft(g))
	}
	for _, link := range b.Evidence {
		draft.Evidence = append(draft.Evidence, memberSource(link))
	}
	return draft
}

func changeRuling(b ChangeRuling) requests.Ruling {
	ruling := requests.Ruling{DistinctFrom: memberNumbers(b.DistinctFrom)}
	for _, d := range b.Decisions {
		ruling.Decisions = append(ruling.Decisions, requests.Decision{Item: d.Item, Verdict: requests.Verdict(d.Verdict), Reason: d.Reason})
	}
	return ruling
}

// personFor tells the reader who it was: which account is staff's to know, and
// which of the staff are administrators too.
func personFor(reader access.Actor, role access.Role, user ident.User, name string) Author {
	if !reader.Staff() {
		user, name = "", ""
		if role == access.RoleAdmin {
			role = access.RoleStaff
		}
	}
	return authorOf(ledger.Author{Role: role, User: user, Name: name})
}

// changeRequestOf puts a request on the wire.
func changeRequestOf(reader access.Actor, made requests.Request) (ChangeRequest, error) {
	body := ChangeRequest{
		Id: Id(made.ID), Member: int64(made.Member), State: ChangeRequestState(made.State), Reason: made.Reason, ProposedAt: made.ProposedAt,
		ProposedBy: personFor(reader, made.ProposerRole, made.Proposer, made.ProposerName), Version: made.Version,
		Evidence: each(made.Evidence, func(s member.Source) Source { return sourceOf(&s) }),
		Steps:    each(made.Steps, func(s requests.Step) ChangeRequestStep { return changeRequestStepOf(reader, s) }),
	}
	for _, item := range made.Items {
		wire, err := changeRequestItemOf(reader, item)
		if err != nil {
			return ChangeRequest{}, err
		}
		body.Items = append(body.Items, wire)
	}
	return body, nil
}

func changeRequestItemOf(reader access.Actor, item requests.Item) (ChangeRequestItem, error) {
	wire := ChangeRequestItem{
		Item: item.Number, Kind: ChangeRequestKind(item.Kind), Subject: item.Subject, Figure: Id(item.Figure), Old: item.Old, New: item.New,
		Current: item.Current, Stale: item.Stale, State: ChangeRequestItemState(item.State), Reason: item.Reason,
	}
	if item.DecidedAt != nil {
		wire.DecidedAt = item.DecidedAt.UTC()
	}
	if reader.Staff() {
		wire.DecidedBy = Id(item.DecidedBy)
	}
	if item.SignatoryName == nil {
		return wire, nil
	}
	var signature member.SignatureDraft
	if err := json.Unmarshal(item.New, &signature); err != nil {
		return ChangeRequestItem{}, fmt.Errorf("read item %d: %w", item.Number, err)
	}
	signature.Signatory = &member.Signatory{Name: *item.SignatoryName, Title: item.SignatoryTitle}
	var err error
	if wire.New, err = json.Marshal(signature); err != nil {
		return ChangeRequestItem{}, fmt.Errorf("encode item %d: %w", item.Number, err)
	}
	return wire, nil
}

func changeRequestStepOf(reader access.Actor, s requests.Step) ChangeRequestStep {
	wire := ChangeRequestStep{Step: ChangeRequestStepStep(s.Step), By: personFor(reader, s.Role, s.Actor, s.Name), At: s.At, Reason: s.Reason}
	for _, m := range s.Moved {
		wire.Moved = append(wire.Moved, ChangeRequestMove{Item: m.Item, Before: m.Before})
	}
	return wire
}

// changeRequestLineOf is a request in a list.
func changeRequestLineOf(reader access.Actor, l requests.Line) ChangeRequestLine {
	return ChangeRequestLine{
		Id: Id(l.ID), Member: int64(l.Member), State: ChangeRequestState(l.State), Reason: l.Reason, ProposedAt: l.ProposedAt.UTC(),
		ProposedBy: personFor(reader, l.ProposerRole, l.Proposer, l.ProposerName), Subjects: append([]string{}, l.Subjects...),
		OpenItems: l.OpenItems, Version: l.Version,
	}
}
