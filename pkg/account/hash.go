package account

import (
	"context"
	"fmt"

	"github.com/alexedwards/argon2id"

	"accord/pkg/fault"
)

// hasher makes and checks password hashes, a few at once: each takes 19 MiB
// and 20 ms, so that without a bound a burst of sign-ins would take the memory
// of the server.
type hasher struct {
	params argon2id.Params
	room   chan struct{} // one token for each hash under way
	dummy  string        // a hash of nothing anybody knows, for accounts that do not exist
}

// hashMemory is, in KiB, what OWASP asks of argon2id with two passes in one lane.
const hashMemory = 19 * 1024

func hashParams(memory uint32) argon2id.Params {
	return argon2id.Params{Memory: memory, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

func newHasher(params argon2id.Params, atOnce int) (*hasher, error) {
	dummy, err := argon2id.CreateHash(newToken(), &params)
	if err != nil {
		return nil, fmt.Errorf("hash the stand-in password: %w", err)
	}
	return &hasher{params: params, room: make(chan struct{}, atOnce), dummy: dummy}, nil
}

// enter waits for room.
//
// It refuses with Unavailable when the context ends first.
func (h *hasher) enter(ctx context.Context) error {
	select {
	case h.room <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, "busy", ctx.Err())
	}
}

func (h *hasher) leave() { <-h.room }

func (h *hasher) hash(ctx context.Context, secret string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	hash, err := argon2id.CreateHash(secret, &h.params)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// verify tells whether the secret belongs to the hash, and whether the hash is
// of other parameters than today's. An empty hash stands for an account that
// does not exist: it costs the same work and is never right.
func (h *hasher) verify(ctx context.Context, secret, hash string) (right, old bool, err error) {
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	against := hash
	if against == "" {
		against = h.dummy
	}
	right, params, err := argon2id.CheckHash(secret, against)
	if err != nil {
		return false, false, fmt.Errorf("check a password: %w", err)
	}
	return right && hash != "", *params != h.params, nil
}
