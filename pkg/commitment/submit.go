package commitment

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/member"
)

const deleteDraft = `delete from commitment_draft where id = $1`

const insertCommitment = `
insert into commitment (id, member, version, point, title, text, state, strength, starts_on, due_on, synthetic)
values ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), nullif($9, '')::date, nullif($10, '')::date, $11)`

// Submit hands a draft to staff, in the name of the member. From here on the
// text stays what it is. expected is the version that the actor has seen, or 0.
//
// It refuses with Forbidden when the role may not, the actor is not an
// approver of the member or the commitment is another member's, NotFound when
// there is none or the actor may not know of it, Stale when expected is another
// version, and Conflict when it is no draft any more or its member is merged,
// suspended, refused or gone.
func (s *Service) Submit(ctx context.Context, id ident.Commitment, expected int64) (Commitment, error) {
	actor, err := access.Require(ctx, access.SubmitCommitment)
	if err != nil {
		return Commitment{}, err
	}
	var c Commitment
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, draft, err := lock(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := draft.at(Drafted, expected); err != nil {
			return err
		}
		if err := promising(m); err != nil {
			return err
		}
		c = draft
		c.Version, c.State = draft.Version+1, Submitted
		if c.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, deleteDraft, id); err != nil {
			return fmt.Errorf("delete the draft: %w", err)
		}
		if _, err := tx.Exec(ctx, insertCommitment, c.ID, c.Member, c.Version, c.Point, c.Title, c.Text, c.State, c.Strength,
			c.StartsOn, c.DueOn, c.Synthetic); err != nil {
			return fmt.Errorf("insert the commitment: %w", err)
		}
		if err := member.Touch(ctx, tx, c.Member, false); err != nil {
			return err
		}
		return record(ctx, tx, c, m.Published)
	})
	if err != nil {
		return Commitment{}, fmt.Errorf("submit commitment %s: %w", id, locate(err))
	}
	return c, nil
}
