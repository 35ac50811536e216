package bound_test

import (
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"

	"accord/pkg/bound"
)

func TestShare(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bound, low, high, from, to string
		want                       bound.Cell
	}{
		"a number is a part of the way":         {"exact", "60", "", "50", "90", bound.Cell{Low: "0.25", LowBound: bound.AtLeast, High: "0.25", HighBound: bound.AtMost}},
		"the way may lead down":                 {"exact", "60", "", "90", "50", bound.Cell{Low: "0.75", LowBound: bound.AtLeast, High: "0.75", HighBound: bound.AtMost}},
		"before the start it is less than zero": {"exact", "40", "", "50", "90", bound.Cell{Low: "-0.25", LowBound: bound.AtLeast, High: "-0.25", HighBound: bound.AtMost}},
		"beyond the end it is more than one":    {"exact", "130", "", "50", "90", bound.Cell{Low: "2", LowBound: bound.AtLeast, High: "2", HighBound: bound.AtMost}},
		"what is open above stays open":         {"gt", "60", "", "50", "90", bound.Cell{Low: "0.25", LowBound: bound.AtLeast}},
		"and is open below on a way down":       {"gt", "60", "", "90", "50", bound.Cell{High: "0.75", HighBound: bound.AtMost}},
		"a range stays one, lower end first":    {"range", "60", "70", "90", "50", bound.Cell{Low: "0.5", LowBound: bound.AtLeast, High: "0.75", HighBound: bound.AtMost}},
		"about stays about":                     {"approx", "60", "", "50", "90", bound.Cell{Approx: true, About: "0.25"}},
		"it is rounded to four decimals":        {"exact", "1", "", "0", "3", bound.Cell{Low: "0.3333", LowBound: bound.AtLeast, High: "0.3333", HighBound: bound.AtMost}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			share, ok := parse(t, c.bound, c.low, c.high).Share(number(c.from), number(c.to))
			if got := share.Cell(); !ok || got != c.want {
				t.Errorf("got %+v, %v, want %+v", got, ok, c.want)
			}
		})
	}
	if share, ok := parse(t, "exact", "1", "").Share(number("2"), number("2")); ok {
		t.Errorf("there is no way, and %v of it", share)
	}
}

// TestTheShareOfEachNumberIsInTheShareOfAll draws numbers out of intervals: the
// share of each must be among those of the interval, and the ends must be met.
func TestTheShareOfEachNumberIsInTheShareOfAll(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(5, 8))
	random := func() decimal.Decimal { return decimal.New(draw.Int64N(2_000_00)-1_000_00, -2) }
	for range 20_000 {
		a, b := random(), random()
		if a.GreaterThan(b) {
			a, b = b, a
		}
		stated := bound.Bounds()[draw.IntN(len(bound.Bounds()))]
		low, high := bound.Canonical(a), bound.Canonical(b)
		switch stated {
		case bound.Exact, bound.Above, bound.AtLeast, bound.Approx:
			high = ""
		case bound.Below, bound.AtMost:
			low = ""
		}
		i := parse(t, string(stated), low, high)
		from, to := random(), random()
		share, ok := i.Share(from, to)
		if ok == from.Equal(to) {
			t.Fatalf("from %s to %s: %v", from, to, ok)
		}
		if !ok {
			continue
		}
		for range 20 {
			x := random()
			if draw.IntN(4) == 0 {
				x = a.Add(decimal.New(draw.Int64N(3)-1, -2)) // near an end
			}
			part := x.Sub(from).DivRound(to.Sub(from), bound.ShareDecimals)
			if i.Contains(x) && !share.Contains(part) {
				t.Fatalf("%s holds %s, whose share from %s to %s is %s, and that is not in %s", i, x, from, to, part, share)
			}
		}
		for _, end := range []func() (decimal.Decimal, bool){i.Low, i.High} {
			if x, ok := end(); ok && !share.Contains(x.Sub(from).DivRound(to.Sub(from), bound.ShareDecimals)) {
				t.Fatalf("the end %s of %s is not in %s", x, i, share)
			}
		}
	}
}
