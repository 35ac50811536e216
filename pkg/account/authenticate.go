package account

import (
	"context"
	"fmt"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

const readActor = `
select u.role, coalesce(u.member, 0) as member, coalesce(u.post, '') as post
from session s join app_user u on u.id = s.user_id
where s.id = $1 and s.user_id = $2 and s.ended_at is null and s.expires_at > $3 and not u.disabled`

// Authenticate tells who holds the token, the access token of a session or an
// API token, with the role, member and post that the account has now. It is how an actor comes about, so it asks
// for none; it costs one round trip to the database.
//
// It refuses with Unauthenticated a token that is not ours or not good now, of
// a session that has ended or of an account that is disabled, and with
// Unavailable when the database does not answer. Which of them it was is for
// the log only.
func (s *Service) Authenticate(ctx context.Context, token string) (access.Actor, error) {
	if looksLikeAPIToken(token) {
		return s.byToken(ctx, token)
	}
	said, err := s.mint.Load().verify(token)
	if err != nil {
		return access.Actor{}, fault.Wrap(fault.Unauthenticated, "token_invalid", err)
	}
	var row struct {
		Role   access.Role  `db:"role"`
		Member ident.Member `db:"member"`
		Post   access.Post  `db:"post"`
	}
	err = s.db.Get(ctx, &row, readActor, said.session, said.user, s.db.Now())
	if fault.Is(err, fault.NotFound) {
		err = fmt.Errorf("session %s of user %s has ended", said.session, said.user)
		return access.Actor{}, fault.Wrap(fault.Unauthenticated, "token_invalid", err)
	}
	if err != nil {
		return access.Actor{}, fmt.Errorf("authenticate session %s: %w", said.session, err)
	}
	return access.Actor{User: said.user, Session: said.session, Role: row.Role, Member: row.Member, Post: row.Post}, nil
}
