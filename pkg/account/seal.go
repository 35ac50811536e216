package account

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"

	"accord/pkg/ident"
)

// newSeal makes what keeps the secrets of authenticator apps. The server must
// know them to check codes, so they cannot be hashed; sealed, they are of no use
// to who sees the table, or a copy of it, without the one of the server's
// secrets. Who has the whole database has both.
func newSeal(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make the seal: %w", err)
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make the seal: %w", err)
	}
	return seal, nil
}

// sealed seals a secret of the account; under another account it cannot be opened.
func (s *Service) sealed(user ident.User, secret string) []byte {
	return s.seal.Seal(nil, nil, []byte(secret), []byte(user))
}

func (s *Service) unsealed(user ident.User, box []byte) (string, error) {
	secret, err := s.seal.Open(nil, nil, box, []byte(user))
	if err != nil {
		return "", fmt.Errorf("open the secret of %s: %w", user, err)
	}
	return string(secret), nil
}
