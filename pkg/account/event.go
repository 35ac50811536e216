package account

import (
	"context"
	"log/slog"

	"accord/pkg/ident"
)

// note tells of something that was done to an account, after it was done: by
// whom (empty for the register itself), never with an e-mail address or a name.
func (s *Service) note(ctx context.Context, event string, user, by ident.User, more ...any) {
	args := append([]any{"user", string(user)}, more...)
	if by != "" {
		args = append(args, "by", string(by))
	}
	s.config.Log.Log(ctx, slog.LevelInfo, event, args...)
}
