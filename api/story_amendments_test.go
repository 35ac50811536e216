package api_test

import "net/http"

// amendments is the part of the story in which what the member promised changes.
func (s *teller) amendments(member string) {
	promise, _ := s.made("approver", member+"/commitments", `{"point":4,"title":"Warehouses","text":"Ten warehouses","due_on":"2027-06-30"}`)
	s.tell("approver", "POST", promise+"/submit", "", http.StatusOK)
	tag := s.tell("staff", "POST", promise+"/register", "", http.StatusOK).header.Get("ETag")
	for _, step := range []struct{ who, does, body string }{
		{"approver", "withdraw", ""}, {"admin", "refuse", `{"reason":"not yet"}`}, {"admin", "approve", `{}`},
	} {
		amendment := s.tell("approver", "POST", promise+"/amendments",
			`{"text":"Eight warehouses","strength":"pledged","due_on":"2027-12-31","reason":"The port is late."}`, http.StatusCreated, "If-Match", tag)
		at := amendment.header.Get("Location")
		s.tell("", "GET", at, "", http.StatusNotFound)
		s.tell(step.who, "POST", at+"/"+step.does, step.body, http.StatusOK, "If-Match", amendment.header.Get("ETag"))
		s.tell("staff", "GET", at, "", http.StatusOK)
		if step.does == "approve" {
			s.tell("", "GET", at, "", http.StatusOK)
		}
	}
	s.tell("", "GET", promise+"/amendments", "", http.StatusOK)
	if a := s.tell("", "GET", promise, "", http.StatusOK); a.body["amendments"] != 1.0 || a.field("due_on") != "2027-12-31" {
		s.t.Errorf("got %s", a.text)
	}
}
