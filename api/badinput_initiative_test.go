package api_test

// badCeremonies are ceremonies, and signatures at them.
var badCeremonies = []badInput{
	{"nothing of what is needed", "staff", "POST /api/v1/ceremonies", `{}`, nil, 422, "invalid", "/name required"},
	{
		"wrong types everywhere", "staff", "POST /api/v1/ceremonies", `{"name":["a"],"from":20180531,"forum":"a","convenors":["a",1],"initiation_units":"ten","source":[]}`, nil, 422, "invalid",
		"/convenors/1 wrong_type, /forum wrong_type, /from wrong_type, /initiation_units wrong_type, /name wrong_type, /source wrong_type",
	},
	{"an end before the start", "staff", "POST /api/v1/ceremonies", `{"name":"a","from":"2018-06-01","until":"2018-05-31"}`, nil, 422, "invalid", "/until ends_before_start"},
	{"an end without a start", "staff", "POST /api/v1/ceremonies", `{"name":"a","until":"2018-05-31"}`, nil, 422, "invalid", "/from required_with_until"},
	{"the year 9999", "staff", "POST /api/v1/ceremonies", `{"name":"a","from":"9999-12-31"}`, nil, 422, "invalid", "/from not_a_date"},
	{"a day with an hour", "staff", "POST /api/v1/ceremonies", `{"name":"a","from":"2018-05-31T00:00:00Z"}`, nil, 422, "invalid", "/from not_a_date"},
	{
		"minus one initiation unit, and nobody in lists", "staff", "POST /api/v1/ceremonies", `{"name":"a","initiation_units":-1,"convenors":["","a"],"forum":{"hosts":[null]}}`, nil, 422, "invalid",
		"/convenors/0 too_short, /forum/hosts/0 null_not_allowed, /forum/name required, /initiation_units out_of_range",
	},
	{"a place that reads backwards", "staff", "POST /api/v1/ceremonies", `{"name":"a","place":"gnij\u202eieb","convenors":["a","b\u2066"]}`, nil, 422, "invalid", "/place invalid_characters, /convenors/1 invalid_characters"},
	{"number and version by the body", "staff", "POST /api/v1/ceremonies", `{"name":"a","id":9,"version":9,"synthetic":true}`, nil, 422, "invalid", "/id unknown_field, /synthetic unknown_field, /version unknown_field"},
	{"more than the ledger takes", "staff", "POST /api/v1/ceremonies", `{"name":"a","convenors":[{100 long names}]}`, nil, 413, "entry_too_large", ""},
	{"a convenor too many", "staff", "POST /api/v1/ceremonies", `{"name":"a","convenors":[{100 long names},"b"]}`, nil, 422, "invalid", "/convenors too_many_items"},
	{"an analyst", "analyst", "POST /api/v1/ceremonies", `{"name":"a"}`, nil, 403, "forbidden", ""},
	{"a patch to an end before the start", "staff", "PATCH /api/v1/ceremonies/1", `{"until":"2018-05-30"}`, []string{"If-Match", "*"}, 422, "invalid", "/until ends_before_start"},
	{"a patch that leaves an end without a start", "staff", "PATCH /api/v1/ceremonies/1", `{"from":null}`, []string{"If-Match", "*"}, 422, "invalid", "/from required_with_until"},
	{"a patch with faults of both sorts", "staff", "PATCH /api/v1/ceremonies/1", `{"batch":5,"name":"a\u202eb","forum":{"name":"b","event":"\u200b"}}`, []string{"If-Match", "*"}, 422, "invalid", "/batch wrong_type, /name invalid_characters, /forum/event required"},
	{"a patch of none", "staff", "PATCH /api/v1/ceremonies/4711", `{"batch":"b"}`, []string{"If-Match", "*"}, 404, "not_found", ""},

	{"a signature as what is none", "staff", "POST /api/v1/members/1/signatures", `{"capacity":"witness","id":"{none}"}`, nil, 422, "invalid", "/capacity not_in_list, /id unknown_field"},
	{"a signature at a ceremony that is none", "staff", "POST /api/v1/members/1/signatures", `{"capacity":"signer","ceremony":4711}`, nil, 422, "invalid", "/ceremony unknown_ceremony"},
	{"a signature at the ceremony 0", "staff", "POST /api/v1/members/1/signatures", `{"capacity":"signer","ceremony":0}`, nil, 422, "invalid", "/ceremony out_of_range"},
	{"a signature of a member that is none", "staff", "POST /api/v1/members/4711/signatures", `{"capacity":"signer","ceremony":1,"signed_on":"2018-06-02"}`, nil, 404, "not_found", ""},
	{"a signature a day after the ceremony", "staff", "POST /api/v1/members/2/signatures", `{"capacity":"signer","ceremony":1,"signed_on":"2018-06-02"}`, nil, 422, "invalid", "/signed_on outside_ceremony"},
	{"a signature tomorrow", "staff", "POST /api/v1/members/2/signatures", `{"capacity":"signer","ceremony":2,"signed_on":"2026-11-25"}`, nil, 422, "invalid", "/signed_on in_the_future"},
	{"a second signature", "staff", "POST /api/v1/members/1/signatures", `{"capacity":"supporter","ceremony":1}`, nil, 409, "signed_already", "/ceremony signed_already"},
	{"a signatory without a name", "staff", "POST /api/v1/members/2/signatures", `{"capacity":"signer","signatory":{"title":"{401 letters}"}}`, nil, 422, "invalid", "/signatory/name required, /signatory/title too_long"},
	{"an empty signatory", "staff", "POST /api/v1/members/2/signatures", `{"capacity":"signer","signatory":{}}`, nil, 422, "invalid", "/signatory/name required"},
	{"its own approver", "own approver", "POST /api/v1/members/1/signatures", `{"capacity":"signer"}`, nil, 403, "forbidden", ""},
}

