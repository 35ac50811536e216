package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// since changes the thing that a request with a key made, by operationId. A
// member's step and a signature never change.
var since = map[string]func(w *world, made reply){
	"registerMember":   amended("staff", `{"name":"Changed since","city":"Xi'an"}`),
	"transitionMember": amended("staff", `{"city":"Xi'an"}`),
	"stateFigure":      superseded,
	"supersedeFigure":  superseded,
	"recordCeremony":   amended("staff", `{"name":"Changed since","batch":"b"}`),
	"foundAlliance":    amended("staff", `{"name":"Changed since","point":3}`),
	"joinAlliance":     amended("staff", `{"until":"2026-02-01"}`),
	"addContact":       amended("staff", `{"name":"Changed since"}`),
	"addUser":          amended("admin", `{"name":"Changed since"}`),
	"invitePerson": func(w *world, made reply) {
		w.tell("admin", "POST", made.header.Get("Location")+"/revoke", "", http.StatusOK)
	},
	"draftCommitment":    amended("own editor", `{"text":"changed since"}`),
	"submitCommitment":   next("/register", ""),
	"addIndicator":       amended("staff", `{"titles":{"en":"Changed since"}}`),
	"retireIndicator":    said,
	"registerCommitment": next("/close", `{"outcome":"withdrawn","reason":"r"}`),
	"openCycle": func(w *world, made reply) {
		w.tell("staff", "POST", made.header.Get("Location")+"/extend", bodies["extendCycle"], http.StatusOK)
	},
	"startReport":      amended("own editor", `{"narrative":"changed since"}`),
	"submitReport":     spoken("staff", "POST", "/review", `{"decision":"returned","reason":"changed since"}`),
	"attestCommitment": spoken("staff", "POST", "/review", `{"decision":"returned","reason":"changed since"}`),
	"reviewReport":     spoken("own approver", "PUT", "/review/reply", `{"text":"changed since"}`),
	"agreeReview":      spoken("own approver", "PUT", "/review/reply", `{"text":"changed since"}`),
	"proposeAmendment": func(w *world, made reply) {
		w.tell("staff", "POST", made.header.Get("Location")+"/refuse", `{"reason":"changed since"}`, http.StatusOK)
	},
	"proposeChangeRequest": func(w *world, made reply) {
		w.tell("staff", "POST", made.header.Get("Location")+"/return", `{"reason":"changed since"}`, http.StatusOK)
	},
	"addEvidenceLink":  amended("own editor", `{"title":"changed since"}`),
	"addEvidenceFile":  amended("own editor", `{"title":"changed since"}`),
	"recordActivity":   amended("staff", `{"title":"changed since","organisers":[1,2]}`),
	"draftActivity":    amended("own editor", `{"title":"changed since"}`),
	"submitActivity":   next("/register", ""),
	"registerActivity": next("/withdraw", `{"reason":"r"}`),
}

// standing are the operations that make a thing without a history: their
// answers are given again as the thing stands. A person's contact or account
// leaves nothing behind that could be erased with it, and a draft no trace.
var standing = []string{"addContact", "addUser", "invitePerson", "draftCommitment", "startReport", "draftActivity", "addEvidenceLink", "addEvidenceFile", "proposeChangeRequest"}

func amended(who, body string) func(*world, reply) {
	return func(w *world, made reply) {
		w.tell(who, "PATCH", made.header.Get("Location"), body, http.StatusOK, "If-Match", "*")
	}
}

func superseded(w *world, made reply) {
	var f map[string]any
	_ = json.Unmarshal([]byte(made.text), &f)
	body := fmt.Sprintf(`{"measure":%q,"bound":"exact","low":"99","currency":"JPY"}`, f["measure"])
	w.tell("staff", "POST", made.header.Get("Location")+"/supersede", body, http.StatusCreated)
}

// said says anew what the indicator of an answer is.
func said(w *world, made reply) {
	var i map[string]any
	_ = json.Unmarshal([]byte(made.text), &i)
	w.tell("staff", "PATCH", fmt.Sprint("/api/v1/indicators/", i["code"]), `{"titles":{"en":"Changed since"}}`, http.StatusOK, "If-Match", "*")
}

