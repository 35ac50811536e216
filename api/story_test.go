package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/ident"
)

// teller asks one thing after the other as whoever is named, and keeps what
// later questions need.
type teller struct {
	*house
	t      *testing.T
	tokens map[string]string
}

// tell asks, expects the status, and gives the answer.
func (s *teller) tell(who, method, target, body string, status int, headers ...string) answer {
	s.t.Helper()
	a := s.ask(s.t, s.tokens[who], method, target, body, headers...)
	if a.status != status {
		s.t.Fatalf("%s %s as %s: %d %s", method, target, who, a.status, a.text)
	}
	return a
}

// made asks for something to be made, and gives where it is and its ETag.
func (s *teller) made(who, target, body string) (at, tag string) {
	s.t.Helper()
	a := s.tell(who, "POST", target, body, http.StatusCreated)
	return a.header.Get("Location"), a.header.Get("ETag")
}

// TestEveryOperationKeepsTheContract tells the story of a member from its
// application on, with every operation of the contract in it: one that is not
// told of fails.
func TestEveryOperationKeepsTheContract(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := &teller{house: h, t: t, tokens: map[string]string{
		"admin": h.token(t, access.RoleAdmin, 0, ""), "staff": h.token(t, access.RoleStaff, 0, ""),
		"analyst": h.token(t, access.RoleAnalyst, 0, ""),
	}}
	member := s.membership()
	s.tokens["approver"] = h.token(t, access.RoleMember, ident.Member(1), access.Approver)
	s.belonging(member)
	s.figures(member)
	s.commitments(member)
	s.indicators(member)
	s.amendments(member)
	s.reports(member)
	s.proposals(member)
	s.changeRequests(member)
	s.activities(member)
	h.CatchUp(t)
	s.reading(member)
	s.people()
	s.letters(member)
	s.tokening()
	s.auditing()
	s.factors()
	for _, target := range []string{"/healthz", "/readyz", "/version", "/openapi.json", "/docs", "/docs/docs.css"} {
		s.tell("", "HEAD", target, "", http.StatusOK)
	}

	var untold []string
	for _, item := range h.law.doc.Paths.Map() {
		for _, op := range item.Operations() {
			if !h.law.kept[op.OperationID] {
				untold = append(untold, op.OperationID)
			}
		}
	}
	if slices.Sort(untold); len(untold) > 0 {
		t.Errorf("no story of %v, only of %d operations", untold, len(slices.Collect(maps.Keys(h.law.kept))))
	}
}

func (s *teller) membership() string {
	member, tag := s.made("staff", "/api/v1/members", `{"names":[
		{"text":"Globalegrow E-Commerce","lang":"en","kind":"short","primary":true},
		{"text":"环球易购","lang":"zh-Hans","script":"Hans","kind":"brand","source":"editor"}],
		"kind":"enterprise","country":"CN","city":"Shenzhen","sector":{"scheme":"isic4","code":"G4791"},"founded":2007,
		"description":"Cross-border export","website":"https://example.org/","identifiers":[{"scheme":"duns","value":"123456789"}],
		"sources":{"country":"editor"}}`)
	s.tell("staff", "PATCH", member, `{"city":null,"description":"Cross-border export e-commerce"}`, http.StatusOK, "If-Match", tag)
	for _, step := range []string{`{"to":"in_review","reason":"complete"}`, `{"to":"active","reason":"admitted","effective_on":"2026-01-02"}`} {
		s.tell("staff", "POST", member+"/transitions", step, http.StatusCreated)
	}
	double, _ := s.made("staff", "/api/v1/members", `{"name":"A double","kind":"other"}`)
	for _, step := range []string{`{"to":"in_review","reason":"x"}`, `{"to":"active","reason":"x"}`, `{"to":"merged","reason":"x","survivor":1}`} {
		s.tell("staff", "POST", double+"/transitions", step, http.StatusCreated)
	}
	if a := s.tell("", "GET", double, "", http.StatusTemporaryRedirect); a.header.Get("Location") != member {
		s.t.Errorf("merged into %s, leads to %s", member, a.header.Get("Location"))
	}
	if a := s.tell("", "GET", double+"?follow=false", "", http.StatusOK); a.body["merged_into"] != 1.0 {
		s.t.Errorf("got %s", a.text)
	}
	contact, tag := s.made("staff", member+"/contacts", `{"name":"Mei Li","position":"Desk","email":"desk@example.org","phone":"+86 755 1234567","note":"n"}`)
	s.tell("staff", "GET", contact, "", http.StatusOK)
	tag = s.tell("staff", "PATCH", contact, `{"phone":null}`, http.StatusOK, "If-Match", tag).header.Get("ETag")
	s.tell("staff", "GET", member+"/contacts", "", http.StatusOK)
	s.tell("", "GET", member+"/contacts", "", http.StatusUnauthorized)
	s.tell("staff", "DELETE", contact, "", http.StatusNoContent, "If-Match", tag)
	s.tell("staff", "GET", contact, "", http.StatusNotFound)
	return member
}

