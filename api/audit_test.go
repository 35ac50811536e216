package api_test

import (
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/registrytest"
)

// auditing is the story of the audit record.
func (s *teller) auditing() {
	if a := s.tell("admin", "GET", "/api/v1/audit?event=token_made&limit=1", "", http.StatusOK); len(a.items()) != 1 || a.field("next_cursor") == "" {
		s.t.Errorf("the record tells %s", a.text)
	}
	s.tell("staff", "GET", "/api/v1/audit", "", http.StatusForbidden)
}

// TestWhatIsDoneToAccountsIsOnRecord does what the record is for, and reads it
// as an administrator.
func TestWhatIsDoneToAccountsIsOnRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := &teller{house: h, t: t, tokens: map[string]string{"admin": h.token(t, access.RoleAdmin, 0, ""), "analyst": h.token(t, access.RoleAnalyst, 0, "")}}
	user, _ := s.made("admin", "/api/v1/users", newUser("planted-mail@example.org", "analyst"))
	s.tell("admin", "PATCH", user, `{"name":"Planted Name"}`, http.StatusOK, "If-Match", "*")
	s.tell("", "POST", "/api/v1/sessions", credentials("planted-mail@example.org", otherPassword), http.StatusUnauthorized)
	s.tell("", "POST", "/api/v1/sessions", credentials("planted-nobody@example.org", otherPassword), http.StatusUnauthorized)
	session := s.tell("", "POST", "/api/v1/sessions", credentials("planted-mail@example.org", password), http.StatusCreated)
	s.tell("", "POST", "/api/v1/sessions/refresh", refreshing(session.field("refresh_token")), http.StatusOK)
	s.tell("", "POST", "/api/v1/sessions/refresh", refreshing(session.field("refresh_token")), http.StatusUnauthorized)
	s.tell("analyst", "GET", "/api/v1/users", "", http.StatusForbidden)
	s.tokens["bad"] = "accord_bad"
	s.tell("bad", "GET", "/api/v1/plan", "", http.StatusUnauthorized)
	s.tell("admin", "POST", user+"/password", `{"password":"`+otherPassword+`"}`, http.StatusNoContent)
	if err := h.Audit.Flush(registrytest.System(), false); err != nil {
		t.Fatal(err)
	}
	told := s.tell("admin", "GET", "/api/v1/audit?user="+last(user)+"&limit=200", "", http.StatusOK)
	for _, event := range []string{"account_added", "account_changed", "sign_in_failed", "signed_in", "refresh_replayed", "password_reset"} {
		if !strings.Contains(told.text, `"event":"`+event+`"`) {
			t.Errorf("no %s in %s", event, told.text)
		}
	}
	all := s.tell("admin", "GET", "/api/v1/audit?limit=200", "", http.StatusOK)
	for _, event := range []string{"forbidden", "token_invalid"} {
		if !strings.Contains(all.text, `"event":"`+event+`","network":"192.0.2.0/24","outcome":"denied"`) {
			t.Errorf("no %s in %s", event, all.text)
		}
	}
	if n := strings.Count(all.text, `"sign_in_failed"`); n != 2 || strings.Contains(strings.ToLower(all.text), "planted") || strings.Contains(all.text, "192.0.2.1") {
		t.Errorf("%d failures, and the record tells %s", n, all.text)
	}
}
