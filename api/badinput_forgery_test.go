package api_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"

	"accord/pkg/account"
)

type part = map[string]any

// with gives the part with other members, nil for none.
func with(base part, name string, value any) part {
	changed := maps.Clone(base)
	if changed[name] = value; value == nil {
		delete(changed, name)
	}
	return changed
}

// encode writes a part of a token as it stands there.
func encode(written any) string {
	text, ok := written.(string)
	if !ok {
		bytes, _ := json.Marshal(written)
		text = string(bytes)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// forgeries are tokens for the session, each of which has one thing wrong.
// Whoever signs them has the register's own key, but where it is said
// otherwise: what is refused is refused for what it says.
func (w *world) forgeries(session account.Tokens) map[string]string {
	w.t.Helper()
	var kept struct {
		Kid  string
		Seed []byte
	}
	if err := w.DB.Get(w.t.Context(), &kept, `select kid, seed from signing_key`); err != nil {
		w.t.Fatal(err)
	}
	own, stranger := ed25519.NewKeyFromSeed(kept.Seed), ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	seal := func(key ed25519.PrivateKey, header, said any) string {
		signed := encode(header) + "." + encode(said)
		return signed + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, []byte(signed)))
	}
	now := w.Clock.Now().Unix()
	header := part{"alg": "EdDSA", "typ": "at+jwt", "kid": kept.Kid}
	said := part{"iss": "accord", "aud": "accord-api", "sub": session.User, "sid": session.Session, "exp": now + 600, "nbf": now, "iat": now, "jti": "x"}
	w.ask(w.t, seal(own, header, said), "GET", "/api/v1/me", "").is(w.t, http.StatusOK, "") // what the forgeries start from

	mac := hmac.New(sha256.New, own.Public().(ed25519.PublicKey))
	hmacSigned := encode(with(header, "alg", "HS256")) + "." + encode(said)
	mac.Write([]byte(hmacSigned))
	claims, _ := json.Marshal(said)
	tokens := map[string]string{
		"alg none":          encode(with(header, "alg", "none")) + "." + encode(said) + ".",
		"alg nOnE":          encode(with(header, "alg", "nOnE")) + "." + encode(said) + ".",
		"HS256":             hmacSigned + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)),
		"stranger":          seal(stranger, header, said),
		"jwk":               seal(stranger, with(header, "jwk", part{"kty": "OKP", "crv": "Ed25519", "x": encode(string(stranger.Public().(ed25519.PublicKey)))}), said),
		"another signature": session.Access[:strings.LastIndex(session.Access, ".")+1] + strings.Repeat("A", 86),
		"two subjects":      seal(own, header, strings.Replace(string(claims), `"sub":`, `"sub":"x","sub":`, 1)),
	}
	for name, header := range map[string]part{
		"alg none, signed": with(header, "alg", "none"), "no alg": with(header, "alg", nil),
		"kid with a path": with(header, "kid", "../../../../dev/null"), "kid with SQL": with(header, "kid", "x' union select decode('00','hex') --"),
		"kid unknown": with(header, "kid", "other"), "no kid": with(header, "kid", nil), "kid huge": with(header, "kid", strings.Repeat("k", 1200)),
		"jku": with(header, "jku", "https://evil.example/jwks.json"), "x5u": with(header, "x5u", "https://evil.example/cert.pem"), "another typ": with(header, "typ", "JWT"),
	} {
		tokens[name] = seal(own, header, said)
	}
	for name, said := range map[string]part{
		"expired": with(said, "exp", now), "no exp": with(said, "exp", nil), "not yet": with(said, "nbf", now+3600),
		"another iss": with(said, "iss", "https://evil.example"), "another aud": with(said, "aud", "other"), "a role": with(said, "role", "admin"),
		"another's session": with(said, "sub", w.things["UserId"][0]),
	} {
		tokens[name] = seal(own, header, said)
	}
	return tokens
}
