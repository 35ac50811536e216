package request

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// standing is what stands in the register of all that a request can be about.
type standing struct {
	member  member.Member
	figures figure.Standing
	signed  map[ident.Ceremony]member.SignatureDraft
}

const readSigned = `
select ceremony, capacity, signed_on from signature where member = $1 and ceremony is not null`

// stand reads what stands of a member.
func stand(ctx context.Context, tx *db.Tx, number ident.Member, scope access.Scope) (standing, error) {
	s := standing{signed: map[ident.Ceremony]member.SignatureDraft{}}
	var err error
	if s.member, err = member.Whole(ctx, tx, number, scope); err != nil {
		return standing{}, err
	}
	if s.figures, err = figure.Stand(ctx, tx, number, scope); err != nil {
		return standing{}, err
	}
	var rows []struct {
		Ceremony ident.Ceremony  `db:"ceremony"`
		Capacity member.Capacity `db:"capacity"`
		SignedOn *plan.Date      `db:"signed_on"`
	}
	if err := tx.Select(ctx, &rows, readSigned, number); err != nil {
		return standing{}, fmt.Errorf("read the signatures: %w", err)
	}
	for _, row := range rows {
		s.signed[row.Ceremony] = member.SignatureDraft{Ceremony: &row.Ceremony, Capacity: row.Capacity, SignedOn: row.SignedOn}
	}
	return s, nil
}

// of gives what stands in the place of an item, and the figure that does.
func (s standing) of(i Item) (json.RawMessage, ident.Figure, error) {
	switch i.Kind {
	case OfField:
		value, err := s.member.Value(member.Field(i.Subject))
		return value, "", err
	case OfFigure:
		f, known := s.figures.Of(i.Figure)
		if i.Figure == "" {
			f, known = s.figures.In(i.Subject)
		}
		if !known {
			return nil, "", nil
		}
		value, err := encode(f.Draft())
		return value, f.ID, err
	default:
		n, _ := strconv.ParseInt(i.Subject, 10, 64)
		g, known := s.signed[ident.Ceremony(n)]
		if !known {
			return nil, "", nil
		}
		value, err := encode(g)
		return value, "", err
	}
}

// compared is the item beside what stands in its place.
func (s standing) compared(i Item) (Item, error) {
	if i.State != ItemOpen {
		return i, nil
	}
	var err error
	if i.Current, i.CurrentFigure, err = s.of(i); err != nil {
		return Item{}, err
	}
	same, err := equal(i.Old, i.Current)
	i.Stale = !same || i.CurrentFigure != i.Figure
	return i, err
}

func encode(value any) (json.RawMessage, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return raw, nil
}

// equal tells whether two values are the same, in whatever order their fields
// stand: the database has one of its own.
func equal(a, b json.RawMessage) (bool, error) {
	left, err := sorted(a)
	if err != nil {
		return false, err
	}
	right, err := sorted(b)
	return bytes.Equal(left, right), err
}

func sorted(raw json.RawMessage) (json.RawMessage, error) {
	if raw == nil {
		return nil, nil
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, fmt.Errorf("decode: %w", err)
	}
	return encode(value)
}
