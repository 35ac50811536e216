package bound_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"accord/pkg/bound"
)

func TestSumKeepsWhatIsKnown(t *testing.T) {
	t.Parallel()
	gt10 := parse(t, "gt", "10000000000", "")
	gt5 := parse(t, "gt", "5000000000", "")
	tests := []struct {
		name  string
		parts []bound.Interval
		want  string
	}{
		{"two lower bounds make a lower bound", []bound.Interval{gt10, gt5}, `{"low":"15000000000","low_bound":"gt"}`},
		{
			"an exact part keeps strictness and openness",
			[]bound.Interval{gt10, parse(t, "exact", "1.50", "")},
			`{"low":"10000000001.5","low_bound":"gt"}`,
		},
		{
			"a range and a number stay closed",
			[]bound.Interval{parse(t, "range", "1", "2"), parse(t, "exact", "3", "")},
			`{"low":"4","low_bound":"ge","high":"5","high_bound":"le"}`,
		},
		{"a lower and an upper bound know nothing of their sum", []bound.Interval{gt10, parse(t, "lt", "", "3")}, `{}`},
		{
			"two upper bounds make an upper bound",
			[]bound.Interval{parse(t, "le", "", "1"), parse(t, "lt", "", "2")},
			`{"high":"3","high_bound":"lt"}`,
		},
		{"an approximate part opens both ends and shows", []bound.Interval{gt10, parse(t, "approx", "5", "")}, `{"approx":true}`},
		{
			"exact and approximate parts are about their sum",
			[]bound.Interval{parse(t, "exact", "1", ""), parse(t, "approx", "5", "")},
			`{"approx":true,"about":"6"}`,
		},
		{"one part is itself", []bound.Interval{gt5}, `{"low":"5000000000","low_bound":"gt"}`},
		{
			"twenty digits carry into twenty-one",
			[]bound.Interval{parse(t, "exact", "99999999999999999999", ""), parse(t, "ge", "1", "")},
			`{"low":"100000000000000000000","low_bound":"ge"}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sum, stated := bound.Sum(test.parts...)
			got, err := json.Marshal(sum.Cell())
			if err != nil {
				t.Fatal(err)
			}
			if !stated || string(got) != test.want {
				t.Errorf("sum %s (stated %v), want %s", got, stated, test.want)
			}
		})
	}
}

func TestSumOfNothingIsNotStated(t *testing.T) {
	t.Parallel()
	var total bound.Total
	total.Miss()
	total.Miss()
	if sum, stated := total.Sum(); stated {
		t.Errorf("nobody stated anything, yet the sum is %s", sum)
	}
	if total.Count() != 2 || total.NotStated() != 2 || total.Stated() != 0 {
		t.Errorf("counts %d, %d, %d", total.Count(), total.Stated(), total.NotStated())
	}
}

func TestTotalCountsWhoStatedAndWhoDidNot(t *testing.T) {
	t.Parallel()
	var total bound.Total
	total.Add(parse(t, "gt", "10000000000", ""))
	total.Miss()
	total.Add(parse(t, "approx", "5000000000", ""))
	copied := total
	copied.Miss()
	if total.Count() != 3 || total.Stated() != 2 || total.NotStated() != 1 || total.Approximate() != 1 {
		t.Errorf("counts %d, %d, %d, %d", total.Count(), total.Stated(), total.NotStated(), total.Approximate())
	}
	if sum, stated := total.Sum(); !stated || !sum.Approx() {
		t.Errorf("sum %s hides that a part is approximate", sum)
	}
}

// The sum of two intervals is exactly the numbers that two numbers of them add
// up to: none that could be is left out, none that could not be is let in.
func TestSumAgreesWithEveryPossiblePair(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		a, b := anyInterval(t, random), anyInterval(t, random)
		sum := a.Plus(b)
		reached := make(map[string]bool)
		for _, x := range grid(a) {
			for _, y := range grid(b) {
				v := x.Add(y)
				if !sum.Contains(v) {
					t.Fatalf("%s plus %s is %s, without %s", a, b, sum, v)
				}
				reached[bound.Canonical(v)] = true
			}
		}
		for _, v := range grid(sum) {
			// A quarter beside two strict ends is an eighth beside each, which the grid does not have.
			near := v.Abs().LessThanOrEqual(number("8"))
			if near && v.Mul(number("2")).IsInteger() && !reached[bound.Canonical(v)] {
				t.Fatalf("%s plus %s is %s, with %s that no pair reaches", a, b, sum, v)
			}
		}
	}
}

func TestSumIsTheSameInAnyOrderAndGrouping(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		a, b, c := anyInterval(t, random), anyInterval(t, random), anyInterval(t, random)
		if x, y := a.Plus(b), b.Plus(a); !x.Equal(y) {
			t.Fatalf("%s plus %s: %s one way, %s the other", a, b, x, y)
		}
		if x, y := a.Plus(b).Plus(c), a.Plus(b.Plus(c)); !x.Equal(y) {
			t.Fatalf("%s, %s, %s: %s one way, %s the other", a, b, c, x, y)
		}
		if x := a.Plus(b); x.Approx() != (a.Approx() || b.Approx()) {
			t.Fatalf("%s plus %s is %s: approximate parts must show", a, b, x)
		}
	}
}
