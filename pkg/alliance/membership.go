package alliance

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Role is as what a member belongs to an alliance.
type Role string

// The roles in an alliance.
const (
	FoundingMember Role = "founding_member"
	OrdinaryMember Role = "member"
	Observer       Role = "observer"
	Chair          Role = "chair"
	ViceChair      Role = "vice_chair"
	Secretariat    Role = "secretariat"
)

// Roles lists the roles in the order of presentation.
func Roles() []Role {
	return []Role{FoundingMember, OrdinaryMember, Observer, Chair, ViceChair, Secretariat}
}

// Membership says that a member belongs to an alliance in a role from a day to
// a day. Terms of one role never overlap; other roles may stand beside it.
type Membership struct {
	ID       ident.AllianceMembership `db:"id" json:"-"`
	Alliance ident.Alliance           `db:"alliance" json:"alliance"`
	Member   ident.Member             `db:"member" json:"member"`
	Version  int64                    `db:"version" json:"-"`
	Change   ident.Change             `db:"change" json:"-"` // that made this version
	Role     Role                     `db:"role" json:"role"`
	From     *plan.Date               `db:"from_on" json:"from,omitempty"`   // first day; nil where it is not known
	Until    *plan.Date               `db:"until_on" json:"until,omitempty"` // last day; nil where it has not come or is not known
}

// MembershipDraft is a membership to be recorded.
type MembershipDraft struct {
	Member ident.Member
	Role   Role
	From   *plan.Date
	Until  *plan.Date
}

// Check gives every fault of the draft that can be told without the register.
func (d MembershipDraft) Check() fault.Fields {
	var faults fault.Fields
	fault.OneOf(&faults, "/role", d.Role, Roles())
	checkDate(&faults, "/from", d.From)
	checkDate(&faults, "/until", d.Until)
	if len(faults) == 0 && d.From != nil && d.Until != nil && *d.Until < *d.From {
		faults.Add("/until", "ends_before_start")
	}
	return faults
}

// actionAdmitted is the action of the first entry about a membership.
const actionAdmitted = "alliance_membership.admitted"

const allianceExists = `select exists (select from alliance where id = $1)`

// Admit records that a member belongs to an alliance.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such alliance, Conflict when the member is merged or has a term of this
// role that overlaps, and Invalid with every field at fault, a member that does
// not exist among them.
func (s *Service) Admit(ctx context.Context, id ident.Alliance, draft MembershipDraft) (Membership, error) {
	actor, err := access.Require(ctx, access.WriteAlliance)
	if err != nil {
		return Membership{}, err
	}
	if err := draft.Check().Err(); err != nil {
		return Membership{}, err
	}
	var term Membership
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		var exists bool
		if err := tx.Get(ctx, &exists, allianceExists, id); err != nil {
			return fmt.Errorf("look for the alliance: %w", err)
		}
		if !exists {
			return fault.New(fault.NotFound, "not_found")
		}
		m, err := member.Lock(ctx, tx, draft.Member, actor.Scope())
		if fault.Is(err, fault.NotFound) {
			return fault.FieldAt("/member", "unknown_member")
		}
		if err != nil {
			return err
		}
		term = Membership{
			ID: ident.New[ident.AllianceMembership](), Alliance: id, Member: draft.Member, Version: 1,
			Role: draft.Role, From: draft.From, Until: draft.Until,
		}
		if term.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, insertMembership, term.ID, term.Alliance, term.Member, term.Version, term.Role, term.From, term.Until); err != nil {
			return fmt.Errorf("insert the membership: %w", err)
		}
		return recordMembership(ctx, tx, actionAdmitted, term, m.Published)
	})
	if err != nil {
		return Membership{}, fmt.Errorf("admit member %s to alliance %s: %w", draft.Member, id, locate(err))
	}
	return term, nil
}
