package api_test

// badInvitations are invitations and hand-overs, and who may not make them.
var badInvitations = []badInput{
	{"nothing of what is needed", "staff", "POST /api/v1/invitations", `{}`, nil, 422, "invalid", "/email required, /role required"},
	{"a header behind an address", "staff", "POST /api/v1/invitations", `{"email":"a@example.org\r\nBcc: b@example.org","role":"analyst"}`, nil, 422, "invalid", "/email wrong_format"},
	{"a name of two lines", "staff", "POST /api/v1/invitations", `{"email":"a@example.org","name":"Mei\r\nBcc: b@example.org","role":"analyst"}`, nil, 422, "invalid", "/name invalid_characters"},
	{"faults of both sorts", "staff", "POST /api/v1/invitations", `{"email":"a..b@example.org","role":"member","lang":"fr","password":"orbit mantle pickle"}`, nil, 422, "invalid", "/lang not_in_list, /password unknown_field, /email invalid_email, /member required, /post required"},
	{"a member that is none", "staff", "POST /api/v1/invitations", `{"email":"a@example.org","role":"member","member":4711,"post":"editor"}`, nil, 422, "invalid", "/member unknown_member"},
	{"an editor first", "staff", "POST /api/v1/invitations", `{"email":"a@example.org","role":"member","member":{applicant without people},"post":"editor"}`, nil, 422, "invalid", "/post first_is_approver"},
	{"an address that has an account", "staff", "POST /api/v1/invitations", `{"email":"TAKEN@example.org","role":"analyst"}`, nil, 409, "email_taken", "/email email_taken"},
	{"an address that was invited", "staff", "POST /api/v1/invitations", `{"email":"invited@example.org","role":"member","member":1,"post":"editor"}`, nil, 409, "invited_already", "/email invited_already"},
	{"an administrator by staff", "staff", "POST /api/v1/invitations", `{"email":"a@example.org","role":"admin"}`, nil, 403, "forbidden", ""},
	{"an analyst by an approver", "own approver", "POST /api/v1/invitations", `{"email":"a@example.org","role":"analyst"}`, nil, 403, "forbidden", ""},
	{"a person of another member", "own approver", "POST /api/v1/invitations", `{"email":"a@example.org","role":"member","member":2,"post":"editor"}`, nil, 403, "not_your_member", ""},
	{"an editor's", "own editor", "POST /api/v1/invitations", `{"email":"a@example.org","role":"member","member":1,"post":"editor"}`, nil, 403, "forbidden", ""},
	{"the public's", "", "POST /api/v1/invitations", `{"email":"a@example.org","role":"analyst"}`, nil, 401, "unauthenticated", ""},
	{"a state that is none", "staff", "GET /api/v1/invitations?state=gone", "", nil, 400, "parameters", "state not_in_list"},
	{"another's invitation", "another's approver", "GET /api/v1/invitations/{invitation}", "", nil, 404, "not_found", ""},
	{"another's, to be revoked", "another's approver", "POST /api/v1/invitations/{invitation}/revoke", "", nil, 404, "not_found", ""},
	{"another's, to be sent again", "another's approver", "POST /api/v1/invitations/{invitation}/resend", "", nil, 404, "not_found", ""},
	{"an end by the body", "staff", "POST /api/v1/invitations/{invitation}/resend", `{"expires_at":"2099-01-01T00:00:00Z"}`, nil, 400, "body_not_taken", ""},
	{"another's people", "another's approver", "GET /api/v1/members/1/people", "", nil, 404, "not_found", ""},
	{"people for an analyst", "analyst", "GET /api/v1/members/1/people", "", nil, 403, "forbidden", ""},

	{"a first person who drafts", "staff", "POST /api/v1/users", `{"email":"a@example.org","role":"member","member":{applicant without people},"post":"editor","password":"orbit mantle pickle"}`, nil, 422, "invalid", "/post first_is_approver"},
	{"the last approver made an editor", "staff", "PATCH /api/v1/users/{own approver}", `{"post":"editor"}`, []string{"If-Match", "*"}, 409, "last_approver", ""},
	{"the last approver disabled", "staff", "PATCH /api/v1/users/{own approver}", `{"disabled":true}`, []string{"If-Match", "*"}, 409, "last_approver", ""},
	{"nobody to hand over to", "own approver", "POST /api/v1/users/{own approver}/hand-over", `{}`, nil, 422, "invalid", "/to required"},
	{"itself to hand over to", "own approver", "POST /api/v1/users/{own approver}/hand-over", `{"to":"{own approver}"}`, nil, 422, "invalid", "/to not_of_the_member"},
	{"another member's to hand over to", "own approver", "POST /api/v1/users/{own approver}/hand-over", `{"to":"{another's approver}"}`, nil, 422, "invalid", "/to not_of_the_member"},
	{"another's to take over", "another's approver", "POST /api/v1/users/{own approver}/hand-over", `{"to":"{another's approver}"}`, nil, 404, "not_found", ""},
	{"an editor's hand-over", "own editor", "POST /api/v1/users/{own approver}/hand-over", `{"to":"{another's approver}"}`, nil, 403, "forbidden", ""},
	{"an analyst handed over", "staff", "POST /api/v1/users/{analyst}/hand-over", `{"to":"{own approver}"}`, nil, 404, "not_found", ""},
}

