package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/ident"
)

// wholeActivity is a competition with all that it may have.
func wholeActivity(organisers ...ident.Member) string {
	return fmt.Sprintf(`{"point":8,"kind":"competition","title":"Design contest","description":"For students.","place":{"city":"Nairobi","country":"KE"},
		"from":"2026-05-01","until":"2026-05-03","organisers":%s,"participants":{"bound":"ge","low":"300"},"countries":["KE","CN"],
		"categories":[{"name":"Posters","entrants":{"bound":"range","low":"100","high":"120"},"winners":[
			{"name":"Wanjiru Kamau","country":"KE","prize":"First"},{"country":"CN","prize":"Second"}]}],
		"source":{"title":"Report","page":"3"}}`, strings.ReplaceAll(fmt.Sprint(organisers), " ", ","))
}

func TestActivities(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number, other := h.Member(t, "Jollychic"), h.Member(t, "Alibaba")
	staff, editor, approver := h.staff(t), h.token(t, access.RoleMember, number, access.Editor), h.token(t, access.RoleMember, number, access.Approver)
	foreign := h.token(t, access.RoleMember, other, access.Approver)
	at := memberAt(number) + "/activities"
	made := h.ask(t, editor, "POST", at, wholeActivity(other, number), "Idempotency-Key", "draft").is(t, http.StatusCreated, "")
	where, tag := made.header.Get("Location"), made.header.Get("ETag")

	t.Run("a draft says what it was given and is read by staff and its own member alone", func(t *testing.T) {
		for _, part := range []string{
			`"organisers":[1,2]`, `"participants":{"bound":"ge","low":"300"}`, `"countries":["CN","KE"]`, `"place":{"city":"Nairobi","country":"KE"}`,
			`"categories":[{"entrants":{"bound":"range","high":"120","low":"100"},"name":"Posters","winners":[{"country":"KE","name":"Wanjiru Kamau","prize":"First"},{"country":"CN","prize":"Second"}]}]`,
			`"state":"draft"`, `"source":{"page":"3","title":"Report"}`,
		} {
			if !strings.Contains(made.text, part) {
				t.Errorf("%s is not in %s", part, made.text)
			}
		}
		for _, token := range []string{staff, approver} {
			if a := h.ask(t, token, "GET", where, "").is(t, http.StatusOK, ""); a.text != made.text {
				t.Errorf("got %s", a.text)
			}
		}
		for _, token := range []string{"", foreign} {
			h.ask(t, token, "GET", where, "").is(t, http.StatusNotFound, "not_found")
			for _, list := range []string{at, "/api/v1/activities?state=draft", memberAt(other) + "/activities"} {
				if a := h.ask(t, token, "GET", list, "").is(t, http.StatusOK, ""); strings.TrimSpace(a.text) != `{"items":[]}` {
					t.Errorf("%s gives %s", list, a.text)
				}
			}
		}
	})
	t.Run("all faults are told at once", func(t *testing.T) {
		a := h.ask(t, editor, "POST", at, `{"point":9,"kind":"training","title":"a\u0007b","from":"2026-05-02","until":"2026-05-01","organisers":[1,1],"by":1,
			"participants":{"bound":"range","low":"5"},"categories":[{"name":"x","winners":[{"country":"ZZ"}]}],"trained":{"bound":"exact","low":"1.5"},
			"beneficiaries":{"bound":"exact","low":"-1"},"place":{}}`)
		got := a.is(t, http.StatusUnprocessableEntity, "invalid").faults()
		for _, want := range []string{
			"/point out_of_range", "/title ", "/until ends_before_start", "/organisers repeated_items", "/by unknown_field", "/participants/high required",
			"/categories only_for_kind", "/categories/0/winners/0/country unknown_country", "/trained/low decimal_too_precise", "/beneficiaries/low wrong_format",
			"/place empty_patch",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%s is not in %s", want, got)
			}
		}
		h.ask(t, editor, "POST", at, wholeActivity(number, 999)).is(t, http.StatusUnprocessableEntity, "invalid")
	})
	t.Run("it is amended under its version and a key answers again", func(t *testing.T) {
		h.ask(t, editor, "PATCH", where, `{"title":"x"}`).is(t, http.StatusPreconditionRequired, "if_match_required")
		h.ask(t, editor, "PATCH", where, `{"title":"x"}`, "If-Match", `"7"`).is(t, http.StatusPreconditionFailed, "stale")
		h.ask(t, editor, "PATCH", where, `{"title":null}`, "If-Match", tag).is(t, http.StatusUnprocessableEntity, "invalid")
		a := h.ask(t, editor, "PATCH", where, `{"participants":null,"categories":null,"countries":null,"kind":"training","hours":{"bound":"exact","low":"37.5"},"source":null,"place":null}`,
			"If-Match", tag).is(t, http.StatusOK, "")
		if a.body["categories"] != nil || a.body["participants"] != nil || a.body["source"] != nil || a.body["place"] != nil || a.body["version"] != 2.0 ||
			!strings.Contains(a.text, `"hours":{"bound":"exact","low":"37.5"}`) {
			t.Errorf("got %s", a.text)
		}
		if again := h.ask(t, editor, "POST", at, wholeActivity(other, number), "Idempotency-Key", "draft").is(t, http.StatusCreated, ""); again.header.Get("Location") != where {
			t.Errorf("made another one: %s", again.text)
		}
	})
	t.Run("it goes its way step by step", func(t *testing.T) {
		h.ask(t, editor, "POST", where+"/submit", "").is(t, http.StatusForbidden, "forbidden")
		h.ask(t, staff, "POST", where+"/register", "").is(t, http.StatusConflict, "activity_state")
		submitted := h.ask(t, approver, "POST", where+"/submit", "", "Idempotency-Key", "submit").is(t, http.StatusOK, "")
		h.ask(t, "", "GET", where, "").is(t, http.StatusNotFound, "not_found")
		h.ask(t, staff, "PATCH", where, `{"title":"x"}`, "If-Match", "*").is(t, http.StatusConflict, "activity_state")
		registered := h.ask(t, staff, "POST", where+"/register", "", "If-Match", `"3"`).is(t, http.StatusOK, "")
		if public := h.ask(t, "", "GET", where, "").is(t, http.StatusOK, ""); public.text != registered.text || public.header.Get("ETag") == registered.header.Get("ETag") {
			t.Errorf("got %s", public.text)
		}
		if again := h.ask(t, approver, "POST", where+"/submit", "", "Idempotency-Key", "submit").is(t, http.StatusOK, ""); again.text != submitted.text {
			t.Errorf("submitted %s\nagain %s", submitted.text, again.text)
		}
		h.ask(t, approver, "PATCH", where, `{"title":"x"}`, "If-Match", "*").is(t, http.StatusForbidden, "forbidden")
		h.ask(t, staff, "POST", where+"/withdraw", `{"reason":" ","by":1}`).is(t, http.StatusUnprocessableEntity, "invalid")
		withdrawn := h.ask(t, staff, "POST", where+"/withdraw", `{"reason":"entered twice"}`).is(t, http.StatusOK, "")
		if public := h.ask(t, "", "GET", where, "").is(t, http.StatusOK, ""); public.text != withdrawn.text || public.field("reason") != "entered twice" {
			t.Errorf("got %s", public.text)
		}
	})
}

