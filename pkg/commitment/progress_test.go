package commitment_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"

	"accord/pkg/bound"
	"accord/pkg/commitment"
	"accord/pkg/plan"
)

func interval(t *testing.T, stated, low, high string) bound.Interval {
	t.Helper()
	i, faults := bound.Parse(stated, low, high, bound.Rule{Decimals: 4})
	if len(faults) > 0 {
		t.Fatalf("%s %s %s: %v", stated, low, high, faults)
	}
	return i
}

// onTheWay is a commitment from 100 on the first day of a hundred to 200.
func onTheWay(t *testing.T) commitment.Commitment {
	t.Helper()
	return commitment.Commitment{
		StartsOn: "2026-01-01", DueOn: "2026-04-11",
		Measure: commitment.Measure{
			Direction: commitment.Increase, Baseline: &commitment.Baseline{Value: decimal.NewFromInt(100)},
			Target: &commitment.Target{Interval: interval(t, "ge", "200", "")},
		},
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	const half = plan.Date("2026-02-20") // fifty of a hundred days
	for name, c := range map[string]struct {
		change          func(t *testing.T, c *commitment.Commitment)
		value           [3]string // none where the bound is ""
		today           plan.Date
		share, expected string
		class           commitment.ProgressClass
	}{
		"four fifths of what is expected are on track": {nil, [3]string{"exact", "140"}, half, "ge 0.4 le 0.4", "0.5", commitment.OnTrack},
		"less is at risk":                             {nil, [3]string{"exact", "139.9999"}, half, "ge 0.4 le 0.4", "0.5", commitment.AtRisk},
		"nothing reported":                            {nil, [3]string{}, half, "", "0.5", commitment.NotReported},
		"the goal is reached":                         {nil, [3]string{"exact", "200"}, half, "ge 1 le 1", "0.5", commitment.Reached},
		"before the start nothing is expected":        {nil, [3]string{"exact", "100"}, "2025-12-01", "ge 0 le 0", "0", commitment.OnTrack},
		"on the due day all is, and it is not over":   {nil, [3]string{"exact", "199"}, "2026-04-11", "ge 0.99 le 0.99", "1", commitment.OnTrack},
		"the day after it is overdue":                 {nil, [3]string{"exact", "199"}, "2026-04-12", "ge 0.99 le 0.99", "1", commitment.Overdue},
		"so it is without a value":                    {nil, [3]string{}, "2026-04-12", "", "1", commitment.Overdue},
		"what is reached is not overdue":              {nil, [3]string{"gt", "200"}, "2027-04-12", "ge 1", "1", commitment.Reached},
		"an open value reaches as far as it is known": {nil, [3]string{"gt", "150"}, half, "ge 0.5", "0.5", commitment.OnTrack},
		"a value that is open below reaches nothing":  {nil, [3]string{"lt", "", "500"}, half, "le 4", "0.5", commitment.AtRisk},
		"about is taken as the number":                {nil, [3]string{"approx", "200"}, half, "about 1", "0.5", commitment.Reached},
		"behind the baseline":                         {nil, [3]string{"exact", "50"}, half, "ge -0.5 le -0.5", "0.5", commitment.AtRisk},
		"a goal to be passed is not reached by itself": {
			func(t *testing.T, c *commitment.Commitment) { c.Target.Interval = interval(t, "gt", "200", "") },
			[3]string{"exact", "200"},
			half, "ge 1 le 1", "0.5", commitment.OnTrack,
		},
		"but by what lies above it": {
			func(t *testing.T, c *commitment.Commitment) { c.Target.Interval = interval(t, "gt", "200", "") },
			[3]string{"gt", "200"},
			half, "ge 1", "0.5", commitment.Reached,
		},
		"a range is reached at its near end": {
			func(t *testing.T, c *commitment.Commitment) { c.Target.Interval = interval(t, "range", "150", "200") },
			[3]string{"exact", "150"},
			half, "ge 1 le 1", "0.5", commitment.Reached,
		},
		"a decrease leads down": {
			func(t *testing.T, c *commitment.Commitment) {
				c.Direction, c.Target.Interval = commitment.Decrease, interval(t, "le", "", "50")
			},
			[3]string{"range", "50", "60"},
			half, "ge 0.8 le 1", "0.5", commitment.OnTrack,
		},
		"the target's own day counts": {
			func(_ *testing.T, c *commitment.Commitment) { c.Target.On = "2026-02-19" },
			[3]string{"exact", "190"},
			half, "ge 0.9 le 0.9", "1", commitment.Overdue,
		},
		"the day of the baseline is where it starts, where none is stated": {
			func(_ *testing.T, c *commitment.Commitment) { c.StartsOn, c.Baseline.On = "", "2026-01-01" },
			[3]string{"exact", "110"},
			half, "ge 0.1 le 0.1", "0.5", commitment.AtRisk,
		},
		"without a start nothing is expected": {
			func(_ *testing.T, c *commitment.Commitment) { c.StartsOn = "" }, [3]string{"exact", "101"}, half, "ge 0.01 le 0.01", "", commitment.OnTrack,
		},
		"without a baseline there is no way, but a goal": {
			func(_ *testing.T, c *commitment.Commitment) { c.Baseline = nil }, [3]string{"exact", "199"}, half, "", "0.5", commitment.OnTrack,
		},
		"a promise in words has its days": {
			func(_ *testing.T, c *commitment.Commitment) { c.Measure = commitment.Measure{} }, [3]string{}, "2026-04-12", "", "1", commitment.Overdue,
		},
		"one day is over when it comes": {
			func(_ *testing.T, c *commitment.Commitment) { c.StartsOn = c.DueOn }, [3]string{"exact", "100"}, "2026-04-11", "ge 0 le 0", "1", commitment.AtRisk,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			promise := onTheWay(t)
			if c.change != nil {
				c.change(t, &promise)
			}
			var said commitment.Reported
			if c.value[0] != "" {
				value := interval(t, c.value[0], c.value[1], c.value[2])
				said = commitment.Reported{Reports: 1, Value: &value}
			}
			p := promise.Progress(said, c.today)
			share, expected := "", ""
			if p.Share != nil {
				share = p.Share.String()
			}
			if p.Expected != nil {
				expected = bound.Canonical(*p.Expected)
			}
			if share != c.share || expected != c.expected || p.Class != c.class {
				t.Errorf("got %q, %q, %s; want %q, %q, %s", share, expected, p.Class, c.share, c.expected, c.class)
			}
		})
	}
}