func (s *teller) belonging(member string) {
	ceremony, tag := s.made("staff", "/api/v1/ceremonies", wholeCeremony)
	s.tell("staff", "PATCH", ceremony, `{"batch":null}`, http.StatusOK, "If-Match", tag)
	signature, _ := s.made("staff", member+"/signatures", `{"ceremony":1,"capacity":"signer","signed_on":"2018-05-31","signatory":{"name":"A Person","title":"Chair"}}`)
	s.tell("staff", "POST", member+"/signatures", `{"ceremony":1,"capacity":"supporter"}`, http.StatusConflict)
	alliance, tag := s.made("staff", "/api/v1/alliances", `{"name":"Belt and Road Service Trade Alliance","point":1,"founded_on":"2018-06-01","description":"d","source":{"title":"t"}}`)
	s.tell("staff", "PATCH", alliance, `{"description":null}`, http.StatusOK, "If-Match", tag)
	belonging, tag := s.made("staff", alliance+"/memberships", `{"member":1,"role":"founding_member","from":"2018-06-01"}`)
	s.tell("staff", "PATCH", belonging, `{"until":"2025-12-31"}`, http.StatusOK, "If-Match", tag)
	for _, target := range []string{
		"/api/v1/ceremonies", ceremony, ceremony + "/signatures", signature, member + "/signatures", "/api/v1/alliances", alliance,
		alliance + "/memberships?role=founding_member", belonging, member + "/alliance-memberships",
	} {
		s.tell("", "GET", target, "", http.StatusOK)
	}
}

func (s *teller) figures(member string) {
	figure, tag := s.made("staff", member+"/figures", `{"measure":"sales_volume","bound":"gt","low":"10000000000","currency":"RMB",
		"basis":"group","assurance":"stated","source":{"title":"t","url":"https://example.org/","page":"1","quote":"exceeding RMB10 billion","retrieved":"2026-01-02"}}`)
	if a := s.tell("", "GET", figure, "", http.StatusOK); a.field("currency") != "CNY" || a.field("low") != "10000000000" || a.body["high"] != nil {
		s.t.Errorf("got %s", a.text)
	}
	s.tell("staff", "POST", figure+"/supersede", `{"measure":"sales_volume","bound":"range","low":"10000000000","high":"12000000000.5","currency":"CNY",
		"basis":"group","period":{"from":"2017-01-01","to":"2017-12-31"}}`, http.StatusCreated, "If-Match", tag)
	s.tell("staff", "POST", member+"/figures", `{"measure":"gmv","bound":"exact","low":"1","currency":"USD","confidentiality":"confidential"}`, http.StatusCreated)
	if a := s.tell("", "GET", member+"/figures?current=true", "", http.StatusOK); strings.Contains(a.text, `:"confidential"`) {
		s.t.Errorf("the public is shown %s", a.text)
	}
}

func (s *teller) commitments(member string) {
	commitment, tag := s.made("approver", member+"/commitments", `{"point":4,"title":"Warehouses","text":"Ten warehouses abroad","strength":"pledged",
		"starts_on":"2026-01-01","due_on":"2026-06-30"}`)
	s.tell("", "GET", commitment, "", http.StatusNotFound)
	s.tell("approver", "PATCH", commitment, `{"strength":null,"title":"Warehouses abroad"}`, http.StatusOK, "If-Match", tag)
	s.tell("approver", "POST", commitment+"/submit", "", http.StatusOK)
	s.tell("approver", "POST", commitment+"/register", "", http.StatusForbidden)
	s.tell("staff", "POST", commitment+"/register", "{}", http.StatusOK)
	s.tell("staff", "POST", commitment+"/submit", "", http.StatusConflict)
	s.tell("staff", "POST", commitment+"/close", `{"outcome":"reached_in_time","reason":"seen"}`, http.StatusOK)
	for _, target := range []string{
		commitment, "/api/v1/commitments?member=1&point=4&state=closed&due_after=2026-01-01&due_before=2027-01-01", member + "/commitments?point=4&state=closed",
	} {
		s.tell("", "GET", target, "", http.StatusOK)
	}
}

