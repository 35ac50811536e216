package account

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
)

// tokenBytes is the size of what nobody may guess: 256 bits.
const tokenBytes = 32

// newToken draws a token: 43 characters that are safe in a URL.
func newToken() string {
	random := make([]byte, tokenBytes)
	rand.Read(random) // crypto/rand ends the program rather than give less than it says
	return base64.RawURLEncoding.EncodeToString(random)
}

// tokenHash is what is kept of a token. A token is random, so a plain hash
// cannot be guessed back.
func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// keyed gives the keyed hash of the parts, for what must be found again but
// not read.
func keyed(key []byte, parts ...string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(mac.Sum(nil))
}

const (
	drawSecret = `insert into server_secret (purpose, value) values ($1, $2) on conflict (purpose) do nothing`
	readSecret = `select value from server_secret where purpose = $1`
)

func serverSecret(ctx context.Context, d *db.DB, purpose string) ([]byte, error) {
	drawn := make([]byte, tokenBytes)
	rand.Read(drawn)
	var value []byte
	err := d.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, drawSecret, purpose, drawn); err != nil {
			return err
		}
		return tx.Get(ctx, &value, readSecret, purpose)
	})
	if err != nil {
		return nil, fmt.Errorf("secret for %s: %w", purpose, err)
	}
	return value, nil
}

// Secret gives the 32 bytes that all servers of this register share for the
// purpose, such as signing cursors; they are drawn at the first call.
//
// It refuses with Forbidden when the actor is not the register itself.
func (s *Service) Secret(ctx context.Context, purpose string) ([]byte, error) {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return nil, err
	}
	return serverSecret(ctx, s.db, purpose)
}
