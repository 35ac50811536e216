package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/ident"
)

func TestHistoryTellsEachReaderItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.Member(t, "Jollychic")
	account := h.Account(t, access.RoleStaff, 0, "")
	staff := h.SignIn(t, account).Access
	at := "/api/v1/members/" + number.String()
	tag := h.ask(t, staff, "GET", at, "").is(t, http.StatusOK, "").header.Get("ETag")
	h.ask(t, staff, "PATCH", at, `{"city":"Hangzhou","sector":{"scheme":"isic4","code":"G4791"}}`, "If-Match", tag).is(t, http.StatusOK, "")
	secret := h.ask(t, staff, "POST", at+"/figures", `{"measure":"gmv","bound":"exact","low":"77123","currency":"USD","confidentiality":"confidential"}`).
		is(t, http.StatusCreated, "").field("id")
	h.CatchUp(t)

	told := func(t *testing.T, token, query string) answer {
		t.Helper()
		return h.ask(t, token, "GET", at+"/history"+query, "").is(t, http.StatusOK, "")
	}
	t.Run("the public what is public, and no names", func(t *testing.T) {
		for _, token := range []string{"", h.token(t, access.RoleAnalyst, 0, ""), h.token(t, access.RoleMember, h.Member(t, "Alibaba"), access.Approver)} {
			a := told(t, token, "")
			for _, hidden := range []string{secret, "77123", "confidential", "sealed", `"user"`, `"name":"S`, `"reason"`} {
				if strings.Contains(a.text, hidden) {
					t.Errorf("%s is in %s", hidden, a.text)
				}
			}
			latest := a.items()[0]
			if latest["action"] != "member.amended" || latest["kind"] != "member" || latest["id"] != number.String() || fmt.Sprint(latest["by"]) != "map[role:staff]" {
				t.Errorf("got %v", latest)
			}
			if got := fmt.Sprint(latest["fields"]); got != `[map[after:Hangzhou pointer:/city] map[after:G4791 pointer:/sector]]` {
				t.Errorf("got %s", got)
			}
		}
	})
	t.Run("its own member all of it, and no names", func(t *testing.T) {
		a := told(t, h.token(t, access.RoleMember, number, access.Editor), "")
		latest := a.items()[0]
		if latest["id"] != secret || latest["sealed"] != true || !strings.Contains(a.text, "77123") || strings.Contains(a.text, `"user"`) {
			t.Errorf("got %v", latest)
		}
	})
	t.Run("staff all of it, by whom", func(t *testing.T) {
		by, _ := told(t, staff, "").items()[0]["by"].(map[string]any)
		if by["role"] != "staff" || by["user"] == nil || by["user"] == "" {
			t.Errorf("got %v", by)
		}
	})
	t.Run("page by page", func(t *testing.T) {
		var paged []string
		for target := at + "/history?limit=2"; target != ""; {
			a := h.ask(t, staff, "GET", target, "").is(t, http.StatusOK, "")
			for _, item := range a.items() {
				paged = append(paged, fmt.Sprint(item))
			}
			next, _, found := strings.Cut(strings.TrimPrefix(a.header.Get("Link"), "<"), ">")
			if target = next; !found {
				target = ""
			}
		}
		var whole []string
		for _, item := range told(t, staff, "?limit=200").items() {
			whole = append(whole, fmt.Sprint(item))
		}
		if strings.Join(paged, "\n") != strings.Join(whole, "\n") || len(whole) < 3 {
			t.Errorf("got %v\nwant %v", paged, whole)
		}
	})
	t.Run("72 and a cursor is good for its reader and its member only", func(t *testing.T) {
		next := fmt.Sprint(told(t, staff, "?limit=1").body["next_cursor"])
		other := "/api/v1/members/" + h.Member(t, "Globalegrow").String()
		for token, target := range map[string]string{"": at, staff: other} {
			h.ask(t, token, "GET", target+"/history?limit=1&cursor="+next, "").is(t, http.StatusBadRequest, "parameters")
		}
	})
	t.Run("304 while nothing was added", func(t *testing.T) {
		tag := told(t, "", "").header.Get("ETag")
		h.ask(t, "", "GET", at+"/history", "", "If-None-Match", tag).is(t, http.StatusNotModified, "")
		h.ask(t, staff, "POST", at+"/figures", `{"measure":"revenue","bound":"exact","low":"1","currency":"USD","confidentiality":"confidential"}`).is(t, http.StatusCreated, "")
		h.CatchUp(t)
		h.ask(t, "", "GET", at+"/history", "", "If-None-Match", tag).is(t, http.StatusNotModified, "")
	})
	t.Run("not found where the member is not", func(t *testing.T) {
		hidden := h.Applicant(t, "Hidden Company")
		for _, unknown := range []ident.Member{hidden, 999} {
			h.ask(t, "", "GET", "/api/v1/members/"+unknown.String()+"/history", "").is(t, http.StatusNotFound, "not_found")
		}
	})
}

func TestHistoryTellsOnlyWhatWasChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff := h.staff(t)
	at := h.ask(t, staff, "POST", "/api/v1/members", `{"kind":"enterprise","country":"CN","sector":{"scheme":"isic4","code":"G4791"},
		"names":[{"text":"执御","lang":"zh","kind":"short"},{"text":"Jollychic","lang":"en","kind":"brand","primary":true}],
		"identifiers":[{"scheme":"lei","value":"5493001KJTIIGC8Y1R12"},{"scheme":"duns","value":"2"},{"scheme":"duns","value":"1"}],
		"sources":{"sector":"editor","country":"editor"}}`).is(t, http.StatusCreated, "").header.Get("Location")
	h.ask(t, staff, "POST", at+"/transitions", `{"to":"in_review","reason":"papers complete"}`).is(t, http.StatusCreated, "")
	h.CatchUp(t)

	latest := h.ask(t, staff, "GET", at+"/history", "").is(t, http.StatusOK, "").items()[0]
	if got := fmt.Sprint(latest["action"], latest["fields"]); got != "member.moved[map[after:in_review before:applied pointer:/status]]" {
		t.Errorf("got %s", got)
	}
}
