package db

import (
	"context"

	"accord/pkg/ident"
)

// Class is a class of those who use the database. Each has a role of
// PostgreSQL's own, and connections that start under it: what the role is not
// granted, and which rows its policies leave out, no statement of the class
// reaches, whatever its WHERE forgets. The second wall of the register, behind
// the offices, is made of them; db/migrations/00030_wall.sql says which class
// sees and writes what.
type Class string

// The classes.
const (
	Public  Class = "public"  // the public and analysts: what everybody may see
	Member  Class = "member"  // a member's people: that, and what is their member's own
	Staff   Class = "staff"   // association staff and the register's own commands
	Keeper  Class = "keeper"  // the office of accounts, before and beside any actor
	Counter Class = "counter" // statistics: the views they are counted over, and no table of members'
	Clerk   Class = "clerk"   // the sequencer

	// Login is no class but the login itself, as the address names it: who
	// migrates, and in tests whoever looks behind the wall.
	Login Class = ""
)

// Classes gives all classes.
func Classes() []Class { return []Class{Public, Member, Staff, Keeper, Counter, Clerk} }

// Role is the name of the class's role in PostgreSQL.
func (c Class) Role() string { return "accord_" + string(c) }

// Who tells for whom a context asks: its class, and for [Member] which member
// and which of its people.
type Who func(ctx context.Context) (class string, member ident.Member, user ident.User)

// reader is for whom a connection is used.
type reader struct {
	class  Class
	member ident.Member // for Member
	user   ident.User   // for Member
}

// As is the same register used as the class, whoever asks. It is for those who
// work before there is an actor or for no actor's sake.
func (d *DB) As(class Class) *DB {
	other := *d
	other.fixed = &class
	return &other
}

func (d *DB) reader(ctx context.Context) reader {
	switch {
	case d.fixed != nil:
		return reader{class: *d.fixed}
	case d.who == nil:
		return reader{class: Login}
	}
	class, member, user := d.who(ctx)
	return reader{class: Class(class), member: member, user: user}
}
