package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// deed is a change: where a thing is that it can be done to, made anew for it,
// and another body than the usual one, "" where there is none.
type deed struct {
	who   string
	make  func(w *world, n int) (at string)
	other string
}

// made gives where n'th thing is, of the body in which # is n.
func thing(who, at, body string) func(*world, int) string {
	return func(w *world, n int) string {
		w.t.Helper()
		where, _ := w.made(who, at, strings.ReplaceAll(body, "#", fmt.Sprint(n)))
		return where
	}
}

// always gives the same address.
func always(at string) func(*world, int) string { return func(*world, int) string { return at } }

// fresh gives where a new member in good standing is.
func fresh(w *world, n int) string {
	return memberAt(w.admitted(fmt.Sprintf(`{"name":"Fresh Company No %d","kind":"other"}`, n)))
}

// of gives a path below that of a new member.
func of(below string) func(*world, int) string {
	return func(w *world, n int) string { return fresh(w, n) + below }
}

// promised gives the path of a step of a commitment that went the steps before.
func promised(next string, before ...string) func(*world, int) string {
	return func(w *world, n int) string {
		at := thing("staff", memberAt(w.discreet)+"/commitments", `{"point":2,"title":"t#","text":"x"}`)(w, n)
		for _, step := range before {
			w.tell("staff", "POST", at+"/"+step, "", http.StatusOK)
		}
		return at + next
	}
}

// inviting gives the path of an answer to a fresh invitation.
func inviting(answer string) func(*world, int) string {
	return func(w *world, n int) string {
		w.t.Helper()
		at, _ := w.made("staff", memberAt(w.discreet)+"/commitments", fmt.Sprintf(
			`{"point":2,"title":"t%d","text":"x","participants":[{"member":%s,"role":"partner"}]}`, n, w.curious))
		w.tell("staff", "POST", at+"/submit", "", http.StatusOK)
		return at + "/participants/" + w.curious.String() + "/" + answer
	}
}

// told gives the path of a step of a report that went the steps before.
func told(next string, before ...string) func(*world, int) string {
	return func(w *world, n int) string {
		at := thing("own editor", w.registered(n)+"/reports", `{"cycle":2026}`)(w, n)
		for _, step := range before {
			switch step {
			case "write":
				w.tell("own editor", "PATCH", at, wholeProgress, http.StatusOK, "If-Match", "*")
			case "submit":
				w.tell("own approver", "POST", at+"/submit", "", http.StatusOK)
			case "review":
				w.tell("staff", "POST", at+"/review", `{"decision":"accepted","completion":"complete"}`, http.StatusOK)
			}
		}
		return at + next
	}
}

// proved gives where a new piece of evidence is.
func proved(w *world, n int) string {
	return thing("own editor", told("/evidence")(w, n), anEvidence)(w, n)
}

// acting gives the path of a step of an activity that went the steps before.
func acting(next string, before ...string) func(*world, int) string {
	return func(w *world, n int) string {
		at := thing("staff", memberAt(w.discreet)+"/activities", `{"point":2,"kind":"event","title":"t#","from":"2026-01-01","organisers":[1]}`)(w, n)
		for _, step := range before {
			w.tell("staff", "POST", at+"/"+step, "", http.StatusOK)
		}
		return at + next
	}
}

// attestable gives the path of an attestation on a commitment that has an
// accepted report.
func attestable(w *world, n int) string {
	w.t.Helper()
	at := thing("own editor", w.registered(n)+"/reports", `{"cycle":2025}`)(w, n)
	w.tell("own editor", "PATCH", at, wholeProgress, http.StatusOK, "If-Match", "*")
	w.tell("own approver", "POST", at+"/submit", "", http.StatusOK)
	of := w.tell("staff", "POST", at+"/review", `{"decision":"accepted","completion":"limited"}`, http.StatusOK).field("commitment")
	return "/api/v1/commitments/" + of + "/attest"
}

