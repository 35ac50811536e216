package api_test

// badProposals are decisions on what is proposed.
var badProposals = []badInput{
	{"nobody in particular", "", "GET /api/v1/proposals", "", nil, 401, "unauthenticated", ""},
	{"a member's approver", "own approver", "GET /api/v1/proposals", "", nil, 403, "forbidden", ""},
	{"a member's approver", "own approver", "GET /api/v1/proposals/{proposal}", "", nil, 404, "not_found", ""},
	{"an analyst", "analyst", "POST /api/v1/proposals/{proposal}/dismiss", `{"reason":"r"}`, nil, 404, "not_found", ""},
	{"a member's approver", "own approver", "POST /api/v1/proposals/{proposal}/accept", `{"reason":"r"}`, nil, 404, "not_found", ""},
	{"a proposal that is none", "staff", "GET /api/v1/proposals/{none}", "", nil, 404, "not_found", ""},
	{"an acceptance of nothing", "staff", "POST /api/v1/proposals/{none}/accept", `{"reason":"r"}`, nil, 404, "not_found", ""},
	{"a dismissal of nothing", "staff", "POST /api/v1/proposals/{none}/dismiss", `{"reason":"r"}`, nil, 404, "not_found", ""},
	{"a kind that is none, and a state", "staff", "GET /api/v1/proposals?kind=merge&state=closed", "", nil, 400, "parameters", "kind not_in_list, state not_in_list"},
	{"no member", "staff", "GET /api/v1/proposals?member=0", "", nil, 400, "parameters", "member out_of_range"},
	{"a cursor that somebody made up", "staff", "GET /api/v1/proposals?cursor=1", "", nil, 400, "parameters", "cursor cursor_invalid"},
	{"an acceptance without a word", "staff", "POST /api/v1/proposals/{proposal}/accept", `{}`, nil, 422, "invalid", "/reason required"},
	{"an acceptance of which nothing is seen, on no day", "staff", "POST /api/v1/proposals/{proposal}/accept", `{"reason":"\u200b","effective_on":"2026-02-29"}`, nil, 422, "invalid", "/effective_on not_a_date, /reason required"},
	{"a day for what has none", "staff", "POST /api/v1/proposals/{proposal}/accept", `{"reason":"r","effective_on":"2026-11-24"}`, nil, 422, "invalid", "/effective_on only_for_delisting"},
	{"another outcome by the body", "staff", "POST /api/v1/proposals/{proposal}/accept", `{"reason":"r","outcome":"reached_late","state":"open"}`, nil, 422, "invalid", "/outcome unknown_field, /state unknown_field"},
	{"a dismissal without a word", "staff", "POST /api/v1/proposals/{proposal}/dismiss", `{"reason":""}`, nil, 422, "invalid", "/reason too_short"},
	{"a dismissal that does not end", "staff", "POST /api/v1/proposals/{proposal}/dismiss", `{"reason":"{2001 letters}"}`, nil, 422, "invalid", "/reason too_long"},
	{"a dismissal against an old version", "staff", "POST /api/v1/proposals/{proposal}/dismiss", `{"reason":"r"}`, []string{"If-Match", `"9"`}, 412, "stale", ""},
	{"an acceptance of what is settled", "staff", "POST /api/v1/proposals/{settled proposal}/accept", `{"reason":"r"}`, nil, 409, "proposal_settled", ""},
	{"a dismissal of what is settled", "staff", "POST /api/v1/proposals/{settled proposal}/dismiss", `{"reason":"r"}`, nil, 409, "proposal_settled", ""},
}
