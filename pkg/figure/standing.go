package figure

import (
	"context"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
)

// Draft gives the figure as it would be written down to be stated.
func (f Figure) Draft() Draft {
	return Draft{
		Measure: f.Measure, Period: f.Period, Bound: string(f.Interval.Bound()), Low: f.Low(), High: f.High(), Currency: string(f.Currency),
		Basis: f.Basis, Assurance: f.Assurance, Confidentiality: f.Confidentiality, Source: f.Source,
	}
}

// Normal gives the draft in the form in which the register keeps it. The draft
// has no faults.
func (d Draft) Normal() Draft {
	f, _ := d.figure()
	return f.Draft()
}

// Slot tells what a figure is about: a member has one current figure for each.
// The draft is in its normal form.
func (d Draft) Slot() string {
	period := "undated"
	if d.Period != nil {
		period = string(d.Period.From) + "/" + string(d.Period.To)
	}
	return strings.Join(strings.Fields(string(d.Measure)+" "+string(d.Basis)+" "+d.Currency+" "+period), " ")
}

// Standing is a member's current figures, and which of them took the place of which.
type Standing struct {
	current map[ident.Figure]Figure
	next    map[ident.Figure]ident.Figure
}

const figuresOfMember = `
select ` + columns + ` from figure_seen where member = $1 and ($2 or member = $3)`

// Stand reads the figures of a member as they stand in the transaction, for the
// domains that compare something with them. An actor without the scope is shown none.
func Stand(ctx context.Context, tx *db.Tx, number ident.Member, scope access.Scope) (Standing, error) {
	var rows []row
	if err := tx.Select(ctx, &rows, figuresOfMember, number, scope.All, scope.Member); err != nil {
		return Standing{}, fmt.Errorf("read the figures of member %s: %w", number, err)
	}
	figures, err := figuresOf(rows)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{current: map[ident.Figure]Figure{}, next: map[ident.Figure]ident.Figure{}}
	for _, f := range figures {
		if f.SupersededBy == nil {
			s.current[f.ID] = f
		} else {
			s.next[f.ID] = *f.SupersededBy
		}
	}
	return s, nil
}

// Of gives the current figure that took the place of the one named, be it itself.
func (s Standing) Of(id ident.Figure) (Figure, bool) {
	for { // a figure is superseded by a later one only, so that this ends
		next, superseded := s.next[id]
		if !superseded {
			f, known := s.current[id]
			return f, known
		}
		id = next
	}
}

// In gives the current figure of the slot.
func (s Standing) In(slot string) (Figure, bool) {
	for _, f := range s.current {
		if f.Draft().Slot() == slot {
			return f, true
		}
	}
	return Figure{}, false
}
