package access

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"accord/pkg/fault"
	"accord/pkg/ident"
)

// scoped is the accounting of API tokens: by operation, the scopes of which each
// one is enough, r(ead_public), o(wn), w(rite_own), i(mport). What is not here
// no token may do.
var scoped = map[Operation]string{
	ReadPublic: "rowi", ReadOwnAccount: "rowi", ReadContacts: "owi", ReadProposal: "o", ReadRequest: "owi", ProposeRequest: "wi",
	DescribeMember: "wi", WriteContacts: "wi", RegisterMember: "i", AmendMember: "i", TransitionMember: "i", WriteCeremony: "i", WriteSignature: "i",
	StateFigure: "i", WriteAlliance: "i",
	DraftCommitment: "w", SubmitCommitment: "w", AnswerInvitation: "w", ProposeAmendment: "w", DraftReport: "w", SubmitReport: "w", ReplyToReview: "w",
	DraftActivity: "w", SubmitActivity: "w",
}

func owners() []Actor {
	return []Actor{
		{User: "u", Role: RoleAdmin},
		{User: "u", Role: RoleStaff},
		{User: "u", Role: RoleMember, Member: 1, Post: Editor},
		{User: "u", Role: RoleMember, Member: 1, Post: Approver},
		{User: "u", Role: RoleAnalyst},
	}
}

// TestATokenMayWhatItsScopesAndItsOwnerMay tries every operation with every set
// of scopes, none at all among them, as every kind of owner.
func TestATokenMayWhatItsScopesAndItsOwnerMay(t *testing.T) {
	t.Parallel()
	letters := map[rune]TokenScope{'r': TokenReadPublic, 'o': TokenReadOwn, 'w': TokenWriteOwn, 'i': TokenStaffImport}
	for op := range may {
		for set := range TokenScopes(1 << len(letters)) {
			for _, owner := range owners() {
				want := false
				for _, letter := range scoped[op] {
					scope := letters[letter]
					want = want || slices.Contains(set.List(), scope) && scope.Suits(owner.Role)
				}
				actor := owner.ByToken("t", set)
				_, err := Require(With(context.Background(), actor), op)
				if !want {
					e, ok := errors.AsType[*fault.Error](err)
					if !ok || e.Kind != fault.Forbidden {
						t.Errorf("%s with %v by %s %s: %v", op, set.List(), owner.Role, owner.Post, err)
					}
					continue
				}
				if may := May(owner, op); (err == nil) != (may && actor.Role == owner.Role || May(Actor{Role: RoleAnalyst}, op)) {
					t.Errorf("%s with %v by %s %s, who may: %t: %v", op, set.List(), owner.Role, owner.Post, may, err)
				}
				if err == nil && !May(owner, op) {
					t.Errorf("%s: the token may more than its owner, %s", op, owner.Role)
				}
			}
		}
	}
	for op := range maps.Keys(scoped) {
		if _, ok := may[op]; !ok {
			t.Errorf("there is no operation %s", op)
		}
	}
}

func TestATokenSeesNoMoreThanItsScopes(t *testing.T) {
	t.Parallel()
	for _, owner := range owners() {
		for _, scope := range AllTokenScopes() {
			actor := owner.ByToken("t", TokenScopesOf(scope))
			want := owner.Scope()
			if scope == TokenReadPublic {
				want = Actor{Role: RolePublic}.Scope()
			}
			if actor.Scope() != want || actor.Session != "" || actor.User != owner.User {
				t.Errorf("%s of %s sees %+v", scope, owner.Role, actor.Scope())
			}
			for _, member := range []ident.Member{1, 2} {
				if scope == TokenReadPublic && actor.Audience(member) != "public" {
					t.Errorf("%s of %s reads as %s", scope, owner.Role, actor.Audience(member))
				}
			}
		}
	}
}

func TestScopesAreAList(t *testing.T) {
	t.Parallel()
	for set := range TokenScopes(1 << len(AllTokenScopes())) {
		if TokenScopesOf(set.List()...) != set {
			t.Errorf("%d is %v", set, set.List())
		}
	}
	if TokenScopesOf("other", "") != 0 {
		t.Error("a scope that is none adds something")
	}
}
