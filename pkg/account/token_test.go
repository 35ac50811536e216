package account

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

type part = map[string]any

// forge signs any header and claims with the key of the world.
func (w world) forge(header, said any) string {
	return seal(w.mint.Load().keys.signing, encode(header), encode(said))
}

func encode(part any) string {
	text, ok := part.(string)
	if !ok {
		bytes, _ := json.Marshal(part)
		text = string(bytes)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

func seal(key ed25519.PrivateKey, header, said string) string {
	signed := header + "." + said
	return signed + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(key, []byte(signed)))
}

func with(base part, changes part) part {
	changed := maps.Clone(base)
	for name, value := range changes {
		if value == nil {
			delete(changed, name)
		} else {
			changed[name] = value
		}
	}
	return changed
}

func TestForgedAccessTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(t, "a@example.org", access.RoleAdmin)
	good := w.signIn(t, "a@example.org")
	now := w.clock.now().Unix()
	kid := w.mint.Load().keys.Signing()
	public := w.mint.Load().keys.public[kid]
	header := part{"alg": "EdDSA", "typ": "at+jwt", "kid": kid}
	said := part{
		"iss": "accord", "aud": "accord-api", "sub": good.User, "sid": good.Session,
		"exp": now + 600, "nbf": now, "iat": now, "jti": "x",
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	hs := func(alg string) string {
		signed := encode(with(header, part{"alg": alg})) + "." + encode(said)
		mac := hmac.New(sha256.New, public)
		mac.Write([]byte(signed))
		return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	rs := func() string {
		token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims(said))
		token.Header = with(header, part{"alg": "RS256"})
		signed, err := token.SignedString(rsaKey)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	parts := strings.Split(good.Access, ".")
	stranger := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

	if _, err := w.Authenticate(t.Context(), w.forge(header, said)); err != nil {
		t.Fatalf("what the forgeries start from is refused itself: %v", err)
	}
	for name, token := range map[string]string{
		"1 alg none":                     encode(with(header, part{"alg": "none"})) + "." + encode(said) + ".",
		"1 alg nOnE":                     encode(with(header, part{"alg": "nOnE"})) + "." + encode(said) + ".",
		"1 alg none, signed":             w.forge(with(header, part{"alg": "none"}), said),
		"1 no alg":                       w.forge(with(header, part{"alg": nil}), said),
		"2 HS256 with the public key":    hs("HS256"),
		"2 HS256 called EdDSA":           hs("EdDSA"),
		"2 RS256":                        rs(),
		"3 kid with a path":              w.forge(with(header, part{"kid": "../../../../dev/null"}), said),
		"4 kid with SQL":                 w.forge(with(header, part{"kid": "x' union select decode('00','hex') --"}), said),
		"5 kid unknown":                  w.forge(with(header, part{"kid": "other"}), said),
		"5 kid huge":                     w.forge(with(header, part{"kid": strings.Repeat("k", 1500)}), said),
		"5 kid beyond the size":          w.forge(with(header, part{"kid": strings.Repeat("k", 1<<20)}), said),
		"5 kid missing":                  w.forge(with(header, part{"kid": nil}), said),
		"5 kid a number":                 w.forge(with(header, part{"kid": 1}), said),
		"6 jku":                          w.forge(with(header, part{"jku": "https://evil.example/jwks.json"}), said),
		"6 x5u":                          w.forge(with(header, part{"x5u": "https://evil.example/cert.pem"}), said),
		"6 jwk":                          seal(stranger, encode(with(header, part{"jwk": part{"kty": "OKP", "crv": "Ed25519", "x": "AA"}})), encode(said)),
		"6 crit":                         w.forge(with(header, part{"crit": []string{"b64"}, "b64": false}), said),
		"8 no exp":                       w.forge(header, with(said, part{"exp": nil})),
		"8 exp as text":                  w.forge(header, with(said, part{"exp": fmt.Sprint(now + 600)})),
		"9 nbf in the future":            w.forge(header, with(said, part{"nbf": now + 60})),
		"10 wrong iss":                   w.forge(header, with(said, part{"iss": "https://evil.example"})),
		"10 no iss":                      w.forge(header, with(said, part{"iss": nil})),
		"11 wrong aud":                   w.forge(header, with(said, part{"aud": "other"})),
		"11 no aud":                      w.forge(header, with(said, part{"aud": nil})),
		"11 several aud":                 w.forge(header, with(said, part{"aud": []string{"other", "accord-api"}})),
		"12 refresh token":               good.Refresh,
		"12 another typ":                 w.forge(with(header, part{"typ": "JWT"}), said),
		"12 no typ":                      w.forge(with(header, part{"typ": nil}), said),
		"13 a key of somebody else":      seal(stranger, encode(header), encode(said)),
		"15 a megabyte of dots":          strings.Repeat(".", 1<<20),
		"15 two dots":                    "..",
		"16 exp twice":                   w.forge(header, strings.Replace(asJSON(said), `"exp":`, `"exp":1,"exp":`, 1)),
		"16 sub twice":                   w.forge(header, strings.Replace(asJSON(said), `"sub":`, `"sub":"x","sub":`, 1)),
		"16 sub in another case":         w.forge(header, with(said, part{"SUB": good.User})),
		"16 alg twice":                   w.forge(strings.Replace(asJSON(header), `{`, `{"alg":"none",`, 1), said),
		"17 a role in the token":         w.forge(header, with(said, part{"role": "admin"})),
		"a session of nobody":            w.forge(header, with(said, part{"sid": "1"})),
		"no session":                     w.forge(header, with(said, part{"sid": nil})),
		"something behind the claims":    w.forge(header, asJSON(said)+"{}"),
		"claims in a list":               w.forge(header, "["+asJSON(said)+"]"),
		"claims that are deep":           w.forge(header, with(said, part{"jti": []any{[]any{}}})),
		"claims cut off":                 w.forge(header, asJSON(said)[:40]),
		"no claims":                      w.forge(header, "{}"),
		"a changed signature":            parts[0] + "." + parts[1] + "." + strings.Repeat("A", 86),
		"the signature of another token": parts[0] + "." + encode(with(said, part{"jti": "y"})) + "." + parts[2],
		"padding":                        good.Access + "==",
		"a fourth part":                  good.Access + ".x",
		"spaces around":                  " " + good.Access,
		"signed, but longer than ours":   w.forge(header, with(said, part{"jti": strings.Repeat("x", 2*maxAccessToken)})),
		"nothing":                        "",
		"not base64":                     "ä.ö.ü",
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			t.Parallel()
			_, err := w.Authenticate(t.Context(), token)
			refused(t, err, fault.Unauthenticated, "token_invalid")
		})
	}
	t.Run("7 expired is refused, by the second", func(t *testing.T) {
		_, err := w.Authenticate(t.Context(), w.forge(header, with(said, part{"exp": now})))
		refused(t, err, fault.Unauthenticated, "token_invalid")
		if !errors.Is(err, jwt.ErrTokenExpired) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a session of another account is refused", func(t *testing.T) {
		other := ident.New[ident.User]()
		_, err := w.Authenticate(t.Context(), w.forge(header, with(said, part{"sub": other})))
		refused(t, err, fault.Unauthenticated, "token_invalid")
	})
}