// badLinks are links that are not good, and requests for some.
var badLinks = []badInput{
	{"an invitation of nothing", "", "POST /api/v1/invitation-redemptions", `{}`, nil, 422, "invalid", "/password required, /token required"},
	{"an invitation that is none", "", "POST /api/v1/invitation-redemptions", `{"token":"x","password":"orbit mantle pickle"}`, nil, 404, "link_invalid", ""},
	{"an invitation that was revoked", "", "POST /api/v1/invitation-redemptions", `{"token":"{revoked link}","password":"orbit mantle pickle"}`, nil, 404, "link_invalid", ""},
	{"an invitation that is none, with a weak password", "", "POST /api/v1/invitation-redemptions", `{"token":"x","password":"short"}`, nil, 404, "link_invalid", ""},
	{"a role by the body", "", "POST /api/v1/invitation-redemptions", `{"token":"{good link}","password":"orbit mantle pickle","role":"admin","member":2}`, nil, 422, "invalid", "/member unknown_field, /role unknown_field"},
	{"a weak password for a good link", "", "POST /api/v1/invitation-redemptions", `{"token":"{good link}","password":"short"}`, nil, 422, "invalid", "/password password_too_short"},
	{"an invitation's link that sets a password", "", "POST /api/v1/password-resets/redeem", `{"token":"{good link}","password":"orbit mantle pickle"}`, nil, 404, "link_invalid", ""},
	{"a reset that is none", "", "POST /api/v1/password-resets/redeem", `{"token":"' or 1=1 --","password":"orbit mantle pickle"}`, nil, 404, "link_invalid", ""},
	{"a reset with an account in it", "", "POST /api/v1/password-resets/redeem", `{"token":"{reset link}","password":"short","user":"{admin}"}`, nil, 422, "invalid", "/user unknown_field, /password password_too_short"},
	{"a reset for nobody", "", "POST /api/v1/password-resets", `{"email":" "}`, nil, 422, "invalid", "/email invalid_email"},
	{"a reset in no language", "", "POST /api/v1/password-resets", `{"email":"a@example.org","lang":"fr"}`, nil, 422, "invalid", "/lang not_in_list"},
	{"a sign-in link for nobody", "", "POST /api/v1/sessions/links", `{"email":{"$ne":null}}`, nil, 422, "invalid", "/email wrong_type"},
	{"a sign-in link of a size that none has", "", "POST /api/v1/sessions/links/redeem", `{"token":"{256 letters}"}`, nil, 422, "invalid", "/token too_long"},
	{"a sign-in link that is none", "", "POST /api/v1/sessions/links/redeem", `{"token":"x"}`, nil, 404, "link_invalid", ""},
	{"a reset's link that signs in", "", "POST /api/v1/sessions/links/redeem", `{"token":"{reset link}"}`, nil, 404, "link_invalid", ""},
}
