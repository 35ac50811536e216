package bound_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"accord/pkg/bound"
	"accord/pkg/fault"
)

var yuan = bound.Renminbi.Rule(false)

func parse(t *testing.T, b, low, high string) bound.Interval {
	t.Helper()
	i, faults := bound.Parse(b, low, high, bound.Rule{Decimals: 2, Negative: true})
	if len(faults) > 0 {
		t.Fatalf("Parse(%q, %q, %q): %v", b, low, high, faults)
	}
	return i
}

func number(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func TestParseKeepsWhatWasStated(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, bound, low, high string
		want                   bound.Cell
	}{
		{"exceeding is open above and strict", "gt", "10000000000", "", bound.Cell{Low: "10000000000", LowBound: bound.Above}},
		{"at least includes its number", "ge", "5", "", bound.Cell{Low: "5", LowBound: bound.AtLeast}},
		{"less than is open below and strict", "lt", "", "5", bound.Cell{High: "5", HighBound: bound.Below}},
		{"at most includes its number", "le", "", "5", bound.Cell{High: "5", HighBound: bound.AtMost}},
		{"exact has both ends", "exact", "7.50", "", bound.Cell{Low: "7.5", LowBound: bound.AtLeast, High: "7.5", HighBound: bound.AtMost}},
		{"exact may repeat its number", "exact", "7.5", "7.50", bound.Cell{Low: "7.5", LowBound: bound.AtLeast, High: "7.5", HighBound: bound.AtMost}},
		{"range has both ends", "range", "1", "2", bound.Cell{Low: "1", LowBound: bound.AtLeast, High: "2", HighBound: bound.AtMost}},
		{"range of one number", "range", "2", "2.00", bound.Cell{Low: "2", LowBound: bound.AtLeast, High: "2", HighBound: bound.AtMost}},
		{"approximate has no ends", "approx", "3", "", bound.Cell{Approx: true, About: "3"}},
		{"zero is a number", "exact", "0.00", "", bound.Cell{Low: "0", LowBound: bound.AtLeast, High: "0", HighBound: bound.AtMost}},
		{"twenty digits", "ge", "12345678901234567890.12", "", bound.Cell{Low: "12345678901234567890.12", LowBound: bound.AtLeast}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			i, faults := bound.Parse(test.bound, test.low, test.high, yuan)
			if len(faults) > 0 {
				t.Fatalf("refused: %v", faults)
			}
			if got := i.Cell(); got != test.want {
				t.Errorf("cell %+v, want %+v", got, test.want)
			}
			if i.Bound() != bound.Bound(test.bound) {
				t.Errorf("bound %q, want %q", i.Bound(), test.bound)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	whole := bound.Rule{}
	tests := []struct {
		name, bound, low, high string
		rule                   bound.Rule
		want                   string // pointer and code of each fault
	}{
		{"an unknown bound", "about", "1", "", yuan, "/bound bound_unknown"},
		{"no bound", "", "1", "", yuan, "/bound bound_unknown"},
		{"an unknown bound and a bad number at once", "GT", "x", "", yuan, "/bound bound_unknown /low decimal_malformed"},
		{"a range upside down", "range", "3", "2.99", yuan, "/low low_above_high"},
		{"gt without a number", "gt", "", "", yuan, "/low required"},
		{"ge with the number at the wrong end", "ge", "", "1", yuan, "/low required /high not_wanted"},
		{"gt with a high end", "gt", "1", "2", yuan, "/high not_wanted"},
		{"lt with a low end", "lt", "1", "2", yuan, "/low not_wanted"},
		{"le without a number", "le", "", "", yuan, "/high required"},
		{"a range with one end", "range", "1", "", yuan, "/high required"},
		{"exact without a number", "exact", "", "", yuan, "/low required"},
		{"exact with two numbers", "exact", "1", "2", yuan, "/high ends_differ"},
		{"approximate with two numbers", "approx", "2", "1", yuan, "/high ends_differ"},
		{"NaN", "exact", "NaN", "", yuan, "/low decimal_malformed"},
		{"infinity", "ge", "Infinity", "", yuan, "/low decimal_malformed"},
		{"minus infinity", "ge", "-inf", "", yuan, "/low decimal_malformed"},
		{"an exponent", "ge", "1e400", "", yuan, "/low decimal_malformed"},
		{"a small exponent", "ge", "1E2", "", yuan, "/low decimal_malformed"},
		{"a hexadecimal number", "ge", "0x10", "", yuan, "/low decimal_malformed"},
		{"a plus sign", "ge", "+1", "", yuan, "/low decimal_malformed"},
		{"two minus signs", "ge", "--1", "", yuan, "/low decimal_malformed"},
		{"grouped digits", "ge", "1,000", "", yuan, "/low decimal_malformed"},
		{"underscores", "ge", "1_000", "", yuan, "/low decimal_malformed"},
		{"a blank", "ge", " 1", "", yuan, "/low decimal_malformed"},
		{"a leading zero", "ge", "01", "", yuan, "/low decimal_malformed"},
		{"a bare point", "ge", ".", "", yuan, "/low decimal_malformed"},
		{"nothing before the point", "ge", ".5", "", yuan, "/low decimal_malformed"},
		{"nothing after the point", "ge", "5.", "", yuan, "/low decimal_malformed"},
		{"two points", "ge", "1.2.3", "", yuan, "/low decimal_malformed"},
		{"full-width digits", "ge", "１００", "", yuan, "/low decimal_malformed"},
		{"arabic digits", "ge", "١٠٠", "", yuan, "/low decimal_malformed"},
		{"invalid UTF-8", "ge", "1\xff", "", yuan, "/low decimal_malformed"},
		{"a NUL", "ge", "1\x00", "", yuan, "/low decimal_malformed"},
		{"twenty-one digits", "ge", "123456789012345678901", "", yuan, "/low decimal_too_long"},
		{"forty digits", "le", "", strings.Repeat("9", 40), yuan, "/high decimal_too_long"},
		{"three decimals of a yuan", "ge", "1.005", "", yuan, "/low decimal_too_precise"},
		{"three decimals that are zeros", "ge", "1.000", "", yuan, "/low decimal_too_precise"},
		{"a decimal of a yen", "ge", "1.5", "", whole, "/low decimal_too_precise"},
		{"less than zero", "exact", "-0.01", "", yuan, "/low decimal_negative"},
		{"both ends at fault", "range", "-1", "1e9", yuan, "/low decimal_negative /high decimal_malformed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, faults := bound.Parse(test.bound, test.low, test.high, test.rule)
			if got := listed(faults); got != test.want {
				t.Errorf("faults %q, want %q", got, test.want)
			}
		})
	}
}

func listed(faults fault.Fields) string {
	var parts []string
	for _, f := range faults {
		parts = append(parts, f.Pointer+" "+f.Code)
	}
	return strings.Join(parts, " ")
}

func TestStoredReadsBackWhatTheRegisterWrote(t *testing.T) {
	t.Parallel()
	for _, test := range [][3]string{
		{"exact", "7.5", "7.5"},
		{"approx", "3", "3"},
		{"range", "1", "2"},
		{"gt", "10000000000", ""},
		{"ge", "1", ""},
		{"lt", "", "1"},
		{"le", "", "0.0001"},
	} {
		i, err := bound.Stored(test[0], test[1], test[2])
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]string{string(i.Bound()), ending(i.Low()), ending(i.High())}; got != test {
			t.Errorf("stored %v, read back %v", test, got)
		}
	}
	if _, err := bound.Stored("range", "NaN", "1"); err == nil {
		t.Error("NaN was read back as a number")
	}
}

func ending(d decimal.Decimal, stated bool) string {
	if !stated {
		return ""
	}
	return bound.Canonical(d)
}

func TestAboveAnswersOnlyWhatIsKnown(t *testing.T) {
	t.Parallel()
	tests := []struct {
		bound, low, high, x string
		want                bound.Answer
	}{
		{"gt", "10", "", "10", bound.Yes},
		{"ge", "10", "", "10", bound.Unknown},
		{"ge", "10", "", "9.99", bound.Yes},
		{"gt", "10", "", "11", bound.Unknown},
		{"lt", "", "10", "10", bound.No},
		{"le", "", "10", "10", bound.No},
		{"le", "", "10", "9", bound.Unknown},
		{"exact", "10", "", "10", bound.No},
		{"exact", "10", "", "9.99", bound.Yes},
		{"range", "5", "10", "7", bound.Unknown},
		{"approx", "10", "", "1", bound.Unknown},
	}
	for _, test := range tests {
		if got := parse(t, test.bound, test.low, test.high).Above(number(test.x)); got != test.want {
			t.Errorf("%s [%s, %s] above %s: %s, want %s", test.bound, test.low, test.high, test.x, got, test.want)
		}
	}
}

// An interval answers yes exactly when every number it may be says yes, and no
// exactly when none does.
func TestAboveAgreesWithEveryPossibleNumber(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		i := anyInterval(t, random)
		x := number(strconv.Itoa(random.IntN(2*reach+1) - reach))
		above, notAbove := false, false
		for _, v := range grid(i) {
			if v.GreaterThan(x) {
				above = true
			} else {
				notAbove = true
			}
		}
		want := bound.Unknown
		switch {
		case above && !notAbove:
			want = bound.Yes
		case notAbove && !above:
			want = bound.No
		}
		if got := i.Above(x); got != want {
			t.Fatalf("%s above %s: %s, want %s", i, x, got, want)
		}
	}
}

