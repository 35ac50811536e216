package member

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Patch is a merge patch of a member (RFC 7396): what is not specified stays,
// null takes away.
type Patch struct {
	Name         nullable.Nullable[string] // renames the primary name
	Names        nullable.Nullable[[]Name] // replaces all names
	Kind         nullable.Nullable[Kind]
	Country      nullable.Nullable[string]
	City         nullable.Nullable[string]
	Sector       nullable.Nullable[string]
	Description  nullable.Nullable[string]
	Website      nullable.Nullable[string]
	Founded      nullable.Nullable[int]
	Identifiers  nullable.Nullable[[]Identifier]
	Sources      nullable.Nullable[Sources]
	DistinctFrom []ident.Member // as in [Draft]
}

// guarded lists the fields of the patch that the register vouches for.
func (p Patch) guarded() fault.Fields {
	var faults fault.Fields
	for _, field := range []struct {
		pointer string
		given   bool
	}{
		{"/name", p.Name.IsSpecified()},
		{"/names", p.Names.IsSpecified()},
		{"/kind", p.Kind.IsSpecified()},
		{"/country", p.Country.IsSpecified()},
		{"/city", p.City.IsSpecified()},
		{"/sector", p.Sector.IsSpecified()},
		{"/founded", p.Founded.IsSpecified()},
		{"/identifiers", p.Identifiers.IsSpecified()},
		{"/sources", p.Sources.IsSpecified()},
	} {
		if field.given {
			faults.Add(field.pointer, "guarded_field")
		}
	}
	return faults
}

// Check gives every fault of the patch that can be told without the register.
func (p Patch) Check() fault.Fields {
	var faults fault.Fields
	if p.Name.IsSpecified() && p.Names.IsSpecified() {
		faults.Add("/name", "name_or_names")
	}
	for pointer, null := range map[string]bool{"/name": p.Name.IsNull(), "/names": p.Names.IsNull(), "/kind": p.Kind.IsNull()} {
		if null {
			faults.Add(pointer, "required")
		}
	}
	if name, err := p.Name.Get(); err == nil {
		faults.Merge("", checkNames(name, nil))
	}
	if names, err := p.Names.Get(); err == nil {
		faults.Merge("", checkNames("", names))
	}
	kind, err := p.Kind.Get()
	if err != nil {
		kind = OtherKind
	}
	faults.Merge("", checkProfile(kind, value(p.Country), value(p.City), value(p.Sector), value(p.Description), value(p.Website), value(p.Founded)))
	if identifiers, err := p.Identifiers.Get(); err == nil {
		faults.Merge("", checkIdentifiers(identifiers))
	}
	if sources, err := p.Sources.Get(); err == nil {
		faults.Merge("", checkSources(sources))
	}
	return faults
}

// value gives nil for what is absent or null.
func value[T any](n nullable.Nullable[T]) *T {
	if v, err := n.Get(); err == nil {
		return &v
	}
	return nil
}

// amended is the pure rule of an amendment; it leaves the version alone.
func (m Member) amended(p Patch) Member {
	if name, err := p.Name.Get(); err == nil {
		names := slices.Clone(m.Names)
		for i := range names {
			if names[i].Primary {
				names[i].Text = name
			}
		}
		m.Names = normalNames(names)
	}
	if names, err := p.Names.Get(); err == nil {
		m.Names = normalNames(names)
	}
	m.Name = m.Names[0].Text
	if kind, err := p.Kind.Get(); err == nil {
		m.Kind = kind
	}
	replace(&m.Country, p.Country)
	replace(&m.City, p.City)
	replace(&m.Sector, p.Sector)
	if m.Sector != nil {
		sector, _ := ident.ParseSector(*m.Sector)
		code := string(sector)
		m.Sector = &code
	}
	replace(&m.Description, p.Description)
	replace(&m.Website, p.Website)
	replace(&m.Founded, p.Founded)
	if p.Identifiers.IsSpecified() {
		m.Identifiers = nil
		if list := value(p.Identifiers); list != nil {
			m.Identifiers = normalIdentifiers(*list)
		}
	}
	if p.Sources.IsSpecified() {
		m.Sources = Sources{}
		if sources := value(p.Sources); sources != nil {
			m.Sources = *sources
		}
	}
	return m
}

func orEmpty[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}

func replace[T any](field **T, n nullable.Nullable[T]) {
	if n.IsSpecified() {
		*field = value(n)
	}
}

// Amend changes fields of a member. A patch that changes nothing leaves the
// version as it is.
//
// It refuses with Forbidden when the role may not amend at all, or (naming
// each field) when a member's person gives a field that the register vouches
// for; NotFound when the actor may not know of the member; Stale when
// expected is not its version; Conflict when it is merged, or on a name or an
// identifier that another member has; and Invalid with every field at fault.
func (s *Service) Amend(ctx context.Context, number ident.Member, expected int64, patch Patch) (Member, error) {
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
	var m Member
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if m, err = lockWhole(ctx, tx, number, actor.Scope(), expected); err != nil {
			return err
		}
		if m.Status == Merged {
			return fault.New(fault.Conflict, "member_merged")
		}
		m, err = amend(ctx, tx, m, patch)
		return err
	})
	if err != nil {
		return Member{}, fmt.Errorf("amend member %s: %w", number, locate(err))
	}
	return m, nil
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
