package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

var objectAttacks = []attack{
	{line: 34, name: "another's confidential figure is read", asks: forOutsiders("GET /api/v1/figures/{secret figure}", "", 404, "not_found"), tries: func(s *siege) {
		for _, who := range outsiders {
			for _, at := range []string{figuresOf(s.discreet), figuresOf(s.discreet) + "?measure=revenue&current=false", memberAt(s.discreet), memberAt(s.discreet) + "/history"} {
				s.tellsNone(s.asked(who, "GET", at, ""))
			}
		}
	}},
	{line: 35, name: "another's confidential figure is written", asks: []badInput{
		{"stated", "another's approver", "POST /api/v1/members/1/figures", `{"measure":"revenue","bound":"exact","low":"1","currency":"CNY","confidentiality":"confidential"}`, nil, 403, "forbidden", ""},
		{"superseded", "another's approver", "POST /api/v1/figures/{secret figure}/supersede", `{"measure":"revenue","bound":"exact","low":"1","currency":"CNY"}`, nil, 403, "forbidden", ""},
		{"superseded by its own", "own approver", "POST /api/v1/figures/{secret figure}/supersede", `{"measure":"revenue","bound":"exact","low":"1","currency":"CNY"}`, nil, 403, "forbidden", ""},
		{"by an analyst", "analyst", "POST /api/v1/figures/{secret figure}/supersede", `{"measure":"revenue","bound":"exact","low":"1","currency":"CNY"}`, nil, 403, "forbidden", ""},
		{"by nobody", "", "POST /api/v1/figures/{secret figure}/supersede", `{"measure":"revenue","bound":"exact","low":"1","currency":"CNY"}`, nil, 401, "unauthenticated", ""},
	}},
	{line: 36, name: "evidence of another's draft", asks: slices.Concat(
		forOutsiders("GET /api/v1/evidence/{drafted evidence}/content", "", 404, "not_found"),
		forOutsiders("GET /api/v1/evidence/{drafted evidence}", "", 404, "not_found"),
		forOutsiders("GET /api/v1/reports/{written}/evidence", "", 404, "not_found"),
		forOutsiders("GET /api/v1/reports/{written}", "", 404, "not_found"),
	)},
	{line: 37, name: "what a body should not carry", asks: []badInput{
		{
			"a member's state", "own approver", "PATCH /api/v1/members/1", `{"description":"d","number":2,"status":"active","published":true,"version":1}`,
			[]string{"If-Match", "*"},
			422, "invalid",
			"/number unknown_field, /published unknown_field, /status unknown_field, /version unknown_field",
		},
		{"a contact of another", "own editor", "POST /api/v1/members/1/contacts", `{"name":"a","phone":"+86 755 1234567","member":2,"id":"x"}`, nil, 422, "invalid", "/id unknown_field, /member unknown_field"},
		{"a commitment's state", "own editor", "PATCH /api/v1/commitments/{draft}", `{"title":"t","state":"registered","member":2}`, []string{"If-Match", "*"}, 422, "invalid", "/member unknown_field, /state unknown_field"},
		{"a figure of another", "staff", "POST /api/v1/members/1/figures", `{"measure":"gmv","bound":"exact","low":"1","currency":"EUR","member":2,"version":3}`, nil, 422, "invalid", "/member unknown_field, /version unknown_field"},
		{"confidential, by another word", "staff", "POST /api/v1/members/1/figures", `{"measure":"gmv","bound":"exact","low":"1","currency":"EUR","confidential":false,"withheld":false}`, nil, 422, "invalid", "/confidential unknown_field, /withheld unknown_field"},
		{"an account's state", "admin", "POST /api/v1/users", `{"email":"a@example.org","role":"analyst","password":"orbit mantle pickle","disabled":false,"id":"{none}"}`, nil, 422, "invalid", "/disabled unknown_field, /id unknown_field"},
		{"a role at sign-in", "", "POST /api/v1/sessions", `{"email":"taken@example.org","password":"orbit mantle pickle","role":"admin","session":"x"}`, nil, 422, "invalid", "/role unknown_field, /session unknown_field"},
	}},
	{line: 38, name: "routes of staff", asks: slices.Concat(
		byMembers("POST /api/v1/members", `{"name":"New","kind":"other"}`), byMembers("POST /api/v1/members/1/transitions", `{"to":"suspended","reason":"r"}`),
		byMembers("POST /api/v1/ceremonies", `{"name":"New"}`), byMembers("POST /api/v1/alliances", `{"name":"New"}`), byMembers("POST /api/v1/cycles", `{"year":2035}`),
		byMembers("POST /api/v1/members/1/signatures", `{"capacity":"signer"}`), byMembers("GET /api/v1/users", ""), byMembers("GET /api/v1/proposals", ""),
		byMembers("POST /api/v1/users", `{"email":"a@example.org","role":"admin","password":"orbit mantle pickle"}`),
		byMembers("POST /api/v1/users/{admin}/password", `{"password":"orbit mantle pickle"}`),
		byMembers("POST /api/v1/commitments/{submitted}/register", ""), byMembers("POST /api/v1/reports/{accepted}/review", `{"decision":"accepted","completion":"limited","reason":"r"}`),
	)},
	{line: 39, name: "raw confidential rows for an analyst", tries: func(s *siege) {
		for _, at := range []string{
			"/api/v1/figures/{secret figure}", figuresOf(s.discreet) + "?limit=200", "/api/v1/members?limit=200", memberAt(s.discreet), "/api/v1/changes?limit=200", memberAt(s.discreet) + "/history?limit=200",
			"/api/v1/statistics/figures?measure=revenue", "/api/v1/statistics/figures?measure=revenue&by=country", "/api/v1/statistics/figures?measure=export_sales&currency=USD", "/api/v1/statistics/members?by=status",
		} {
			s.tellsNone(s.asked("analyst", "GET", at, ""))
		}
	}},
	{line: 40, name: "a confidential value by way of something else", tries: (*siege).aside},
	{line: 41, name: "another address or method of the same", tries: (*siege).sideways},
	{line: 42, name: "what an alliance's list lets out", tries: func(s *siege) {
		for _, who := range outsiders {
			for _, alliance := range s.things["AllianceId"] {
				s.tellsNone(s.is(s.asked(who, "GET", "/api/v1/alliances/"+alliance+"/memberships?limit=200", ""), http.StatusOK))
			}
			s.tellsNone(s.is(s.asked(who, "GET", "/api/v1/members?alliance=1&has_figure=true&limit=200", ""), http.StatusOK))
		}
	}},
	{line: 43, name: "whether something is there, by how it is refused", tries: func(s *siege) {
		for _, who := range outsiders {
			for _, at := range []string{"GET /api/v1/figures/{%s}", "GET /api/v1/commitments/{%s}", "PATCH /api/v1/commitments/{%s}", "GET /api/v1/reports/{%s}", "GET /api/v1/evidence/{%s}", "DELETE /api/v1/contacts/{%s}", "POST /api/v1/figures/{%s}/supersede"} {
				method, at, _ := strings.Cut(at, " ")
				hidden := map[string]string{"figures": "secret figure", "commitments": "draft", "reports": "written", "evidence": "drafted evidence", "contacts": "contact"}[strings.Split(at, "/")[3]]
				body := map[string]string{"PATCH": `{"title":"t"}`, "POST": `{"measure":"gmv","bound":"exact","low":"1","currency":"EUR"}`}[method]
				one, none := s.asked(who, method, fmt.Sprintf(at, hidden), body, "If-Match", "*"), s.asked(who, method, fmt.Sprintf(at, "none"), body, "If-Match", "*")
				if one.plain() != none.plain() || one.status < 400 {
					s.t.Errorf("%s %s as %q: there %s\nnot there %s", method, at, who, one.plain(), none.plain())
				}
				if one.status == http.StatusForbidden {
					s.met += 2
				}
			}
		}
	}},
	{line: 44, name: "a figure that became confidential and stays somewhere", tries: (*siege).retracted},
}

