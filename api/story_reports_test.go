package api_test

import "net/http"

// reports is the part of the story in which the member reports on what it promised.
func (s *teller) reports(member string) {
	s.made("staff", "/api/v1/indicators", anIndicator("people_trained"))
	promise, _ := s.made("approver", member+"/commitments", measuredCommitment)
	s.tell("approver", "POST", promise+"/submit", "", http.StatusOK)
	s.tell("staff", "POST", promise+"/register", "", http.StatusOK)
	for _, body := range []string{`{"year":2025,"due_on":"2026-11-30","grace_ends_on":"2026-11-30"}`, `{"year":2026,"due_on":"2026-12-15"}`} {
		cycle, tag := s.made("staff", "/api/v1/cycles", body)
		s.tell("staff", "POST", cycle+"/extend", `{"grace_ends_on":"2027-01-31","reason":"a flood"}`, http.StatusOK, "If-Match", tag)
		s.tell("", "GET", cycle, "", http.StatusOK)
	}
	report, tag := s.made("approver", promise+"/reports", `{"cycle":2025}`)
	s.tell("approver", "PATCH", report, wholeProgress, http.StatusOK, "If-Match", tag)
	evidence := s.evidence(report)
	s.tell("approver", "POST", report+"/submit", "", http.StatusOK)
	s.tell("staff", "POST", report+"/review", `{"decision":"accepted","completion":"complete"}`, http.StatusOK)
	s.tell("admin", "POST", report+"/review/agree", "", http.StatusOK)
	s.tell("approver", "PUT", report+"/review/reply", `{"text":"Thank you."}`, http.StatusOK, "If-Match", "*")
	s.tell("approver", "POST", promise+"/attest", `{"cycle":2026}`, http.StatusCreated)
	s.tell("", "HEAD", evidence+"/content", "", http.StatusOK)
	for _, target := range []string{evidence, report + "/evidence", "/api/v1/cycles", report, report + "/review", promise + "/reports", member + "/reports"} {
		s.tell("", "GET", target, "", http.StatusOK)
	}
}

// evidence has the member prove what it reports, and gives where the file is.
func (s *teller) evidence(report string) string {
	file, tag := s.made("approver", report+"/evidence/files", form(filePart("list.pdf", "application/pdf", aPDF), texts("title", "Attendance")))
	s.tell("approver", "PATCH", file, `{"title":null,"quote":"eight","page":"3"}`, http.StatusOK, "If-Match", tag)
	s.tell("", "GET", file, "", http.StatusNotFound)
	link, tag := s.made("approver", report+"/evidence", anEvidence)
	s.tell("approver", "DELETE", link, "", http.StatusNoContent, "If-Match", tag)
	return file
}
