package access

import "accord/pkg/fault"

// Operation is one thing that an office does, named as the office's method.
type Operation string

// The operations of the register.
const (
	ReadPublic Operation = "read_public" // whatever the scope then shows: the plan, members, ceremonies, alliances, statistics, changes

	RegisterMember   Operation = "register_member"
	AmendMember      Operation = "amend_member"      // names, identifiers, country and the rest of the profile
	DescribeMember   Operation = "describe_member"   // description, website: what applies at once
	TransitionMember Operation = "transition_member" // through the membership lifecycle
	EndMembership    Operation = "end_membership"    // delist a member, or merge it into another: beside TransitionMember
	ReadContacts     Operation = "read_contacts"
	WriteContacts    Operation = "write_contacts"

	WriteCeremony  Operation = "write_ceremony"
	WriteSignature Operation = "write_signature"
	StateFigure    Operation = "state_figure" // and supersede one
	WriteAlliance  Operation = "write_alliance"

	AmendPlan      Operation = "amend_plan"      // its period
	WriteIndicator Operation = "write_indicator" // the catalogue

	DraftCommitment    Operation = "draft_commitment"
	SubmitCommitment   Operation = "submit_commitment"
	RegisterCommitment Operation = "register_commitment"
	AnswerInvitation   Operation = "answer_invitation" // to a joint commitment
	ProposeAmendment   Operation = "propose_amendment" // of a registered commitment, and withdraw one
	DecideAmendment    Operation = "decide_amendment"

	ManageCycle   Operation = "manage_cycle"
	DraftReport   Operation = "draft_report"
	SubmitReport  Operation = "submit_report" // and attest that nothing changed
	ReviewReport  Operation = "review_report"
	ReplyToReview Operation = "reply_to_review"

	ReadProposal   Operation = "read_proposal"   // of what staff is to do
	DecideProposal Operation = "decide_proposal" // accept and dismiss one

	ProposeRequest Operation = "propose_request" // to change what the register vouches for, rebase and withdraw it
	ReadRequest    Operation = "read_request"
	DecideRequest  Operation = "decide_request" // list the queue of them, decide and return one

	DraftActivity    Operation = "draft_activity"
	SubmitActivity   Operation = "submit_activity"   // and name one as evidence of a commitment
	RegisterActivity Operation = "register_activity" // and refuse, amend and withdraw one

	ManageStaff     Operation = "manage_staff"     // accounts of staff and administrators
	ManageAccounts  Operation = "manage_accounts"  // accounts of members and analysts: who they are, how they get in
	ReadAccounts    Operation = "read_accounts"    // of those that the actor manages
	EndSessions     Operation = "end_sessions"     // of those that the actor manages
	InvitePeople    Operation = "invite_people"    // by mail: staff anybody whom it manages, an approver into the own member
	KeepInvitations Operation = "keep_invitations" // see those that one could make, and revoke one
	ReadPeople      Operation = "read_people"      // who has an account of a member
	HandOver        Operation = "hand_over"        // a member's approval to another of its people
	ReadAudit       Operation = "read_audit"
	MakeToken       Operation = "make_token" // of the API, for scripts of one's own
	KeepOwnAccount  Operation = "keep_own_account"
	ReadOwnAccount  Operation = "read_own_account"
	KeepOwnFactors  Operation = "keep_own_factors" // add, renew and remove one's second factors
	SignIn          Operation = "sign_in"
	RunSystem       Operation = "run_system" // set-up and the command line
)

// grant is who may do an operation.
type grant struct {
	roles []Role
	post  Post // where set, a member's person needs this post
	fresh bool // whoever does it must have proved of late to be who has the account
	bare  bool // done without the second factor that a role must have
}

func (g grant) has(actor Actor) bool {
	for _, role := range g.roles {
		if role == actor.Role {
			return role != RoleMember || g.post == "" || actor.Post == g.post
		}
	}
	return false
}

// bar refuses an actor who may do the operation, but not as things stand.
func (g grant) bar(actor Actor) error {
	switch {
	case actor.Lacking && !g.bare:
		return fault.New(fault.Forbidden, "factor_required")
	case g.fresh && !actor.Fresh && actor.Role != RoleSystem:
		return fault.New(fault.Unauthenticated, CodeReauthenticate)
	default:
		return nil
	}
}

