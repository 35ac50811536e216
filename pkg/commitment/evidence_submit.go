package commitment

import (
	"context"
	"fmt"
	"slices"

	"accord/db"
	"accord/pkg/ident"
	"accord/pkg/ledger"
)

// What the draft says of a piece becomes what the register says; a piece of
// which it says the same stays as it is.
const submitEvidence = `
insert into evidence (id, report, version, ordinal, cycle, url, digest, name, media, size, title, claim, quote, page)
select id, report, version, ordinal, cycle, url, digest, name, media, size, title, claim, quote, page from evidence_draft where report = $1
on conflict (id) do update
set version = excluded.version, title = excluded.title, claim = excluded.claim, quote = excluded.quote, page = excluded.page
where evidence.version <> excluded.version
returning id`

const withdrawEvidence = `
delete from evidence e where report = $1 and not exists (select from evidence_draft d where d.id = e.id) returning id`

// submitAllEvidence writes and records the evidence of the report as it is
// submitted; nobody but staff and the member sees it yet.
func submitAllEvidence(ctx context.Context, tx *db.Tx, r Report) error {
	var changed, gone []ident.Evidence
	if err := tx.Select(ctx, &changed, submitEvidence, r.ID); err != nil {
		return fmt.Errorf("submit the evidence: %w", err)
	}
	if err := tx.Select(ctx, &gone, withdrawEvidence, r.ID); err != nil {
		return fmt.Errorf("withdraw evidence: %w", err)
	}
	for _, p := range r.Statement.Evidence {
		if !slices.Contains(changed, p.ID) {
			continue
		}
		if err := recordEvidence(ctx, tx, r, p, false); err != nil {
			return err
		}
	}
	for _, id := range gone {
		if err := ledger.Record(ctx, tx, ledger.Entry{
			Action: "evidence.removed", Kind: "evidence", ID: string(id), Member: r.Member, Sealed: true,
		}); err != nil {
			return err
		}
	}
	return nil
}
