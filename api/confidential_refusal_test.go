package api_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"

	"accord/pkg/ident"
)

// bodies are good bodies of the operations that take one, by operationId.
var bodies = map[string]string{
	"registerMember": `{"name":"Another","kind":"other"}`, "amendMember": `{"description":"d"}`, "transitionMember": `{"to":"suspended","reason":"r"}`,
	"addContact": `{"name":"Desk","email":"desk@example.org"}`, "amendContact": `{"note":"n"}`,
	"stateFigure": `{"measure":"gmv","bound":"exact","low":"1","currency":"EUR"}`, "supersedeFigure": `{"measure":"revenue","bound":"exact","low":"1","currency":"CNY"}`,
	"recordCeremony": `{"name":"A third one"}`, "amendCeremony": `{"batch":"b"}`, "recordSignature": `{"capacity":"supporter"}`,
	"foundAlliance": `{"name":"A third one"}`, "amendAlliance": `{"point":2}`, "joinAlliance": `{"member":2,"role":"observer"}`,
	"amendAllianceMembership": `{"until":"2026-01-01"}`, "draftCommitment": `{"point":1,"title":"t","text":"x"}`, "amendCommitment": `{"text":"y"}`,
	"amendPlan": `{"period":{"from":"2016-01-01","source":{"title":"t"}},"reason":"r"}`, "addIndicator": anIndicator("another"),
	"amendIndicator": `{"titles":{"en":"Said anew"}}`, "retireIndicator": `{"reason":"r"}`, "acceptInvitation": "", "declineInvitation": "",
	"submitCommitment": "", "registerCommitment": "", "closeCommitment": `{"outcome":"withdrawn","reason":"r"}`,
	"openCycle": `{"year":2030}`, "extendCycle": `{"due_on":"2199-01-01","grace_ends_on":"2199-01-01","reason":"r"}`, "startReport": `{"cycle":2026}`,
	"attestCommitment": `{"cycle":2026}`, "amendReport": `{"narrative":"n"}`, "submitReport": "", "reviewReport": `{"decision":"accepted","completion":"limited"}`,
	"proposeAmendment": `{"text":"z","class":"clarified","reason":"r"}`, "approveAmendment": `{}`, "refuseAmendment": `{"reason":"r"}`, "withdrawAmendment": "",
	"proposeChangeRequest": `{"member":{"founded":2001},"reason":"r"}`, "decideChangeRequest": `{"decisions":[{"item":1,"verdict":"accept"}]}`,
	"returnChangeRequest": `{"reason":"r"}`, "rebaseChangeRequest": "", "withdrawChangeRequest": "",
	"acceptProposal": `{"reason":"r"}`, "dismissProposal": `{"reason":"r"}`, "agreeReview": "", "replyToReview": `{"text":"t"}`,
	"addEvidenceLink": anEvidence, "addEvidenceFile": upload("b.pdf", "application/pdf", aPDF), "amendEvidence": `{"claim":"c"}`,
	"recordActivity": `{"point":1,"kind":"event","title":"t","from":"2026-01-01","organisers":[1]}`,
	"draftActivity":  `{"point":1,"kind":"event","title":"t","from":"2026-01-01","organisers":[1]}`, "amendActivity": `{"title":"u"}`,
	"submitActivity": "", "registerActivity": "", "refuseActivity": `{"reason":"r"}`, "withdrawActivity": `{"reason":"r"}`, "linkActivity": "",
	"signIn": credentials("nobody@example.org", password), "refreshSession": refreshing("x"), "changePassword": `{"current_password":"x","new_password":"y"}`,
	"addUser": `{"email":"new@example.org","role":"staff","password":"` + password + `"}`, "amendUser": `{"role":"staff"}`,
	"invitePerson": `{"email":"guest@example.org","role":"analyst"}`, "resendInvitation": "", "revokeInvitation": "", "handOver": heir(0),
	"redeemInvitation": `{"token":"x","password":"` + password + `"}`, "requestPasswordReset": `{"email":"a@example.org"}`,
	"redeemPasswordReset": `{"token":"x","password":"` + password + `"}`, "requestSignInLink": `{"email":"a@example.org"}`, "redeemSignInLink": `{"token":"x"}`,
	"resetPassword": `{"password":"` + otherPassword + `"}`, "makeToken": `{"name":"a script","scopes":["read_public"]}`,
	"completeSignIn": `{"challenge":"x","code":"123456"}`, "askPasskey": "", "signInByPasskey": `{"ceremony":"x","credential":{}}`,
	"reauthenticate": `{"code":"123456"}`, "confirmTOTP": `{"code":"123456"}`, "addPasskey": `{"ceremony":"x","name":"Phone","credential":{}}`,
}