// forOutsiders asks the same as everybody whom it is not for.
func forOutsiders(asks, body string, status int, code string) []badInput {
	var rows []badInput
	for _, who := range outsiders {
		rows = append(rows, badInput{"as " + who, who, asks, body, nil, status, code, ""})
	}
	return rows
}

// byMembers asks what only staff may as those who are none.
func byMembers(asks, body string) []badInput {
	return []badInput{
		{"as its own approver", "own approver", asks, body, nil, 403, "forbidden", ""},
		{"as an analyst", "analyst", asks, body, nil, 403, "forbidden", ""},
		{"as the public", "", asks, body, nil, 401, "unauthenticated", ""},
	}
}

// tellsNone fails for an answer in which a byte of the confidential figures is.
func (s *siege) tellsNone(r reply) reply {
	s.t.Helper()
	for _, secret := range s.things["secret"] {
		if strings.Contains(r.plain(), secret) {
			s.t.Errorf("the answer tells %s: %s", secret, r.plain())
		}
	}
	return r
}

// aside looks for a confidential value in searches, orders, counts, tags and refusals.
func (s *siege) aside() {
	for _, who := range outsiders {
		for _, at := range []string{
			"/api/v1/members?q=815000815002", "/api/v1/members?q=815000", "/api/v1/members?sort=-name&has_figure=true", "/api/v1/members?has_figure=false",
			figuresOf(s.discreet) + "?cursor=815000815002", "/api/v1/statistics/figures?measure=revenue&from=2014-01-01&to=2014-12-31",
		} {
			s.tellsNone(s.asked(who, "GET", at, ""))
			if strings.Contains(at, "cursor") {
				s.met++
			}
		}
		if found := s.is(s.asked(who, "GET", "/api/v1/members?q=815000815002", ""), http.StatusOK); strings.Contains(found.text, "Discreet") {
			s.t.Errorf("%s finds by it: %s", who, found.text)
		}
	}
	s.changes("figure")
	tags := map[string]string{}
	at := []string{memberAt(s.discreet), figuresOf(s.discreet), memberAt(s.discreet) + "/history", "/api/v1/statistics/figures?measure=revenue", "/api/v1/members?has_figure=true"}
	for _, who := range outsiders {
		for _, target := range at {
			tags[who+target] = s.asked(who, "GET", target, "").plain()
		}
	}
	s.is(s.asked("staff", "POST", figuresOf(s.discreet), salesOf(2013, "815000815009", "confidential")), http.StatusCreated)
	for _, who := range outsiders {
		for _, target := range at {
			if now := s.tellsNone(s.asked(who, "GET", target, "")).plain(); now != tags[who+target] {
				s.t.Errorf("%s as %q\nwas %s\nis %s", target, who, tags[who+target], now)
			}
		}
	}
}

