package account

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// User is an account, without its password.
type User struct {
	ID        ident.User   `db:"id"`
	Version   int64        `db:"version"` // grows by one with each change but that of the password
	Email     string       `db:"email"`
	Name      string       `db:"name"` // empty where none is given
	Role      access.Role  `db:"role"`
	Member    ident.Member `db:"member"` // of a RoleMember, else 0
	Post      access.Post  `db:"post"`   // of a RoleMember
	Disabled  bool         `db:"disabled"`
	CreatedAt time.Time    `db:"created_at"`
}

const userColumns = `id, version, email, coalesce(name, '') as name, role, coalesce(member, 0) as member,
    coalesce(post, '') as post, disabled, created_at`

// reach is which accounts the actor manages: those who may not manage staff do
// not see that there are any.
func reach(actor access.Actor) db.Texts {
	roles := db.Texts{string(access.RoleMember), string(access.RoleAnalyst)}
	if access.May(actor, access.ManageStaff) {
		roles = append(roles, string(access.RoleAdmin), string(access.RoleStaff))
	}
	return roles
}

// staffed tells whether accounts of the role are for ManageStaff.
func staffed(role access.Role) bool { return role == access.RoleAdmin || role == access.RoleStaff }

const readUser = `select ` + userColumns + ` from app_user where id = $1 and role = any($2)`

// User reads an account.
//
// It refuses with Forbidden when the actor manages no accounts, and with
// NotFound when there is no such account or it is of staff and the actor may
// not manage staff.
func (s *Service) User(ctx context.Context, id ident.User) (User, error) {
	actor, err := access.Require(ctx, access.ReadAccounts)
	if err != nil {
		return User{}, err
	}
	var u User
	if err := s.db.Get(ctx, &u, readUser, id, reach(actor)); err != nil {
		return User{}, fmt.Errorf("read user %s: %w", id, err)
	}
	return u, nil
}

const readUserByEmail = `select ` + userColumns + ` from app_user where email_key = $1 and role = any($2)`

// UserByEmail reads the account with the e-mail address, in any case of letters.
//
// It refuses as [Service.User] does.
func (s *Service) UserByEmail(ctx context.Context, email string) (User, error) {
	actor, err := access.Require(ctx, access.ReadAccounts)
	if err != nil {
		return User{}, err
	}
	var u User
	if err := s.db.Get(ctx, &u, readUserByEmail, emailKey(email), reach(actor)); err != nil {
		return User{}, fmt.Errorf("read user by e-mail: %w", err)
	}
	return u, nil
}

const readMe = `select ` + userColumns + ` from app_user where id = $1`

// Me reads the actor's own account.
//
// It refuses with Unauthenticated or Forbidden who has no account.
func (s *Service) Me(ctx context.Context) (User, error) {
	actor, err := access.Require(ctx, access.ReadOwnAccount)
	if err != nil {
		return User{}, err
	}
	var u User
	if err := s.db.Get(ctx, &u, readMe, actor.User); err != nil {
		return User{}, fmt.Errorf("read own account: %w", err)
	}
	return u, nil
}

// UserQuery says which accounts to list. The zero value of a field does not filter.
type UserQuery struct {
	Role   access.Role
	Member ident.Member
	After  ident.User // the last account of the page before; an id, since an address would end up in logs
	Limit  int        // from 1 to 200; 0 means 50
}

// Page is a part of the list of accounts, in the order of their addresses.
type Page struct {
	Users []User
	Next  ident.User // what the next page comes after; empty on the last
}

// The bounds of a page.
const (
	defaultLimit = 50
	maxLimit     = 200
)

// Users lists the accounts that the actor manages.
//
// It refuses with Forbidden when the actor manages no accounts, and with
// Malformed a limit that is out of bounds.
func (s *Service) Users(ctx context.Context, query UserQuery) (Page, error) {
	actor, err := access.Require(ctx, access.ReadAccounts)
	if err != nil {
		return Page{}, err
	}
	if query.Limit == 0 {
		query.Limit = defaultLimit
	}
	if query.Limit < 1 || query.Limit > maxLimit {
		return Page{}, &fault.Error{
			Kind: fault.Malformed, Code: "parameters",
			Fields: fault.Fields{{Pointer: "limit", Code: "out_of_range", Args: fault.Args{"min": "1", "max": "200"}}},
		}
	}
	var f db.Filter
	f.And(`role = any(?)`, reach(actor))
	if query.Role != "" {
		f.And(`role = ?`, query.Role)
	}
	if query.Member != 0 {
		f.And(`member = ?`, query.Member)
	}
	if query.After != "" {
		// Within the actor's reach, or a page would tell where a hidden account stands.
		f.And(`email_key > (select email_key from app_user where id = ? and role = any(?))`, query.After, reach(actor))
	}
	page := Page{Users: []User{}}
	list := `select ` + userColumns + ` from app_user where ` + f.Where() + ` order by email_key limit ` + f.Arg(query.Limit+1)
	if err := s.db.Select(ctx, &page.Users, list, f.Args()...); err != nil {
		return Page{}, fmt.Errorf("list users: %w", err)
	}
	if len(page.Users) > query.Limit {
		page.Users = page.Users[:query.Limit]
		page.Next = page.Users[query.Limit-1].ID
	}
	return page, nil
}
