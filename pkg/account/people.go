package account

import (
	"context"
	"fmt"
	"slices"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Person is somebody of a member, as the member's other people know them.
type Person struct {
	ID       ident.User  `db:"id"`
	Name     string      `db:"name"` // empty where none is given
	Post     access.Post `db:"post"`
	Disabled bool        `db:"disabled"`
}

const (
	readNumber = `select number from member where number = $1`
	listPeople = `
select id, coalesce(name, '') as name, post, disabled from app_user where member = $1
order by disabled, post, name, id`
)

// People lists who has an account of the member: those who have left come last.
//
// It refuses with Forbidden who is neither staff nor a member's person, and
// with NotFound when there is no such member or it is another's.
func (s *Service) People(ctx context.Context, number ident.Member) ([]Person, error) {
	actor, err := access.Require(ctx, access.ReadPeople)
	if err != nil {
		return nil, err
	}
	if !actor.Scope().Sees(number) {
		return nil, fault.New(fault.NotFound, "not_found")
	}
	var found ident.Member
	if err := s.db.Get(ctx, &found, readNumber, number); err != nil {
		return nil, fmt.Errorf("read member %s: %w", number, err)
	}
	people := []Person{}
	if err := s.db.Select(ctx, &people, listPeople, number); err != nil {
		return nil, fmt.Errorf("list the people of member %s: %w", number, err)
	}
	return people, nil
}

// Two approvers of a member who leave at the same time take turns, and the
// second finds itself alone. Whoever locks accounts, too, does so before.
const lockMember = `select pg_advisory_xact_lock(hashtextextended('people|' || $1::bigint, 7))::text`

// lockPeople lets nobody else change who is of the members, in the order of
// their numbers; 0 is none.
func lockPeople(ctx context.Context, tx *db.Tx, members ...ident.Member) error {
	slices.Sort(members)
	for _, number := range slices.Compact(members) {
		if number == 0 {
			continue
		}
		var locked string
		if err := tx.Get(ctx, &locked, lockMember, number); err != nil {
			return fmt.Errorf("lock the people of member %s: %w", number, err)
		}
	}
	return nil
}

const countPeople = `
select count(*) as people, count(*) filter (where post = 'approver') as approvers
from app_user where member = $1 and not disabled`

// lost tells whether the member has people and none of them is an approver.
func lost(ctx context.Context, tx *db.Tx, number ident.Member) (bool, error) {
	if number == 0 {
		return false, nil
	}
	var of struct {
		People    int `db:"people"`
		Approvers int `db:"approvers"`
	}
	if err := tx.Get(ctx, &of, countPeople, number); err != nil {
		return false, fmt.Errorf("count the people of member %s: %w", number, err)
	}
	return of.People > 0 && of.Approvers == 0, nil
}

func (u User) approves() bool { return u.Post == access.Approver && !u.Disabled }

// keepApprovers holds one law, after the account was written: where a member
// has people who can sign in, one of them is an approver. So the first one is
// an approver, and the last approver hands over before leaving. Where there is
// nobody to hand over to, staff can shut the account of the one who is left:
// else it could not be shut when it was stolen, or its owner has left.
func keepApprovers(ctx context.Context, tx *db.Tx, before, after User) error {
	if before.approves() && (!after.approves() || after.Member != before.Member) {
		if alone, err := lost(ctx, tx, before.Member); err != nil || alone {
			if err == nil {
				err = fault.New(fault.Conflict, "last_approver")
			}
			return err
		}
	}
	joined := after.Member != 0 && !after.Disabled && (before.Disabled || before.Member != after.Member)
	if joined && after.Post == access.Editor {
		if alone, err := lost(ctx, tx, after.Member); err != nil || alone {
			if err == nil {
				err = fault.FieldAt("/post", "first_is_approver")
			}
			return err
		}
	}
	return nil
}

// join inserts a new account; the first of a member is an approver.
func (u User) join(ctx context.Context, tx *db.Tx, hash string) error {
	if err := lockPeople(ctx, tx, u.Member); err != nil {
		return err
	}
	if err := u.insert(ctx, tx, hash); err != nil {
		return err
	}
	return keepApprovers(ctx, tx, User{}, u)
}