// reach is how far the ends of random intervals lie from zero; the grid goes
// four times as far, so that an open end has numbers beyond every sum of two.
const reach = 4

// grid gives the quarters that the interval may be.
func grid(i bound.Interval) []decimal.Decimal {
	var all []decimal.Decimal
	for q := -16 * reach; q <= 16*reach; q++ {
		if v := decimal.New(int64(q)*25, -2); i.Contains(v) {
			all = append(all, v)
		}
	}
	return all
}

func anyInterval(t *testing.T, random *rand.Rand) bound.Interval {
	t.Helper()
	low := random.IntN(2*reach+1) - reach
	high := low + random.IntN(reach-low+1)
	b := bound.Bounds()[random.IntN(len(bound.Bounds()))]
	lowText, highText := strconv.Itoa(low), strconv.Itoa(high)
	switch b {
	case bound.Below, bound.AtMost:
		lowText = ""
	case bound.Range:
	default:
		highText = ""
	}
	return parse(t, string(b), lowText, highText)
}

func FuzzParse(f *testing.F) {
	for _, b := range append(bound.Bounds(), "", "GT") {
		f.Add(string(b), "10000000000", "", 2, false)
		f.Add(string(b), "", "0.5", 0, true)
		f.Add(string(b), "-1.25", "1e400", 2, true)
	}
	f.Fuzz(func(t *testing.T, b, low, high string, decimals int, negative bool) {
		i, faults := bound.Parse(b, low, high, bound.Rule{Decimals: decimals % 5, Negative: negative})
		if len(faults) > 0 {
			return
		}
		lowNumber, hasLow := i.Low()
		highNumber, hasHigh := i.High()
		again, faults := bound.Parse(b, ending(lowNumber, hasLow), ending(highNumber, hasHigh),
			bound.Rule{Decimals: decimals % 5, Negative: negative})
		if len(faults) > 0 || !again.Equal(i) || again.Cell() != i.Cell() {
			t.Fatalf("Parse(%q, %q, %q) = %s reads back as %s, %v", b, low, high, i, again, faults)
		}
		if hasLow && hasHigh && lowNumber.GreaterThan(highNumber) {
			t.Fatalf("%s is upside down", i)
		}
		if text := fmt.Sprint(i); strings.ContainsAny(text, "EN") {
			t.Fatalf("%q is not canonical", text)
		}
	})
}
