// Package access says who is asking and what a role may do.
//
// Doors put the caller into the context with [With]; every office asks
// [Require] on its first line. An office that forgets has no actor to scope
// its SQL by, so forgetting shows. A context without an actor may do nothing;
// the public is an actor too ([Public]), put there on purpose.
package access

import (
	"context"

	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Role is what an account is in the register.
type Role string

// The roles, from most to least.
const (
	RoleAdmin   Role = "admin"   // staff who may manage staff
	RoleStaff   Role = "staff"   // association staff
	RoleMember  Role = "member"  // bound to one member
	RoleAnalyst Role = "analyst" // queries statistics
	RolePublic  Role = "public"  // anybody, without an account
	RoleSystem  Role = "system"  // the register's own commands: seed, set-up
)

// Post is what a person may do within the member they are bound to.
type Post string

// The posts of a member's people.
const (
	Editor   Post = "editor"   // drafts
	Approver Post = "approver" // drafts, submits and attests
)

// Actor is who is asking. Owner: the door that made it; everyone else reads it.
type Actor struct {
	User    ident.User // empty for the public and the system
	Session ident.Session
	Role    Role
	Member  ident.Member // the member a RoleMember is bound to, else 0
	Post    Post         // for RoleMember

	// Of somebody who came with an API token in place of a session.
	Token  ident.Token
	Scopes TokenScopes // what the token may be used for

	// Fresh tells whether the person proved of late to be who has the account.
	Fresh bool
	// Lacking tells whether the account has no second factor, though one of its
	// role must have one.
	Lacking bool
}

type actorKey struct{}

// With puts the actor into the context.
func With(ctx context.Context, actor Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

// Public is the context of somebody without an account.
func Public(ctx context.Context) context.Context {
	return With(ctx, Actor{Role: RolePublic})
}

// System is the context of the register's own commands.
func System(ctx context.Context) context.Context {
	return With(ctx, Actor{Role: RoleSystem})
}

// From gives the actor of the context, and whether there is one.
func From(ctx context.Context) (Actor, bool) {
	actor, ok := ctx.Value(actorKey{}).(Actor)
	return actor, ok
}

// Require gives the actor if its role may do the operation.
//
// It refuses with Unauthenticated when there is no actor, or when it is the
// public and some role may do it; with Forbidden when the role may not, when
// the actor came with an API token that is not for it, or when
// the account lacks a second factor that its role must have; and with
// Unauthenticated and the code reauthentication_needed when the operation is a
// dangerous one and the person has not proved of late to be who has the account.
func Require(ctx context.Context, op Operation) (Actor, error) {
	actor, ok := From(ctx)
	if !ok {
		return Actor{}, fault.New(fault.Unauthenticated, "unauthenticated")
	}
	if err := refuseToken(actor, op); err != nil {
		return Actor{}, err
	}
	if granted := may[op]; granted.has(actor) {
		return actor, granted.bar(actor)
	}
	if actor.Role == RolePublic {
		return Actor{}, fault.New(fault.Unauthenticated, "unauthenticated")
	}
	return Actor{}, fault.New(fault.Forbidden, "forbidden")
}

// Scope is how far an actor sees into what is not public: everything, one
// member's own, or nothing. Lists carry it into their WHERE.
type Scope struct {
	All    bool         // staff: everything
	Member ident.Member // a member's people: this member's own; 0 matches no member
}

// Scope gives the actor's scope.
func (a Actor) Scope() Scope {
	switch a.Role {
	case RoleAdmin, RoleStaff, RoleSystem:
		return Scope{All: true}
	case RoleMember:
		return Scope{Member: a.Member}
	default:
		return Scope{}
	}
}

// Sees tells whether the scope reaches what is not public of the member.
func (s Scope) Sees(member ident.Member) bool {
	return s.All || s.Member != 0 && s.Member == member
}

// Class names the class of the database's users that the context's actor
// belongs to, and for a member's people which member and who they are: what the
// second wall, in the database, shows and takes by. Without an actor it is the
// least, which sees what everybody sees and writes nothing.
func Class(ctx context.Context) (class string, member ident.Member, user ident.User) {
	actor, _ := From(ctx)
	switch {
	case actor.Staff():
		return "staff", 0, ""
	case actor.Role == RoleMember:
		return "member", actor.Member, actor.User
	default:
		return "public", 0, ""
	}
}

// Staff tells whether the actor is association staff or the register itself.
func (a Actor) Staff() bool { return a.Scope().All }

// Audience names the class of readers that the actor belongs to when it reads
// things of the member: all of one audience are shown the same bytes.
func (a Actor) Audience(member ident.Member) string {
	switch {
	case a.Staff():
		return "staff"
	case a.Scope().Sees(member):
		return "own"
	default:
		return "public"
	}
}
