package api

import (
	"net/http"
	"slices"
)

// route is one line of the table.
type route struct {
	method    string
	path      string // as in the contract
	operation string // its operationId
	handle    handler
	secret    bool // the answer holds or confirms a secret: no Idempotency-Key
}

const (
	get    = http.MethodGet
	post   = http.MethodPost
	patch  = http.MethodPatch
	put    = http.MethodPut
	remove = http.MethodDelete
)

// routes is the whole door, in this file.
func (d *Door) routes() []route {
	return slices.Concat(d.memberRoutes(), d.initiativeRoutes(), d.amendmentRoutes(), d.reportRoutes(), d.proposalRoutes(), d.changeRequestRoutes(), d.activityRoutes(), d.evidenceRoutes(), d.accountRoutes(), d.factorRoutes(), d.mailRoutes(), d.tokenRoutes(), d.auditRoutes(), d.serviceRoutes())
}

// memberRoutes lead to the members and to what they have.
func (d *Door) memberRoutes() []route {
	return []route{
		{get, "/api/v1/members", "listMembers", d.listMembers, false},
		{post, "/api/v1/members", "registerMember", d.registerMember, false},
		{get, "/api/v1/members/{number}", "readMember", d.readMember, false},
		{patch, "/api/v1/members/{number}", "amendMember", d.amendMember, false},
		{get, "/api/v1/members/{number}/transitions", "listTransitions", d.listTransitions, false},
		{post, "/api/v1/members/{number}/transitions", "transitionMember", d.transitionMember, false},
		{get, "/api/v1/members/{number}/terms", "listTerms", d.listTerms, false},
		{get, "/api/v1/members/{number}/history", "readMemberHistory", d.readMemberHistory, false},
		{get, "/api/v1/members/{number}/contacts", "listContacts", d.listContacts, false},
		{post, "/api/v1/members/{number}/contacts", "addContact", d.addContact, false},
		{get, "/api/v1/contacts/{id}", "readContact", d.readContact, false},
		{patch, "/api/v1/contacts/{id}", "amendContact", d.amendContact, false},
		{remove, "/api/v1/contacts/{id}", "removeContact", d.removeContact, false},
		{get, "/api/v1/members/{number}/signatures", "listSignatures", d.listSignatures, false},
		{post, "/api/v1/members/{number}/signatures", "recordSignature", d.recordSignature, false},
		{get, "/api/v1/signatures/{id}", "readSignature", d.readSignature, false},

		{get, "/api/v1/members/{number}/figures", "listFigures", d.listFigures, false},
		{post, "/api/v1/members/{number}/figures", "stateFigure", d.stateFigure, false},
		{get, "/api/v1/figures/{id}", "readFigure", d.readFigure, false},
		{post, "/api/v1/figures/{id}/supersede", "supersedeFigure", d.supersedeFigure, false},

		{get, "/api/v1/members/{number}/alliance-memberships", "listAllianceMemberships", d.listAllianceMemberships, false},
		{get, "/api/v1/alliance-memberships/{id}", "readAllianceMembership", d.readAllianceMembership, false},
		{patch, "/api/v1/alliance-memberships/{id}", "amendAllianceMembership", d.amendAllianceMembership, false},
	}
}

// changeRequestRoutes lead to what is proposed to change of a member, and to the
// decisions on it.
func (d *Door) changeRequestRoutes() []route {
	return []route{
		{get, "/api/v1/members/{number}/change-requests", "listMemberChangeRequests", d.listMemberChangeRequests, false},
		{post, "/api/v1/members/{number}/change-requests", "proposeChangeRequest", d.proposeChangeRequest, false},
		{get, "/api/v1/change-requests", "listChangeRequests", d.listChangeRequests, false},
		{get, "/api/v1/change-requests/{id}", "readChangeRequest", d.readChangeRequest, false},
		{post, "/api/v1/change-requests/{id}/decide", "decideChangeRequest", d.decideChangeRequest, false},
		{post, "/api/v1/change-requests/{id}/return", "returnChangeRequest", d.returnChangeRequest, false},
		{post, "/api/v1/change-requests/{id}/rebase", "rebaseChangeRequest", d.rebaseChangeRequest, false},
		{post, "/api/v1/change-requests/{id}/withdraw", "withdrawChangeRequest", d.withdrawChangeRequest, false},
	}
}

