package account

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// NewUser is an account to be added.
type NewUser struct {
	Email    string
	Name     string // may be empty
	Role     access.Role
	Member   ident.Member // for a RoleMember, and only for one
	Post     access.Post  // for a RoleMember, and only for one
	Password string
}

// constraints says which field is at fault when the database refuses a row.
var constraints = map[string]fault.Field{
	"app_user_email_unique": {Pointer: "/email", Code: "email_taken"},
	"app_user_member_known": {Pointer: "/member", Code: "unknown_member"},

	"invitation_one_open":     {Pointer: "/email", Code: "invited_already"},
	"invitation_member_known": {Pointer: "/member", Code: "unknown_member"},
}

// check notes the faults of the fields and gives the account as it is kept.
func (n NewUser) check(faults *fault.Fields) User {
	u := User{
		ID: ident.New[ident.User](), Version: 1, Email: checkEmail(faults, n.Email), Name: checkName(faults, n.Name),
		Role: n.Role, Member: n.Member, Post: n.Post,
	}
	u.checkRole(faults)
	return u
}

// checkRole notes a role that an account cannot have, and a member or a post
// where they do not belong or are missing.
func (u User) checkRole(faults *fault.Fields) {
	switch u.Role {
	case access.RoleMember:
		if u.Member == 0 {
			faults.Add("/member", "required")
		}
		if u.Post == "" {
			faults.Add("/post", "required")
		} else {
			fault.OneOf(faults, "/post", u.Post, []access.Post{access.Editor, access.Approver})
		}
	default:
		fault.OneOf(faults, "/role", u.Role, []access.Role{access.RoleAdmin, access.RoleStaff, access.RoleMember, access.RoleAnalyst})
		if u.Member != 0 {
			faults.Add("/member", "only_for_members")
		}
		if u.Post != "" {
			faults.Add("/post", "only_for_members")
		}
	}
}

const insertUser = `
insert into app_user (id, version, email, email_key, name, role, member, post, disabled, password, password_at, created_at)
values ($1, $2, $3, $4, nullif($5, ''), $6, nullif($7::bigint, 0), nullif($8, ''), $9, nullif($10, ''), $11, $11)`

// AddUser adds an account.
//
// It refuses with Forbidden when the actor manages no accounts, or when the
// role is of staff and the actor may not manage staff; Invalid with every
// field at fault, or when it would be the first of its member and no approver;
// and Conflict when the e-mail address has an account already.
func (s *Service) AddUser(ctx context.Context, draft NewUser) (User, error) {
	actor, err := access.Require(ctx, access.ManageAccounts)
	if err != nil {
		return User{}, err
	}
	if staffed(draft.Role) {
		if _, err := access.Require(ctx, access.ManageStaff); err != nil {
			return User{}, err
		}
	}
	u, hash, err := s.draft(ctx, draft)
	if err != nil {
		return User{}, err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		tx.Made("user", string(u.ID))
		u.CreatedAt = tx.Now
		return u.join(ctx, tx, hash)
	})
	if err != nil {
		return User{}, fmt.Errorf("add a user: %w", fault.Locate(err, constraints))
	}
	s.note(ctx, "account_added", u.ID, actor.User, "role", u.Role)
	return u, nil
}

// draft checks all of a new account and hashes its password.
func (s *Service) draft(ctx context.Context, draft NewUser) (User, string, error) {
	u, secret, faults := s.checkDraft(draft)
	if err := faults.Err(); err != nil {
		return User{}, "", err
	}
	hash, err := s.hasher.hash(ctx, secret)
	return u, hash, err
}

func (s *Service) checkDraft(draft NewUser) (User, string, fault.Fields) {
	var faults fault.Fields
	u := draft.check(&faults)
	secret, err := s.newSecret("/password", draft.Password, u.Email, u.Name)
	faults.Merge("", fault.FieldsOf(err))
	return u, secret, faults
}

// CheckUser gives every fault of a draft that can be told without the register.
func (s *Service) CheckUser(draft NewUser) fault.Fields {
	_, _, faults := s.checkDraft(draft)
	return faults
}

func (u User) insert(ctx context.Context, tx *db.Tx, hash string) error {
	_, err := tx.Exec(ctx, insertUser, u.ID, u.Version, u.Email, emailKey(u.Email), u.Name, u.Role,
		u.Member, u.Post, u.Disabled, hash, u.CreatedAt)
	if err != nil {
		return fmt.Errorf("insert user: %w", err)
	}
	return nil
}
