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
insert into commitment (id, member, version, point, title, text, state, strength, starts_on, due_on, synthetic,
    indicator, unit, direction, baseline_value, baseline_on, target_bound, target_low, target_high, target_on, milestones, partner_countries)
values ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), nullif($9, '')::date, nullif($10, '')::date, $11,
    nullif($12, ''), nullif($13, ''), nullif($14, ''), $15, nullif($16, '')::date, nullif($17, ''), $18, $19, nullif($20, '')::date, $21, $22)`

// Submit hands a draft to staff, in the name of the member. From here on the
// text stays what it is, and those who are to make it jointly are invited.
// expected is the version that the actor has seen, or 0.
//
// It refuses with Forbidden when the role may not, the actor is not an
// approver of the member or the commitment is another member's, NotFound when
// there is none or the actor may not know of it, Stale when expected is another
// version, Conflict when it is no draft any more or its member is merged,
// suspended, refused or gone, and Invalid with every field at fault: what the
// draft says has come to break a rule since it was written, such as an indicator
// that was retired.
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
		if _, err := sound(ctx, tx, draft.draft(), draft.Member, actor); err != nil {
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
		if err := insert(ctx, tx, c); err != nil {
			return err
		}
		if err := member.Touch(ctx, tx, c.Member, false); err != nil {
			return err
		}
		if err := record(ctx, tx, c, m.Published); err != nil {
			return err
		}
		c.Participants, err = invite(ctx, tx, c)
		return err
	})
	if err != nil {
		return Commitment{}, fmt.Errorf("submit commitment %s: %w", id, locate(err))
	}
	return c, nil
}

func insert(ctx context.Context, tx *db.Tx, c Commitment) error {
	arguments := append([]any{
		c.ID, c.Member, c.Version, c.Point, c.Title, c.Text, c.State, c.Strength, c.StartsOn, c.DueOn, c.Synthetic,
	}, c.arguments()...)
	if _, err := tx.Exec(ctx, insertCommitment, arguments...); err != nil {
		return fmt.Errorf("insert the commitment: %w", err)
	}
	return nil
}
