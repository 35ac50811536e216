package commitment

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/member"
)

const updateCommitment = `
update commitment set version = $2, state = $3, outcome = nullif($4, ''), closing_reason = nullif($5, '') where id = $1`

// Register takes a submitted commitment into the register. Everybody sees it
// from here on, or from the day on that its member becomes public. expected is
// the version that the actor has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such commitment, Stale when expected is another version, and Conflict when
// it is not submitted or its member is merged, suspended, refused or gone.
func (s *Service) Register(ctx context.Context, id ident.Commitment, expected int64) (Commitment, error) {
	actor, err := access.Require(ctx, access.RegisterCommitment)
	if err != nil {
		return Commitment{}, err
	}
	var c Commitment
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, submitted, err := lock(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := submitted.at(Submitted, expected); err != nil {
			return err
		}
		if err := promising(m); err != nil {
			return err
		}
		submitted.State = Registered
		if c, err = advance(ctx, tx, submitted, m); err != nil {
			return err
		}
		c = c.standing(tx.Now)
		if !m.Published {
			return nil
		}
		return revealParticipants(ctx, tx, c)
	})
	if err != nil {
		return Commitment{}, fmt.Errorf("register commitment %s: %w", id, locate(err))
	}
	return c, nil
}

// advance writes and records the next version of a commitment.
func advance(ctx context.Context, tx *db.Tx, c Commitment, m member.Locked) (Commitment, error) {
	var err error
	if c.Change, err = tx.Change(ctx); err != nil {
		return Commitment{}, err
	}
	c.Version++
	if _, err := tx.Exec(ctx, updateCommitment, c.ID, c.Version, c.State, c.Outcome, c.ClosingReason); err != nil {
		return Commitment{}, fmt.Errorf("update the commitment: %w", err)
	}
	if err := member.Touch(ctx, tx, c.Member, c.open(m.Published)); err != nil {
		return Commitment{}, err
	}
	return c, record(ctx, tx, c, m.Published)
}
