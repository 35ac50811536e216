package commitment

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"github.com/shopspring/decimal"

	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// few are terms from so few values that two of them often differ in little.
type few struct{ Terms }

// Generate is a [quick.Generator].
func (few) Generate(draw *rand.Rand, _ int) reflect.Value {
	day := func() plan.Date { return []plan.Date{"", "2027-06-30", "2027-12-31"}[draw.Intn(3)] }
	t := Terms{Title: "t", Text: []string{"x", "x", "x", "y"}[draw.Intn(4)], Strength: append(Strengths(), "")[draw.Intn(4)], DueOn: day()}
	if draw.Intn(4) > 0 {
		t.Indicator, t.Unit, t.Direction = "people_trained", "persons", Increase
		if draw.Intn(5) == 0 {
			t.Indicator, t.Unit, t.Direction = "days_taken", "days", Decrease
		}
		if draw.Intn(3) > 0 {
			t.Target = &Target{Interval: someInterval(draw, t.Direction), On: day()}
		}
		if draw.Intn(3) > 0 {
			t.Baseline = &Baseline{Value: decimal.NewFromInt(int64(draw.Intn(3)))}
		}
	}
	for _, key := range []string{"one", "two"} {
		if draw.Intn(3) == 0 {
			t.Milestones = append(t.Milestones, Milestone{Key: key, Title: key, DueOn: day()})
		}
	}
	for _, country := range []ident.Country{"KE", "PK"} {
		if draw.Intn(3) == 0 {
			t.PartnerCountries = append(t.PartnerCountries, country)
		}
	}
	return reflect.ValueOf(few{t})
}

func someInterval(draw *rand.Rand, direction Direction) bound.Interval {
	kinds := []bound.Bound{bound.Exact, bound.Approx, bound.Range, bound.AtLeast, bound.Above}
	if direction == Decrease {
		kinds = []bound.Bound{bound.Exact, bound.Approx, bound.Range, bound.AtMost, bound.Below}
	}
	low, high := fmt.Sprint(draw.Intn(3)), ""
	switch kind := kinds[draw.Intn(len(kinds))]; kind {
	case bound.Range:
		return interval(kind, low, fmt.Sprint(2+draw.Intn(2)))
	case bound.AtMost, bound.Below:
		return interval(kind, high, low)
	default:
		return interval(kind, low, high)
	}
}

func interval(kind bound.Bound, low, high string) bound.Interval {
	i, err := bound.Stored(string(kind), low, high)
	if err != nil {
		panic(err)
	}
	return i
}

// holds tries a law with many terms, and fails if it was about nothing.
func holds(t *testing.T, law any, tried *int) {
	t.Helper()
	if err := quick.Check(law, &quick.Config{MaxCount: 4000}); err != nil {
		t.Error(err)
	}
	if tried != nil && *tried < 20 {
		t.Errorf("the law was tried %d times only", *tried)
	}
}

func TestWhatStaysHasNoClass(t *testing.T) {
	t.Parallel()
	holds(t, func(a few) bool {
		return reflect.DeepEqual(Compare(a.Terms, a.Terms), Comparison{})
	}, nil)
}

// near gives terms that differ from others in about one thing in eight.
func near(a, b Terms, draw uint8) Terms {
	pick := func(n uint8) bool { return draw>>n&1 == 0 }
	if pick(0) || pick(1) {
		b.Measure.Indicator, b.Unit, b.Direction, b.Target, b.Baseline = a.Indicator, a.Unit, a.Direction, a.Target, a.Baseline
	}
	if pick(2) {
		b.DueOn = a.DueOn
	}
	if pick(3) {
		b.Strength = a.Strength
	}
	if pick(4) || pick(5) {
		b.Milestones = a.Milestones
	}
	if pick(6) || pick(7) {
		b.PartnerCountries = a.PartnerCountries
	}
	return b
}

func TestTheInverseIsOfTheOppositeClass(t *testing.T) {
	t.Parallel()
	opposite := map[AmendmentClass]int{}
	tried := 0
	holds(t, func(a, other few, draw uint8) bool {
		b := near(a.Terms, other.Terms, draw)
		there, back := Compare(a.Terms, b), Compare(b, a.Terms)
		if !sameTerms(there.Weaker, back.Stronger) || !sameTerms(there.Stronger, back.Weaker) || !sameTerms(there.Replaced, back.Replaced) {
			return false
		}
		if len(there.Weaker) > 0 && len(there.Stronger)+len(there.Replaced) > 0 || len(there.Replaced) > 0 && len(there.Stronger) > 0 {
			return there.Class() == ClassWeakened || back.Class() == ClassWeakened // mixed
		}
		tried++
		opposite[there.Class()]++
		want := map[AmendmentClass]AmendmentClass{ClassWeakened: ClassStrengthened, ClassStrengthened: ClassWeakened, ClassSuperseded: ClassSuperseded}
		return back.Class() == want[there.Class()]
	}, &tried)
	for _, class := range []AmendmentClass{ClassStrengthened, ClassWeakened, ""} {
		if opposite[class] < 20 {
			t.Errorf("tried %v", opposite)
		}
	}
}