// badAlliances are alliances, and memberships in them.
var badAlliances = []badInput{
	{"nothing of what is needed", "staff", "POST /api/v1/alliances", `{}`, nil, 422, "invalid", "/name required"},
	{"the point 9", "staff", "POST /api/v1/alliances", `{"name":"a","point":9,"founded_on":"2018-13-01"}`, nil, 422, "invalid", "/founded_on not_a_date, /point out_of_range"},
	{"the point as a text", "staff", "POST /api/v1/alliances", `{"name":"a","point":"IV"}`, nil, 422, "invalid", "/point wrong_type"},
	{"a description too long", "staff", "POST /api/v1/alliances", `{"name":"a","description":"{4001 letters}"}`, nil, 422, "invalid", "/description too_long"},
	{"number and members by the body", "staff", "POST /api/v1/alliances", `{"name":"a","id":9,"members":[1]}`, nil, 422, "invalid", "/id unknown_field, /members unknown_field"},
	{"a member's people", "own approver", "POST /api/v1/alliances", `{"name":"a"}`, nil, 403, "forbidden", ""},
	{"a patch without a name", "staff", "PATCH /api/v1/alliances/1", `{"name":null}`, []string{"If-Match", "*"}, 422, "invalid", "/name null_not_allowed"},
	{"a patch to a name that is there", "staff", "PATCH /api/v1/alliances/1", `{"name":"other alliance"}`, []string{"If-Match", "*"}, 409, "alliance_exists", "/name alliance_exists"},
	{"a patch with a source from nowhere", "staff", "PATCH /api/v1/alliances/1", `{"source":{"title":"t","url":"https://"}}`, []string{"If-Match", "*"}, 422, "invalid", "/source/url wrong_format"},
	{"a patch of none", "staff", "PATCH /api/v1/alliances/4711", `{"point":1}`, []string{"If-Match", "*"}, 404, "not_found", ""},

	{"a membership of nobody as nothing", "staff", "POST /api/v1/alliances/1/memberships", `{"role":"king"}`, nil, 422, "invalid", "/member required, /role not_in_list"},
	{"a membership of a member that is none", "staff", "POST /api/v1/alliances/1/memberships", `{"member":4711,"role":"observer"}`, nil, 422, "invalid", "/member unknown_member"},
	{"a membership of 2^53+1", "staff", "POST /api/v1/alliances/1/memberships", `{"member":9007199254740993,"role":"observer"}`, nil, 422, "invalid", "/member out_of_range"},
	{"a membership of a merged member", "staff", "POST /api/v1/alliances/1/memberships", `{"member":4,"role":"observer"}`, nil, 409, "member_merged", ""},
	{"a membership that ends before it starts", "staff", "POST /api/v1/alliances/1/memberships", `{"member":2,"role":"observer","from":"2020-01-02","until":"2020-01-01"}`, nil, 422, "invalid", "/until ends_before_start"},
	{"a membership beside itself", "staff", "POST /api/v1/alliances/1/memberships", `{"member":1,"role":"founding_member","from":"2020-01-01"}`, nil, 409, "terms_overlap", "/from terms_overlap"},
	{"a membership in none", "staff", "POST /api/v1/alliances/4711/memberships", `{"member":1,"role":"observer"}`, nil, 404, "not_found", ""},
	{"its own approver", "own approver", "POST /api/v1/alliances/1/memberships", `{"member":1,"role":"chair"}`, nil, 403, "forbidden", ""},
	{"another role by a patch", "staff", "PATCH /api/v1/alliance-memberships/{membership}", `{"role":"chair","member":2}`, []string{"If-Match", "*"}, 422, "invalid", "/member unknown_field, /role unknown_field"},
	{"an end before the start by a patch", "staff", "PATCH /api/v1/alliance-memberships/{membership}", `{"until":"2018-05-31"}`, []string{"If-Match", "*"}, 422, "invalid", "/until ends_before_start"},
	{"the year 0 by a patch", "staff", "PATCH /api/v1/alliance-memberships/{membership}", `{"from":"0000-01-01","until":null}`, []string{"If-Match", "*"}, 422, "invalid", "/from not_a_date"},
	{"a membership that is none", "staff", "PATCH /api/v1/alliance-memberships/{none}", `{"until":null}`, []string{"If-Match", "*"}, 404, "not_found", ""},
}