// evidenced gives where it stands that a new activity is evidence of a
// commitment, or where that can be said.
func evidenced(already bool) func(*world, int) string {
	return func(w *world, n int) string {
		at := acting("", "submit", "register")(w, n) + "/commitments/" + w.things["CommitmentId"][0]
		if already {
			w.made("staff", at, "")
		}
		return at
	}
}

// amending gives the path of a step of an amendment that was proposed.
func amending(next string) func(*world, int) string {
	return func(w *world, n int) string {
		at, _ := w.made("own approver", promised("", "submit", "register")(w, n)+"/amendments", `{"text":"y","class":"clarified","reason":"r"}`)
		return at + next
	}
}

// deeds are all changes of the contract, by operationId.
func deeds() map[string]deed {
	return map[string]deed{
		"registerMember":   {"staff", always("/api/v1/members"), `{"name":"Other","kind":"other"}`},
		"amendMember":      {"staff", fresh, ""},
		"transitionMember": {"staff", of("/transitions"), `{"to":"withdrawn","reason":"r"}`},
		"addContact":       {"staff", of("/contacts"), `{"name":"Other","email":"o@example.org"}`},
		"amendContact":     {"staff", thing("staff", "/api/v1/members/1/contacts", `{"name":"n#","email":"a@example.org"}`), ""},
		"removeContact":    {"staff", thing("staff", "/api/v1/members/1/contacts", `{"name":"n#","email":"a@example.org"}`), ""},
		"stateFigure":      {"staff", of("/figures"), `{"measure":"gmv","bound":"exact","low":"2","currency":"EUR"}`},
		"supersedeFigure": {"staff", func(w *world, n int) string {
			return thing("staff", fresh(w, n)+"/figures", bodies["supersedeFigure"])(w, n) + "/supersede"
		}, `{"measure":"revenue","bound":"exact","low":"2","currency":"CNY"}`},
		"recordCeremony":  {"staff", always("/api/v1/ceremonies"), `{"name":"Other"}`},
		"amendCeremony":   {"staff", thing("staff", "/api/v1/ceremonies", `{"name":"c#"}`), ""},
		"recordSignature": {"staff", of("/signatures"), `{"capacity":"signer"}`},
		"foundAlliance":   {"staff", always("/api/v1/alliances"), `{"name":"Other"}`},
		"amendAlliance":   {"staff", thing("staff", "/api/v1/alliances", `{"name":"An alliance No #"}`), ""},
		"joinAlliance": {"staff", func(w *world, n int) string {
			return thing("staff", "/api/v1/alliances", `{"name":"To join No #"}`)(w, n) + "/memberships"
		}, `{"member":1,"role":"chair"}`},
		"amendAllianceMembership": {"staff", func(w *world, n int) string {
			return thing("staff", deeds()["joinAlliance"].make(w, n), `{"member":1,"role":"member"}`)(w, n)
		}, ""},
		"amendPlan":      {"admin", always("/api/v1/plan"), ""},
		"addIndicator":   {"staff", always("/api/v1/indicators"), strings.Replace(anIndicator("other"), `"point":4`, `"point":5`, 1)},
		"amendIndicator": {"staff", thing("staff", "/api/v1/indicators", anIndicator("said_#")), ""},
		"retireIndicator": {"staff", func(w *world, n int) string {
			return thing("staff", "/api/v1/indicators", anIndicator("gone_#"))(w, n) + "/retire"
		}, `{"reason":"other"}`},
		"acceptInvitation":   {"another's approver", inviting("accept"), ""},
		"declineInvitation":  {"another's approver", inviting("decline"), ""},
		"draftCommitment":    {"own editor", always("/api/v1/members/1/commitments"), `{"point":3,"title":"t","text":"x"}`},
		"amendCommitment":    {"own editor", promised(""), ""},
		"submitCommitment":   {"own approver", promised("/submit"), ""},
		"registerCommitment": {"staff", promised("/register", "submit"), ""},
		"closeCommitment":    {"staff", promised("/close", "submit", "register"), `{"outcome":"not_reached","reason":"r"}`},
		"proposeAmendment":   {"own approver", promised("/amendments", "submit", "register"), `{"title":"other","class":"clarified","reason":"r"}`},
		"approveAmendment":   {"admin", amending("/approve"), `{"reason":"other"}`},
		"refuseAmendment":    {"admin", amending("/refuse"), `{"reason":"other"}`},
		"withdrawAmendment":  {"own approver", amending("/withdraw"), ""},
		"recordActivity":     {"staff", always("/api/v1/activities"), `{"point":3,"kind":"event","title":"other","from":"2026-01-01","organisers":[1]}`},
		"draftActivity":      {"own editor", always("/api/v1/members/1/activities"), `{"point":3,"kind":"event","title":"other","from":"2026-01-01","organisers":[1]}`},
		"amendActivity":      {"staff", acting(""), ""},
		"submitActivity":     {"own approver", acting("/submit"), ""},
		"registerActivity":   {"staff", acting("/register", "submit"), ""},
		"refuseActivity":     {"staff", acting("/refuse", "submit"), `{"reason":"other"}`},
		"withdrawActivity":   {"staff", acting("/withdraw", "submit", "register"), `{"reason":"other"}`},
		"linkActivity":       {"staff", evidenced(false), ""},
		"unlinkActivity":     {"staff", evidenced(true), ""},
		"openCycle":          {"staff", always("/api/v1/cycles"), `{"year":2031}`},
		"extendCycle": {"staff", func(w *world, n int) string {
			return thing("staff", "/api/v1/cycles", fmt.Sprintf(`{"year":%d}`, 2150+n%40))(w, n) + "/extend"
		}, `{"due_on":"2199-01-02","grace_ends_on":"2199-01-02","reason":"r"}`},
		"startReport":           {"own editor", promised("/reports", "submit", "register"), `{"cycle":2025}`},
		"attestCommitment":      {"own approver", attestable, `{"cycle":2025}`},
		"amendReport":           {"own editor", told(""), ""},
		"submitReport":          {"own approver", told("/submit", "write"), ""},
		"reviewReport":          {"staff", told("/review", "write", "submit"), `{"decision":"returned","reason":"r"}`},
		"agreeReview":           {"admin", told("/review/agree", "write", "submit", "review"), ""},
		"proposeChangeRequest":  {"staff", of("/change-requests"), `{"member":{"founded":2003},"reason":"r"}`},
		"decideChangeRequest":   {"admin", requesting("/decide", false), `{"decisions":[{"item":1,"verdict":"reject","reason":"r"}]}`},
		"returnChangeRequest":   {"admin", requesting("/return", false), `{"reason":"other"}`},
		"rebaseChangeRequest":   {"staff", requesting("/rebase", true), ""},
		"withdrawChangeRequest": {"staff", requesting("/withdraw", false), ""},
		"acceptProposal":        {"staff", proposed("/accept"), `{"reason":"other"}`},
		"dismissProposal":       {"staff", proposed("/dismiss"), `{"reason":"other"}`},
		"replyToReview":         {"own approver", told("/review/reply", "write", "submit", "review"), ""},
		"addEvidenceLink":       {"own editor", told("/evidence"), `{"url":"https://example.org/b"}`},
		"addEvidenceFile":       {"own editor", told("/evidence/files"), upload("b.pdf", "application/pdf", aPDF+"x")},
		"amendEvidence":         {"own editor", proved, ""},
		"removeEvidence":        {"own editor", proved, ""},
		"invitePerson":          {"staff", always("/api/v1/invitations"), `{"email":"other@example.org","role":"analyst"}`},
		"resendInvitation":      {"staff", invited("/resend"), ""},
		"revokeInvitation":      {"staff", invited("/revoke"), ""},
		"handOver":              {"staff", leaving, heir(0)},
		"addUser":               {"admin", always("/api/v1/users"), `{"email":"other@example.org","role":"staff","password":"` + password + `"}`},
		"amendUser":             {"admin", thing("admin", "/api/v1/users", `{"email":"u#@example.org","role":"analyst","password":"`+password+`"}`), ""},
	}
}

