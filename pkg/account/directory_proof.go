package account

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/directory"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// clockDrift is how far the directory's clock may be behind ours.
const clockDrift = time.Minute

const readProvable = `select exists (select from directory_identity where user_id = $1 and issuer = $2)`

// ProvableByDirectory tells whether the actor may prove again who it is at the
// directory: where it came from there, and has no second factor, which is what
// counts then.
//
// It refuses with Unauthenticated or Forbidden who has no account.
func (s *Service) ProvableByDirectory(ctx context.Context) (bool, error) {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil {
		return false, err
	}
	if s.config.Directory == nil {
		return false, nil
	}
	var linked bool
	if err := s.db.Get(ctx, &linked, readProvable, actor.User, s.config.Directory.Issuer()); err != nil {
		return false, fmt.Errorf("ask for the directory's person: %w", err)
	}
	return linked, nil
}

// proveByDirectory makes the session of the round fresh, which must be the one
// that asks, by a proof that the directory was given after it was asked. Nobody
// else's account is touched by it.
func (s *Service) proveByDirectory(ctx context.Context, tx *db.Tx, r round, p directory.Person) (arrival, string, error) {
	actor, err := access.Require(ctx, access.KeepOwnAccount)
	if err != nil || actor.Session != *r.Session {
		return arrival{refused: "other_session", code: "directory_round_invalid"}, "", nil
	}
	var a arrival
	a.user.ID = actor.User
	if p.Proved.Before(r.Began.Add(-clockDrift)) {
		a.refused, a.code = "proof_old", "directory_proof_old"
		return a, "", nil
	}
	var who ident.User
	err = tx.Get(ctx, &who, readIdentity, p.Issuer, p.Subject)
	if fault.Is(err, fault.NotFound) || err == nil && who != actor.User {
		a.refused = "other_person"
		return a, "", nil
	}
	if err != nil {
		return a, "", fmt.Errorf("find the directory's person: %w", err)
	}
	if a, err = s.receive(ctx, tx, p); err != nil || a.refused != "" {
		return a, "", err
	}
	m, err := meansOf(ctx, tx, actor.User)
	if err == nil && m.second() { // which is what counts then
		err = fault.FieldAt("/code", "second_factor_needed")
	}
	if err != nil {
		return a, "", err
	}
	a.events = append(a.events, "reauthenticated")
	cookie, err := freshen(ctx, tx, actor, Directory, s.provedAt(p, tx.Now))
	return a, cookie, err
}
