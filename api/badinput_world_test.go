package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/ident"
	"accord/pkg/registrytest"
)

// words are what stands for the braces in the table, in pairs: things of the
// world, what is too long to be written out, credentials that were good.
func (w *world) words() []string {
	w.t.Helper()
	words := w.credentials()
	for _, more := range []map[string]string{w.subjects(), w.mailed()} {
		maps.Copy(words, more)
	}
	for word, text := range w.keys() {
		words[word] = text
	}
	for word, part := range map[string]struct {
		text  string
		times int
	}{
		"10 MB": {"a", 10 << 20}, "27 MB": {"a", 27 << 20}, "1 MB": {"a", 1 << 20}, "1000 kB": {"a", 1000 << 10}, "dots": {".", 1 << 20},
		"256 letters": {"k", 256}, "401 letters": {"a", 401}, "1025 letters": {"a", 1025}, "2001 letters": {"a", 2001}, "4001 letters": {"a", 4001}, "20001 letters": {"a", 20001}, "15001 ideographs": {"𠀀", 15001},
		"8 accents": {"e\u0301", 8}, "40 digits": {"9", 40}, "10000 open": {"[", 10000},
	} {
		words[word] = strings.Repeat(part.text, part.times)
	}
	words["a bomb"] = docx("word/media/a.bin", strings.Repeat("\x00", 11<<20))
	words["10000 deep"] = strings.Repeat(`{"a":`, 10000) + "1" + strings.Repeat("}", 10000)
	words["100 long names"] = strings.TrimSuffix(strings.Repeat(`"`+strings.Repeat("执", 400)+`",`, 100), ",")
	long := make([]string, 20)
	for i := range long {
		winners := strings.TrimSuffix(strings.Repeat(fmt.Sprintf(`{"prize":%q},`, strings.Repeat("𠀀", 200)), 10), ",")
		long[i] = fmt.Sprintf(`{"name":"%d","winners":[%s]}`, i, winners)
	}
	words["20 long categories"] = strings.Join(long, ",")
	words["fifty names"], words["fifty long names"] = fifty("No %d", ""), fifty("%d", strings.Repeat("𠀀", 398))
	var pairs []string
	for word, text := range words {
		pairs = append(pairs, "{"+word+"}", text)
	}
	return pairs
}

func fifty(name, rest string) string {
	names := make([]string, 50)
	for i := range names {
		names[i] = fmt.Sprintf(`{"text":%q,"lang":"zh","kind":"brand","primary":%t}`, fmt.Sprintf(name, i)+rest, rest != "" && i == 0)
	}
	return strings.Join(names, ",")
}