// classOf is the class of an exact value by the formula, written with rational
// numbers and nothing of the office's.
func classOf(value, baseline, goal int64, passed bool, days, way int64) commitment.ProgressClass {
	share, one := big.NewRat(value-baseline, goal-baseline), big.NewRat(1, 1)
	least := new(big.Rat).Mul(big.NewRat(4, 5), big.NewRat(min(max(days, 0), way), way))
	switch order := share.Cmp(one); {
	case order > 0, order == 0 && !passed:
		return commitment.Reached
	case days > way:
		return commitment.Overdue
	case share.Cmp(least) >= 0:
		return commitment.OnTrack
	default:
		return commitment.AtRisk
	}
}

// TestProgressIsThatOfEachNumber draws promises and values. An interval is
// reached, or on track, if each number in it is; a sample of them, the nearest
// to its ends among them, decides.
func TestProgressIsThatOfEachNumber(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(6, 3))
	met := map[commitment.ProgressClass]int{}
	for range 4_000 {
		baseline, goal, passed, promise := drawPromise(t, draw)
		way := 1 + draw.Int64N(900)
		start := plan.Date("2026-01-01").Time()
		day := func(n int64) plan.Date { return plan.DateOf(start.AddDate(0, 0, int(n))) }
		promise.StartsOn, promise.DueOn = day(0), day(way)
		low, high := draw.Int64N(200), draw.Int64N(200)
		if low > high {
			low, high = high, low
		}
		stated := []string{"exact", "range", "gt", "ge", "lt", "le"}[draw.IntN(6)]
		value := map[string]bound.Interval{
			"exact": interval(t, "exact", fmt.Sprint(low), ""), "range": interval(t, "range", fmt.Sprint(low), fmt.Sprint(high)),
			"gt": interval(t, "gt", fmt.Sprint(low), ""), "ge": interval(t, "ge", fmt.Sprint(low), ""),
			"lt": interval(t, "lt", "", fmt.Sprint(high)), "le": interval(t, "le", "", fmt.Sprint(high)),
		}[stated]
		days := draw.Int64N(way+40) - 20
		got := promise.Progress(commitment.Reported{Reports: 1, Value: &value}, day(days))
		worst := commitment.Reached
		rank := map[commitment.ProgressClass]int{commitment.Reached: 0, commitment.OnTrack: 1, commitment.AtRisk: 2, commitment.Overdue: 3}
		for _, number := range []int64{-2_000_000, low*10_000 - 1, low * 10_000, low*10_000 + 1, (low + high) * 5_000, high*10_000 - 1, high * 10_000, high*10_000 + 1, 4_000_000} {
			exact := decimal.New(number, -4) // nearer to an open end than any threshold of the formula can lie
			if !value.Contains(exact) {
				continue
			}
			if class := classOf(number, baseline*10_000, goal*10_000, passed, days, way); rank[class] > rank[worst] {
				worst = class
			}
			one, ok := value.Share(decimal.NewFromInt(baseline), decimal.NewFromInt(goal))
			if part := exact.Sub(decimal.NewFromInt(baseline)).DivRound(decimal.NewFromInt(goal-baseline), 4); !ok || !one.Contains(part) || !one.Equal(*got.Share) {
				t.Fatalf("the share %s of %s is not in %v", part, exact, got.Share)
			}
		}
		met[got.Class]++
		if got.Class != worst {
			t.Fatalf("from %d to %d (passed %v), %s on day %d of %d: %s, and the worst number is %s", baseline, goal, passed, value, days, way, got.Class, worst)
		}
		if share, _ := got.Expected.Float64(); share < 0 || share > 1 {
			t.Fatalf("%v is expected", got.Expected)
		}
	}
	for _, class := range []commitment.ProgressClass{commitment.Reached, commitment.OnTrack, commitment.AtRisk, commitment.Overdue} {
		if met[class] < 100 {
			t.Errorf("%s was met %d times", class, met[class])
		}
	}
}

// drawPromise draws a promise with a goal beyond its baseline.
func drawPromise(t *testing.T, draw *rand.Rand) (baseline, goal int64, passed bool, c commitment.Commitment) {
	t.Helper()
	baseline, goal = draw.Int64N(200), draw.Int64N(200)
	if baseline == goal {
		goal++
	}
	c.Direction = commitment.Increase
	stated := []string{"exact", "ge", "gt"}[draw.IntN(3)]
	low, high := fmt.Sprint(goal), ""
	if goal < baseline {
		c.Direction = commitment.Decrease
		if stated = []string{"exact", "le", "lt"}[draw.IntN(3)]; stated != "exact" {
			low, high = "", low
		}
	}
	c.Baseline = &commitment.Baseline{Value: decimal.NewFromInt(baseline)}
	c.Target = &commitment.Target{Interval: interval(t, stated, low, high)}
	return baseline, goal, stated == "gt" || stated == "lt", c
}