func (s *teller) activities(member string) {
	commitment := s.tell("staff", "GET", member+"/commitments", "", http.StatusOK).items()[0]["id"].(string)
	draft, tag := s.made("approver", member+"/activities", wholeActivity(1))
	s.tell("approver", "PATCH", draft, `{"description":null,"until":null}`, http.StatusOK, "If-Match", tag)
	s.tell("approver", "POST", draft+"/submit", "", http.StatusOK)
	s.tell("staff", "POST", draft+"/register", "", http.StatusOK)
	link, tag := s.made("approver", draft+"/commitments/"+commitment, "")
	s.tell("", "GET", link, "", http.StatusOK)
	s.tell("", "GET", "/api/v1/commitments/"+commitment+"/activities", "", http.StatusOK)
	s.tell("staff", "DELETE", link, "", http.StatusNoContent, "If-Match", tag)
	s.tell("staff", "POST", draft+"/withdraw", `{"reason":"twice"}`, http.StatusOK)
	refused, _ := s.made("approver", member+"/activities", wholeActivity(1))
	s.tell("staff", "POST", refused+"/submit", "", http.StatusOK)
	s.tell("staff", "POST", refused+"/refuse", `{"reason":"unknown"}`, http.StatusOK)
	s.made("staff", "/api/v1/activities", wholeActivity(1))
	for _, target := range []string{draft, "/api/v1/activities?member=1&point=8&kind=competition&country=KE&from=2026-05-02&until=2026-05-03&state=registered", member + "/activities"} {
		s.tell("", "GET", target, "", http.StatusOK)
	}
}

func (s *teller) reading(member string) {
	for _, target := range []string{
		"/api/v1/plan", "/api/v1/plan/points/4", member, member + "/transitions", member + "/terms", member + "/history",
		"/api/v1/changes?after=3&limit=200", "/api/v1/statistics/members?by=country,status", "/api/v1/statistics/commitments?by=point,state", "/api/v1/statistics/activities?by=point,year",
		"/api/v1/statistics/indicators?by=country,cycle", "/api/v1/statistics/reporting?by=country", "/api/v1/statistics/matrix?country=CN",
		"/api/v1/statistics/commitments?by=progress,cycle",
		"/api/v1/statistics/figures?by=sector&measure=sales_volume&in=never",
		"/api/v1/members?q=%E7%8E%AF%E7%90%83&country=CN&sector=G47&kind=enterprise&status=active&capacity=signer&ceremony=1&point=4&has_figure=true&sort=-name",
	} {
		a := s.tell("analyst", "GET", target, "", http.StatusOK)
		s.tell("analyst", "GET", target, "", http.StatusNotModified, "If-None-Match", a.header.Get("ETag"))
	}
}

func (s *teller) people() {
	body := fmt.Sprintf(`{"email":"mei@example.org","name":"Mei","role":"staff","password":%q}`, password)
	user, tag := s.made("admin", "/api/v1/users", body)
	s.tell("admin", "PATCH", user, `{"role":"analyst"}`, http.StatusOK, "If-Match", tag)
	s.tell("admin", "GET", user, "", http.StatusOK)
	s.tell("admin", "GET", "/api/v1/users?role=analyst", "", http.StatusOK)
	s.tell("admin", "POST", user+"/password", fmt.Sprintf(`{"password":%q}`, otherPassword), http.StatusNoContent)
	session := s.tell("", "POST", "/api/v1/sessions", credentials("mei@example.org", otherPassword), http.StatusCreated)
	session = s.tell("", "POST", "/api/v1/sessions/refresh", refreshing(session.field("refresh_token")), http.StatusOK)
	s.tokens["mei"] = session.field("access_token")
	s.tell("mei", "GET", "/api/v1/me", "", http.StatusOK)
	s.tell("mei", "PUT", "/api/v1/me/password", fmt.Sprintf(`{"current_password":%q,"new_password":%q}`, otherPassword, password), http.StatusNoContent)
	s.tell("mei", "DELETE", "/api/v1/sessions/current", "", http.StatusNoContent)
	s.tell("mei", "GET", "/api/v1/me", "", http.StatusUnauthorized)
}
