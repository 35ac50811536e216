package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/ident"
)

// world is a register with something of every kind in it.
type world struct {
	*teller
	discreet, curious, allied, double ident.Member // allied is in the discreet one's alliance, double was merged into it
	things                            map[string][]string
}

// newWorld makes the register. The things are by the name that the contract
// gives to a path's parameter.
func newWorld(t *testing.T) *world {
	t.Helper()
	h := newHouse(t)
	w := &world{teller: &teller{house: h, t: t, tokens: map[string]string{
		"admin": h.token(t, access.RoleAdmin, 0, ""), "staff": h.token(t, access.RoleStaff, 0, ""), "analyst": h.token(t, access.RoleAnalyst, 0, ""),
	}}, things: map[string][]string{}}
	w.discreet = w.admitted(`{"name":"Discreet Holdings","kind":"enterprise","country":"CN","city":"Shenzhen","sector":{"scheme":"isic4","code":"G4791"},
		"names":[{"text":"环球易购","lang":"zh-Hans","kind":"brand"}]}`)
	w.curious = w.admitted(`{"name":"Curious Trading","kind":"enterprise","country":"CN","sector":{"scheme":"isic4","code":"G46"}}`)
	w.allied = w.admitted(`{"name":"Allied Works","kind":"association","country":"DE"}`)
	w.double = w.admitted(`{"name":"A double","kind":"enterprise"}`)
	w.tell("staff", "POST", memberAt(w.double)+"/transitions", fmt.Sprintf(`{"to":"merged","reason":"twice","survivor":%d}`, w.discreet), http.StatusCreated)
	w.tokens["own approver"] = h.token(t, access.RoleMember, w.discreet, access.Approver)
	w.tokens["own editor"] = h.token(t, access.RoleMember, w.discreet, access.Editor)
	w.tokens["another's approver"] = h.token(t, access.RoleMember, w.curious, access.Approver)
	w.tokens["another's editor"] = h.token(t, access.RoleMember, w.curious, access.Editor)
	w.tokens["an ally"] = h.token(t, access.RoleMember, w.allied, access.Approver)
	w.things["MemberNumber"] = []string{w.discreet.String(), w.curious.String(), w.allied.String(), w.double.String()}
	w.things["PointNumber"] = []string{"1", "8"}
	w.things["file"] = []string{"docs.css", "LICENSE.txt"}
	w.count()
	w.belong()
	w.state()
	w.promise()
	w.amend()
	w.report()
	w.did()
	w.pastDue()
	w.request()
	w.add("ContactId", "staff", memberAt(w.discreet)+"/contacts", `{"name":"Mei Li","email":"mei@example.org"}`)
	w.add("ContactId", "staff", memberAt(w.curious)+"/contacts", `{"name":"Bo Wang","phone":"+86 755 1234567"}`)
	w.things["UserId"] = []string{w.tell("analyst", "GET", "/api/v1/me", "", http.StatusOK).field("id")}
	w.invite()
	w.add("OwnTokenId", "analyst", "/api/v1/tokens", bodies["makeToken"])
	w.things["UserTokenId"] = w.things["OwnTokenId"]
	w.things["SessionId"] = []string{w.tell("analyst", "GET", "/api/v1/me/sessions", "", http.StatusOK).items()[0]["id"].(string)}
	w.things["PasskeyId"] = []string{string(ident.New[ident.Passkey]())}
	h.CatchUp(t)
	return w
}

func memberAt(number ident.Member) string { return "/api/v1/members/" + number.String() }

// admitted registers a member and takes it to good standing.
func (w *world) admitted(body string) ident.Member {
	w.t.Helper()
	at, _ := w.made("staff", "/api/v1/members", body)
	for _, to := range []string{"in_review", "active"} {
		w.tell("staff", "POST", at+"/transitions", fmt.Sprintf(`{"to":%q,"reason":"r"}`, to), http.StatusCreated)
	}
	number, _ := ident.ParseNumber[ident.Member](last(at))
	return number
}

