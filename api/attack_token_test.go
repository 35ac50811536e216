package api_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"sync"

	"accord/pkg/access"
	"accord/pkg/account"
)

// bearing asks for one's own account with each of the tokens.
func bearing(tokens ...string) []badInput {
	asks := make([]badInput, len(tokens))
	for i, token := range tokens {
		asks[i] = badInput{token, "", "GET /api/v1/me", "", []string{"Authorization", "Bearer {" + token + "}"}, 401, "token_invalid", ""}
	}
	return asks
}

var tokenAttacks = []attack{
	{line: 1, name: "no signature", asks: bearing("alg none", "alg nOnE", "alg none, signed", "no alg")},
	{line: 2, name: "the public key as a secret", asks: bearing("HS256")},
	{line: 3, name: "a kid with a path", asks: bearing("kid with a path")},
	{line: 4, name: "a kid with SQL", asks: bearing("kid with SQL")},
	{line: 5, name: "a kid that is unknown, none or huge", asks: bearing("kid unknown", "no kid", "kid huge")},
	{line: 6, name: "a key from elsewhere", asks: bearing("jku", "x5u", "jwk", "stranger")},
	{line: 7, name: "expired", asks: bearing("expired")},
	{line: 8, name: "without an end", asks: bearing("no exp")},
	{line: 9, name: "not yet good", asks: bearing("not yet")},
	{line: 10, name: "of another issuer", asks: bearing("another iss")},
	{line: 11, name: "for another audience", asks: bearing("another aud")},
	{line: 12, name: "a refresh token, and another type", asks: bearing("spent", "its heir", "another typ")},
	{line: 13, name: "a key that was retired", tries: func(s *siege) {
		kept, other := s.keyring(""), s.keyring(strings.Repeat("o", 32))
		s.Accounts.Rotate(other)
		defer s.Accounts.Rotate(kept)
		for _, bad := range bearing("good") {
			s.refused(bad)
		}
	}},
	{line: 14, name: "keys that are rotated during requests", tries: (*siege).rotates},
	{line: 15, name: "a megabyte of dots", tries: func(s *siege) {
		s.refused(badInput{"many", "", "GET /api/v1/me", "", []string{"Authorization", "Bearer " + strings.Repeat(".", 100<<10)}, 401, "token_invalid", ""})
		answer, text := exchange(s.t, s.address(), "GET /api/v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "+strings.Repeat(".", 2<<20)+"\r\n\r\n")
		if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			s.t.Errorf("got %d %s", answer.StatusCode, text)
		}
	}},
	{line: 16, name: "claims that stand twice", asks: bearing("two subjects", "a role", "another's session")},
	{line: 17, name: "a role from before a demotion", tries: func(s *siege) {
		s.changes("app_user", "session", "refresh_token", "familiar_address")
		u := s.Account(s.t, access.RoleStaff, 0, "")
		s.tokens["demoted"] = s.SignIn(s.t, u).Access
		s.is(s.asked("demoted", "GET", "/api/v1/users", ""), http.StatusOK)
		s.is(s.asked("admin", "PATCH", "/api/v1/users/"+string(u.ID), `{"role":"analyst"}`, "If-Match", "*"), http.StatusOK)
		s.refused(badInput{"list", "demoted", "GET /api/v1/users", "", nil, 403, "forbidden", ""})
		s.refused(badInput{"write", "demoted", "POST /api/v1/members", `{"name":"Demoted","kind":"other"}`, nil, 403, "forbidden", ""})
	}},
	{line: 18, name: "of an account that is disabled", asks: bearing("access of the disabled")},
	{line: 19, name: "of a session that was signed out", asks: bearing("signed out", "access of the replayed")},
	{line: 20, name: "a refresh token that comes again", asks: []badInput{
		{"spent", "", "POST /api/v1/sessions/refresh", `{"refresh_token":"{spent}"}`, nil, 401, "refresh_replayed", ""},
		{"its heir", "", "POST /api/v1/sessions/refresh", `{"refresh_token":"{its heir}"}`, nil, 401, "session_ended", ""},
	}},
	{line: 21, name: "two refreshes at once", tries: (*siege).refreshesAtOnce},
	{line: 22, name: "a token in the address", asks: []badInput{
		{"as RFC 6750 has it", "", "GET /api/v1/me?access_token={good}", "", nil, 400, "parameters", "access_token unknown_parameter"},
		{"of another name", "", "GET /api/v1/members?token={good}", "", nil, 400, "parameters", "token unknown_parameter"},
	}, tries: func(s *siege) {
		if s.log.tells(s.words.Replace("{good}")) {
			s.t.Error("the log tells it")
		}
	}},
}

// keyring gives the ring of the seed, "" for the one that the register keeps.
func (s *siege) keyring(seed string) account.Keyring {
	s.t.Helper()
	bytes := []byte(seed)
	if seed == "" {
		if err := s.DB.Get(s.t.Context(), &bytes, `select seed from signing_key`); err != nil {
			s.t.Fatal(err)
		}
	}
	keys, err := account.ParseKeys(base64.StdEncoding.EncodeToString(bytes))
	if err != nil {
		s.t.Fatal(err)
	}
	return keys
}

// rotates puts a new key before the old one, and the old one back, while four
// people ask: a key that is in the ring is good all the time.
func (s *siege) rotates() {
	seed := []byte{}
	if err := s.DB.Get(s.t.Context(), &seed, `select seed from signing_key`); err != nil {
		s.t.Fatal(err)
	}
	old, other := base64.StdEncoding.EncodeToString(seed), base64.StdEncoding.EncodeToString([]byte(strings.Repeat("n", 32)))
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			for range 10 {
				if r := s.send("staff", "GET", "/api/v1/me", ""); r.status != http.StatusOK {
					s.t.Errorf("got %d %s", r.status, r.text)
				}
			}
		})
	}
	for i := range 40 {
		text := other + "," + old
		if i%2 == 1 {
			text = old + "," + other
		}
		keys, err := account.ParseKeys(text)
		if err != nil {
			s.t.Fatal(err)
		}
		s.Accounts.Rotate(keys)
	}
	asking.Wait()
	s.Accounts.Rotate(s.keyring(""))
}

// refreshesAtOnce spends one refresh token eight times at once: one is
// answered, and since the others may be a thief's the session ends.
func (s *siege) refreshesAtOnce() {
	s.changes("app_user", "session", "refresh_token", "familiar_address")
	tokens := s.SignIn(s.t, s.Account(s.t, access.RoleAnalyst, 0, ""))
	replies := make([]reply, 8)
	var asking sync.WaitGroup
	for i := range replies {
		asking.Go(func() { replies[i] = s.send("", "POST", "/api/v1/sessions/refresh", refreshing(tokens.Refresh)) })
	}
	asking.Wait()
	good := 0
	for _, r := range replies {
		switch r.status {
		case http.StatusOK:
			good++
		case http.StatusUnauthorized:
			s.met++
		default:
			s.t.Errorf("got %d %s", r.status, r.text)
		}
	}
	if good != 1 {
		s.t.Errorf("%d were answered", good)
	}
	s.tokens["refreshed"] = tokens.Access
	s.refused(badInput{"then", "refreshed", "GET /api/v1/me", "", nil, 401, "token_invalid", ""})
}
