package member

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Field is a field of a member that the register vouches for.
type Field string

// GuardedFields lists these fields. A patch that renames the primary name
// changes "names".
func GuardedFields() []Field {
	return []Field{"names", "kind", "country", "city", "sector", "founded", "identifiers", "sources"}
}

// Value gives what stands in the field, as the wire writes it; nil for nothing.
func (m Member) Value(f Field) (json.RawMessage, error) {
	values := map[Field]any{
		"names": m.Names, "kind": m.Kind, "country": m.Country, "city": m.City, "founded": m.Founded, "identifiers": m.Identifiers, "sources": m.Sources,
	}
	if m.Sector != nil {
		values["sector"] = sectorCode{Scheme: ident.SectorScheme, Code: *m.Sector}
	}
	raw, err := json.Marshal(values[f])
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", f, err)
	}
	for _, nothing := range []string{"null", "[]", "{}"} {
		if string(raw) == nothing {
			return nil, nil
		}
	}
	return raw, nil
}

// sectorCode is a sector as the wire writes it.
type sectorCode struct {
	Scheme string `json:"scheme"`
	Code   string `json:"code"`
}

// Set makes the patch set the field to a value of [Member.Value].
func (p *Patch) Set(f Field, value json.RawMessage) error {
	var err error
	switch f {
	case "names":
		err = set(&p.Names, value)
	case "kind":
		err = set(&p.Kind, value)
	case "country":
		err = set(&p.Country, value)
	case "city":
		err = set(&p.City, value)
	case "sector":
		var code nullable.Nullable[sectorCode]
		err = set(&code, value)
		p.Sector = nullable.NewNullNullable[string]()
		if sector, absent := code.Get(); absent == nil {
			p.Sector = nullable.NewNullableWithValue(sector.Code)
		}
	case "founded":
		err = set(&p.Founded, value)
	case "identifiers":
		err = set(&p.Identifiers, value)
	case "sources":
		err = set(&p.Sources, value)
	default:
		err = fmt.Errorf("there is no guarded field %q", f)
	}
	return err
}

func set[T any](n *nullable.Nullable[T], value json.RawMessage) error {
	if value == nil {
		n.SetNull()
		return nil
	}
	var v T
	if err := json.Unmarshal(value, &v); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	n.Set(v)
	return nil
}

// Difference is what a patch would make of a field.
type Difference struct {
	Field    Field
	Old, New json.RawMessage // as [Member.Value] gives them
}

// Differences gives what a sound patch would change of the fields that the
// register vouches for, or every fault that it has with this member.
func (m Member) Differences(p Patch) ([]Difference, error) {
	after := m.amended(p)
	if p.Name.IsSpecified() {
		var faults fault.Fields
		for _, f := range checkNames("", after.Names) { // the new name beside the others that stay
			faults.Add("/name", f.Code, f.Args)
		}
		if err := faults.Err(); err != nil {
			return nil, err
		}
	}
	var all []Difference
	for _, f := range GuardedFields() {
		old, err := m.Value(f)
		if err != nil {
			return nil, err
		}
		next, err := after.Value(f)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(old, next) {
			all = append(all, Difference{Field: f, Old: old, New: next})
		}
	}
	return all, nil
}

// Whole gives a member's own fields as they stand in the transaction, for the
// domains that compare something with them. It goes with [Lock] where the
// transaction writes.
func Whole(ctx context.Context, tx *db.Tx, number ident.Member, scope access.Scope) (Member, error) {
	var m Member
	if err := tx.Get(ctx, &m, readWhole, number, scope.All, scope.Member); err != nil {
		return Member{}, fmt.Errorf("read member %s: %w", number, err)
	}
	return m, nil
}