// TestAnOrganiserThatIsNotPublicChangesNothing adds one to a public activity:
// version, ETag, list and statistics stay what they were, to all but staff and itself.
func TestAnOrganiserThatIsNotPublicChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number, hidden := h.Member(t, "Jollychic"), h.Applicant(t, "Globalegrow")
	staff := h.staff(t)
	where := h.ask(t, staff, "POST", "/api/v1/activities", wholeActivity(number)).is(t, http.StatusCreated, "").header.Get("Location")
	readers := []string{"", h.token(t, access.RoleMember, number, access.Approver)}
	var before []answer
	for _, token := range readers {
		before = append(before, h.ask(t, token, "GET", where, ""), h.ask(t, token, "GET", "/api/v1/activities", ""))
	}
	with := h.ask(t, staff, "PATCH", where, fmt.Sprintf(`{"organisers":[%d,%d]}`, hidden, number), "If-Match", `"1"`).is(t, http.StatusOK, "")
	if with.body["version"] != 2.0 || !strings.Contains(with.text, `"organisers":[1,2]`) {
		t.Errorf("staff is told %s", with.text)
	}
	for i, token := range readers {
		for j, target := range []string{where, "/api/v1/activities"} {
			if was, is := before[2*i+j], h.ask(t, token, "GET", target, ""); is.text != was.text || is.header.Get("ETag") != was.header.Get("ETag") {
				t.Errorf("%s was %s, is %s", target, was.text, is.text)
			}
		}
	}
	if own := h.ask(t, h.token(t, access.RoleMember, hidden, access.Editor), "GET", where, "").is(t, http.StatusOK, ""); !strings.Contains(own.text, `"organisers":[1,2]`) {
		t.Errorf("its own are told %s", own.text)
	}
	held := before[0].header.Get("ETag")
	h.Move(t, hidden, "in_review", "active")
	if public := h.ask(t, "", "GET", where, "", "If-None-Match", held).is(t, http.StatusOK, ""); !strings.Contains(public.text, `"organisers":[1,2]`) {
		t.Errorf("once it is public it is %s", public.text)
	}
}

