package commitment

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"accord/db"
	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Measure is what a commitment is measured by, and where. The zero Measure is
// that of a purely qualitative promise.
type Measure struct {
	Indicator        string                     `db:"indicator" json:"indicator,omitempty"` // its code, "" for none
	Unit             Unit                       `db:"unit" json:"unit,omitempty"`           // of the indicator
	Direction        Direction                  `db:"direction" json:"-"`                   // of the indicator
	Baseline         *Baseline                  `db:"baseline" json:"baseline,omitempty"`
	Target           *Target                    `db:"target" json:"target,omitempty"`
	Milestones       member.Rows[Milestone]     `db:"milestones" json:"milestones,omitempty"`
	PartnerCountries member.Rows[ident.Country] `db:"partner_countries" json:"partner_countries,omitempty"`
}

// Baseline is where the quantity stood before.
type Baseline struct {
	Value decimal.Decimal
	On    plan.Date // "" where not stated
}

// Target is what the quantity is to become.
type Target struct {
	Interval bound.Interval
	On       plan.Date // by which day; "" where that is the commitment's own
}

// Milestone is a step on the way.
type Milestone struct {
	Key   string    `json:"key"` // of the member's own, unique within the commitment
	Title string    `json:"title"`
	DueOn plan.Date `json:"due_on,omitempty"`
}

// baselineText and targetText are a baseline and a target as rows and entries
// hold them: numbers as canonical decimals.
type baselineText struct {
	Value string    `json:"value"`
	On    plan.Date `json:"on,omitempty"`
}

type targetText struct {
	Bound bound.Bound `json:"bound"`
	Low   string      `json:"low,omitempty"`
	High  string      `json:"high,omitempty"`
	On    plan.Date   `json:"on,omitempty"`
}

// MarshalJSON writes the baseline as the ledger holds it.
func (b Baseline) MarshalJSON() ([]byte, error) {
	return json.Marshal(baselineText{Value: bound.Canonical(b.Value), On: b.On})
}

// Scan reads a baseline from the JSON that the statements make of its columns.
func (b *Baseline) Scan(value any) error { return scan(value, b) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (b *Baseline) UnmarshalJSON(stored []byte) error {
	var text baselineText
	if err := json.Unmarshal(stored, &text); err != nil {
		return err
	}
	number, err := decimal.NewFromString(text.Value)
	if err != nil {
		return fmt.Errorf("stored baseline %q: %w", text.Value, err)
	}
	b.Value, b.On = number, text.On
	return nil
}

// Low gives the number at the low end as the wire writes it, "" where the end
// is open. The single number of an exact or approximate target stands here.
func (t Target) Low() string {
	if value, ok := t.Interval.Low(); ok {
		return bound.Canonical(value)
	}
	return ""
}

// High gives the number at the high end as the wire writes it, "" where the
// end is open or the number stands at the low end already.
func (t Target) High() string {
	value, ok := t.Interval.High()
	if !ok || slices.Contains([]bound.Bound{bound.Exact, bound.Approx}, t.Interval.Bound()) {
		return ""
	}
	return bound.Canonical(value)
}

// MarshalJSON writes the target as the ledger holds it.
func (t Target) MarshalJSON() ([]byte, error) {
	return json.Marshal(targetText{Bound: t.Interval.Bound(), Low: t.Low(), High: t.High(), On: t.On})
}

// Scan reads a target from the JSON that the statements make of its columns.
func (t *Target) Scan(value any) error { return scan(value, t) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *Target) UnmarshalJSON(stored []byte) error {
	var text targetText
	if err := json.Unmarshal(stored, &text); err != nil {
		return err
	}
	var err error
	t.On = text.On
	t.Interval, err = bound.Stored(string(text.Bound), text.Low, text.High)
	return err
}

func scan(value, into any) error {
	bytes, ok := value.([]byte)
	if !ok {
		return fmt.Errorf("JSON cannot be read from %T", value)
	}
	return json.Unmarshal(bytes, into)
}

// goal gives the number that the target asks to be reached, and whether it must
// be passed: the end that is met first on the way in the direction. ok is false
// where the target has no such end: "at most" sets no goal to an increase.
func (t Target) goal(direction Direction) (goal decimal.Decimal, passed, ok bool) {
	end, open := t.Interval.Low, bound.Above
	if direction == Decrease {
		end, open = t.Interval.High, bound.Below
	}
	goal, ok = end()
	return goal, t.Interval.Bound() == open, ok
}

// further tells whether a lies further in the direction than b.
func (d Direction) further(a, b decimal.Decimal) bool {
	if d == Decrease {
		return a.LessThan(b)
	}
	return a.GreaterThan(b)
}

// arguments gives the columns of a measure as arguments of a statement, in the
// order of the table.
func (m Measure) arguments() []any {
	var value *decimal.Decimal
	var low, high *decimal.Decimal
	var on, until plan.Date
	var stated bound.Bound
	if m.Baseline != nil {
		value, on = &m.Baseline.Value, m.Baseline.On
	}
	if m.Target != nil {
		stated, until = m.Target.Interval.Bound(), m.Target.On
		if number, ok := m.Target.Interval.Low(); ok {
			low = &number
		}
		if number, ok := m.Target.Interval.High(); ok {
			high = &number
		}
	}
	return []any{m.Indicator, m.Unit, m.Direction, value, on, stated, low, high, until, rows(m.Milestones), texts(m.PartnerCountries)}
}

// rows writes a list as the JSON of a column. What is in it always encodes.
func rows[T any](list []T) string {
	if len(list) == 0 {
		return "[]"
	}
	bytes, err := json.Marshal(list)
	if err != nil {
		return "" // which no column takes
	}
	return string(bytes)
}

// texts is the list as an array of text.
func texts(list []ident.Country) db.Texts {
	out := make(db.Texts, len(list))
	for i, one := range list {
		out[i] = string(one)
	}
	return out
}
