package api_test

import (
	"encoding/json"
	"testing"

	"accord/pkg/access"
)

func TestOwnPassword(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(t, "mei@example.org", access.RoleAnalyst)
	token := o.signIn(t, "mei@example.org").field("access_token")
	change := func(current, next string) answer {
		body, _ := json.Marshal(map[string]string{"current_password": current, "new_password": next})
		return o.ask(t, token, "PUT", "/api/v1/me/password", string(body))
	}

	t.Run("needs the old one, and notes who guesses it", func(t *testing.T) {
		before := o.log.events()
		if got := change(otherPassword, otherPassword+"!").is(t, 422, "invalid").faults(); got != "/current_password wrong_password" {
			t.Errorf("got %s", got)
		}
		if n := o.log.events() - before; n != 1 {
			t.Errorf("%d security events", n)
		}
	})
	t.Run("tells all faults at once", func(t *testing.T) {
		a := o.ask(t, token, "PUT", "/api/v1/me/password", `{"current_password":1,"new_password":"short"}`).is(t, 422, "invalid")
		if got := a.faults(); got != "/current_password wrong_type, /new_password password_too_short" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("is changed", func(t *testing.T) {
		change(password, otherPassword).is(t, 204, "")
		o.ask(t, "", "POST", "/api/v1/sessions", credentials("mei@example.org", otherPassword)).is(t, 201, "")
		o.ask(t, token, "GET", "/api/v1/me", "").is(t, 200, "")
	})
	t.Run("is for those with an account", func(t *testing.T) {
		o.ask(t, "", "PUT", "/api/v1/me/password", `{"current_password":"a","new_password":"b"}`).is(t, 401, "unauthenticated")
	})
}
