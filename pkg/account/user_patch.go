package account

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// UserPatch changes an account; what is nil stays. A role that is bound to no
// member takes member and post away with it.
type UserPatch struct {
	Email    *string
	Name     *string // "" for none
	Role     *access.Role
	Member   *ident.Member // 0 for none
	Post     *access.Post  // "" for none
	Disabled *bool
}

// Check gives the faults of the patch that can be told without the account.
func (p UserPatch) Check() fault.Fields {
	var faults fault.Fields
	if p.Email != nil {
		checkEmail(&faults, *p.Email)
	}
	if p.Name != nil {
		checkName(&faults, *p.Name)
	}
	return faults
}

// apply gives the account as it would be, and notes the faults.
func (p UserPatch) apply(u User, faults *fault.Fields) User {
	if p.Email != nil {
		u.Email = checkEmail(faults, *p.Email)
	}
	if p.Name != nil {
		u.Name = checkName(faults, *p.Name)
	}
	if p.Role != nil {
		u.Role = *p.Role
		if u.Role != access.RoleMember {
			u.Member, u.Post = 0, ""
		}
	}
	if p.Member != nil {
		u.Member = *p.Member
	}
	if p.Post != nil {
		u.Post = *p.Post
	}
	if p.Disabled != nil {
		u.Disabled = *p.Disabled
	}
	u.checkRole(faults)
	return u
}

// All administrators are locked with the account, in the order of their ids,
// so that two of them who demote each other at once take turns and the second
// finds itself alone.
const lockUser = `
select ` + userColumns + ` from app_user
where id = $1 or role = 'admin' and not disabled
order by id for no key update`

const updateUser = `
update app_user set version = $2, email = $3, email_key = $4, name = nullif($5, ''), role = $6,
    member = nullif($7::bigint, 0), post = nullif($8, ''), disabled = $9
where id = $1`

// PatchUser changes the account if it is at the expected version. What it
// changes of role, member, post and disabled holds from the account's next
// request on; disabling ends its sessions for good.
//
// It refuses with Forbidden when the actor manages no accounts, makes somebody
// staff without managing staff, or changes its own role or disables itself;
// NotFound when there is no such account or it is out of the actor's reach;
// Stale when the version is another; Invalid with every field at fault, or when
// it would be the first of its member and no approver; and Conflict when the
// address has an account, when no administrator would be left, or when it is a
// member's last approver and others of the member stay behind.
func (s *Service) PatchUser(ctx context.Context, id ident.User, expected int64, patch UserPatch) (User, error) {
	actor, err := access.Require(ctx, access.ManageAccounts)
	if err != nil {
		return User{}, err
	}
	var after User
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		before, administrators, err := lockAccount(ctx, tx, id, actor)
		if err != nil {
			return err
		}
		if before.Version != expected {
			return fault.New(fault.Stale, "stale")
		}
		var faults fault.Fields
		after = patch.apply(before, &faults)
		if err := faults.Err(); err != nil {
			return err
		}
		if err := mayBecome(actor, before, after, administrators); err != nil {
			return err
		}
		if after == before {
			return nil
		}
		after.Version++
		if err := lockPeople(ctx, tx, before.Member, after.Member); err != nil {
			return err
		}
		if err := after.update(ctx, tx, after.Disabled && !before.Disabled); err != nil {
			return err
		}
		if after.Role != before.Role || after.Member != before.Member { // a script was trusted with less, or with another's
			if _, err := tx.Exec(ctx, revokeAll, id, tx.Now); err != nil {
				return fmt.Errorf("revoke the tokens of %s: %w", id, err)
			}
		}
		if emailKey(after.Email) != emailKey(before.Email) { // the links went to the old address
			if err := voidLinks(ctx, tx, id); err != nil {
				return err
			}
		}
		return keepApprovers(ctx, tx, before, after)
	})
	if err != nil {
		return User{}, fmt.Errorf("patch user %s: %w", id, fault.Locate(err, constraints))
	}
	if after.Version != expected {
		s.note(ctx, "account_changed", id, actor.User, "role", after.Role, "disabled", after.Disabled)
	}
	return after, nil
}

// lockAccount locks the account and all administrators, and gives it with
// their number.
func lockAccount(ctx context.Context, tx *db.Tx, id ident.User, actor access.Actor) (User, int, error) {
	var locked []User
	if err := tx.Select(ctx, &locked, lockUser, id); err != nil {
		return User{}, 0, fmt.Errorf("lock the account: %w", err)
	}
	var found User
	administrators := 0
	for _, u := range locked {
		if u.ID == id {
			found = u
		}
		if u.administers() {
			administrators++
		}
	}
	if found.ID == "" || staffed(found.Role) && !access.May(actor, access.ManageStaff) {
		return User{}, 0, fault.New(fault.NotFound, "not_found")
	}
	return found, administrators, nil
}

func (u User) administers() bool { return u.Role == access.RoleAdmin && !u.Disabled }

func mayBecome(actor access.Actor, before, after User, administrators int) error {
	switch {
	case staffed(after.Role) && !access.May(actor, access.ManageStaff):
		return fault.New(fault.Forbidden, "forbidden")
	case before.administers() && !after.administers() && administrators == 1:
		return fault.New(fault.Conflict, "last_administrator")
	case actor.User == before.ID && after.Role != before.Role:
		return fault.New(fault.Forbidden, "own_role")
	case actor.User == before.ID && after.Disabled:
		return fault.New(fault.Forbidden, "own_account")
	default:
		return nil
	}
}

// update writes the account; one that was just disabled loses its sessions.
func (u User) update(ctx context.Context, tx *db.Tx, disabled bool) error {
	_, err := tx.Exec(ctx, updateUser, u.ID, u.Version, u.Email, emailKey(u.Email), u.Name, u.Role, u.Member, u.Post, u.Disabled)
	if err != nil {
		return fmt.Errorf("update user: %w", err)
	}
	if disabled {
		return endAll(ctx, tx, u.ID, noSession, "disabled")
	}
	return nil
}
