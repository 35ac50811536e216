package account

import (
	"testing"

	"accord/pkg/access"
	"accord/pkg/ident"
)

// TestEveryListOfInvitationsRuns composes each list that can be asked for.
func TestEveryListOfInvitationsRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	number := w.member(t)
	first := w.invite(t, system(t), NewInvitation{Email: "a@example.org", Role: access.RoleMember, Member: number, Post: access.Approver})
	w.invite(t, system(t), NewInvitation{Email: "b@example.org", Role: access.RoleAnalyst})
	approver := w.person(t, "c@example.org", number, access.Approver)
	place := first.Key()
	for _, who := range []User{approver, {Role: access.RoleStaff}} {
		for _, member := range []ident.Member{0, number} {
			for _, state := range []string{"", InvitationOpen, InvitationExpired, InvitationAccepted, InvitationRevoked} {
				for _, after := range []*InvitationKey{nil, &place} {
					list, err := w.Invitations(w.as(t, who), InvitationQuery{Member: member, State: state, After: after, Limit: 9})
					if err != nil || after == nil && state == "" && member != 0 && len(list) != 1 {
						t.Errorf("%v %v %q %v: %v, %v", who.Role, member, state, after, list, err)
					}
				}
			}
		}
	}
	var seen []ident.Invitation
	for query := (InvitationQuery{Limit: 1}); ; {
		page, err := w.Invitations(system(t), query)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		seen = append(seen, page[0].ID)
		key := page[0].Key()
		query.After = &key
	}
	if len(seen) != 2 || seen[0] == seen[1] {
		t.Errorf("paged through %v", seen)
	}
}
