package alliance

import (
	"context"
	"fmt"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// MembershipPatch is a merge patch of the dates of a membership: what is not
// specified stays, null says that the day is not known or has not come.
type MembershipPatch struct {
	From  nullable.Nullable[plan.Date]
	Until nullable.Nullable[plan.Date]
}

// Check gives every fault of the patch that can be told without the register.
func (p MembershipPatch) Check() fault.Fields {
	return Membership{Role: OrdinaryMember}.amended(p).check()
}

// amended is the pure rule of an amendment; it leaves the version alone.
func (m Membership) amended(p MembershipPatch) Membership {
	replace(&m.From, p.From)
	replace(&m.Until, p.Until)
	return m
}

func (m Membership) check() fault.Fields {
	return MembershipDraft{Member: m.Member, Role: m.Role, From: m.From, Until: m.Until}.Check()
}

// AmendMembership dates a membership, or ends it by its last day. Another role
// is another membership. A patch that changes nothing leaves the version as it is.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such membership, Stale when expected is not its version, Conflict when the
// member is merged or the term would overlap another one of its role, and
// Invalid with every field at fault.
func (s *Service) AmendMembership(ctx context.Context, id ident.AllianceMembership, expected int64, patch MembershipPatch) (Membership, error) {
	actor, err := access.Require(ctx, access.WriteAlliance)
	if err != nil {
		return Membership{}, err
	}
	if err := patch.Check().Err(); err != nil {
		return Membership{}, err
	}
	var term Membership
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, before, err := lockMembership(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if before.Version != expected {
			return fault.New(fault.Stale, "stale")
		}
		term = before.amended(patch)
		if err := term.check().Err(); err != nil {
			return err
		}
		if unchanged, err := same(before, term); err != nil || unchanged {
			return err
		}
		if term.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		term.Version++
		if _, err := tx.Exec(ctx, updateMembership, term.ID, term.Version, term.From, term.Until); err != nil {
			return fmt.Errorf("update the membership: %w", err)
		}
		return recordMembership(ctx, tx, "alliance_membership.amended", term, m.Published)
	})
	if err != nil {
		return Membership{}, fmt.Errorf("amend alliance membership %s: %w", id, locate(err))
	}
	return term, nil
}

// lockMembership locks the membership's member and reads the membership. The
// member of a membership never changes, so it can be read before the lock; the
// membership is read after it, as the writer before left it.
func lockMembership(ctx context.Context, tx *db.Tx, id ident.AllianceMembership, scope access.Scope) (member.Locked, Membership, error) {
	var term Membership
	if err := tx.Get(ctx, &term, readMembership, id, scope.All, scope.Member); err != nil {
		return member.Locked{}, Membership{}, fmt.Errorf("find the membership: %w", err)
	}
	m, err := member.Lock(ctx, tx, term.Member, scope)
	if err != nil {
		return member.Locked{}, Membership{}, err
	}
	if err := tx.Get(ctx, &term, readMembership, id, scope.All, scope.Member); err != nil {
		return member.Locked{}, Membership{}, fmt.Errorf("read the membership: %w", err)
	}
	return m, term, nil
}

// recordMembership notes what readers are shown of the member and records the term.
func recordMembership(ctx context.Context, tx *db.Tx, action string, term Membership, published bool) error {
	if err := member.Touch(ctx, tx, term.Member, published); err != nil {
		return err
	}
	return enter(ctx, tx, action, term, published)
}

func enter(ctx context.Context, tx *db.Tx, action string, term Membership, published bool) error {
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: action, Kind: "alliance_membership", ID: string(term.ID), Member: term.Member, Content: term, Sealed: !published,
	})
}

// Reveal records each membership of a member that has just become public with
// it. It is a [member.Reveal].
func Reveal(ctx context.Context, tx *db.Tx, number ident.Member) error {
	var terms []Membership
	if err := tx.Select(ctx, &terms, allOfMember, number); err != nil {
		return fmt.Errorf("read the alliance memberships: %w", err)
	}
	for _, term := range terms {
		if err := enter(ctx, tx, actionAdmitted, term, true); err != nil {
			return err
		}
	}
	return nil
}
