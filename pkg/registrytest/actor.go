package registrytest

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/ident"
)

func as(role access.Role, number ident.Member, post access.Post) context.Context {
	return access.With(context.Background(), access.Actor{User: ident.New[ident.User](), Role: role, Member: number, Post: post, Fresh: true})
}

// System is the register's own command.
func System() context.Context { return access.System(context.Background()) }

// Admin is an administrator.
func Admin() context.Context { return as(access.RoleAdmin, 0, "") }

// Staff is one of the association's staff.
func Staff() context.Context { return as(access.RoleStaff, 0, "") }

// Editor is a member's person who drafts.
func Editor(number ident.Member) context.Context { return as(access.RoleMember, number, access.Editor) }

// Approver is a member's person who submits, too.
func Approver(number ident.Member) context.Context {
	return as(access.RoleMember, number, access.Approver)
}

// Analyst is somebody who queries statistics.
func Analyst() context.Context { return as(access.RoleAnalyst, 0, "") }

// Public is somebody without an account.
func Public() context.Context { return access.Public(context.Background()) }

// Nobody is a context into which no door has put anybody.
func Nobody() context.Context { return context.Background() }

// Password is the password of every account that [Register.Account] adds.
const Password = "a password for tests only"

// HashMemory makes password hashes cheap: at full cost, those of the tests
// would take more time than all else that is tested.
const HashMemory = 64

// Account adds an account. The member and the post are for RoleMember; an
// editor's member gets an approver first, unless it has one.
func (r *Register) Account(t testing.TB, role access.Role, number ident.Member, post access.Post) account.User {
	t.Helper()
	if post == access.Editor && !r.approved(t, number) {
		r.Account(t, role, number, access.Approver)
	}
	user, err := r.Accounts.AddUser(System(), account.NewUser{
		Email: string(ident.New[ident.User]()) + "@example.org", Role: role, Member: number, Post: post, Password: Password,
	})
	if err != nil {
		t.Fatalf("add an account of %s: %v", role, err)
	}
	return user
}

// approved tells whether the member has an approver.
func (r *Register) approved(t testing.TB, number ident.Member) bool {
	t.Helper()
	people, err := r.Accounts.People(System(), number)
	if err != nil {
		t.Fatalf("list the people of member %s: %v", number, err)
	}
	return slices.ContainsFunc(people, func(p account.Person) bool { return p.Post == access.Approver && !p.Disabled })
}

// Letter gives the token of the link in the last letter to the address, which
// the register keeps until the link has ended.
func (r *Register) Letter(t testing.TB, to string) string {
	t.Helper()
	letters, err := r.Mail.List(System(), 200)
	if err != nil {
		t.Fatalf("list mail: %v", err)
	}
	for _, l := range letters {
		if l.To == to {
			_, rest, _ := strings.Cut(l.Text, "?token=")
			token, _, _ := strings.Cut(rest, "\n")
			return token
		}
	}
	t.Fatal("there is no such letter")
	return ""
}

// SignIn opens a session of the account.
func (r *Register) SignIn(t testing.TB, user account.User) account.Tokens {
	t.Helper()
	tokens, err := r.Accounts.SignIn(Public(), account.Credentials{
		Email: user.Email, Password: Password, From: netip.AddrFrom4([4]byte{192, 0, 2, 1}),
	})
	if err != nil {
		t.Fatalf("sign in as %s: %v", user.Role, err)
	}
	return tokens
}

// SignedIn is the account in a session of its own.
func (r *Register) SignedIn(t testing.TB, user account.User) context.Context {
	t.Helper()
	return access.With(context.Background(), access.Actor{
		User: user.ID, Session: r.SignIn(t, user).Session, Role: user.Role, Member: user.Member, Post: user.Post, Fresh: true,
	})
}
