package api

import (
	"accord/pkg/ident"
	"accord/pkg/ledger"
)

func (d *Door) readMemberHistory(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	before, err := after[ident.Position](r)
	if err != nil {
		return err
	}
	entries, err := d.offices.Changes.History(r.ctx, number, stated(before), r.limit()+1)
	if err != nil {
		return err
	}
	entries, next, err := turn(r, entries, func(p ledger.Past) ident.Position { return p.Position })
	if err != nil {
		return err
	}
	return r.list(HistoryList{Items: each(entries, pastOf), NextCursor: next})
}

func pastOf(p ledger.Past) HistoryEntry {
	return HistoryEntry{
		Position: int64(p.Position), At: p.At, Action: p.Action, Kind: p.Kind, Id: p.ID, Reason: p.Reason, Sealed: p.Sealed,
		By: authorOf(p.By), ProposedBy: authorOf(p.Proposer), SinglePerson: p.Alone,
		Fields: each(p.Fields, fieldOf),
	}
}

func authorOf(a ledger.Author) Author {
	return Author{Role: AuthorRole(a.Role), User: Id(a.User), Name: a.Name}
}

func fieldOf(f ledger.FieldChange) FieldChange {
	return FieldChange{Pointer: f.Pointer, Before: f.Before, After: f.After}
}