// last gives the last part of a path.
func last(path string) string { return path[strings.LastIndex(path, "/")+1:] }

// add makes a thing, notes it under its parameter's name, and gives where it is.
func (w *world) add(kind, who, at, body string) string {
	w.t.Helper()
	where, _ := w.made(who, at, body)
	w.things[kind] = append(w.things[kind], last(where))
	return where
}

// count fills the catalogue.
func (w *world) count() {
	w.t.Helper()
	w.add("IndicatorCode", "staff", "/api/v1/indicators", anIndicator("people_trained"))
	retired := w.add("IndicatorCode", "staff", "/api/v1/indicators", anIndicator("people_counted"))
	w.tell("staff", "POST", retired+"/retire", `{"reason":"r"}`, http.StatusOK)
}

func (w *world) belong() {
	w.t.Helper()
	first := w.add("CeremonyId", "staff", "/api/v1/ceremonies", wholeCeremony)
	w.add("CeremonyId", "staff", "/api/v1/ceremonies", `{"name":"Another ceremony"}`)
	for number, capacity := range map[ident.Member]string{w.discreet: "signer", w.curious: "supporter", w.allied: "initiation_unit"} {
		w.add("SignatureId", "staff", memberAt(number)+"/signatures", fmt.Sprintf(`{"ceremony":%s,"capacity":%q,"signed_on":"2018-05-31"}`, last(first), capacity))
	}
	alliance := w.add("AllianceId", "staff", "/api/v1/alliances", wholeAlliance)
	other := w.add("AllianceId", "staff", "/api/v1/alliances", `{"name":"Other alliance"}`)
	for _, term := range []struct {
		at, role string
		member   ident.Member
	}{{alliance, "founding_member", w.discreet}, {alliance, "chair", w.allied}, {other, "member", w.curious}} {
		w.add("AllianceMembershipId", "staff", term.at+"/memberships", joining(term.member, term.role, "2018-06-01", ""))
	}
}

func (w *world) state() {
	w.t.Helper()
	at := figuresOf(w.discreet)
	old := w.add("FigureId", "staff", at, salesOf(2015, "15", "public"))
	w.add("FigureId", "staff", old+"/supersede", salesOf(2015, "1500", "public"))
	w.add("FigureId", "staff", at, `{"measure":"gmv","bound":"gt","low":"10000000000","currency":"CNY","basis":"group"}`)
	w.add("FigureId", "staff", figuresOf(w.curious), salesOf(2015, "77", "public"))
}

func (w *world) promise() {
	w.t.Helper()
	body := fmt.Sprintf(`{"point":4,"title":"Warehouses","text":"Ten","strength":"pledged","due_on":"2026-06-30","indicator":"people_trained",
		"baseline":{"value":"1"},"target":{"bound":"ge","low":"10"},"participants":[{"member":%s,"role":"partner"}]}`, w.allied)
	for number, steps := range map[ident.Member][]string{w.discreet: {"submit", "register"}, w.curious: {"submit", "register", "close"}} {
		at := w.add("CommitmentId", "staff", memberAt(number)+"/commitments", body)
		for _, step := range steps {
			text := ""
			if step == "close" {
				text = `{"outcome":"reached_late","reason":"r"}`
			}
			w.tell("staff", "POST", at+"/"+step, text, http.StatusOK)
			if step == "submit" && number == w.discreet {
				w.tell("an ally", "POST", at+"/participants/"+w.allied.String()+"/accept", "", http.StatusOK)
				w.things["joint"] = []string{last(at)}
			}
		}
	}
}

// amend has the joint commitment amended twice.
func (w *world) amend() {
	w.t.Helper()
	for _, body := range []string{
		`{"text":"Ten of them","class":"clarified","reason":"It was not clear."}`, `{"target":{"bound":"ge","low":"11"},"reason":"One more"}`,
	} {
		at := w.add("AmendmentId", "staff", "/api/v1/commitments/"+w.things["joint"][0]+"/amendments", body)
		w.tell("admin", "POST", at+"/approve", `{}`, http.StatusOK)
	}
}

