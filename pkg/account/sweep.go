package account

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
)

// keepEnded is how long sessions that are over are kept, so that a spent
// refresh token that turns up late is still known for what it is.
const keepEnded = 7 * 24 * time.Hour

// keepRequests is how long a link that was asked for waits for a server that
// looks after it: who asked has given up by then.
const keepRequests = time.Hour

// keepInvited is how long is told who was invited and what became of it.
const keepInvited = 90 * 24 * time.Hour

// keepTokens is how long API tokens that are over are shown to their owners,
// who may wonder what ended when.
const keepTokens = 90 * 24 * time.Hour

const (
	sweepSessions = `delete from session where expires_at <= $1`
	sweepAttempts = `delete from sign_in_attempt where at + make_interval(secs => level * drain) <= $1`
	sweepFamiliar = `delete from familiar_address where at <= $1`
	sweepRequests = `delete from requested_link where at <= $1`
	sweepLinks    = `delete from account_link where expires_at <= $1`
	sweepInvited  = `delete from invitation where coalesce(settled_at, expires_at) <= $1`
	sweepTokens   = `delete from api_token where expires_at <= $1 or revoked_at <= $1`
	sweepPending  = `delete from pending_sign_in where expires_at <= $1`
	sweepRites    = `delete from passkey_ceremony where expires_at <= $1`
	sweepRounds   = `delete from directory_round where expires_at <= $1`
)

// Sweep forgets sessions, API tokens, failed attempts, addresses, links and
// invitations that have had their time. Servers call it now and then.
//
// It refuses with Forbidden when the actor is not the register itself.
func (s *Service) Sweep(ctx context.Context) error {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return err
	}
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		for statement, before := range map[string]time.Time{
			sweepSessions: tx.Now.Add(-keepEnded),
			sweepAttempts: tx.Now,
			sweepFamiliar: tx.Now.Add(-familiarFor),
			sweepTokens:   tx.Now.Add(-keepTokens),
			sweepPending:  tx.Now,
			sweepRites:    tx.Now,
			sweepRounds:   tx.Now,
			deleteStale:   tx.Now,
			sweepRequests: tx.Now.Add(-keepRequests),
			sweepLinks:    tx.Now,
			sweepInvited:  tx.Now.Add(-keepInvited),
		} {
			if _, err := tx.Exec(ctx, statement, before); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sweep accounts: %w", err)
	}
	return nil
}
