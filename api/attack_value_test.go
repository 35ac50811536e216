package api_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
)

// stating is a figure of the discreet member's that is refused.
func stating(name, rest, faults string) badInput {
	return badInput{name, "staff", "POST /api/v1/members/1/figures", `{"measure":"gmv","bound":"exact",` + rest + `}`, nil, 422, "invalid", faults}
}

// naming is a member that is refused for its name.
func naming(name, text string, status int, code, fault string) badInput {
	return badInput{name, "staff", "POST /api/v1/members", `{"kind":"other","name":"` + text + `"}`, nil, status, code, fault}
}

var valueAttacks = []attack{
	{line: 45, name: "money that is negative", asks: []badInput{
		stating("minus five", `"low":"-5","currency":"CNY"`, "/low wrong_format"), stating("minus zero", `"low":"-0","currency":"CNY"`, "/low wrong_format"),
		stating("with another minus", `"low":"−5","currency":"CNY"`, "/low wrong_format"),
	}},
	{line: 46, name: "what is no number", asks: []badInput{
		stating("NaN", `"low":"NaN","currency":"CNY"`, "/low wrong_format"), stating("Infinity", `"low":"Infinity","currency":"CNY"`, "/low wrong_format"),
		stating("1e400", `"low":"1e400","currency":"CNY"`, "/low wrong_format"), stating("1e400 as a number", `"low":1e400,"currency":"CNY"`, "/low wrong_type"),
		{"NaN as a number", "staff", "POST /api/v1/members/1/figures", `{"measure":"gmv","bound":"exact","low":NaN,"currency":"CNY"}`, nil, 400, "body_malformed", ""},
	}},
	{line: 47, name: "decimals that the currency has not", asks: []badInput{
		stating("half a yen", `"low":"1.5","currency":"JPY"`, "/low decimal_too_precise"), stating("a tenth of a fen", `"low":"1.001","currency":"CNY"`, "/low decimal_too_precise"),
		stating("of a dinar", `"low":"1.0001","currency":"KWD"`, "/low decimal_too_precise"),
	}},
	{line: 48, name: "2^53+1 as a number", asks: []badInput{stating("", `"low":9007199254740993,"currency":"CNY"`, "/low wrong_type")}, tries: func(s *siege) {
		s.changes("figure")
		r := s.is(s.asked("staff", "POST", figuresOf(s.allied), `{"measure":"gmv","bound":"exact","low":"9007199254740993","currency":"JPY"}`), http.StatusCreated)
		if !strings.Contains(r.text, `"9007199254740993"`) {
			s.t.Errorf("stated as %s", r.text)
		}
	}},
	{line: 49, name: "a currency that is none, or another", asks: []badInput{
		stating("none", `"low":"1","currency":"ZZZ"`, "/currency currency_unknown"), stating("gold", `"low":"1","currency":"XAU"`, "/currency currency_unknown"),
		stating("in small letters", `"low":"1","currency":"cny"`, "/currency wrong_format"), stating("left out", `"low":"1"`, "/currency required"),
	}},
	{line: 50, name: "the years 0, 9999 and 10000", asks: []badInput{
		stating("0 to 9999", `"low":"1","currency":"CNY","period":{"from":"0000-01-01","to":"9999-12-31"}`, "/period/from not_a_date, /period/to not_a_date"),
		stating("10000", `"low":"1","currency":"CNY","period":{"from":"2020-01-01","to":"10000-01-01"}`, "/period/to not_a_date"),
		{"in a query", "", "GET /api/v1/statistics/members?year=9999", "", nil, 400, "parameters", "year out_of_range"},
		{"in an address", "", "GET /api/v1/cycles/10000", "", nil, 404, "not_found", ""},
	}},
	{line: 51, name: "29 February", asks: []badInput{
		stating("of 2023", `"low":"1","currency":"CNY","period":{"from":"2023-02-29","to":"2023-12-31"}`, "/period/from not_a_date"),
		stating("of 1900", `"low":"1","currency":"CNY","period":{"from":"1900-02-29","to":"1900-12-31"}`, "/period/from not_a_date"),
	}, tries: func(s *siege) {
		s.changes("figure")
		s.is(s.asked("staff", "POST", figuresOf(s.allied), `{"measure":"gmv","bound":"exact","low":"1","currency":"JPY","period":{"from":"2024-02-29","to":"2024-02-29"}}`), http.StatusCreated)
	}},
	{line: 52, name: "the same year twice", asks: []badInput{
		{"", "staff", "POST /api/v1/members/1/figures", `{"measure":"sales_volume","bound":"exact","low":"1","currency":"CNY","period":{"from":"2015-01-01","to":"2015-12-31"}}`, nil, 409, "figure_exists", "/period figure_exists"},
	}},
	{line: 53, name: "NUL and what is no UTF-8", asks: []badInput{
		naming("NUL", `a\u0000`, 400, "nul_character", "/name nul_character"), naming("a broken character", "a\xff", 400, "body_not_utf8", ""), naming("half a pair", `a\ud800`, 400, "nul_character", "/name nul_character"),
		{"NUL in a search", "", "GET /api/v1/members?q=a%00", "", nil, 400, "parameters", "q wrong_format"},
		{"a broken character in a search", "", "GET /api/v1/members?q=%ff", "", nil, 400, "parameters", "q wrong_format"},
		{"NUL in an address", "", "GET /api/v1/ceremonies/1%00", "", nil, 404, "not_found", ""},
		{"NUL in a password", "", "POST /api/v1/sessions", `{"email":"a@example.org","password":"a\u0000"}`, nil, 400, "nul_character", "/password nul_character"},
	}},
	{line: 54, name: "a name that only looks another", asks: []badInput{
		naming("accents apart", `Discre\u0301et Holdings`, 409, "name_taken", "/name name_taken"), naming("zero width", `Dis\u200bcreet Hold\u2060ings`, 409, "name_taken", "/name name_taken"),
		naming("letters that look alike", "Disсrееt Hоldings", 409, "name_taken", "/name name_taken"), naming("another case", "DISCREET HOLDINGS", 409, "name_taken", "/name name_taken"),
		naming("another legal form", "Discreet Holdings Co., Ltd.", 409, "name_taken", "/name name_taken"), naming("traditional characters", "環球易購", 409, "name_taken", "/name name_taken"),
	}},
	{line: 55, name: "a name that reads backwards", asks: []badInput{
		naming("an override", `gro.\u202eelpmaxe`, 422, "invalid", "/name invalid_characters"), naming("an isolate", `a\u2067b`, 422, "invalid", "/name invalid_characters"),
	}},
	{line: 56, name: "a key that stands twice", asks: []badInput{
		{"plain", "admin", "POST /api/v1/users", `{"email":"a@example.org","role":"analyst","role":"admin","password":"x"}`, nil, 400, "duplicate_key", "/role duplicate_key"},
		{"escaped", "admin", "POST /api/v1/users", `{"email":"a@example.org","role":"analyst","r\u006fle":"admin","password":"x"}`, nil, 400, "duplicate_key", "/role duplicate_key"},
	}},
	{line: 57, name: "fields that are unknown", asks: []badInput{
		{"one", "staff", "POST /api/v1/alliances", `{"name":"a","colour":"red"}`, nil, 422, "invalid", "/colour unknown_field"},
		{"of the prototype", "staff", "POST /api/v1/alliances", `{"name":"a","__proto__":{"role":"admin"}}`, nil, 422, "invalid", "/__proto__ unknown_field"},
		{"in a query", "", "GET /api/v1/members?x=1", "", nil, 400, "parameters", "x unknown_parameter"},
	}},
	{line: 58, name: "a depth of 10,000", asks: []badInput{
		{"of objects", "staff", "POST /api/v1/members", `{10000 deep}`, nil, 400, "body_too_deep", ""}, {"of lists, from nobody", "", "POST /api/v1/sessions", `{10000 open}`, nil, 400, "body_too_deep", ""},
	}},
	{line: 59, name: "a body over the limit", asks: []badInput{
		{"said", "staff", "POST /api/v1/members", `{"kind":"other","name":"{10 MB}"}`, nil, 413, "body_too_large", ""},
		{"in chunks", "staff", "POST /api/v1/members", `{"kind":"other","name":"{10 MB}"}`, []string{"Transfer-Encoding", "chunked"}, 413, "body_too_large", ""},
		{"a file", "own editor", filesOf, upload("a.pdf", "application/pdf", aPDF) + "{27 MB}", nil, 413, "body_too_large", ""},
	}},
	{line: 60, name: "a bomb in gzip", tries: func(s *siege) {
		var bomb bytes.Buffer
		w := gzip.NewWriter(&bomb)
		for range 64 {
			_, _ = w.Write(make([]byte, 1<<20))
		}
		_ = w.Close()
		s.refused(badInput{"said", "staff", "POST /api/v1/members", bomb.String(), []string{"Content-Encoding", "gzip"}, 415, "content_encoding", ""})
		s.refused(badInput{"not said", "staff", "POST /api/v1/members", bomb.String(), nil, 400, "body_not_utf8", ""})
	}},
}