func next(step, body string) func(*world, reply) {
	return func(w *world, made reply) {
		var c map[string]any
		_ = json.Unmarshal([]byte(made.text), &c)
		things := "commitments"
		if c["organisers"] != nil {
			things = "activities"
		}
		w.tell("staff", "POST", fmt.Sprintf("/api/v1/%s/%s%s", things, c["id"], step), body, http.StatusOK)
	}
}

// spoken does something to the report that was made or stepped on.
func spoken(who, method, step, body string) func(*world, reply) {
	return func(w *world, made reply) {
		var report map[string]any
		_ = json.Unmarshal([]byte(made.text), &report)
		w.tell(who, method, fmt.Sprintf("/api/v1/reports/%s%s", report["id"], step), body, http.StatusOK, "If-Match", "*")
	}
}

// TestEveryKeyAnswersOnce tries each POST of the contract with a key: again, at
// once, with another body, and after what it made has changed.
func TestEveryKeyAnswersOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := 100
	for path, item := range w.law.doc.Paths.Map() {
		op := item.Post
		if op == nil {
			continue
		}
		if header(op, "Idempotency-Key") == nil {
			w.send("admin", "POST", w.anyOf(path, item), bodies[op.OperationID], "Idempotency-Key", "k").problem(t, http.StatusBadRequest, "idempotency_key_refused")
			continue
		}
		n += 2
		deed, ok := deeds()[op.OperationID]
		if !ok {
			t.Errorf("no thing to try %s with", op.OperationID)
			continue
		}
		w.atOnce(t, op.OperationID, deed, n)
		w.answersOnce(t, op.OperationID, deed, n+1)
	}
}

// distinct makes a body another one at each use, where the register takes such
// a thing only once.
func distinct(operation string, n int) string {
	body := bodies[operation]
	switch operation {
	case "addUser":
		return strings.Replace(body, "new@", fmt.Sprintf("new%d@", n), 1)
	case "invitePerson":
		return strings.Replace(body, "guest@", fmt.Sprintf("guest%d@", n), 1)
	case "handOver":
		return heir(n)
	case "addIndicator":
		return strings.Replace(body, `"code":"another`, fmt.Sprintf(`"code":"another_%d`, n), 1)
	case "openCycle":
		return strings.Replace(body, "2030", strconv.Itoa(1930+n), 1)
	case "registerMember", "foundAlliance":
		return strings.Replace(body, `"name":"A`, fmt.Sprintf(`"name":"No %d a`, n), 1)
	}
	return body
}