// CodeReauthenticate is the code of what is refused until the person proves
// again to be who has the account.
const CodeReauthenticate = "reauthentication_needed"

// The one table of permissions. Dangerous is what lets somebody else in, makes
// more of an account, or ends a membership for all to see: a session that
// somebody left open, or lost, must not be enough for it. Ending sessions is
// none: it only takes away, and whoever does it is in haste. Guarded fields of a member (names,
// identifiers, country, figures, signatures) are written by staff only: what
// the register vouches for is not changed by those it vouches for.
var may = map[Operation]grant{
	ReadPublic: {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember, RoleAnalyst, RolePublic}},

	RegisterMember:   {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},
	AmendMember:      {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},
	DescribeMember:   {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}},
	TransitionMember: {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},
	EndMembership:    {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}, fresh: true},
	ReadContacts:     {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}},
	WriteContacts:    {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}},

	WriteCeremony:  {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},
	WriteSignature: {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},
	StateFigure:    {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},
	WriteAlliance:  {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},

	AmendPlan:      {roles: []Role{RoleSystem, RoleAdmin}},
	WriteIndicator: {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},

	DraftCommitment:    {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}},
	SubmitCommitment:   {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}, post: Approver},
	RegisterCommitment: {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},
	AnswerInvitation:   {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}, post: Approver},

	ProposeAmendment: {roles: []Role{RoleAdmin, RoleStaff, RoleMember}, post: Approver}, // by a person, beside whom it takes another one
	DecideAmendment:  {roles: []Role{RoleAdmin, RoleStaff}},

	ManageCycle:   {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},
	DraftReport:   {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}},
	SubmitReport:  {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}, post: Approver},
	ReviewReport:  {roles: []Role{RoleAdmin, RoleStaff}}, // by a person, of whom another one can be told
	ReplyToReview: {roles: []Role{RoleMember}, post: Approver},

	ReadProposal:   {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},
	DecideProposal: {roles: []Role{RoleAdmin, RoleStaff}}, // by a person: the register itself only proposes

	ProposeRequest: {roles: []Role{RoleAdmin, RoleStaff, RoleMember}, post: Approver}, // by a person, beside whom it takes another one
	ReadRequest:    {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}},
	DecideRequest:  {roles: []Role{RoleAdmin, RoleStaff}},

	DraftActivity:    {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}},
	SubmitActivity:   {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}, post: Approver},
	RegisterActivity: {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},

	ManageStaff:     {roles: []Role{RoleSystem, RoleAdmin}, fresh: true},
	ManageAccounts:  {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}, fresh: true},
	ReadAccounts:    {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},
	EndSessions:     {roles: []Role{RoleSystem, RoleAdmin, RoleStaff}},
	InvitePeople:    {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}, post: Approver, fresh: true},
	KeepInvitations: {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}, post: Approver},
	ReadPeople:      {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}},
	HandOver:        {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember}, post: Approver, fresh: true},
	ReadAudit:       {roles: []Role{RoleSystem, RoleAdmin}},
	MakeToken:       {roles: []Role{RoleAdmin, RoleStaff, RoleMember, RoleAnalyst}, fresh: true},
	KeepOwnAccount:  {roles: []Role{RoleAdmin, RoleStaff, RoleMember, RoleAnalyst}, bare: true},
	ReadOwnAccount:  {roles: []Role{RoleAdmin, RoleStaff, RoleMember, RoleAnalyst}, bare: true},
	KeepOwnFactors:  {roles: []Role{RoleAdmin, RoleStaff, RoleMember, RoleAnalyst}, fresh: true, bare: true},
	SignIn:          {roles: []Role{RoleSystem, RoleAdmin, RoleStaff, RoleMember, RoleAnalyst, RolePublic}, bare: true},
	RunSystem:       {roles: []Role{RoleSystem}},
}

// May tells whether the actor may do the operation.
func May(actor Actor, op Operation) bool { return may[op].has(actor) && refuseToken(actor, op) == nil }
