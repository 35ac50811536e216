package bound

import (
	"fmt"

	"github.com/shopspring/decimal"

	"accord/pkg/fault"
)

// Interval is what is known of a quantity: every number from its low end to
// its high end, where an end that was not stated is open. The zero Interval is
// open at both ends and says nothing.
//
// An approximate statement gives no hard end, since nobody said how far off it
// may be: the interval is open at both ends, and the stated number is kept
// beside it, visibly as "about". Whoever wants a floor under "about 5 billion"
// would have to invent it.
type Interval struct {
	bound  Bound // how it was stated; "" for a sum
	low    end
	high   end
	about  end // the number of an approximate statement, or of a sum of exact and approximate ones
	approx bool
}

// end is one end of an interval; the zero end is open.
type end struct {
	value  decimal.Decimal
	stated bool
	strict bool // the value itself is outside
}

// Parse makes an interval of a bound and its ends as the wire gives them, ""
// for an end that was not given. A bound of a single number (exact, approx)
// takes it as low; high may repeat it.
//
// The faults are bound_unknown at /bound; required or not_wanted at the end
// that the bound needs or cannot have; the codes of [ParseDecimal] at the end
// they concern; low_above_high at /low; ends_differ at /high where a single
// number was given twice, differently.
func Parse(bound, low, high string, rule Rule) (Interval, fault.Fields) {
	var faults fault.Fields
	b, ok := ParseBound(bound)
	if !ok {
		faults.Add("/bound", "bound_unknown")
	}
	wantLow, wantHigh := b.ends()
	lowEnd := parseEnd(&faults, "/low", low, rule, ok, wantLow, wantLow)
	highEnd := parseEnd(&faults, "/high", high, rule, ok, wantHigh, wantHigh || b.point())
	if len(faults) > 0 {
		return Interval{}, faults
	}
	if lowEnd.stated && highEnd.stated {
		switch {
		case b.point() && !lowEnd.value.Equal(highEnd.value):
			faults.Add("/high", "ends_differ")
		case lowEnd.value.GreaterThan(highEnd.value):
			faults.Add("/low", "low_above_high")
		}
	}
	if len(faults) > 0 {
		return Interval{}, faults
	}
	return assemble(b, lowEnd, highEnd), nil
}

// parseEnd reads one end and notes what is at fault with it. Where the bound
// itself is unknown, only the number is judged.
func parseEnd(faults *fault.Fields, pointer, text string, rule Rule, known, wanted, allowed bool) end {
	if text == "" {
		if known && wanted {
			faults.Add(pointer, "required")
		}
		return end{}
	}
	if known && !allowed {
		faults.Add(pointer, "not_wanted")
		return end{}
	}
	value, code := ParseDecimal(text, rule)
	if code != "" {
		faults.Add(pointer, code, rule.args())
		return end{}
	}
	return end{value: value, stated: true}
}

// assemble puts checked ends together.
func assemble(b Bound, low, high end) Interval {
	i := Interval{bound: b, low: low, high: high}
	switch b {
	case Exact:
		i.high = low
	case Approx:
		i.low, i.high, i.about, i.approx = end{}, end{}, low, true
	case Above:
		i.low.strict = true
	case Below:
		i.high.strict = true
	}
	return i
}

// Stored makes an interval of what the register wrote down itself, where both
// ends of an exact or approximate figure hold its number. It fails on what
// [Parse] would never have let in; that is an accident and no fault of the
// reader's, so the error carries no fault.
func Stored(bound, low, high string) (Interval, error) {
	i, faults := Parse(bound, low, high, Rule{Decimals: storedDecimals, Negative: true})
	if err := faults.Err(); err != nil {
		return Interval{}, fmt.Errorf("stored interval %s [%s, %s]: %v", bound, low, high, err)
	}
	return i, nil
}

// Bound gives how the quantity was stated, "" for a sum.
func (i Interval) Bound() Bound { return i.bound }

// Approx tells whether an approximate statement is in it.
func (i Interval) Approx() bool { return i.approx }

// Low gives the number at the low end as it was stated, and whether there is
// one. For an exact or approximate statement it is the number itself.
func (i Interval) Low() (decimal.Decimal, bool) {
	if i.approx {
		return i.about.value, i.about.stated
	}
	return i.low.value, i.low.stated
}

// High gives the number at the high end, as [Interval.Low] does at the low one.
func (i Interval) High() (decimal.Decimal, bool) {
	if i.approx {
		return i.about.value, i.about.stated
	}
	return i.high.value, i.high.stated
}

// Strict tells of each end whether the number at it is outside.
func (i Interval) Strict() (low, high bool) { return i.low.strict, i.high.strict }

// Contains tells whether the quantity could be x.
func (i Interval) Contains(x decimal.Decimal) bool {
	if i.low.stated && (x.LessThan(i.low.value) || i.low.strict && x.Equal(i.low.value)) {
		return false
	}
	if i.high.stated && (x.GreaterThan(i.high.value) || i.high.strict && x.Equal(i.high.value)) {
		return false
	}
	return true
}

// Above tells whether the quantity exceeds x.
func (i Interval) Above(x decimal.Decimal) Answer {
	switch {
	case i.low.stated && (i.low.value.GreaterThan(x) || i.low.strict && i.low.value.Equal(x)):
		return Yes
	case i.high.stated && i.high.value.LessThanOrEqual(x):
		return No
	default:
		return Unknown
	}
}

// Equal tells whether both say the same, however they were stated.
func (i Interval) Equal(j Interval) bool {
	return i.approx == j.approx && i.low.equal(j.low) && i.high.equal(j.high) && i.about.equal(j.about)
}

func (e end) equal(f end) bool {
	return e.stated == f.stated && e.strict == f.strict && e.value.Equal(f.value)
}