// subjects are things that the table asks for.
func (w *world) subjects() map[string]string {
	w.t.Helper()
	number, _ := w.applied()
	at := memberAt(w.discreet)
	promise := func(steps ...string) string {
		where, _ := w.made("own editor", at+"/commitments", `{"point":2,"title":"t","text":"x","starts_on":"2026-03-01","due_on":"2026-12-01"}`)
		for _, step := range steps {
			w.tell("staff", "POST", where+"/"+step, "", http.StatusOK)
		}
		return last(where)
	}
	act := func(steps ...string) string {
		where, _ := w.made("own editor", at+"/activities", `{"point":2,"kind":"event","title":"t","from":"2026-03-01","organisers":[1]}`)
		for _, step := range steps {
			w.tell("staff", "POST", where+"/"+step, "", http.StatusOK)
		}
		return last(where)
	}
	const lei = "5493001KJTIIGC8Y1R12"
	w.tell("staff", "PATCH", memberAt(w.allied), `{"identifiers":[{"scheme":"lei","value":"`+lei+`"}],"names":[
		{"text":"Allied Works","lang":"en","kind":"short","primary":true},{"text":"AW","lang":"en","kind":"short"}]}`, http.StatusOK, "If-Match", "*")
	w.tell("staff", "POST", "/api/v1/ceremonies", `{"name":"Keyed"}`, http.StatusCreated, "Idempotency-Key", "used")
	w.tell("staff", "POST", "/api/v1/members", `{"name":"Keyed Company","kind":"other"}`, http.StatusCreated, "Idempotency-Key", "used")
	secret := w.tell("staff", "POST", at+"/figures", strings.Replace(salesOf(2017, "1", "confidential"), "sales_volume", "revenue", 1), http.StatusCreated)
	shadow, _ := w.tell("staff", "GET", memberAt(number)+"/contacts", "", http.StatusOK).items()[0]["id"].(string)
	written, _ := w.made("own editor", w.registered(9)+"/reports", `{"cycle":2026}`)
	amended := w.registered(8)
	amendment, _ := w.made("staff", amended+"/amendments", `{"text":"y","class":"clarified","reason":"r"}`)
	settled := proposed("")(w, 9)
	w.tell("staff", "POST", settled+"/dismiss", `{"reason":"r"}`, http.StatusOK)
	decidedOn := requesting("", false)(w, 801)
	w.tell("admin", "POST", decidedOn+"/decide", `{"decisions":[{"item":1,"verdict":"accept"}]}`, http.StatusOK)
	drafted, _ := w.made("own editor", written+"/evidence/files", upload("a.pdf", "", aPDF))
	link, _ := w.made("own editor", written+"/evidence", anEvidence)
	cursor := w.tell("staff", "GET", "/api/v1/members?limit=1", "", http.StatusOK).field("next_cursor")
	flipped := []byte(cursor)
	flipped[20] ^= 1
	words := map[string]string{
		"LEI": lei, "applicant": number.String(), "its contact": shadow, "contact": w.things["ContactId"][0],
		"figure": w.things["FigureId"][1], "old figure": w.things["FigureId"][0], "secret figure": secret.field("id"),
		"joint": w.things["joint"][0], "draft": promise(), "submitted": promise("submit"), "registered": promise("submit", "register"),
		"proposed amendment": last(amendment), "approved amendment": w.things["AmendmentId"][0], "amended": last(amended),
		"proposal": w.things["ProposalId"][0], "settled proposal": last(settled), "written": last(written), "accepted": w.things["ReportId"][0],
		"change request": w.things["ChangeRequestId"][0], "withdrawn request": w.things["ChangeRequestId"][1],
		"staff's request": last(requesting("", false)(w, 802)), "decided request": last(decidedOn), "returned request": last(requesting("", true)(w, 803)),
		"evidence": w.things["EvidenceId"][0], "drafted evidence": last(drafted), "link": last(link),
		"drafted activity": act(), "submitted activity": act("submit"), "activity": w.things["ActivityId"][0], "withdrawn activity": w.things["ActivityId"][2],
		"membership": w.things["AllianceMembershipId"][0], "none": string(ident.New[ident.Figure]()), "cursor": cursor, "flipped cursor": string(flipped),
	}
	for _, who := range []string{"admin", "staff", "analyst"} {
		words[who] = w.tell(who, "GET", "/api/v1/me", "", http.StatusOK).field("id")
	}
	return words
}

// credentials are those of accounts that lost them in one way or another, and
// what is forged from one that is good.
func (w *world) credentials() map[string]string {
	w.t.Helper()
	tokens := func(email string) (account.User, account.Tokens) {
		u, err := w.Accounts.AddUser(registrytest.System(), account.NewUser{Email: email, Role: access.RoleStaff, Password: registrytest.Password})
		if err != nil {
			w.t.Fatal(err)
		}
		return u, w.SignIn(w.t, u)
	}
	taken, replayed := tokens("taken@example.org")
	again := w.tell("", "POST", "/api/v1/sessions/refresh", refreshing(replayed.Refresh), http.StatusOK)
	w.tell("", "POST", "/api/v1/sessions/refresh", refreshing(replayed.Refresh), http.StatusUnauthorized)
	out := w.SignIn(w.t, taken)
	w.ask(w.t, out.Access, "DELETE", "/api/v1/sessions/current", "").is(w.t, http.StatusNoContent, "")
	u, disabled := tokens("disabled@example.org")
	w.tell("admin", "PATCH", "/api/v1/users/"+string(u.ID), `{"disabled":true}`, http.StatusOK, "If-Match", "*")
	good := w.SignIn(w.t, taken)
	words := w.forgeries(good)
	for word, text := range map[string]string{
		"good": good.Access, "spent": replayed.Refresh, "its heir": again.field("refresh_token"), "access of the replayed": again.field("access_token"),
		"signed out": out.Access, "access of the disabled": disabled.Access, "refresh of the disabled": disabled.Refresh,
	} {
		words[word] = text
	}
	return words
}
