package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/ident"
)

// applied registers an applicant that has something of everything, and gives
// what nobody else may read.
func (w *world) applied() (ident.Member, []string) {
	w.t.Helper()
	w.Clock.Advance(time.Minute)
	at, _ := w.made("staff", "/api/v1/members", `{"name":"Discreet Shadow Company","kind":"enterprise","country":"CN","city":"Secretborough",
		"sector":{"scheme":"isic4","code":"G4791"},"names":[{"text":"环球影子易购","lang":"zh-Hans","kind":"brand"}],"website":"https://shadow.example/"}`)
	number, _ := ident.ParseNumber[ident.Member](last(at))
	figure, _ := w.made("staff", at+"/figures", salesOf(2016, "815000815000", "public"))
	w.made("staff", figure+"/supersede", salesOf(2016, "815000815001", "public"))
	w.made("staff", at+"/signatures", `{"ceremony":1,"capacity":"signer","signed_on":"2018-05-31","signatory":{"name":"Shadow Person"}}`)
	w.made("staff", "/api/v1/alliances/1/memberships", joining(number, "vice_chair", "2018-06-01", ""))
	w.made("staff", at+"/contacts", `{"name":"Shadow Desk","email":"desk@shadow.example"}`)
	const promise = `{"point":4,"title":"Shadow warehouses","text":"Ten","strength":"pledged","due_on":"2026-06-30"}`
	w.made("staff", at+"/commitments", promise)
	commitment, _ := w.made("staff", at+"/commitments", promise)
	w.tell("staff", "POST", commitment+"/submit", "", http.StatusOK)
	w.tell("staff", "POST", commitment+"/register", "", http.StatusOK)
	amendment, _ := w.made("staff", commitment+"/amendments", `{"text":"Eleven","class":"strengthened","reason":"Shadow"}`)
	w.tell("admin", "POST", amendment+"/approve", `{"reason":"Shadow"}`, http.StatusOK)
	w.acted(number)
	w.tell("staff", "POST", at+"/transitions", `{"to":"in_review","reason":"shadow"}`, http.StatusCreated)
	w.tokens["its editor"] = w.token(w.t, access.RoleMember, number, access.Editor)
	return number, []string{"hadow", "影子", "Secretborough", "81500081500", last(figure), last(commitment), last(amendment)}
}

// acted lets the applicant organise something alone, and something public with
// others, which is evidence of nothing but its own.
func (w *world) acted(number ident.Member) {
	w.t.Helper()
	alone := fmt.Sprintf(`{"point":8,"kind":"competition","title":"Shadow contest","from":"2026-05-01","organisers":[%d],"countries":["KE"]}`, number)
	w.made("staff", memberAt(number)+"/activities", alone)
	w.made("staff", "/api/v1/activities", alone)
	public := "/api/v1/activities/" + w.things["ActivityId"][0]
	tag := w.tell("staff", "GET", public, "", http.StatusOK).header.Get("ETag")
	with := fmt.Sprintf(`{"organisers":[%d,%d,%d]}`, number, w.discreet, w.curious)
	w.tell("staff", "PATCH", public, with, http.StatusOK, "If-Match", tag)
	own := w.tell("staff", "GET", memberAt(number)+"/commitments?state=registered", "", http.StatusOK).items()[0]["id"]
	w.made("staff", fmt.Sprintf("%s/commitments/%s", public, own), "")
}

// TestAnApplicantLeavesEveryAnswerAsItWas reads everything there is to read, at
// the number that is given out next too, before a member applies and while it
// is not public.
func TestAnApplicantLeavesEveryAnswerAsItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	next := w.double + 1
	w.things["MemberNumber"] = append(w.things["MemberNumber"], next.String())
	first := w.walk(outsiders, nil)
	number, secrets := w.applied()
	if number != next {
		t.Fatalf("the applicant has the number %s, walked was %s", number, next)
	}
	t.Run("to the byte, while its entries have no position yet", func(t *testing.T) {
		pending := w.walk(outsiders, nil)
		for _, key := range unlike(first, pending) {
			t.Errorf("%s %s as %q\nbefore %s\nafter %s", key.method, key.target, key.who, first[key].plain(), pending[key].plain())
		}
	})
	w.tell("staff", "POST", memberAt(number)+"/transitions", `{"to":"rejected","reason":"shadow"}`, http.StatusCreated)
	w.CatchUp(t)
	for _, path := range []string{"", "/figures", "/commitments", "/signatures", "/contacts", "/history"} {
		if a := w.tell("its editor", "GET", memberAt(number)+path, "", http.StatusOK); !strings.Contains(a.text, "hadow") && !strings.Contains(a.text, "81500081500") && path != "/signatures" {
			t.Errorf("its own people are shown %s", a.text)
		}
	}
	t.Run("and then but for the position of the ledger", func(t *testing.T) {
		after := w.walk(outsiders, first)
		staysButForSeals(t, first, after)
		showsNone(t, after, secrets)
	})
	t.Run("what is promised, contacts and drafts of a public member are as hidden", func(t *testing.T) {
		before := w.walk(outsiders, nil)
		at := memberAt(w.discreet)
		contact, tag := w.made("staff", at+"/contacts", `{"name":"Shadow Desk","email":"desk@shadow.example"}`)
		w.tell("own editor", "PATCH", contact, `{"note":"Shadow"}`, http.StatusOK, "If-Match", tag)
		activity, tag := w.made("own editor", at+"/activities", `{"point":4,"kind":"event","title":"Shadow day","from":"2026-05-01","organisers":[1]}`)
		w.tell("own editor", "PATCH", activity, `{"title":"Shadow night"}`, http.StatusOK, "If-Match", tag)
		w.tell("own approver", "POST", activity+"/submit", "", http.StatusOK)
		w.tell("staff", "POST", activity+"/refuse", `{"reason":"Shadow"}`, http.StatusOK)
		draft, tag := w.made("own editor", at+"/commitments", `{"point":4,"title":"Shadow warehouses","text":"Ten"}`)
		w.tell("own editor", "PATCH", draft, `{"text":"Eleven"}`, http.StatusOK, "If-Match", tag)
		w.tell("own approver", "POST", draft+"/submit", "", http.StatusOK)
		refused := w.proposed()
		w.tell("staff", "DELETE", contact, "", http.StatusNoContent, "If-Match", "*")
		w.CatchUp(t)
		after := w.walk(outsiders, before)
		staysButForSeals(t, before, after)
		showsNone(t, after, []string{"hadow", last(contact), last(draft), last(activity), last(refused)})
	})
	t.Run("nor does the log tell of it", func(t *testing.T) {
		for _, text := range secrets[:4] {
			if w.log.tells(text) {
				t.Errorf("it tells %s", text)
			}
		}
	})
	t.Run("once it is admitted it is there, without what stays confidential", func(t *testing.T) {
		confidential := w.tell("staff", "POST", figuresOf(number), salesOf(2017, "900000900001", "confidential"), http.StatusCreated)
		for _, to := range []string{"in_review", "active"} {
			w.tell("staff", "POST", memberAt(number)+"/transitions", fmt.Sprintf(`{"to":%q,"reason":"r"}`, to), http.StatusCreated)
		}
		w.CatchUp(t)
		after := w.walk(outsiders, nil)
		if a := after[seen{"readMember", "", memberAt(number), http.MethodGet}]; a.status != http.StatusOK || !strings.Contains(a.text, "Shadow") {
			t.Errorf("got %s", a.plain())
		}
		showsNone(t, after, []string{"900000900001", confidential.field("id"), "desk@shadow.example", "815000815000"})
	})
}