// secrets are things that outsiders may not know of, and things that are not,
// by the name that the contract gives to a path's parameter.
func (w *world) secrets() (hidden, none map[string]string) {
	w.t.Helper()
	figure := w.tell("staff", "POST", figuresOf(w.discreet), strings.Replace(salesOf(2017, "815000815000", "confidential"), "sales_volume", "revenue", 1), http.StatusCreated)
	number, _ := w.applied()
	at := memberAt(number)
	contact, _ := w.made("staff", at+"/contacts", `{"name":"Shadow","email":"a@shadow.example"}`)
	signature, _ := w.made("staff", at+"/signatures", `{"ceremony":2,"capacity":"signer"}`)
	term, _ := w.made("staff", "/api/v1/alliances/2/memberships", joining(number, "chair", "", ""))
	draft, _ := w.made("own editor", memberAt(w.discreet)+"/commitments", `{"point":4,"title":"Shadow","text":"Ten"}`)
	report, _ := w.made("own editor", w.registered(9)+"/reports", `{"cycle":2026}`)
	evidence, _ := w.made("own editor", report+"/evidence/files", form(filePart("Shadow.pdf", "", aPDF+"Shadow"), texts("title", "Shadow")))
	activity, _ := w.made("own editor", memberAt(w.discreet)+"/activities", strings.Replace(bodies["draftActivity"], `"t"`, `"Shadow"`, 1))
	requested, _ := w.made("own approver", memberAt(w.discreet)+"/change-requests", `{"member":{"city":"Shadow"},"reason":"Shadow"}`)
	amendment, _ := w.made("own approver", w.registered(8)+"/amendments", `{"text":"Shadow","class":"clarified","reason":"Shadow"}`)
	invitation, _ := w.made("admin", "/api/v1/invitations", `{"email":"shadow@example.org","role":"admin"}`)
	token, _ := w.made("own editor", "/api/v1/tokens", bodies["makeToken"])
	hidden = map[string]string{
		"AmendmentId": last(amendment), "ChangeRequestId": last(requested),
		"ReportId": last(report), "ProposalId": w.things["ProposalId"][0],
		"OwnTokenId": last(token), "UserTokenId": last(token),
		"EvidenceId": last(evidence),
		"ActivityId": last(activity), "EvidencedCommitment": last(draft),
		"FigureId": figure.field("id"), "MemberNumber": number.String(), "ContactId": last(contact), "SignatureId": last(signature),
		"AllianceMembershipId": last(term), "CommitmentId": last(draft), "UserId": last(w.users(number)),
		"InvitationId": last(invitation),
	}
	none = map[string]string{}
	for kind := range hidden {
		none[kind] = string(ident.New[ident.Figure]())
	}
	none["MemberNumber"] = "4711"
	return hidden, none
}

// users gives where the account of a member's person is.
func (w *world) users(number ident.Member) string {
	w.t.Helper()
	list := w.tell("admin", "GET", "/api/v1/users?member="+number.String(), "", http.StatusOK)
	id, _ := list.items()[0]["id"].(string)
	return "/api/v1/users/" + id
}

