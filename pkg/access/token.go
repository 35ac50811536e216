package access

import (
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// TokenScope is what an API token may be used for. It never adds to what its
// owner may do, it only cuts.
type TokenScope string

// The scopes of API tokens. Those that write show what their owner sees, too:
// who writes to a thing must be able to read it first.
const (
	TokenReadPublic  TokenScope = "read_public"  // reads what the public sees
	TokenReadOwn     TokenScope = "read_own"     // reads what its owner sees
	TokenWriteOwn    TokenScope = "write_own"    // does what its owner's post allows on the owner's own member
	TokenStaffImport TokenScope = "staff_import" // registers members and what they have, as staff
)

// TokenScopes is a set of scopes. An actor with one is the same as another
// with the same one.
type TokenScopes uint8

const (
	readPublic TokenScopes = 1 << iota
	readOwn
	writeOwn
	staffImport

	reading = readPublic | readOwn | writeOwn | staffImport // any token reads what is public
	sighted = readOwn | writeOwn | staffImport              // sees what its owner sees
	writing = writeOwn | staffImport
)

// AllTokenScopes gives the scopes there are, from least to most.
func AllTokenScopes() []TokenScope {
	return []TokenScope{TokenReadPublic, TokenReadOwn, TokenWriteOwn, TokenStaffImport}
}

// TokenScopesOf gives the set of the scopes; unknown ones add nothing to it.
func TokenScopesOf(scopes ...TokenScope) TokenScopes {
	var set TokenScopes
	for _, scope := range scopes {
		for i, known := range AllTokenScopes() {
			if scope == known {
				set |= 1 << i
			}
		}
	}
	return set
}

// List gives the scopes of the set, from least to most.
func (s TokenScopes) List() []TokenScope {
	var list []TokenScope
	for i, scope := range AllTokenScopes() {
		if s&(1<<i) != 0 {
			list = append(list, scope)
		}
	}
	return list
}

// Suits tells whether an account of the role has a use for the scope.
func (s TokenScope) Suits(role Role) bool {
	switch s {
	case TokenWriteOwn:
		return role == RoleMember
	case TokenStaffImport:
		return role == RoleStaff || role == RoleAdmin
	default:
		return true
	}
}

// takes says what of a token's scopes each operation takes, any one of them.
// What is not here needs a session: a token makes no tokens, touches no account
// and takes no decision that is a person's.
var takes = map[Operation]TokenScopes{
	ReadPublic:     reading,
	ReadOwnAccount: reading, // so that a script can tell whose token it has
	ReadContacts:   sighted,
	ReadProposal:   readOwn,
	ReadRequest:    sighted,

	DescribeMember:   writing,
	WriteContacts:    writing,
	RegisterMember:   staffImport,
	AmendMember:      staffImport,
	TransitionMember: staffImport, // a list of members says where each stands
	WriteCeremony:    staffImport,
	WriteSignature:   staffImport,
	StateFigure:      staffImport,
	WriteAlliance:    staffImport,

	ProposeRequest: writing,

	DraftCommitment:  writeOwn,
	SubmitCommitment: writeOwn,
	AnswerInvitation: writeOwn,
	ProposeAmendment: writeOwn,
	DraftReport:      writeOwn,
	SubmitReport:     writeOwn,
	ReplyToReview:    writeOwn,
	DraftActivity:    writeOwn,
	SubmitActivity:   writeOwn,
}

// ByToken gives the actor as an API token of the scopes stands for it. One
// that only reads what is public is told apart from its owner: it is an
// analyst, to whom nothing is shown that the public does not see.
func (a Actor) ByToken(id ident.Token, scopes TokenScopes) Actor {
	a.Session, a.Token, a.Scopes = "", id, scopes
	if scopes&sighted == 0 {
		a.Role, a.Member, a.Post = RoleAnalyst, 0, ""
	}
	return a
}

// refuseToken refuses what the actor's token is not for.
func refuseToken(actor Actor, op Operation) error {
	if actor.Token == "" {
		return nil
	}
	use := actor.Scopes
	for i, scope := range AllTokenScopes() {
		if !scope.Suits(actor.Role) { // its owner has become something else
			use &^= 1 << i
		}
	}
	if takes[op]&use == 0 {
		return fault.New(fault.Forbidden, "token_scope")
	}
	return nil
}