// report has one report of the discreet one accepted, with all that is said of it.
func (w *world) report() {
	w.t.Helper()
	for _, year := range []int{2025, 2026} {
		w.add("CycleYear", "staff", "/api/v1/cycles", fmt.Sprintf(`{"year":%d,"due_on":"2026-12-15","grace_ends_on":"2026-12-31"}`, year))
	}
	at := w.add("ReportId", "own editor", w.registered(0)+"/reports", `{"cycle":2026}`)
	w.tell("staff", "PATCH", at, wholeProgress, http.StatusOK, "If-Match", "*")
	w.add("EvidenceId", "own editor", at+"/evidence/files", form(filePart("Attendance 名单.pdf", "application/pdf", aPDF), texts("title", "Attendance", "claim", "eight", "quote", "8", "page", "1")))
	w.add("EvidenceId", "own editor", at+"/evidence", `{"url":"https://example.org/a","title":"Elsewhere"}`)
	w.tell("own approver", "POST", at+"/submit", "", http.StatusOK)
	w.tell("staff", "POST", at+"/review", `{"decision":"accepted","completion":"limited","reason":"seen"}`, http.StatusOK)
	w.tell("own approver", "PUT", at+"/review/reply", `{"text":"More than that."}`, http.StatusOK, "If-Match", "*")
}

const measuredCommitment = `{"point":4,"title":"t#","text":"x","indicator":"people_trained","milestones":[{"key":"first_one","title":"The first"}]}`

const wholeProgress = `{"narrative":"We built **eight**.","completion":"substantial","milestones":[{"key":"first_one","on":"2026-02-01"}],
	"values":[{"indicator":"people_trained","bound":"range","low":"8","high":"10","from":"2026-01-01","to":"2026-10-31"}]}`

// registered gives where a new registered commitment of the discreet one is.
func (w *world) registered(n int) string {
	w.t.Helper()
	at := thing("staff", memberAt(w.discreet)+"/commitments", measuredCommitment)(w, n)
	for _, step := range []string{"submit", "register"} {
		w.tell("staff", "POST", at+"/"+step, "", http.StatusOK)
	}
	return at
}

// did records what members did, and of what it is evidence.
func (w *world) did() {
	w.t.Helper()
	joint := w.add("ActivityId", "staff", "/api/v1/activities", wholeActivity(w.discreet, w.curious))
	w.add("ActivityId", "staff", "/api/v1/activities", fmt.Sprintf(`{"point":4,"kind":"event","title":"Open day","from":"2019-05-01","organisers":[%d]}`, w.curious))
	withdrawn := w.add("ActivityId", "staff", "/api/v1/activities", fmt.Sprintf(`{"point":2,"kind":"project","title":"Wells","from":"2018-05-01","organisers":[%d]}`, w.allied))
	w.tell("staff", "POST", withdrawn+"/withdraw", `{"reason":"twice"}`, http.StatusOK)
	for _, commitment := range w.things["CommitmentId"] {
		w.add("EvidencedCommitment", "staff", joint+"/commitments/"+commitment, "")
	}
}

// reply is an answer as it came, of any media type.
type reply struct {
	status int
	header http.Header
	text   string
}

// send asks without a look into the answer.
func (w *world) send(who, method, target, body string, headers ...string) reply {
	request := httptest.NewRequestWithContext(w.t.Context(), method, target, strings.NewReader(body))
	if body != "" {
		request.Header.Set("Content-Type", media(body))
	}
	if token := w.tokens[who]; token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, request)
	return reply{status: recorder.Code, header: recorder.Header(), text: recorder.Body.String()}
}

// next gives the address behind Link: rel="next", "" on the last page.
func (r reply) next() string {
	next, rest, found := strings.Cut(strings.TrimPrefix(r.header.Get("Link"), "<"), ">")
	if !found || !strings.Contains(rest, `rel="next"`) {
		return ""
	}
	return next
}
