// Package bound holds quantities as they were stated: an interval, never a
// bare number, and money as a decimal with its currency.
//
// "Exceeding 10 billion" is every number above ten billion and not ten
// billion; a figure that nobody stated is not zero. So a sum of intervals is
// open wherever one of its parts is open, and a sum of nothing is not stated.
// The package is a leaf: it imports the kinds of failure and nothing else of
// the register.
package bound

// Bound is how a quantity was stated.
type Bound string

// The bounds.
const (
	Exact   Bound = "exact"  // it is this number
	Above   Bound = "gt"     // it exceeds this number
	AtLeast Bound = "ge"     // it is this number or more
	Below   Bound = "lt"     // it is less than this number
	AtMost  Bound = "le"     // it is this number or less
	Range   Bound = "range"  // it is from the one number to the other, both included
	Approx  Bound = "approx" // it is about this number; how far from it nobody said
)

// Bounds gives every bound, in the order in which they are listed to readers.
func Bounds() []Bound {
	return []Bound{Exact, Above, AtLeast, Below, AtMost, Range, Approx}
}

// ParseBound reads the code of a bound, and tells whether it is one.
func ParseBound(text string) (Bound, bool) {
	for _, b := range Bounds() {
		if string(b) == text {
			return b, true
		}
	}
	return "", false
}

// ends tells which ends a bound takes: a low one, a high one.
func (b Bound) ends() (low, high bool) {
	switch b {
	case Below, AtMost:
		return false, true
	case Range:
		return true, true
	default:
		return true, false
	}
}

// point tells whether the bound names a single number, which then stands at both ends.
func (b Bound) point() bool { return b == Exact || b == Approx }

// Answer is what an interval can say of a yes-or-no question.
type Answer string

// The answers. Unknown is the honest one wherever part of the interval says
// yes and part says no.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)
