package bound

import "github.com/shopspring/decimal"

// ShareDecimals is how many decimals a share is rounded to.
const ShareDecimals = 4

// Share gives how far the quantity has come on the way from one number to
// another, as a part of the way: 0 is at from, 1 is at to, less than 0 is before
// from and more than 1 beyond to. Where to is the lower one, the way leads down.
// An end is open where the quantity may be any distance on, and the number of an
// approximate statement stays about. Ends are rounded, half away from zero, and
// so they are included even where the number itself is not: what is rounded to
// the end may lie on either side of it. ok is false where there is no way to go.
func (i Interval) Share(from, to decimal.Decimal) (share Interval, ok bool) {
	way := to.Sub(from)
	if way.IsZero() {
		return Interval{}, false
	}
	part := func(e end) end {
		if e.stated {
			e = end{value: e.value.Sub(from).DivRound(way, ShareDecimals), stated: true}
		}
		return e
	}
	share = Interval{low: part(i.low), high: part(i.high), about: part(i.about), approx: i.approx}
	if way.IsNegative() {
		share.low, share.high = share.high, share.low
	}
	return share, true
}
