package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/registrytest"
)

// letters tells of invitations, hand-overs and links that are mailed.
func (s *teller) letters(member string) {
	invitation, _ := s.made("staff", "/api/v1/invitations", `{"email":"lin@example.org","name":"Lin","role":"member","member":1,"post":"editor","lang":"zh"}`)
	read := s.tell("approver", "GET", invitation, "", http.StatusOK)
	s.tell("approver", "GET", invitation, "", http.StatusNotModified, "If-None-Match", read.header.Get("ETag"))
	s.tell("approver", "GET", "/api/v1/invitations?member=1&state=open", "", http.StatusOK)
	void := s.Letter(s.t, "lin@example.org")
	s.tell("approver", "POST", invitation+"/resend", "", http.StatusTooManyRequests)
	s.Clock.Advance(time.Minute)
	again := s.tell("approver", "POST", invitation+"/resend", "", http.StatusOK)
	good := s.Letter(s.t, "lin@example.org")
	s.tell("", "POST", "/api/v1/invitation-redemptions", fmt.Sprintf(`{"token":%q,"password":%q}`, void, password), http.StatusNotFound)
	lin := s.tell("", "POST", "/api/v1/invitation-redemptions", fmt.Sprintf(`{"token":%q,"password":%q}`, good, password), http.StatusCreated)
	if lin.field("name") != "Lin" || lin.field("post") != "editor" || strings.Contains(read.text+again.text, good) || strings.Contains(read.text+again.text, void) {
		s.t.Errorf("made %s from %s", lin.text, again.text)
	}
	other, _ := s.made("staff", "/api/v1/invitations", `{"email":"else@example.org","role":"analyst"}`)
	s.tell("staff", "POST", other+"/revoke", "", http.StatusOK)
	s.tell("staff", "POST", other+"/revoke", "", http.StatusConflict)

	s.tell("approver", "GET", member+"/people", "", http.StatusOK)
	me := s.tell("approver", "GET", "/api/v1/me", "", http.StatusOK).field("id")
	s.tell("approver", "POST", "/api/v1/users/"+me+"/hand-over", fmt.Sprintf(`{"to":%q}`, lin.field("id")), http.StatusOK)
	s.tell("approver", "GET", "/api/v1/me", "", http.StatusUnauthorized)

	for purpose, at := range map[string]string{"reset": "/api/v1/password-resets", "sign in": "/api/v1/sessions/links"} {
		known := s.tell("", "POST", at, `{"email":"lin@example.org"}`, http.StatusAccepted)
		unknown := s.tell("", "POST", at, `{"email":"nobody@example.org","lang":"zh"}`, http.StatusAccepted)
		if known.text != unknown.text {
			s.t.Errorf("%s: known %q, unknown %q", purpose, known.text, unknown.text)
		}
		s.Clock.Advance(time.Second)
		if err := s.Accounts.MailLinks(registrytest.System()); err != nil {
			s.t.Fatal(err)
		}
		token := s.Letter(s.t, "lin@example.org")
		if purpose == "reset" {
			s.tell("", "POST", at+"/redeem", fmt.Sprintf(`{"token":%q,"password":%q}`, token, otherPassword), http.StatusNoContent)
			s.tell("", "POST", "/api/v1/sessions", credentials("lin@example.org", otherPassword), http.StatusCreated)
			continue
		}
		session := s.tell("", "POST", at+"/redeem", fmt.Sprintf(`{"token":%q}`, token), http.StatusCreated)
		s.tokens["lin"] = session.field("access_token")
		s.tell("lin", "GET", "/api/v1/me", "", http.StatusOK)
	}
	if slices.ContainsFunc([]string{"lin@", "else@", good, void}, s.log.tells) {
		s.t.Error("the log tells of an address or a link")
	}
}

// heir is the body of a hand-over to the account that [leaving] makes.
func heir(n int) string { return fmt.Sprintf(`{"to":"00000000-0000-4000-8000-%012d"}`, n) }

// leaving gives where an approver hands over, to somebody of an id that is known.
func leaving(w *world, n int) string {
	w.t.Helper()
	leaver := w.Account(w.t, access.RoleMember, w.allied, access.Approver)
	next := w.Account(w.t, access.RoleMember, w.allied, access.Editor)
	statement := fmt.Sprintf(`update app_user set id = '00000000-0000-4000-8000-%012d' where id = '%s'`, n, next.ID)
	if err := w.DB.Administer(w.t.Context(), statement); err != nil {
		w.t.Fatal(err)
	}
	return "/api/v1/users/" + string(leaver.ID) + "/hand-over"
}

// invited gives where something is done with a new invitation.
func invited(step string) func(w *world, n int) string {
	return func(w *world, n int) string {
		at := thing("staff", "/api/v1/invitations", `{"email":"guest#@`+strings.Trim(step, "/")+`.example.org","role":"analyst"}`)(w, n)
		w.Clock.Advance(time.Minute)
		return at + step
	}
}

// invite invites somebody to each of two members.
func (w *world) invite() {
	w.t.Helper()
	for _, number := range []ident.Member{w.discreet, w.curious} {
		w.add("InvitationId", "staff", "/api/v1/invitations", fmt.Sprintf(`{"email":"invited@example.org","role":"member","member":%d,"post":"editor"}`, number))
	}
}

// mailed are links that were mailed.
func (w *world) mailed() map[string]string {
	w.t.Helper()
	good := w.Letter(w.t, "invited@example.org")
	at, _ := w.made("staff", "/api/v1/invitations", `{"email":"revoked@example.org","role":"analyst"}`)
	revoked := w.Letter(w.t, "revoked@example.org")
	w.tell("staff", "POST", at+"/revoke", "", http.StatusOK)
	w.tell("", "POST", "/api/v1/password-resets", `{"email":"taken@example.org"}`, http.StatusAccepted)
	if err := w.Accounts.MailLinks(registrytest.System()); err != nil {
		w.t.Fatal(err)
	}
	lonely := w.Applicant(w.t, "Lonely Works")
	words := map[string]string{
		"good link": good, "revoked link": revoked, "reset link": w.Letter(w.t, "taken@example.org"), "invitation": w.things["InvitationId"][0],
		"applicant without people": lonely.String(),
	}
	for _, who := range []string{"own approver", "another's approver"} {
		words[who] = w.tell(who, "GET", "/api/v1/me", "", http.StatusOK).field("id")
	}
	return words
}
