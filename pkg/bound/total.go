package bound

import "github.com/shopspring/decimal"

// Plus gives what is known of the sum of both quantities: an end is open where
// one of the ends is, and strict where one of them is. The sum is approximate
// if one of the parts is; it is about a number only if every part is one number,
// exactly or about.
func (i Interval) Plus(j Interval) Interval {
	sum := Interval{
		low:    i.low.plus(j.low),
		high:   i.high.plus(j.high),
		approx: i.approx || j.approx,
	}
	if sum.approx {
		a, oneNumber := i.number()
		b, another := j.number()
		if oneNumber && another {
			sum.about = end{value: a.Add(b), stated: true}
		}
	}
	return sum
}

func (e end) plus(f end) end {
	if !e.stated || !f.stated {
		return end{}
	}
	return end{value: e.value.Add(f.value), stated: true, strict: e.strict || f.strict}
}

// number gives the single number of an exact or approximate quantity.
func (i Interval) number() (decimal.Decimal, bool) {
	if i.approx {
		return i.about.value, i.about.stated
	}
	return i.low.value, i.low.stated && i.high.stated && i.low.value.Equal(i.high.value)
}

// Total adds up figures and counts who stated one. The zero Total has nobody.
// Owner: the one who adds; it is a value, so a copy goes its own way.
type Total struct {
	sum       Interval
	stated    int
	approx    int
	notStated int
}

// Add counts one that stated the interval.
func (t *Total) Add(i Interval) {
	if t.stated == 0 {
		t.sum = Interval{low: i.low, high: i.high, about: i.about, approx: i.approx}
	} else {
		t.sum = t.sum.Plus(i)
	}
	if i.approx {
		t.approx++
	}
	t.stated++
}

// Miss counts one that stated nothing.
func (t *Total) Miss() { t.notStated++ }

// Sum gives the sum of all that was stated, and false where nothing was: the
// sum of no figures is not stated, never zero.
func (t Total) Sum() (Interval, bool) { return t.sum, t.stated > 0 }

// Stated gives how many stated a figure.
func (t Total) Stated() int { return t.stated }

// Approximate gives how many of those stated it approximately.
func (t Total) Approximate() int { return t.approx }

// NotStated gives how many stated none.
func (t Total) NotStated() int { return t.notStated }

// Count gives how many there were in all.
func (t Total) Count() int { return t.stated + t.notStated }

// Sum adds up the intervals, and tells whether there was one.
func Sum(parts ...Interval) (Interval, bool) {
	var t Total
	for _, i := range parts {
		t.Add(i)
	}
	return t.Sum()
}
