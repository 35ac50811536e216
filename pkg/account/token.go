package account

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"accord/pkg/ident"
)

const (
	// tokenType is the typ of access tokens (RFC 9068), so that no other token
	// that these keys may ever sign passes for one.
	tokenType = "at+jwt"

	// maxAccessToken is four times what ours measure.
	maxAccessToken = 2048

	// clockSkew is how far the clocks of two servers may lie apart.
	clockSkew = 30 * time.Second
)

// pass is what a good access token says.
type pass struct {
	user    ident.User
	session ident.Session
	until   time.Time
}

type claims struct {
	jwt.RegisteredClaims
	Session string `json:"sid"`
}

// mint makes access tokens and tells good ones from bad, with one set of keys.
type mint struct {
	keys     Keyring
	issuer   string
	audience string
	parser   *jwt.Parser
	now      func() time.Time
	seen     *cache
}

func newMint(keys Keyring, issuer, audience string, now func() time.Time) *mint {
	return &mint{
		keys: keys, issuer: issuer, audience: audience, now: now, seen: newCache(),
		parser: jwt.NewParser(
			jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
			jwt.WithExpirationRequired(), jwt.WithIssuer(issuer), jwt.WithAudience(audience),
			jwt.WithStrictDecoding(), jwt.WithTimeFunc(now),
		),
	}
}

// sign makes an access token for the session.
func (m *mint) sign(user ident.User, session ident.Session, now time.Time, life time.Duration) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: m.issuer, Audience: jwt.ClaimStrings{m.audience}, Subject: string(user), ID: newToken()[:22],
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now.Add(-clockSkew)),
			ExpiresAt: jwt.NewNumericDate(now.Add(life)),
		},
		Session: string(session),
	})
	token.Header["typ"], token.Header["kid"] = tokenType, m.keys.kid
	signed, err := token.SignedString(m.keys.signing)
	if err != nil {
		return "", fmt.Errorf("sign an access token: %w", err)
	}
	return signed, nil
}

// verify gives what the token says, if it is one of ours and good now. The
// error says why for the log.
func (m *mint) verify(token string) (pass, error) {
	if len(token) > maxAccessToken {
		return pass{}, errors.New("longer than any of ours")
	}
	digest := sha256.Sum256([]byte(token))
	if known, ok := m.seen.get(digest); ok {
		if !m.now().Before(known.until) {
			return pass{}, jwt.ErrTokenExpired
		}
		return known, nil
	}
	if err := checkShape(token); err != nil {
		return pass{}, err
	}
	var said claims
	if _, err := m.parser.ParseWithClaims(token, &said, m.key); err != nil {
		return pass{}, err
	}
	user, ok := ident.Parse[ident.User](said.Subject)
	session, ok2 := ident.Parse[ident.Session](said.Session)
	if !ok || !ok2 {
		return pass{}, errors.New("names no account or no session")
	}
	good := pass{user: user, session: session, until: said.ExpiresAt.Time}
	m.seen.put(digest, good)
	return good, nil
}

// key finds the key by its name, in the ring and nowhere else.
func (m *mint) key(token *jwt.Token) (any, error) {
	kid, _ := token.Header["kid"].(string)
	if public, ok := m.keys.public[kid]; ok {
		return public, nil
	}
	return nil, errors.New("unknown key")
}

// checkShape holds a token to the form of ours before the library reads it,
// which takes the last of two equal members, and members in any case: what two
// readers could read in two ways is refused.
func checkShape(token string) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return errors.New("not three parts")
	}
	header, err := flatObject(parts[0], "alg", "kid", "typ")
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	if header["typ"] != tokenType {
		return errors.New("of another type")
	}
	said, err := flatObject(parts[1], "aud", "exp", "iat", "iss", "jti", "nbf", "sid", "sub")
	if err != nil {
		return fmt.Errorf("claims: %w", err)
	}
	if said["exp"] == nil || said["sid"] == nil || said["sub"] == nil {
		return errors.New("claims: some are missing")
	}
	return nil
}

// flatObject reads a JSON object of the named members, each once at most.
// Times are numbers, all else is text; aud may be a list of one.
func flatObject(part string, names ...string) (map[string]any, error) {
	text, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return nil, errors.New("not base64url")
	}
	reader := json.NewDecoder(bytes.NewReader(text))
	if start, err := reader.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("not an object")
	}
	object := make(map[string]any)
	for reader.More() {
		token, err := reader.Token()
		if err != nil {
			return nil, errors.New("not JSON")
		}
		name, _ := token.(string)
		if _, twice := object[name]; twice || !slices.Contains(names, name) {
			return nil, errors.New("a member that does not belong there, or stands twice")
		}
		if object[name], err = flatValue(reader, name); err != nil {
			return nil, err
		}
	}
	if _, err := reader.Token(); err != nil { // the closing brace
		return nil, errors.New("not JSON")
	}
	if _, err := reader.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something after the object")
	}
	return object, nil
}

func flatValue(reader *json.Decoder, name string) (any, error) {
	var value any
	if err := reader.Decode(&value); err != nil {
		return nil, errors.New("not JSON")
	}
	if list, ok := value.([]any); ok && name == "aud" && len(list) == 1 {
		value = list[0]
	}
	_, number := value.(float64)
	_, text := value.(string)
	if isTime := name == "exp" || name == "nbf" || name == "iat"; isTime && !number || !isTime && !text {
		return nil, errors.New("a value of another type")
	}
	return value, nil
}
