package account

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

const (
	lockTwo = `select ` + userColumns + ` from app_user where id = any($1) order by id for no key update`
	// What else the two accounts are stays as it is.
	makeApprover = `update app_user set post = 'approver', version = version + 1 where id = $1`
	disableUser  = `update app_user set disabled = true, version = version + 1 where id = $1`
)

// HandOver lets an approver leave: somebody else of the same member becomes an
// approver, in the same moment the leaver's account is disabled and its
// sessions end. What is drafted belongs to the member and stays.
//
// It refuses with Forbidden who is neither staff nor an approver; NotFound when
// there is no such account of a member, or it is not the actor's own and the
// actor is not staff; Invalid when to is nobody else of the same member who can
// sign in; and Conflict when the leaver is no approver, or has left already.
func (s *Service) HandOver(ctx context.Context, id, to ident.User) (Person, error) {
	actor, err := access.Require(ctx, access.HandOver)
	if err != nil {
		return Person{}, err
	}
	var heir Person
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		tx.Made("user", string(to))
		leaver, next, err := lockLeaver(ctx, tx, actor, id, to)
		if err != nil {
			return err
		}
		if !leaver.approves() {
			return fault.New(fault.Conflict, "not_an_approver")
		}
		if to == id || next.Member != leaver.Member || next.Disabled {
			return fault.FieldAt("/to", "not_of_the_member")
		}
		if err := lockPeople(ctx, tx, leaver.Member); err != nil {
			return err
		}
		if !next.approves() {
			if _, err := tx.Exec(ctx, makeApprover, to); err != nil {
				return fmt.Errorf("make %s an approver: %w", to, err)
			}
		}
		if _, err := tx.Exec(ctx, disableUser, id); err != nil {
			return fmt.Errorf("disable %s: %w", id, err)
		}
		heir = Person{ID: to, Name: next.Name, Post: access.Approver}
		return endAll(ctx, tx, id, noSession, "disabled")
	})
	if err != nil {
		return Person{}, fmt.Errorf("hand over from %s: %w", id, err)
	}
	s.note(ctx, "handed_over", id, actor.User, "to", string(to))
	return heir, nil
}

// lockLeaver locks both accounts, of which the actor must be the first or staff.
func lockLeaver(ctx context.Context, tx *db.Tx, actor access.Actor, id, to ident.User) (leaver, next User, err error) {
	var both []User
	if err := tx.Select(ctx, &both, lockTwo, db.Texts{string(id), string(to)}); err != nil {
		return User{}, User{}, fmt.Errorf("lock the accounts: %w", err)
	}
	for _, u := range both {
		if u.ID == id {
			leaver = u
		}
		if u.ID == to {
			next = u
		}
	}
	if leaver.Role != access.RoleMember || !actor.Staff() && actor.User != id {
		return User{}, User{}, fault.New(fault.NotFound, "not_found")
	}
	return leaver, next, nil
}

const readPerson = `
select id, coalesce(name, '') as name, post, disabled from app_user
where id = $1 and role = 'member' and ($2 or member = $3)`

// Person reads somebody of a member.
//
// It refuses with Forbidden who is neither staff nor a member's person, and
// with NotFound when there is no such person, or it is another member's.
func (s *Service) Person(ctx context.Context, id ident.User) (Person, error) {
	actor, err := access.Require(ctx, access.ReadPeople)
	if err != nil {
		return Person{}, err
	}
	var p Person
	if err := s.db.Get(ctx, &p, readPerson, id, actor.Staff(), actor.Member); err != nil {
		return Person{}, fmt.Errorf("read person %s: %w", id, err)
	}
	return p, nil
}
