package registrytest

import (
	"context"

	"accord/pkg/account"
)

// directoryProbes are the cases of the sign-in by a directory, which the register
// of these tests does not have: who is let through finds none.
func directoryProbes() map[string]accountProbe {
	return map[string]accountProbe{
		"Accounts.BeginDirectory": {signs: everybody, make: does(func(ctx context.Context, s *account.Service) error {
			_, err := s.BeginDirectory(ctx, account.DirectoryVisit{})
			return coded(err, "not_found")
		})},
		"Accounts.AnswerDirectory": {signs: everybody, make: does(func(ctx context.Context, s *account.Service) error {
			_, err := s.AnswerDirectory(ctx, account.DirectoryAnswer{})
			return coded(err, "not_found")
		})},
		"Accounts.ProvableByDirectory": {signs: holders, make: does(func(ctx context.Context, s *account.Service) error {
			_, err := s.ProvableByDirectory(ctx)
			return err
		})},
	}
}
