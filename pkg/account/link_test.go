package account

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/fault"
)

// asks asks for a link and has it mailed.
func (w world) asks(t *testing.T, purpose Purpose, email, place string) {
	t.Helper()
	if err := w.RequestLink(public(t), purpose, LinkRequest{Email: email, From: from(place)}); err != nil {
		t.Fatal(err)
	}
	if err := w.MailLinks(system(t)); err != nil {
		t.Fatal(err)
	}
}

func TestAPasswordIsResetByALinkOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "mei@example.org", access.RoleAnalyst)
	session := w.signIn(t, u.Email)
	w.asks(t, ToReset, "MEI@example.org", "192.0.2.1")
	first := w.link(t, u.Email)
	w.clock.pass(time.Minute)
	w.asks(t, ToReset, u.Email, "192.0.2.1")
	second := w.link(t, u.Email)
	for _, token := range []string{first, second} {
		if err := w.CheckLink(public(t), ToReset, token); err != nil {
			t.Errorf("a link voids another: %v", err)
		}
	}
	refused(t, w.CheckLink(public(t), ToSignIn, first), fault.NotFound, "link_invalid")
	_, err := w.SignInByLink(public(t), LinkSignIn{Token: first, From: from("192.0.2.1")})
	refused(t, err, fault.NotFound, "link_invalid")
	invalid(t, w.SetPassword(public(t), first, "short"), "/password password_too_short")
	if err := w.SetPassword(public(t), first, otherPassword); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{first, second, ""} { // 31 used twice, and the other one is void
		refused(t, w.SetPassword(public(t), token, otherPassword), fault.NotFound, "link_invalid")
	}
	if _, err := w.Authenticate(t.Context(), session.Access); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the session goes on: %v", err)
	}
	if _, err := w.SignIn(public(t), Credentials{Email: u.Email, Password: otherPassword, From: from("192.0.2.1")}); err != nil {
		t.Error(err)
	}
	w.clock.pass(time.Hour)
	w.asks(t, ToReset, u.Email, "192.0.2.1")
	late := w.link(t, u.Email)
	w.clock.pass(30 * time.Minute)
	refused(t, w.SetPassword(public(t), late, goodPassword), fault.NotFound, "link_invalid")
	if strings.Contains(w.log.String(), "mei@") || strings.Contains(w.log.String(), late) {
		t.Errorf("the log tells %s", w.log)
	}
}

func TestALinkSignsInOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "mei@example.org", access.RoleAnalyst)
	if err := w.d.Administer(t.Context(), `update app_user set password = null`); err != nil { // it has other means
		t.Fatal(err)
	}
	w.asks(t, ToSignIn, u.Email, "192.0.2.1")
	token := w.link(t, u.Email)
	tokens, err := w.SignInByLink(public(t), LinkSignIn{Token: token, From: from("192.0.2.1")})
	if err != nil {
		t.Fatal(err)
	}
	me, err := w.Me(w.actor(t, tokens.Access))
	if err != nil || me.ID != u.ID {
		t.Errorf("got %+v, %v", me, err)
	}
	_, err = w.SignInByLink(public(t), LinkSignIn{Token: token, From: from("192.0.2.1")})
	refused(t, err, fault.NotFound, "link_invalid")
	w.asks(t, ToSignIn, u.Email, "192.0.2.1")
	late := w.link(t, u.Email)
	w.clock.pass(15 * time.Minute)
	_, err = w.SignInByLink(public(t), LinkSignIn{Token: late, From: from("192.0.2.1")})
	refused(t, err, fault.NotFound, "link_invalid")
	w.asks(t, ToSignIn, u.Email, "192.0.2.1")
	voided := w.link(t, u.Email)
	if u, err = w.PatchUser(system(t), u.ID, u.Version, UserPatch{Email: new("other@example.org")}); err != nil {
		t.Fatal(err)
	}
	_, err = w.SignInByLink(public(t), LinkSignIn{Token: voided, From: from("192.0.2.1")})
	refused(t, err, fault.NotFound, "link_invalid")
	w.asks(t, ToSignIn, u.Email, "192.0.2.1")
	voided = w.link(t, u.Email)
	if _, err = w.PatchUser(system(t), u.ID, u.Version, UserPatch{Disabled: new(true)}); err != nil {
		t.Fatal(err)
	}
	_, err = w.SignInByLink(public(t), LinkSignIn{Token: voided, From: from("192.0.2.1")})
	refused(t, err, fault.NotFound, "link_invalid")
}

