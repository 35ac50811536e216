package account

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Owner, member and post are those of now, in the one statement that finds the
// token, as for sessions.
const readBearer = `
select t.id, t.user_id, t.scopes, t.last_used_at, u.role, coalesce(u.member, 0) as member, coalesce(u.post, '') as post,
    u.role = any($3) and not exists (select from totp_factor f where f.user_id = u.id and f.confirmed_at is not null)
        and not exists (select from passkey k where k.user_id = u.id) as lacking
from api_token t join app_user u on u.id = t.user_id
where t.hash = $1 and t.revoked_at is null and t.expires_at > $2 and not u.disabled`

// byToken tells whom the API token stands for.
func (s *Service) byToken(ctx context.Context, token string) (access.Actor, error) {
	if !wellFormed(token) {
		return access.Actor{}, fault.Wrap(fault.Unauthenticated, "token_invalid", errors.New("cut off, mistyped or made up"))
	}
	var row struct {
		ID       ident.Token  `db:"id"`
		User     ident.User   `db:"user_id"`
		Scopes   db.Texts     `db:"scopes"`
		LastUsed *time.Time   `db:"last_used_at"`
		Role     access.Role  `db:"role"`
		Member   ident.Member `db:"member"`
		Post     access.Post  `db:"post"`
		Lacking  bool         `db:"lacking"`
	}
	now := s.db.Now()
	err := s.db.Get(ctx, &row, readBearer, tokenHash(token), now, s.factored())
	if fault.Is(err, fault.NotFound) {
		return access.Actor{}, fault.Wrap(fault.Unauthenticated, "token_invalid", errors.New("unknown, expired, revoked or of a disabled account"))
	}
	if err != nil {
		return access.Actor{}, fmt.Errorf("authenticate an API token: %w", err)
	}
	if row.LastUsed == nil || now.Sub(*row.LastUsed) >= usedEvery {
		s.uses.note(row.ID, now)
	}
	owner := access.Actor{User: row.User, Role: row.Role, Member: row.Member, Post: row.Post, Lacking: row.Lacking}
	return owner.ByToken(row.ID, scopesOf(row.Scopes)), nil
}

// usedEvery is how seldom the use of a token is written down.
const usedEvery = 5 * time.Minute

// uses are tokens that were used and of which that is not yet written down. It
// holds one time for each live token at most.
type uses struct {
	mu sync.Mutex // guards at
	at map[ident.Token]time.Time
}

func (u *uses) note(id ident.Token, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.at == nil {
		u.at = make(map[ident.Token]time.Time)
	}
	u.at[id] = at
}

// take gives what is to be written down, and forgets it.
func (u *uses) take() map[ident.Token]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	taken := u.at
	u.at = nil
	return taken
}

// The rows are locked in the order of their ids, so that two servers do not
// wait for each other in a ring.
const writeUses = `
update api_token t set last_used_at = greatest(t.last_used_at, n.at)
from (
    select a.id, to_timestamp(0) + used.micros * interval '1 microsecond' as at
    from unnest($1::uuid[], $2::bigint[]) as used (id, micros) join api_token a on a.id = used.id
    order by a.id for update of a
) n
where t.id = n.id`

// NoteUses writes down when tokens were used last. Servers call it each
// minute: a request that uses a token writes nothing.
//
// It refuses with Forbidden when the actor is not the register itself.
func (s *Service) NoteUses(ctx context.Context) error {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return err
	}
	taken := s.uses.take()
	if len(taken) == 0 {
		return nil
	}
	var ids db.Texts
	var micros db.Numbers
	for id, at := range taken {
		ids, micros = append(ids, string(id)), append(micros, at.UnixMicro())
	}
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, writeUses, ids, micros)
		return err
	})
	if err != nil {
		return fmt.Errorf("write down the uses of tokens: %w", err)
	}
	return nil
}
