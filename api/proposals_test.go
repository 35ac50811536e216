package api_test

import (
	"net/http"
	"strings"
	"testing"

	"accord/pkg/registrytest"
)

// ran lets a run of the cycle do what is to be done.
func (h *house) ran(t *testing.T) {
	t.Helper()
	if _, err := h.Runs.Run(registrytest.System()); err != nil {
		t.Fatalf("run the cycle: %v", err)
	}
}

// pastDue notes what is proposed about what the world has promised.
func (w *world) pastDue() {
	w.t.Helper()
	w.ran(w.t)
	for _, p := range w.tell("staff", "GET", "/api/v1/proposals", "", http.StatusOK).items() {
		w.things["ProposalId"] = append(w.things["ProposalId"], p["id"].(string))
	}
}

// proposed gives the path of a step of a proposal to close a new commitment.
func proposed(next string) func(*world, int) string {
	return func(w *world, n int) string {
		w.t.Helper()
		at := thing("staff", memberAt(w.discreet)+"/commitments", `{"point":2,"title":"t#","text":"x","due_on":"2026-06-30"}`)(w, n)
		for _, step := range []string{"submit", "register"} {
			w.tell("staff", "POST", at+"/"+step, "", http.StatusOK)
		}
		w.ran(w.t)
		return w.about(w.t, w.tokens["staff"], last(at)) + next
	}
}

// about gives where the open proposal about the commitment is.
func (h *house) about(t *testing.T, staff, commitment string) string {
	t.Helper()
	for _, p := range h.ask(t, staff, "GET", "/api/v1/proposals?state=open&kind=close&limit=200", "").items() {
		if p["commitment"] == commitment {
			return "/api/v1/proposals/" + p["id"].(string)
		}
	}
	t.Fatalf("nothing is proposed about commitment %s", commitment)
	return ""
}

// proposals is the part of the story in which the calendar takes effect.
func (s *teller) proposals(member string) {
	var at []string
	for range 2 {
		promise, _ := s.made("approver", member+"/commitments", `{"point":2,"title":"Kept too late","text":"x","due_on":"2026-03-31"}`)
		s.tell("approver", "POST", promise+"/submit", "", http.StatusOK)
		s.tell("staff", "POST", promise+"/register", "", http.StatusOK)
		s.ran(s.t)
		at = append(at, s.about(s.t, s.tokens["staff"], last(promise)))
	}
	tag := s.tell("staff", "GET", at[0], "", http.StatusOK).header.Get("ETag")
	s.tell("approver", "GET", at[0], "", http.StatusNotFound)
	s.tell("staff", "POST", at[0]+"/accept", `{"reason":"nothing was done"}`, http.StatusOK, "If-Match", tag)
	if a := s.tell("admin", "POST", at[1]+"/dismiss", `{"reason":"it goes on"}`, http.StatusOK); a.field("state") != "dismissed" || a.field("settled_by") == "" {
		s.t.Errorf("got %s", a.text)
	}
	s.tell("admin", "POST", at[1]+"/accept", `{"reason":"after all"}`, http.StatusConflict)
	if a := s.tell("staff", "GET", "/api/v1/proposals?member=1&kind=close&state=accepted", "", http.StatusOK); len(a.items()) != 1 {
		s.t.Errorf("got %s", a.text)
	}
}

// TestWhatIsProposedIsNoticedByNobodyElse reads everything there is to read
// before a run proposes something, and after staff decided on it.
func TestWhatIsProposedIsNoticedByNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	promise := thing("staff", memberAt(w.discreet)+"/commitments", `{"point":2,"title":"t#","text":"x","due_on":"2026-06-30"}`)(w, 1)
	for _, step := range []string{"submit", "register"} {
		w.tell("staff", "POST", promise+"/"+step, "", http.StatusOK)
	}
	w.CatchUp(t)
	readers := append([]string{"own editor", "own approver"}, outsiders...)
	before := w.walk(readers, nil)
	w.ran(t)
	at := w.about(t, w.tokens["staff"], last(promise))
	w.things["ProposalId"][0] = last(at)
	w.tell("staff", "POST", at+"/dismiss", `{"reason":"Shadow"}`, http.StatusOK)
	w.CatchUp(t)
	for key, is := range w.walk(readers, nil) {
		if was, ok := before[key]; ok && was.plain() != is.plain() {
			t.Errorf("%s %s as %q\nbefore %s\nafter %s", key.method, key.target, key.who, was.plain(), is.plain())
		}
		if strings.Contains(is.text, "hadow") || strings.HasPrefix(key.target, "/api/v1/proposals") && is.status < 400 {
			t.Errorf("%s as %q is told %s", key.target, key.who, is.plain())
		}
	}
	if w.log.tells("hadow") {
		t.Error("the log tells of it")
	}
}