// versionless are changes of what has no version: it is there or it is not.
var versionless = []string{
	"signOut", "changePassword", "endSession", "endOtherSessions", "endSessionOf", "endSessionsOf", "removeTOTP", "removePasskey", "resetFactors",
}

// header finds a header parameter of the operation.
func header(op *openapi3.Operation, name string) *openapi3.Parameter {
	return op.Parameters.GetByInAndName(openapi3.ParameterInHeader, name)
}

// unversioned change what has no versions: it is there or it is over.
var unversioned = []string{"signOut", "changePassword", "revokeToken", "revokeUserToken"}

// TestEveryChangeIsHeldAgainstTheVersionThatWasRead tries each operation that
// takes If-Match without one, with those of other versions, and twice with the
// right one.
func TestEveryChangeIsHeldAgainstTheVersionThatWasRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := 0
	for path, item := range w.law.doc.Paths.Map() {
		for method, op := range item.Operations() {
			match := header(op, "If-Match")
			switch {
			case match != nil:
				n++
				w.heldAgainst(t, method, op, match.Required, item.Get == nil, n)
			case !slices.Contains(unversioned, op.OperationID) && !slices.Contains(versionless, op.OperationID) && (method == "PATCH" || method == "PUT" || method == "DELETE"):
				t.Errorf("%s %s changes a thing without If-Match", method, path)
			}
			if required := match != nil && match.Required; required != (op.Responses.Status(http.StatusPreconditionRequired) != nil) {
				t.Errorf("%s: If-Match and 428 do not go together", op.OperationID)
			}
		}
	}
	if n < 13 {
		t.Errorf("only %d operations", n)
	}
}

