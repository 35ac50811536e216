package member

import (
	"slices"

	"github.com/oapi-codegen/nullable"

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

// guards lists the pointers of [Patch.guarded].
func (p Patch) guards() []string {
	var pointers []string
	for _, field := range p.guarded() {
		pointers = append(pointers, field.Pointer)
	}
	return pointers
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
