package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"
)

// device is a phone that holds one passkey of the test's register.
type device struct {
	party virtualwebauthn.RelyingParty
	phone virtualwebauthn.Authenticator
	key   virtualwebauthn.Credential
}

func newDevice(user string) *device {
	return &device{
		party: virtualwebauthn.RelyingParty{ID: "accord.example", Name: "Accord", Origin: "https://accord.example"},
		phone: virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(user)}),
		key:   virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2),
	}
}

// options gives what a ceremony wants signed, and its name.
func options(t *testing.T, a answer) (name, text string) {
	t.Helper()
	raw, err := json.Marshal(a.body["options"])
	if err != nil {
		t.Fatal(err)
	}
	return a.field("ceremony"), string(raw)
}

func (d *device) made(t *testing.T, a answer) string {
	t.Helper()
	name, text := options(t, a)
	asked, err := virtualwebauthn.ParseAttestationOptions(text)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"ceremony":%q,"name":"Phone","credential":%s}`, name, virtualwebauthn.CreateAttestationResponse(d.party, d.phone, d.key, *asked))
}

func (d *device) signed(t *testing.T, a answer) string {
	t.Helper()
	name, text := options(t, a)
	asked, err := virtualwebauthn.ParseAssertionOptions(text)
	if err != nil {
		t.Fatal(err)
	}
	d.key.Counter++
	return fmt.Sprintf(`{"ceremony":%q,"credential":%s}`, name, virtualwebauthn.CreateAssertionResponse(d.party, d.phone, d.key, *asked))
}

// code gives the code of the app for the next half minute.
func (s *teller) code(secret string) string {
	s.t.Helper()
	s.Clock.Advance(30 * time.Second)
	code, err := totp.GenerateCode(secret, s.Clock.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return `"code":"` + code + `"`
}

// challenged signs in by the password and gives the challenge.
func (s *teller) challenged() string {
	s.t.Helper()
	a := s.tell("", "POST", "/api/v1/sessions", credentials("mei@example.org", password), http.StatusAccepted)
	return `{"challenge":"` + a.field("challenge") + `",`
}

// factors is the part of the story in which somebody takes up second factors,
// and sessions are looked after.
func (s *teller) factors() {
	const mine = "/api/v1/me/factors"
	s.tokens["mei"] = s.tell("", "POST", "/api/v1/sessions", credentials("mei@example.org", password), http.StatusCreated).field("access_token")
	secret := s.tell("mei", "POST", mine+"/totp", "", http.StatusCreated).field("secret")
	s.tell("mei", "POST", mine+"/totp/confirm", `{"code":"000000x"}`, http.StatusUnprocessableEntity)
	codes, _ := s.tell("mei", "POST", mine+"/totp/confirm", `{`+s.code(secret)+`}`, http.StatusOK).body["recovery_codes"].([]any)
	if len(codes) != 10 {
		s.t.Fatalf("%d codes", len(codes))
	}
	again := s.challenged() + s.code(secret) + `}`
	s.tell("", "POST", "/api/v1/sessions/challenge", again, http.StatusCreated)
	s.tell("", "POST", "/api/v1/sessions/challenge", again, http.StatusUnauthorized)
	a := s.tell("", "POST", "/api/v1/sessions/challenge", s.challenged()+`"code":"`+codes[0].(string)+`"}`, http.StatusCreated)
	if a.body["recovery_codes_left"] != 9.0 {
		s.t.Errorf("got %s", a.text)
	}

	// An hour later the session is stale, and the password is not enough.
	s.Clock.Advance(time.Hour)
	a = s.tell("", "POST", "/api/v1/sessions/refresh", refreshing(a.field("refresh_token")), http.StatusOK)
	s.tokens["mei"] = a.field("access_token")
	a = s.tell("mei", "POST", mine+"/recovery-codes", "", http.StatusUnauthorized)
	if a.field("code") != "reauthentication_needed" || a.header.Get("WWW-Authenticate") != `Bearer realm="accord", error="insufficient_user_authentication"` {
		s.t.Errorf("got %v %s", a.header, a.text)
	}
	s.tell("mei", "POST", "/api/v1/sessions/current/authentication", fmt.Sprintf(`{"password":%q}`, password), http.StatusUnprocessableEntity)
	s.tell("mei", "POST", "/api/v1/sessions/current/authentication", `{`+s.code(secret)+`}`, http.StatusNoContent)
	s.tell("mei", "POST", mine+"/recovery-codes", "", http.StatusCreated)

	phone := newDevice(s.tell("mei", "GET", "/api/v1/me", "", http.StatusOK).field("id"))
	added := s.tell("mei", "POST", mine+"/passkeys", phone.made(s.t, s.tell("mei", "POST", mine+"/ceremonies", "", http.StatusCreated)), http.StatusCreated)
	ask := func() answer { return s.tell("", "POST", "/api/v1/sessions/ceremonies", "", http.StatusCreated) }
	s.tell("", "POST", "/api/v1/sessions/challenge", s.challenged()+`"passkey":`+phone.signed(s.t, ask())+`}`, http.StatusCreated)
	s.tell("mei", "POST", "/api/v1/sessions/current/authentication", `{"passkey":`+phone.signed(s.t, ask())+`}`, http.StatusNoContent)
	signed := phone.signed(s.t, ask())
	s.tell("", "POST", "/api/v1/sessions/passkey", signed, http.StatusCreated)
	s.tell("", "POST", "/api/v1/sessions/passkey", signed, http.StatusUnauthorized)
	s.tell("mei", "GET", mine, "", http.StatusOK)
	key, _ := added.body["passkey"].(map[string]any)
	s.tell("mei", "DELETE", fmt.Sprint(mine, "/passkeys/", key["id"]), "", http.StatusNoContent)
	s.tell("mei", "DELETE", mine+"/totp", "", http.StatusNoContent)
	if left := s.tell("mei", "GET", mine, "", http.StatusOK); left.body["recovery_codes_left"] != 0.0 {
		s.t.Errorf("got %s", left.text)
	}
	s.sessions()
}

func (s *teller) sessions() {
	list := s.tell("mei", "GET", "/api/v1/me/sessions", "", http.StatusOK).items()
	other := ""
	for _, one := range list {
		if one["current"] != true {
			other, _ = one["id"].(string)
		}
	}
	s.tell("mei", "DELETE", "/api/v1/me/sessions/"+other, "", http.StatusNoContent)
	s.tell("mei", "DELETE", "/api/v1/me/sessions", "", http.StatusNoContent)
	if left := s.tell("mei", "GET", "/api/v1/me/sessions", "", http.StatusOK).items(); len(list) < 4 || len(left) != 1 {
		s.t.Errorf("of %d sessions %d are left", len(list), len(left))
	}
	id := s.tell("mei", "GET", "/api/v1/me", "", http.StatusOK).field("id")
	s.tokens["chief"] = s.token(s.t, "admin", 0, "")
	s.tell("chief", "DELETE", "/api/v1/users/"+id+"/factors", "", http.StatusNoContent)
	s.tell("mei", "GET", "/api/v1/me", "", http.StatusUnauthorized)
	for range 2 {
		s.tell("", "POST", "/api/v1/sessions", credentials("mei@example.org", password), http.StatusCreated)
	}
	open := s.tell("chief", "GET", "/api/v1/users/"+id+"/sessions", "", http.StatusOK).items()
	s.tell("chief", "DELETE", fmt.Sprint("/api/v1/users/", id, "/sessions/", open[0]["id"]), "", http.StatusNoContent)
	s.tell("chief", "DELETE", "/api/v1/users/"+id+"/sessions", "", http.StatusNoContent)
	if open = s.tell("chief", "GET", "/api/v1/users/"+id+"/sessions", "", http.StatusOK).items(); len(open) != 0 {
		s.t.Errorf("open are %v", open)
	}
}