// initiativeRoutes lead to what the members have in common, and to what is told of them all.
func (d *Door) initiativeRoutes() []route {
	return []route{
		{get, "/api/v1/plan", "readPlan", d.readPlan, false},
		{patch, "/api/v1/plan", "amendPlan", d.amendPlan, false},
		{get, "/api/v1/plan/points/{number}", "readPoint", d.readPoint, false},
		{get, "/api/v1/indicators", "listIndicators", d.listIndicators, false},
		{post, "/api/v1/indicators", "addIndicator", d.addIndicator, false},
		{get, "/api/v1/indicators/{code}", "readIndicator", d.readIndicator, false},
		{patch, "/api/v1/indicators/{code}", "amendIndicator", d.amendIndicator, false},
		{post, "/api/v1/indicators/{code}/retire", "retireIndicator", d.retireIndicator, false},

		{get, "/api/v1/ceremonies", "listCeremonies", d.listCeremonies, false},
		{post, "/api/v1/ceremonies", "recordCeremony", d.recordCeremony, false},
		{get, "/api/v1/ceremonies/{id}", "readCeremony", d.readCeremony, false},
		{patch, "/api/v1/ceremonies/{id}", "amendCeremony", d.amendCeremony, false},
		{get, "/api/v1/ceremonies/{id}/signatures", "listCeremonySignatures", d.listCeremonySignatures, false},

		{get, "/api/v1/alliances", "listAlliances", d.listAlliances, false},
		{post, "/api/v1/alliances", "foundAlliance", d.foundAlliance, false},
		{get, "/api/v1/alliances/{id}", "readAlliance", d.readAlliance, false},
		{patch, "/api/v1/alliances/{id}", "amendAlliance", d.amendAlliance, false},
		{get, "/api/v1/alliances/{id}/memberships", "listAllianceMembers", d.listAllianceMembers, false},
		{post, "/api/v1/alliances/{id}/memberships", "joinAlliance", d.joinAlliance, false},

		{get, "/api/v1/commitments", "listCommitments", d.listCommitments, false},
		{get, "/api/v1/members/{number}/commitments", "listMemberCommitments", d.listMemberCommitments, false},
		{post, "/api/v1/members/{number}/commitments", "draftCommitment", d.draftCommitment, false},
		{get, "/api/v1/commitments/{id}", "readCommitment", d.readCommitment, false},
		{patch, "/api/v1/commitments/{id}", "amendCommitment", d.amendCommitment, false},
		{post, "/api/v1/commitments/{id}/submit", "submitCommitment", d.submitCommitment, false},
		{post, "/api/v1/commitments/{id}/register", "registerCommitment", d.registerCommitment, false},
		{post, "/api/v1/commitments/{id}/close", "closeCommitment", d.closeCommitment, false},
		{post, "/api/v1/commitments/{id}/participants/{number}/accept", "acceptInvitation", d.acceptInvitation, false},
		{post, "/api/v1/commitments/{id}/participants/{number}/decline", "declineInvitation", d.declineInvitation, false},

		{get, "/api/v1/statistics/members", "countMembers", d.countMembers, false},
		{get, "/api/v1/statistics/commitments", "countCommitments", d.countCommitments, false},
		{get, "/api/v1/statistics/indicators", "totalIndicators", d.totalIndicators, false},
		{get, "/api/v1/statistics/reporting", "countReporting", d.countReporting, false},
		{get, "/api/v1/statistics/matrix", "crossMembers", d.crossMembers, false},
		{get, "/api/v1/statistics/activities", "countActivities", d.countActivities, false},
		{get, "/api/v1/statistics/figures", "totalFigures", d.totalFigures, false},

		{get, "/api/v1/changes", "readChanges", d.readChanges, false},
	}
}

