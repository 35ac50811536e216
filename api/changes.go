package api

import (
	"accord/pkg/ident"
	"accord/pkg/ledger"
)

func (d *Door) readChanges(r *request) error {
	after := ident.Position(r.query.number("after"))
	page, err := d.offices.Changes.Changes(r.ctx, after, r.limit())
	if err != nil {
		return err
	}
	if n := len(page.Entries); n > 0 && page.Entries[n-1].Position < page.Last {
		r.linkNext("after", page.Entries[n-1].Position.String())
	}
	return r.list(ChangeList{Items: each(page.Entries, changeOf), Position: int64(page.Last)})
}

func changeOf(n ledger.Numbered) ChangeEntry {
	wire := ChangeEntry{Position: int64(n.Position), At: n.At, Sealed: n.Sealed(), Digest: n.Digest}
	if n.Sealed() {
		wire.Seal = n.Seal
	} else {
		wire.Action, wire.Kind, wire.Id, wire.Member, wire.Content = n.Action, n.Kind, n.ID, int64(n.Member), n.Content
	}
	return wire
}
