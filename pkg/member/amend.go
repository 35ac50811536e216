package member

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Amend changes fields of a member. A patch that changes nothing leaves the
// version as it is.
//
// It refuses with Forbidden when the role may not amend at all, or (naming
// each field) when a member's person gives a field that the register vouches
// for; NotFound when the actor may not know of the member; Stale when
// expected is not its version; Conflict when it is merged, when such a field of
// a public member takes a second person (see [Service.FourEyes]), or on a name
// or an identifier that another member has; and Invalid with every field at fault.
func (s *Service) Amend(ctx context.Context, number ident.Member, expected int64, patch Patch) (Member, error) {
	if _, err := access.Require(ctx, access.DescribeMember); err != nil {
		return Member{}, err
	}
	var m Member
	err := s.db.InTx(ctx, func(tx *db.Tx) (err error) {
		m, err = s.AmendIn(ctx, tx, number, expected, patch)
		return err
	})
	if err != nil {
		return Member{}, fmt.Errorf("amend member %s: %w", number, err)
	}
	return m, nil
}

// AmendIn is Amend as a part of the transaction, for the domains that decide
// something from which the amendment follows. It refuses as Amend does.
func (s *Service) AmendIn(ctx context.Context, tx *db.Tx, number ident.Member, expected int64, patch Patch) (Member, error) {
	actor, err := access.Require(ctx, access.DescribeMember)
	if err != nil {
		return Member{}, err
	}
	if !access.May(actor, access.AmendMember) && len(patch.guarded()) > 0 {
		return Member{}, &fault.Error{Kind: fault.Forbidden, Code: "guarded_field", Fields: patch.guarded()}
	}
	if err := patch.Check().Err(); err != nil {
		return Member{}, err
	}
	m, err := lockWhole(ctx, tx, number, actor.Scope(), expected)
	if err != nil {
		return Member{}, err
	}
	if m.Status == Merged {
		return Member{}, fault.New(fault.Conflict, "member_merged")
	}
	if guards := patch.guards(); len(guards) > 0 {
		if err := Second(tx, actor, m.Published, s.fourEyes, guards...); err != nil {
			return Member{}, err
		}
	}
	m, err = amend(ctx, tx, m, patch)
	return m, locate(err)
}

func amend(ctx context.Context, tx *db.Tx, before Member, patch Patch) (Member, error) {
	m := before.amended(patch)
	twice := func(n Name) bool { return n.Text == m.Name && n.Kind == m.Names[0].Kind }
	if patch.Name.IsSpecified() && slices.ContainsFunc(m.Names[1:], twice) {
		return Member{}, fault.FieldAt("/name", "repeated")
	}
	same, err := equal(contentOf(before), contentOf(m))
	if err != nil || same {
		return before, err
	}
	namesDiffer := !slices.EqualFunc(before.Names, m.Names, sameName)
	if namesDiffer {
		if err := refuseDuplicate(ctx, tx, m.Names, m.Number, patch.DistinctFrom); err != nil {
			return Member{}, err
		}
	}
	if _, err := tx.Change(ctx); err != nil {
		return Member{}, err
	}
	m.Version++
	if err := updateMember(ctx, tx, m); err != nil {
		return Member{}, err
	}
	if namesDiffer {
		if _, err := tx.Exec(ctx, deleteNames, m.Number); err != nil {
			return Member{}, fmt.Errorf("delete the old names: %w", err)
		}
		if err := writeNames(ctx, tx, m.Number, m.Names); err != nil {
			return Member{}, err
		}
	}
	if !slices.Equal(before.Identifiers, m.Identifiers) {
		if _, err := tx.Exec(ctx, deleteIdentifiers, m.Number); err != nil {
			return Member{}, fmt.Errorf("delete the old identifiers: %w", err)
		}
		if err := writeIdentifiers(ctx, tx, m.Number, m.Identifiers); err != nil {
			return Member{}, err
		}
	}
	if err := recordMember(ctx, tx, "member.amended", m, ""); err != nil {
		return Member{}, err
	}
	return m, Touch(ctx, tx, m.Number, m.Published)
}

func equal(a, b content) (bool, error) {
	left, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("encode: %w", err)
	}
	right, err := json.Marshal(b)
	if err != nil {
		return false, fmt.Errorf("encode: %w", err)
	}
	return string(left) == string(right), nil
}

func sameName(a, b Name) bool {
	return a.Text == b.Text && a.Lang == b.Lang && a.Kind == b.Kind && a.Primary == b.Primary &&
		same(a.Script, b.Script) && same(a.Source, b.Source)
}

func same[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

const updateMemberRow = `
update member set version = $2, name = $3, sort_name = $4, kind = $5, country = $6, city = $7, sector = $8,
    description = $9, website = $10, founded = $11, sources = $12
where number = $1`

const deleteNames = `delete from member_name where member = $1`

const deleteIdentifiers = `delete from member_identifier where member = $1`

func updateMember(ctx context.Context, tx *db.Tx, m Member) error {
	sources, err := toJSON(m.Sources)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, updateMemberRow, m.Number, m.Version, m.Name, sortName(m.Name), m.Kind, m.Country, m.City,
		m.Sector, m.Description, m.Website, m.Founded, sources); err != nil {
		return fmt.Errorf("update member %s: %w", m.Number, err)
	}
	return nil
}
