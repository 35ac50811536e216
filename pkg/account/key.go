package account

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"accord/db"
)

// Keyring holds the keys of access tokens: one that signs and those that
// verify. It is never changed, only replaced.
type Keyring struct {
	kid     string // of the key that signs
	signing ed25519.PrivateKey
	public  map[string]ed25519.PublicKey // by kid
}

// Empty tells whether the ring holds no key.
func (k Keyring) Empty() bool { return k.signing == nil }

// String keeps the keys out of logs.
func (k Keyring) String() string { return fmt.Sprintf("%d signing keys", len(k.public)) }

// GoString keeps the keys out of logs.
func (k Keyring) GoString() string { return k.String() }

// Signing gives the kid of the key that signs.
func (k Keyring) Signing() string { return k.kid }

// ParseKeys reads ACCORD_SIGNING_KEYS: PEM blocks (PRIVATE KEY in PKCS #8, or
// PUBLIC KEY for one that verifies only), or seeds of 32 bytes in base64,
// separated by commas or white space. The first signs, and all verify: to
// rotate, put the new key in front; drop the old one when its last token has
// expired. Blank text gives an empty ring.
//
// It refuses what is no Ed25519 key, a key that stands twice, and a first key
// that cannot sign. The error does not show the text.
func ParseKeys(text string) (Keyring, error) {
	keys := Keyring{public: make(map[string]ed25519.PublicKey)}
	if strings.TrimSpace(text) == "" {
		return Keyring{}, nil
	}
	rest := []byte(text)
	for n := 1; ; n++ {
		block, after := pem.Decode(rest)
		if block == nil {
			break
		}
		private, public, err := keyOf(block)
		if err == nil {
			err = keys.add(private, public)
		}
		if err != nil {
			return Keyring{}, fmt.Errorf("signing key %d: %w", n, err)
		}
		rest = after
	}
	seeds := strings.FieldsFunc(string(rest), func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) })
	for i, seed := range seeds {
		private, err := keyOfSeed(seed)
		if err == nil {
			err = keys.add(private, nil)
		}
		if err != nil {
			return Keyring{}, fmt.Errorf("signing key in base64, number %d: %w", i+1, err)
		}
	}
	if keys.Empty() {
		return Keyring{}, errors.New("no signing key can sign: a public key verifies only")
	}
	return keys, nil
}

func (k *Keyring) add(private ed25519.PrivateKey, public ed25519.PublicKey) error {
	if private != nil {
		public = private.Public().(ed25519.PublicKey)
	}
	kid := kidOf(public)
	if k.public[kid] != nil {
		return errors.New("the key stands twice")
	}
	if private == nil && len(k.public) == 0 {
		return errors.New("the first key must be a private one, since it signs")
	}
	if k.signing == nil {
		k.kid, k.signing = kid, private
	}
	k.public[kid] = public
	return nil
}

func keyOf(block *pem.Block) (ed25519.PrivateKey, ed25519.PublicKey, error) {
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	}
	if err != nil {
		return nil, nil, errors.New("not readable as PKCS #8 or SubjectPublicKeyInfo")
	}
	switch key := key.(type) {
	case ed25519.PrivateKey:
		return key, nil, nil
	case ed25519.PublicKey:
		return nil, key, nil
	default:
		return nil, nil, errors.New("not an Ed25519 key (make one: openssl genpkey -algorithm ed25519)")
	}
}

func keyOfSeed(text string) (ed25519.PrivateKey, error) {
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if seed, err := encoding.DecodeString(text); err == nil && len(seed) == ed25519.SeedSize {
			return ed25519.NewKeyFromSeed(seed), nil
		}
	}
	return nil, errors.New("not 32 bytes in base64 (make one: openssl rand -base64 32)")
}

// kidOf is the key's thumbprint by RFC 7638 and RFC 8037.
func kidOf(public ed25519.PublicKey) string {
	jwk := `{"crv":"Ed25519","kty":"OKP","x":"` + base64.RawURLEncoding.EncodeToString(public) + `"}`
	sum := sha256.Sum256([]byte(jwk))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

const (
	// Servers that start at once on a new database take turns, or each would
	// sign with a key that the other does not know.
	lockKeys         = `select pg_advisory_xact_lock(6101)::text`
	selectKeys       = `select seed from signing_key order by created_at desc, kid`
	insertSigningKey = `insert into signing_key (kid, seed, created_at) values ($1, $2, $3)`
)

// keptKeys reads the keys that the database keeps and makes the first one.
func keptKeys(ctx context.Context, d *db.DB) (Keyring, error) {
	var keys Keyring
	err := d.InTx(ctx, func(tx *db.Tx) error {
		keys = Keyring{public: make(map[string]ed25519.PublicKey)}
		var locked string
		if err := tx.Get(ctx, &locked, lockKeys); err != nil {
			return fmt.Errorf("lock the keys: %w", err)
		}
		var seeds [][]byte
		if err := tx.Select(ctx, &seeds, selectKeys); err != nil {
			return fmt.Errorf("select the keys: %w", err)
		}
		if len(seeds) == 0 {
			seed, err := insertNewKey(ctx, tx, tx.Now)
			if err != nil {
				return err
			}
			seeds = append(seeds, seed)
		}
		for _, seed := range seeds {
			if err := keys.add(ed25519.NewKeyFromSeed(seed), nil); err != nil {
				return err
			}
		}
		return nil
	})
	return keys, err
}

func insertNewKey(ctx context.Context, tx *db.Tx, at time.Time) ([]byte, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("draw a signing key: %w", err)
	}
	if _, err := tx.Exec(ctx, insertSigningKey, kidOf(public), private.Seed(), at); err != nil {
		return nil, fmt.Errorf("keep the signing key: %w", err)
	}
	return private.Seed(), nil
}