func sameTerms(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func TestStrongerThanStrongerIsStronger(t *testing.T) {
	t.Parallel()
	tried := 0
	holds(t, func(a, second, third few, one, two uint8) bool {
		b := near(a.Terms, second.Terms, one)
		c := near(b, third.Terms, two)
		if Compare(a.Terms, b).Class() != ClassStrengthened || Compare(b, c).Class() != ClassStrengthened {
			return true
		}
		tried++
		return Compare(a.Terms, c).Class() == ClassStrengthened
	}, &tried)
}

// TestOneThatFallsWeakensAll lowers one term beside whatever else happens.
func TestOneThatFallsWeakensAll(t *testing.T) {
	t.Parallel()
	holds(t, func(a, b few) bool {
		a.Milestones = []Milestone{{Key: "kept", Title: "k", DueOn: "2027-01-01"}}
		b.Milestones = []Milestone{{Key: "kept", Title: "k", DueOn: "2027-01-02"}, {Key: "more", Title: "m"}}
		return Compare(a.Terms, b.Terms).Class() == ClassWeakened
	}, nil)
}

// TestAHigherTargetIsNeverWeaker moves the ends of targets, further on the way
// and back.
func TestAHigherTargetIsNeverWeaker(t *testing.T) {
	t.Parallel()
	holds(t, func(from, by uint16, kind uint8) bool {
		direction, sign := Increase, 1
		kinds := []bound.Bound{bound.Exact, bound.Approx, bound.AtLeast, bound.Above, bound.AtMost, bound.Below}
		stated := kinds[int(kind)%len(kinds)]
		at := func(n int) *Target {
			text := fmt.Sprint(100_000 + sign*n)
			if stated == bound.AtMost || stated == bound.Below {
				return &Target{Interval: interval(stated, "", text)}
			}
			return &Target{Interval: interval(stated, text, "")}
		}
		if stated == bound.AtMost || stated == bound.Below {
			direction, sign = Decrease, -1
		}
		of := func(target *Target) Terms {
			return Terms{Measure: Measure{Indicator: "i", Direction: direction, Target: target}}
		}
		near, far := of(at(int(from)/4)), of(at(int(from)/4+1+int(by)/4))
		return Compare(near, far).Class() == ClassStrengthened && Compare(far, near).Class() == ClassWeakened
	}, nil)
}

func TestTargetsAreComparedAtBothEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		direction Direction
		from, to  string
		want      AmendmentClass
	}{
		{Increase, "ge 1000", "ge 999", ClassWeakened},
		{Increase, "ge 1000", "gt 1000", ClassStrengthened},
		{Increase, "exact 1000", "ge 1000", ClassStrengthened},
		{Increase, "ge 1000", "range 1000 1500", ClassWeakened},
		{Increase, "ge 1000", "range 1200 1500", ClassWeakened}, // which nobody can order
		{Increase, "range 1000 1500", "range 1000 1600", ClassStrengthened},
		{Increase, "range 1000 1500", "range 900 1600", ClassWeakened},
		{Increase, "exact 1000", "approx 1000", ClassWeakened},
		{Increase, "approx 1000", "approx 1001", ClassStrengthened},
		{Increase, "exact 1000", "range 1000 1000", ""},
		{Increase, "exact 1000.0", "exact 1000", ""},
		{Decrease, "le 10", "le 11", ClassWeakened},
		{Decrease, "le 10", "lt 10", ClassStrengthened},
		{Decrease, "le 10", "range 0 10", ""},
		{Decrease, "le 10", "range 5 10", ClassWeakened},
		{Decrease, "exact 10", "le 10", ClassStrengthened},
		{Decrease, "approx 10", "exact 10", ClassStrengthened},
		{Decrease, "exact 10", "exact 9", ClassStrengthened},
	} {
		of := func(text string) Terms {
			words := append(strings.Fields(text), "")
			low, high := words[1], words[2]
			if words[0] == "le" || words[0] == "lt" {
				low, high = "", words[1]
			}
			return Terms{Measure: Measure{Indicator: "i", Direction: c.direction, Target: &Target{Interval: interval(bound.Bound(words[0]), low, high)}}}
		}
		if got := Compare(of(c.from), of(c.to)).Class(); got != c.want {
			t.Errorf("%s from %s to %s: %q, want %q", c.direction, c.from, c.to, got, c.want)
		}
	}
}