// sideways asks for what is hidden at addresses and by methods that a proxy
// might take for others.
func (s *siege) sideways() {
	at := "/api/v1/figures/{secret figure}"
	for _, target := range []string{at + "/", "/" + at, "/api/v1//figures/{secret figure}", "/api/v1/figures%2f{secret figure}", "/api/v1/./figures/{secret figure}", "/api/v1/members/../figures/{secret figure}", at + "%00", at + ";x=1", at + ".json"} {
		for _, who := range []string{"", "another's approver", "analyst"} {
			s.is(s.tellsNone(s.asked(who, "GET", target, "")), http.StatusNotFound)
		}
	}
	for _, header := range []string{"X-Http-Method-Override", "X-Http-Method", "X-Method-Override"} {
		s.is(s.asked("another's approver", "POST", at, "", header, "GET"), http.StatusMethodNotAllowed)
		s.is(s.asked("own editor", "GET", "/api/v1/contacts/{contact}", "", header, "DELETE"), http.StatusOK)
	}
	for _, header := range []string{"X-Original-Url", "X-Rewrite-Url", "X-Forwarded-Path"} {
		s.tellsNone(s.is(s.asked("", "GET", "/api/v1/members", "", header, s.words.Replace(at)), http.StatusOK))
	}
}

// retracted makes a public figure a confidential one and looks wherever it was.
func (s *siege) retracted() {
	s.changes("figure")
	public := s.is(s.asked("staff", "POST", figuresOf(s.discreet), salesOf(2012, "900100900100", "public")), http.StatusCreated)
	where := public.header.Get("Location")
	s.CatchUp(s.t)
	places := []string{where, figuresOf(s.discreet), memberAt(s.discreet), "/api/v1/statistics/figures?measure=sales_volume", "/api/v1/statistics/figures?measure=sales_volume&from=2012-01-01&to=2012-12-31"}
	tags := map[string]string{}
	for _, at := range places {
		tags[at] = s.is(s.asked("", "GET", at, ""), http.StatusOK).header.Get("ETag")
	}
	s.is(s.asked("staff", "POST", where+"/supersede", salesOf(2012, "900100900101", "confidential")), http.StatusCreated)
	s.CatchUp(s.t)
	for _, who := range outsiders {
		for _, at := range places {
			now := s.asked(who, "GET", at, "", "If-None-Match", tags[at])
			if now.status == http.StatusNotModified || strings.Contains(now.text, "90010090010") {
				s.t.Errorf("%s as %q: %s", at, who, now.plain())
			}
		}
		feed := s.is(s.asked(who, "GET", "/api/v1/changes?limit=200", ""), http.StatusOK)
		if strings.Contains(feed.text, "900100900101") {
			s.t.Errorf("the feed tells it: %s", feed.text)
		}
	}
}