// amendmentRoutes lead to how registered commitments were changed.
func (d *Door) amendmentRoutes() []route {
	return []route{
		{get, "/api/v1/commitments/{id}/amendments", "listAmendments", d.listAmendments, false},
		{post, "/api/v1/commitments/{id}/amendments", "proposeAmendment", d.proposeAmendment, false},
		{get, "/api/v1/amendments/{id}", "readAmendment", d.readAmendment, false},
		{post, "/api/v1/amendments/{id}/approve", "approveAmendment", d.approveAmendment, false},
		{post, "/api/v1/amendments/{id}/refuse", "refuseAmendment", d.refuseAmendment, false},
		{post, "/api/v1/amendments/{id}/withdraw", "withdrawAmendment", d.withdrawAmendment, false},
	}
}

// reportRoutes lead to what the members did, cycle by cycle.
func (d *Door) reportRoutes() []route {
	return []route{
		{get, "/api/v1/cycles", "listCycles", d.listCycles, false},
		{post, "/api/v1/cycles", "openCycle", d.openCycle, false},
		{get, "/api/v1/cycles/{year}", "readCycle", d.readCycle, false},
		{post, "/api/v1/cycles/{year}/extend", "extendCycle", d.extendCycle, false},

		{get, "/api/v1/commitments/{id}/reports", "listReports", d.listReports, false},
		{post, "/api/v1/commitments/{id}/reports", "startReport", d.startReport, false},
		{post, "/api/v1/commitments/{id}/attest", "attestCommitment", d.attestCommitment, false},
		{get, "/api/v1/members/{number}/reports", "listMemberReports", d.listMemberReports, false},
		{get, "/api/v1/reports/{id}", "readReport", d.readReport, false},
		{patch, "/api/v1/reports/{id}", "amendReport", d.amendReport, false},
		{post, "/api/v1/reports/{id}/submit", "submitReport", d.submitReport, false},

		{get, "/api/v1/reports/{id}/review", "readReview", d.readReview, false},
		{post, "/api/v1/reports/{id}/review", "reviewReport", d.reviewReport, false},
		{post, "/api/v1/reports/{id}/review/agree", "agreeReview", d.agreeReview, false},
		{put, "/api/v1/reports/{id}/review/reply", "replyToReview", d.replyToReview, false},
	}
}

// proposalRoutes lead to what staff is to do about it.
func (d *Door) proposalRoutes() []route {
	return []route{
		{get, "/api/v1/proposals", "listProposals", d.listProposals, false},
		{get, "/api/v1/proposals/{id}", "readProposal", d.readProposal, false},
		{post, "/api/v1/proposals/{id}/accept", "acceptProposal", d.acceptProposal, false},
		{post, "/api/v1/proposals/{id}/dismiss", "dismissProposal", d.dismissProposal, false},
	}
}

// activityRoutes lead to what the members did.
func (d *Door) activityRoutes() []route {
	return []route{
		{get, "/api/v1/activities", "listActivities", d.listActivities, false},
		{post, "/api/v1/activities", "recordActivity", d.recordActivity, false},
		{get, "/api/v1/members/{number}/activities", "listMemberActivities", d.listMemberActivities, false},
		{post, "/api/v1/members/{number}/activities", "draftActivity", d.draftActivity, false},
		{get, "/api/v1/activities/{id}", "readActivity", d.readActivity, false},
		{patch, "/api/v1/activities/{id}", "amendActivity", d.amendActivity, false},
		{post, "/api/v1/activities/{id}/submit", "submitActivity", d.submitActivity, false},
		{post, "/api/v1/activities/{id}/register", "registerActivity", d.registerActivity, false},
		{post, "/api/v1/activities/{id}/refuse", "refuseActivity", d.refuseActivity, false},
		{post, "/api/v1/activities/{id}/withdraw", "withdrawActivity", d.withdrawActivity, false},
		{get, "/api/v1/activities/{id}/commitments/{commitment}", "readActivityLink", d.readActivityLink, false},
		{post, "/api/v1/activities/{id}/commitments/{commitment}", "linkActivity", d.linkActivity, false},
		{remove, "/api/v1/activities/{id}/commitments/{commitment}", "unlinkActivity", d.unlinkActivity, false},
		{get, "/api/v1/commitments/{id}/activities", "listEvidence", d.listEvidence, false},
	}
}