func (w *world) answersOnce(t *testing.T, operation string, deed deed, n int) {
	t.Helper()
	at, body, key := deed.make(w, n), distinct(operation, n), fmt.Sprint("once-", n)
	headers := []string{"Idempotency-Key", key}
	if strings.Contains(operation, "supersede") || strings.Contains(operation, "Commitment") && operation != "draftCommitment" && operation != "attestCommitment" ||
		slices.Contains([]string{"extendCycle", "submitReport", "reviewReport", "agreeReview", "submitActivity", "registerActivity", "refuseActivity", "withdrawActivity", "approveAmendment", "refuseAmendment", "withdrawAmendment", "acceptProposal", "dismissProposal", "decideChangeRequest", "returnChangeRequest", "rebaseChangeRequest", "withdrawChangeRequest"}, operation) {
		// The first request makes its own If-Match stale. The key comes before it.
		tag := w.send(deed.who, "GET", at[:strings.LastIndex(at, "/")], "").header.Get("ETag")
		headers = append(headers, "If-Match", tag)
	}
	first := w.send(deed.who, "POST", at, body, headers...)
	if first.status >= 300 {
		t.Errorf("%s: %s", operation, first.plain())
		return
	}
	again := func(when string) {
		t.Helper()
		spaced := strings.NewReplacer("{", "{ ", ":\"", " : \"").Replace(body)
		for _, text := range []string{body, spaced} {
			before := w.writings(t)
			if a := w.send(deed.who, "POST", at, text, headers...); a.plain() != first.plain() || w.writings(t) != before {
				t.Errorf("%s %s\nfirst %s\nagain %s", operation, when, first.plain(), a.plain())
			}
		}
	}
	again("at once after")
	if change := since[operation]; change != nil {
		change(w, first)
		if slices.Contains(standing, operation) {
			first = w.asItStands(deed.who, first)
		}
		again("after it changed")
	}
	if deed.other != "" {
		w.send(deed.who, "POST", at, deed.other, "Idempotency-Key", key).problem(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	}
	for _, malformed := range []string{"", "two words", "键", strings.Repeat("k", 256)} {
		w.send(deed.who, "POST", at, body, "Idempotency-Key", malformed).problem(t, http.StatusBadRequest, "idempotency_key_malformed")
	}
	again("after it was misused")
}

// asItStands is the answer with the thing in it as it is read now.
func (w *world) asItStands(who string, made reply) reply {
	w.t.Helper()
	read := w.tell(who, "GET", made.header.Get("Location"), "", http.StatusOK)
	header := made.header.Clone()
	header.Set("ETag", read.header.Get("ETag"))
	header.Set("Content-Length", strconv.Itoa(len(read.text)))
	return reply{status: made.status, header: header, text: read.text}
}

// writings counts the changes of the register and what it makes without one.
func (w *world) writings(t *testing.T) (n int) {
	t.Helper()
	if err := w.DB.Get(t.Context(), &n, `
		select (select count(*) from change) + (select count(*) from app_user) + (select count(*) from evidence_draft)
			+ (select count(*) from (select id from commitment_draft union select id from commitment) taken_on)
			+ (select count(*) from report_draft d where not exists (select from report r where r.id = d.id and r.attested))
			+ (select count(*) from proposal where state = 'dismissed')
			+ (select coalesce(sum(version), 0) from invitation) + (select count(*) from app_user where disabled)
			+ (select count(*) from change_request_step where step <> 'decided')
			+ (select count(*) from (select id from activity_draft union select id from activity where state = 'submitted'
				union select id from activity_history where state = 'submitted') drafted)`); err != nil {
		t.Fatal(err)
	}
	return n
}

// atOnce sends the same eight times together: one does it, the others are given
// its answer, or are told that it is still running.
func (w *world) atOnce(t *testing.T, operation string, deed deed, n int) {
	t.Helper()
	at, body, key := deed.make(w, n), distinct(operation, n), fmt.Sprint("together-", n)
	before := w.writings(t)
	var together sync.WaitGroup
	replies := make([]reply, 8)
	for i := range replies {
		together.Go(func() { replies[i] = w.send(deed.who, "POST", at, body, "Idempotency-Key", key) })
	}
	together.Wait()
	settled := w.send(deed.who, "POST", at, body, "Idempotency-Key", key)
	if settled.status >= 300 {
		t.Errorf("%s: %s", operation, settled.plain())
	}
	for _, r := range replies {
		if r.status == http.StatusConflict && strings.Contains(r.text, `"code":"idempotency_key_running"`) {
			continue
		}
		if r.plain() != settled.plain() {
			t.Errorf("%s at once\none %s\nother %s", operation, settled.plain(), r.plain())
		}
	}
	if after := w.writings(t); after != before+1 {
		t.Errorf("%s: %d changes were made at once", operation, after-before)
	}
}

// TestAKeyBringsNothingBack asks again for what was erased since.
func TestAKeyBringsNothingBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff, at := h.staff(t), memberAt(h.Member(t, "Jollychic"))+"/contacts"
	const body = `{"name":"Mei Li","email":"mei@example.org"}`
	made := h.ask(t, staff, "POST", at, body, "Idempotency-Key", "k").is(t, http.StatusCreated, "")
	h.ask(t, staff, "DELETE", made.header.Get("Location"), "", "If-Match", "*").is(t, http.StatusNoContent, "")
	again := h.ask(t, staff, "POST", at, body, "Idempotency-Key", "k").is(t, http.StatusNotFound, "not_found")
	if list := h.ask(t, staff, "GET", at, "").items(); len(list) > 0 || strings.Contains(again.text, "Mei") {
		t.Errorf("again %s, and there is %v", again.text, list)
	}
}