func (w *world) heldAgainst(t *testing.T, method string, op *openapi3.Operation, required, behind bool, n int) {
	t.Helper()
	deed, ok := deeds()[op.OperationID]
	if !ok {
		t.Errorf("no thing to try %s with", op.OperationID)
		return
	}
	at, body := deed.make(w, n), bodies[op.OperationID]
	where := at
	if method == http.MethodPost || behind { // an action stands behind its thing, and so does what is not read by itself
		where = at[:strings.LastIndex(at, "/")]
	}
	before := w.send(deed.who, "GET", where, "")
	tag := before.header.Get("ETag")
	try := func(status int, code string, headers ...string) {
		t.Helper()
		w.send(deed.who, method, at, body, headers...).problem(t, status, code)
		if now := w.send(deed.who, "GET", where, ""); now.plain() != before.plain() {
			t.Errorf("%s was refused and changed it\nbefore %s\nafter %s", op.OperationID, before.plain(), now.plain())
		}
	}
	if required {
		try(http.StatusPreconditionRequired, "if_match_required")
	}
	for _, stale := range []string{`"999"`, `"999-abc"`, "W/" + tag} {
		try(http.StatusPreconditionFailed, "stale", "If-Match", stale)
	}
	for _, malformed := range []string{"", "1", `"x"`, `"01"`, tag + ", " + tag, strings.Trim(tag, `"`)} {
		try(http.StatusBadRequest, "etag_malformed", "If-Match", malformed)
	}
	done := w.send(deed.who, method, at, body, "If-Match", tag)
	if done.status >= 300 {
		t.Errorf("%s with the ETag that was read: %s", op.OperationID, done.plain())
	}
	again := w.send(deed.who, method, at, body, "If-Match", tag)
	if method == http.MethodDelete {
		again.problem(t, http.StatusNotFound, "not_found")
		return
	}
	if op.OperationID == "proposeAmendment" { // which leaves the commitment as it is
		again.problem(t, http.StatusConflict, "amendment_open")
		return
	}
	again.problem(t, http.StatusPreconditionFailed, "stale")
	now := w.send(deed.who, "GET", where, "")
	if now.header.Get("ETag") == tag || method == http.MethodPatch && (now.header.Get("ETag") != done.header.Get("ETag") || now.text != done.text) {
		t.Errorf("%s answered %s\nand it reads %s", op.OperationID, done.plain(), now.plain())
	}
}