// accountRoutes lead to people's accounts.
func (d *Door) accountRoutes() []route {
	return []route{
		{post, "/api/v1/sessions", "signIn", d.signIn, true},
		{post, "/api/v1/sessions/refresh", "refreshSession", d.refreshSession, true},
		{remove, "/api/v1/sessions/current", "signOut", d.signOut, false},
		{get, "/api/v1/me", "readMe", d.readMe, false},
		{put, "/api/v1/me/password", "changePassword", d.changePassword, true},
		{get, "/api/v1/users", "listUsers", d.listUsers, false},
		{post, "/api/v1/users", "addUser", d.addUser, false},
		{get, "/api/v1/users/{id}", "readUser", d.readUser, false},
		{patch, "/api/v1/users/{id}", "amendUser", d.amendUser, false},
		{post, "/api/v1/users/{id}/password", "resetPassword", d.resetPassword, true},
	}
}

// mailRoutes lead to accounts by way of letters, and to who has one of a member.
func (d *Door) mailRoutes() []route {
	return []route{
		{get, "/api/v1/members/{number}/people", "listPeople", d.listPeople, false},
		{post, "/api/v1/users/{id}/hand-over", "handOver", d.handOver, false},
		{get, "/api/v1/invitations", "listInvitations", d.listInvitations, false},
		{post, "/api/v1/invitations", "invitePerson", d.invitePerson, false},
		{get, "/api/v1/invitations/{id}", "readInvitation", d.readInvitation, false},
		{post, "/api/v1/invitations/{id}/resend", "resendInvitation", d.resendInvitation, false},
		{post, "/api/v1/invitations/{id}/revoke", "revokeInvitation", d.revokeInvitation, false},
		{post, "/api/v1/invitation-redemptions", "redeemInvitation", d.redeemInvitation, true},
		{post, "/api/v1/password-resets", "requestPasswordReset", d.requestPasswordReset, true},
		{post, "/api/v1/password-resets/redeem", "redeemPasswordReset", d.redeemPasswordReset, true},
		{post, "/api/v1/sessions/links", "requestSignInLink", d.requestSignInLink, true},
		{post, "/api/v1/sessions/links/redeem", "redeemSignInLink", d.redeemSignInLink, true},
	}
}

// tokenRoutes lead to what scripts sign in with.
func (d *Door) tokenRoutes() []route {
	return []route{
		{get, "/api/v1/tokens", "listTokens", d.listTokens, false},
		{post, "/api/v1/tokens", "makeToken", d.makeToken, true},
		{get, "/api/v1/tokens/{id}", "readToken", d.readToken, false},
		{remove, "/api/v1/tokens/{id}", "revokeToken", d.revokeToken, false},
		{get, "/api/v1/users/{id}/tokens", "listUserTokens", d.listUserTokens, false},
		{remove, "/api/v1/users/{id}/tokens/{token}", "revokeUserToken", d.revokeUserToken, false},
	}
}

// auditRoutes lead to who did what to accounts, and who was refused.
func (d *Door) auditRoutes() []route {
	return []route{{get, "/api/v1/audit", "listAuditEvents", d.listAuditEvents, false}}
}

// serviceRoutes tell of the server itself and look at no credentials.
func (d *Door) serviceRoutes() []route {
	return []route{
		{get, "/healthz", "readHealth", d.readHealth, false},
		{get, "/readyz", "readReadiness", d.readReadiness, false},
		{get, "/version", "readVersion", d.readVersion, false},
		{get, "/openapi.json", "readContract", d.readContract, false},
		{get, "/docs", "readDocs", d.readDocs, false},
		{get, "/docs/{file}", "readDocsFile", d.readDocsFile, false},
	}
}