// TestWhatIsHiddenAnswersAsWhatIsNot asks every operation that names a thing
// for a hidden one and for none, as everybody whom the hidden one is not for:
// status, headers and body are the same to the byte, and nothing is done.
func TestWhatIsHiddenAnswersAsWhatIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hidden, none := w.secrets()
	w.CatchUp(t)
	before := w.walk([]string{"staff"}, nil)
	asked := 0
	for path, item := range w.law.doc.Paths.Map() {
		for method, op := range item.Operations() {
			for _, ref := range slices.Concat(item.Parameters, op.Parameters) {
				kind := cmp.Or(last(ref.Ref), ref.Value.Name)
				if ref.Value.In != "path" || hidden[kind] == "" {
					continue
				}
				body, known := bodies[op.OperationID]
				if op.RequestBody != nil && !known {
					t.Errorf("no body for %s", op.OperationID)
				}
				at := func(things map[string]string) string {
					return w.anyOf(strings.Replace(path, "{"+ref.Value.Name+"}", things[kind], 1), item)
				}
				for name, headers := range map[string][]string{
					"bare": nil, "with a version": {"If-Match", `"1"`}, "with any version": {"If-Match", "*"}, "with a key": {"Idempotency-Key", "k", "If-Match", "*"},
					"with a tag": {"If-None-Match", "*"}, "in Chinese": {"Accept-Language", "zh", "If-Match", "*"},
				} {
					for _, who := range outsiders {
						asked++
						real, unreal := w.send(who, method, at(hidden), body, headers...), w.send(who, method, at(none), body, headers...)
						if real.plain() != unreal.plain() || real.status < 400 {
							t.Errorf("%s %s %s as %q\nhidden: %s\nnone: %s", method, path, name, who, real.plain(), unreal.plain())
						}
					}
				}
			}
		}
	}
	if asked < 900 {
		t.Errorf("only %d questions", asked)
	}
	after := w.walk([]string{"staff"}, nil)
	for _, key := range unlike(before, after) {
		t.Errorf("%s %s changed\nbefore %s\nafter %s", key.method, key.target, before[key].plain(), after[key].plain())
	}
	if w.log.tells("81500081500") || w.log.tells("hadow") {
		t.Error("the log tells of it")
	}
}

// TestAKeyTellsNothingOfWhatItMade replays the key that made a confidential
// thing, as others: it is their own key, which made nothing.
func TestAKeyTellsNothingOfWhatItMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := salesOf(2017, "815000815000", "confidential")
	made := w.tell("staff", "POST", figuresOf(w.discreet), body, http.StatusCreated, "Idempotency-Key", "secret")
	where := made.header.Get("Location") + "/supersede"
	w.tell("staff", "POST", where, salesOf(2017, "815000815001", "confidential"), http.StatusCreated, "Idempotency-Key", "second")
	for _, who := range append(slices.Clone(outsiders), "own editor", "own approver") {
		for _, key := range []string{"secret", "second", "unused"} {
			for _, text := range []string{body, salesOf(2017, "1", "public")} {
				one := w.send(who, "POST", figuresOf(w.discreet), text, "Idempotency-Key", key)
				other := w.send(who, "POST", figuresOf(w.curious), text, "Idempotency-Key", "never")
				if one.plain() != other.plain() || one.status != http.StatusForbidden && one.status != http.StatusUnauthorized {
					t.Errorf("%s with the key %s is told %s\nand elsewhere %s", who, key, one.plain(), other.plain())
				}
			}
		}
	}
	if again := w.tell("staff", "POST", figuresOf(w.discreet), body, http.StatusCreated, "Idempotency-Key", "secret"); again.text != made.text {
		t.Errorf("made %s\nagain %s", made.text, again.text)
	}
	// Another of the staff has keys of its own.
	w.tokens["staff"] = w.staff(t)
	w.tell("staff", "POST", figuresOf(w.discreet), body, http.StatusConflict, "Idempotency-Key", "secret")
	if w.log.tells("81500081500") {
		t.Error("the log tells of it")
	}
}
