package api_test

import (
	"net/http"
	"strings"
)

// badAPITokens are tokens of scripts that are not given, and what one is not for.
var badAPITokens = []badInput{
	{"nothing of what is needed", "analyst", "POST /api/v1/tokens", `{}`, nil, 422, "invalid", "/name required, /scopes required"},
	{"wrong types and an unknown field", "analyst", "POST /api/v1/tokens", `{"name":1,"scopes":"all","user":"{admin}"}`, nil, 422, "invalid", "/name wrong_type, /scopes wrong_type, /user unknown_field"},
	{"scopes that are none, and one twice", "analyst", "POST /api/v1/tokens", `{"name":"n","scopes":["admin","read_own","read_own"]}`, nil, 422, "invalid", "/scopes repeated_items, /scopes/0 not_in_list"},
	{"no scope at all", "analyst", "POST /api/v1/tokens", `{"name":"n","scopes":[]}`, nil, 422, "invalid", "/scopes too_few_items"},
	{"a time that is none", "analyst", "POST /api/v1/tokens", `{"name":"n","scopes":["read_own"],"expires_at":"tomorrow"}`, nil, 422, "invalid", "/expires_at not_a_time"},
	{"a time that is over, and a name that reads backwards", "analyst", "POST /api/v1/tokens", `{"name":"\u202e","scopes":["read_own"],"expires_at":"2020-01-01T00:00:00Z"}`, nil, 422, "invalid", "/name invalid_characters, /expires_at in_the_past"},
	{"a life of years", "analyst", "POST /api/v1/tokens", `{"name":"n","scopes":["read_own"],"expires_at":"2036-01-01T00:00:00Z"}`, nil, 422, "invalid", "/expires_at token_life_too_long"},
	{"scopes of another role", "analyst", "POST /api/v1/tokens", `{"name":"n","scopes":["staff_import","write_own"]}`, nil, 422, "invalid", "/scopes/0 scope_not_for_role, /scopes/1 scope_not_for_role"},
	{"the public's", "", "POST /api/v1/tokens", `{"name":"n","scopes":["read_public"]}`, nil, 401, "unauthenticated", ""},
	{"the public's list", "", "GET /api/v1/tokens", "", nil, 401, "unauthenticated", ""},
	{"a page of no size", "analyst", "GET /api/v1/tokens?limit=0&no_such=1", "", nil, 400, "parameters", "limit out_of_range, no_such unknown_parameter"},
	{"a token that is none", "analyst", "GET /api/v1/tokens/{none}", "", nil, 404, "not_found", ""},
	{"another's token", "staff", "GET /api/v1/tokens/{its token}", "", nil, 404, "not_found", ""},
	{"another's token to be revoked", "admin", "DELETE /api/v1/tokens/{its token}", "", nil, 404, "not_found", ""},
	{"tokens of nobody", "admin", "GET /api/v1/users/{none}/tokens", "", nil, 404, "not_found", ""},
	{"tokens of staff, by staff", "staff", "GET /api/v1/users/{admin}/tokens", "", nil, 404, "not_found", ""},
	{"another's tokens by an analyst", "analyst", "GET /api/v1/users/{analyst}/tokens", "", nil, 403, "forbidden", ""},
	{"a page of another's of no size", "admin", "GET /api/v1/users/{analyst}/tokens?limit=201", "", nil, 400, "parameters", "limit out_of_range"},
	{"a token of another account", "admin", "DELETE /api/v1/users/{staff}/tokens/{its token}", "", nil, 404, "not_found", ""},
	{"a token to be revoked that is none", "admin", "DELETE /api/v1/users/{analyst}/tokens/{none}", "", nil, 404, "not_found", ""},

	{"tokens by a token", "", "POST /api/v1/tokens", `{"name":"n","scopes":["read_public"]}`, []string{"Authorization", "Bearer {staff's key}"}, 403, "token_scope", ""},
	{"the list of tokens by a token", "", "GET /api/v1/tokens", "", []string{"Authorization", "Bearer {staff's key}"}, 403, "token_scope", ""},
	{"a session's end by a token", "", "DELETE /api/v1/sessions/current", "", []string{"Authorization", "Bearer {staff's key}"}, 403, "token_scope", ""},
	{"a sign-in by a token", "", "POST /api/v1/sessions", `{"email":"taken@example.org","password":"a password for tests only"}`, []string{"Authorization", "Bearer {staff's key}"}, 403, "token_scope", ""},
	{"accounts by a token", "", "GET /api/v1/users", "", []string{"Authorization", "Bearer {staff's key}"}, 403, "token_scope", ""},
	{"a decision by a token", "", "POST /api/v1/commitments/{submitted}/register", "", []string{"Authorization", "Bearer {staff's key}"}, 403, "token_scope", ""},
	{"a password by a token", "", "PUT /api/v1/me/password", `{"current_password":"x","new_password":"orbit mantle pickle"}`, []string{"Authorization", "Bearer {staff's key}"}, 403, "token_scope", ""},
	{"a writing by a token that reads", "", "POST /api/v1/members", `{"name":"A","kind":"other"}`, []string{"Authorization", "Bearer {staff's narrow key}"}, 403, "token_scope", ""},
	{"what the public does not see by a token that reads what it does", "", "GET /api/v1/figures/{secret figure}", "", []string{"Authorization", "Bearer {staff's narrow key}"}, 404, "not_found", ""},
	{"contacts by a token that reads what is public", "", "GET /api/v1/contacts/{contact}", "", []string{"Authorization", "Bearer {staff's narrow key}"}, 403, "token_scope", ""},
	{"a token in the address", "", "GET /api/v1/members?access_token={staff's key}", "", nil, 400, "parameters", "access_token unknown_parameter"},
	{"the record by staff", "staff", "GET /api/v1/audit", "", nil, 403, "forbidden", ""},
	{"the record by an approver", "own approver", "GET /api/v1/audit?user={admin}", "", nil, 403, "forbidden", ""},
	{"the record by the public", "", "GET /api/v1/audit", "", nil, 401, "unauthenticated", ""},
	{"the record by a token", "", "GET /api/v1/audit", "", []string{"Authorization", "Bearer {staff's key}"}, 403, "token_scope", ""},
	{"filters that are none", "admin", "GET /api/v1/audit?event=Signed%20In&outcome=maybe&user=1&from=2026-02-30&limit=0", "", nil, 400, "parameters", "event wrong_format, outcome not_in_list, user too_short, from not_a_date, limit out_of_range"},
	{"a token that was revoked", "", "GET /api/v1/plan", "", []string{"Authorization", "Bearer {a revoked key}"}, 401, "token_invalid", ""},
	{"a token with a letter too few", "", "GET /api/v1/plan", "", []string{"Authorization", "Bearer {a cut key}"}, 401, "token_invalid", ""},
	{"a token of the right form that is none", "", "GET /api/v1/plan", "", []string{"Authorization", "Bearer accord_00000000000000000000000000000000000000000002MLEz6"}, 401, "token_invalid", ""},
}

// keys makes tokens of scripts, by the words of the table.
func (w *world) keys() map[string]string {
	w.t.Helper()
	key := func(who, scopes string) answer {
		return w.tell(who, "POST", "/api/v1/tokens", `{"name":"a script","scopes":[`+scopes+`]}`, http.StatusCreated)
	}
	revoked := key("staff", `"read_own"`)
	w.tell("staff", "DELETE", revoked.header.Get("Location"), "", http.StatusNoContent)
	wide := key("staff", `"read_own","staff_import"`).field("token")
	return map[string]string{
		"staff's key": wide, "staff's narrow key": key("staff", `"read_public"`).field("token"), "a revoked key": revoked.field("token"),
		"a cut key": strings.TrimSuffix(wide, wide[len(wide)-1:]), "its token": w.things["OwnTokenId"][0],
	}
}