func asJSON(value any) string {
	bytes, _ := json.Marshal(value)
	return string(bytes)
}

func TestCachedTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(t, "a@example.org", access.RoleAnalyst)
	tokens := w.signIn(t, "a@example.org")

	t.Run("a token that was verified once expires all the same", func(t *testing.T) {
		w.actor(t, tokens.Access)
		w.clock.pass(10*time.Minute - time.Second)
		w.actor(t, tokens.Access)
		w.clock.pass(time.Second)
		if _, err := w.Authenticate(t.Context(), tokens.Access); !errors.Is(err, jwt.ErrTokenExpired) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the cache is bounded, and keeps what is asked for", func(t *testing.T) {
		c := newCache()
		first := sha256.Sum256([]byte("first"))
		c.put(first, pass{})
		for i := range 10 * cacheSize {
			c.put(sha256.Sum256([]byte(fmt.Sprint(i))), pass{})
			if _, ok := c.get(first); !ok {
				t.Fatalf("forgotten after %d", i)
			}
		}
		if n := len(c.young) + len(c.old); n > 2*cacheSize {
			t.Errorf("%d are kept", n)
		}
		if _, ok := c.get(sha256.Sum256([]byte("0"))); ok {
			t.Error("the oldest is never forgotten")
		}
	})
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(t, "a@example.org", access.RoleAnalyst)
	old := w.signIn(t, "a@example.org").Access

	t.Run("14 tokens old and new hold while keys change under requests", func(t *testing.T) {
		both := []Keyring{testKeys(t, 1, 2), testKeys(t, 2, 1)}
		var requests sync.WaitGroup
		for range 4 {
			requests.Go(func() {
				for i := range 50 {
					w.Rotate(both[i%2])
					tokens, err := w.withAccess(Tokens{Refresh: "x", User: ident.New[ident.User](), Session: ident.New[ident.Session]()})
					if err != nil {
						t.Error(err)
					}
					if _, err := w.mint.Load().verify(tokens.Access); err != nil {
						t.Error(err)
					}
					if _, err := w.mint.Load().verify(old); err != nil {
						t.Error(err)
					}
				}
			})
		}
		requests.Wait()
		w.actor(t, old)
	})
	t.Run("the new key signs on every server that has it", func(t *testing.T) {
		w.Rotate(testKeys(t, 2, 1))
		token := w.signIn(t, "a@example.org").Access
		if _, err := w.open(t, testKeys(t, 2)).Authenticate(t.Context(), token); err != nil {
			t.Error(err)
		}
	})
	t.Run("13 a retired key is refused, cached tokens included", func(t *testing.T) {
		w.actor(t, old)
		w.Rotate(testKeys(t, 2))
		_, err := w.Authenticate(t.Context(), old)
		refused(t, err, fault.Unauthenticated, "token_invalid")
	})
	t.Run("an empty ring changes nothing", func(t *testing.T) {
		w.Rotate(Keyring{})
		w.actor(t, w.signIn(t, "a@example.org").Access)
	})
}

func BenchmarkVerifyCached(b *testing.B) {
	keys, err := ParseKeys("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=")
	if err != nil {
		b.Fatal(err)
	}
	now := time.Unix(1e9, 0)
	m := newMint(keys, "accord", "accord-api", func() time.Time { return now })
	token, err := m.sign(ident.New[ident.User](), ident.New[ident.Session](), now, time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := m.verify(token); err != nil {
			b.Fatal(err)
		}
	}
}
