package api_test

import (
	"net/http"
	"strings"
)

// indicators is the part of the story in which staff keeps the catalogue, and
// another member is invited to what the first one promises.
func (s *teller) indicators(member string) {
	indicator, tag := s.made("staff", "/api/v1/indicators", anIndicator("people_reached"))
	s.tell("staff", "PATCH", indicator, `{"titles":{"en":"People reached"}}`, http.StatusOK, "If-Match", tag)
	s.tell("staff", "POST", indicator+"/retire", `{"reason":"counted otherwise"}`, http.StatusOK)
	for _, target := range []string{"/api/v1/indicators", indicator} {
		s.tell("", "GET", target, "", http.StatusOK)
	}
	s.tell("admin", "PATCH", "/api/v1/plan", `{"period":{"from":"2016-01-01","source":{"title":"t"}},"reason":"decided by the council"}`,
		http.StatusOK, "If-Match", s.tell("admin", "GET", "/api/v1/plan", "", http.StatusOK).header.Get("ETag"))

	partner, _ := s.made("staff", "/api/v1/members", `{"name":"A partner","kind":"other"}`)
	for _, step := range []string{`{"to":"in_review","reason":"x"}`, `{"to":"active","reason":"x"}`} {
		s.tell("staff", "POST", partner+"/transitions", step, http.StatusCreated)
	}
	number := partner[strings.LastIndex(partner, "/")+1:]
	for _, answer := range []string{"accept", "decline"} {
		joint, _ := s.made("approver", member+"/commitments", `{"point":2,"title":"Jointly","text":"Together.","participants":[{"member":`+number+`,"role":"partner"}]}`)
		s.tell("approver", "POST", joint+"/submit", "", http.StatusOK)
		s.tell("staff", "POST", joint+"/participants/"+number+"/"+answer, "", http.StatusOK)
	}
}