func TestActivityListsAndStatistics(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.Member(t, "Jollychic")
	staff := h.staff(t)
	for _, body := range []string{
		`"point":7,"kind":"training","title":"course","from":"2026-03-01","place":{"country":"KE"},"participants":{"bound":"exact","low":"20"}`,
		`"point":2,"kind":"project","title":"wells","from":"2024-06-01"`,
		`"point":7,"kind":"training","title":"camp","from":"2025-07-01","until":"2025-07-20","place":{"country":"CN"},"participants":{"bound":"gt","low":"30"}`,
	} {
		h.ask(t, staff, "POST", "/api/v1/activities", fmt.Sprintf(`{%s,"organisers":[%d]}`, body, number)).is(t, http.StatusCreated, "")
	}
	h.CatchUp(t)
	titles := func(t *testing.T, target string) string {
		t.Helper()
		var list []string
		for _, item := range h.ask(t, "", "GET", target, "").is(t, http.StatusOK, "").items() {
			list = append(list, fmt.Sprint(item["title"]))
		}
		return strings.Join(list, " ")
	}
	for query, want := range map[string]string{
		"": "course camp wells", "?point=2": "wells", "?kind=training": "course camp", "?country=CN": "camp", "?state=withdrawn": "", "?state=registered&point=7": "course camp",
		"?from=2025-07-20": "course camp wells", "?from=2025-07-21": "course wells", "?until=2025-07-01": "camp wells", "?from=2025-07-21&until=2026-02-28": "wells",
	} {
		for _, list := range []string{"/api/v1/activities", memberAt(number) + "/activities"} {
			if got := titles(t, list+query); got != want {
				t.Errorf("%s%s: %s, want %s", list, query, got, want)
			}
		}
	}
	for query, want := range map[string]string{
		"?by=point": `[{"count":1,"not_stated":1,"point":2,"stated":0},{"count":2,"low":"50","low_bound":"gt","not_stated":0,"point":7,"stated":2}]`,
		"?by=year&kind=training": `[{"count":1,"low":"30","low_bound":"gt","not_stated":0,"stated":1,"year":2025},` +
			`{"count":1,"high":"20","high_bound":"le","low":"20","low_bound":"ge","not_stated":0,"stated":1,"year":2026}]`,
		"?country=KE&year=2025": `[{"count":0,"not_stated":0,"stated":0}]`,
	} {
		if a := h.ask(t, "", "GET", "/api/v1/statistics/activities"+query, "").is(t, http.StatusOK, ""); !strings.HasPrefix(a.text, `{"cells":`+want+`,"position":`) {
			t.Errorf("%s: %s", query, a.text)
		}
	}
	for target, want := range map[string]string{
		"activities?point=9": "point", "activities?kind=party": "kind", "activities?country=KEN": "country", "activities?country=ZZ": "country", "activities?from=2026-02-30": "from", "activities?until=x": "until",
		"activities?cursor=x": "cursor", "statistics/activities?by=state": "by", "statistics/activities?country=ZZ": "country", "statistics/activities?year=12": "year",
	} {
		if a := h.ask(t, "", "GET", "/api/v1/"+target, "").is(t, http.StatusBadRequest, "parameters"); !strings.HasPrefix(a.faults(), want+" ") {
			t.Errorf("%s: %s", target, a.faults())
		}
	}
	h.ask(t, "", "GET", "/api/v1/members/999/activities", "").is(t, http.StatusNotFound, "not_found")
}
