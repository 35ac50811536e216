package account

import (
	"fmt"
	"testing"

	"accord/pkg/access"
	"accord/pkg/fault"
)

// within gives the context of a session of the account that is fresh.
func (w world) within(t *testing.T, u User) (access.Actor, Tokens) {
	t.Helper()
	tokens := w.signIn(t, u.Email)
	actor, err := w.Authenticate(t.Context(), tokens.Access)
	if err != nil {
		t.Fatal(err)
	}
	return actor, tokens
}

// Whoever stole a session cannot guess on by coming from one address after another.
func TestAStolenSessionGuessesTenTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "mei@example.org", access.RoleStaff)
	actor, _ := w.within(t, u)
	ctx := access.With(t.Context(), actor)
	for i := range 12 {
		_, err := w.Reauthenticate(ctx, Proof{Password: otherPassword, From: from(fmt.Sprintf("198.51.100.%d", i+1))})
		if i < 10 {
			invalid(t, err, "/password wrong_password")
			continue
		}
		refused(t, err, fault.RateLimited, "too_many_attempts")
	}
	err := w.ChangePassword(ctx, PasswordChange{Current: otherPassword, New: "quite another sentence here", From: from("198.51.100.99")})
	refused(t, err, fault.RateLimited, "too_many_attempts")
	w.signIn(t, u.Email) // its owner is not held up
}

// A request that was let in before its session ended leaves nothing behind that
// would outlive the end.
func TestAnEndedSessionMakesNothingMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "mei@example.org", access.RoleStaff)
	actor, _ := w.within(t, u)
	if err := w.ResetPassword(system(t), u.ID, otherPassword); err != nil {
		t.Fatal(err)
	}
	ctx := access.With(t.Context(), actor)
	_, _, err := w.MakeToken(ctx, NewToken{Name: "a script", Scopes: []access.TokenScope{access.TokenReadOwn}})
	refused(t, err, fault.Unauthenticated, "session_ended")
	_, err = w.EnrolTOTP(ctx)
	refused(t, err, fault.Unauthenticated, "session_ended")
}

// Another role or member takes the tokens of scripts away, which were trusted
// with less, or with another's.
func TestAnotherRoleRevokesTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "mei@example.org", access.RoleAnalyst)
	_, secret, err := w.MakeToken(w.as(t, u), NewToken{Name: "a script", Scopes: []access.TokenScope{access.TokenReadOwn}})
	if err != nil {
		t.Fatal(err)
	}
	role := access.RoleStaff
	if _, err := w.PatchUser(system(t), u.ID, u.Version, UserPatch{Role: &role}); err != nil {
		t.Fatal(err)
	}
	_, err = w.Authenticate(t.Context(), secret)
	refused(t, err, fault.Unauthenticated, "token_invalid")
}