// An account without a password is answered as one with another password, and
// cannot be told from one that is not there.
func TestAnAccountWithoutAPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "mei@example.org", access.RoleAnalyst)
	if err := w.d.Administer(t.Context(), `update app_user set password = null`); err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{goodPassword, w.hasher.dummy} {
		_, err := w.SignIn(public(t), Credentials{Email: u.Email, Password: password, From: from("192.0.2.1")})
		refused(t, err, fault.Unauthenticated, "wrong_credentials")
	}
	err := w.ChangePassword(w.as(t, u), PasswordChange{Current: goodPassword, New: otherPassword, From: from("192.0.2.1")})
	invalid(t, err, "/current_password wrong_password")
	if err := w.ResetPassword(system(t), u.ID, goodPassword); err != nil {
		t.Fatal(err)
	}
	w.signIn(t, u.Email)
}

// 24: what is done while somebody waits is the same for every address: the same
// rows in the same tables, of the same sizes.
func TestAskingForALinkTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(t, "known@example.org", access.RoleStaff)
	shut := w.add(t, "shut00@example.org", access.RoleAnalyst)
	if _, err := w.PatchUser(system(t), shut.ID, 1, UserPatch{Disabled: new(true)}); err != nil {
		t.Fatal(err)
	}
	var traces []string
	for n, email := range []string{"known@example.org", "shut00@example.org", "nobody@example.org"} {
		before := w.rows(t)
		var tells bytes.Buffer
		err := w.RequestLink(public(t), ToReset, LinkRequest{Email: email, From: from(fmt.Sprintf("192.0.2.%d", n+1))})
		fmt.Fprint(&tells, err)
		after := w.rows(t)
		for table, rows := range after {
			fmt.Fprintf(&tells, " %s:%d", table, rows-before[table])
		}
		parts := strings.Fields(tells.String())
		slices.Sort(parts)
		traces = append(traces, strings.Join(parts, " "))
	}
	if traces[0] != traces[1] || traces[0] != traces[2] || !strings.Contains(traces[0], "requested_link:1") {
		t.Errorf("the work differs:\n%s", strings.Join(traces, "\n"))
	}
	if err := w.MailLinks(system(t)); err != nil {
		t.Fatal(err)
	}
	if n := w.letters(t); n != 1 {
		t.Errorf("%d letters for one account", n)
	}
	if n := w.count(t, `select count(*) from requested_link`); n != 0 {
		t.Errorf("%d requests are left", n)
	}
}

// rows counts what stands in the tables that a request could touch.
func (w world) rows(t *testing.T) map[string]int {
	t.Helper()
	found := map[string]int{}
	for _, table := range []string{"mail", "requested_link", "account_link", "sign_in_attempt", "familiar_address", "session", "invitation"} {
		found[table] = w.count(t, `select count(*) from `+table)
	}
	return found
}

func TestAFloodOfLinksIsBoundedAndLocksNobodyOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "mei@example.org", access.RoleAnalyst)
	w.signIn(t, u.Email) // from 192.0.2.1, which is familiar now
	for n := range 40 {
		w.asks(t, ToReset, u.Email, fmt.Sprintf("198.51.100.%d", n+1))
	}
	if n := w.letters(t); n != 6 {
		t.Errorf("the box got %d letters", n)
	}
	w.clock.pass(time.Second)
	w.asks(t, ToReset, u.Email, "192.0.2.1")
	if err := w.SetPassword(public(t), w.link(t, u.Email), otherPassword); err != nil || w.letters(t) != 7 {
		t.Errorf("the owner is locked out: %v", err)
	}
	var err error
	for range 10 {
		if err = w.RequestLink(public(t), ToSignIn, LinkRequest{Email: "nobody@example.org", From: from("203.0.113.1")}); err != nil {
			break
		}
	}
	refused(t, err, fault.RateLimited, "too_many_letters")
}
