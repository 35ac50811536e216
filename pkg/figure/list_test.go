package figure_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

func TestList(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Alibaba")
	var stated []ident.Figure // the last one first
	for year := 2001; year <= 2007; year++ {
		draft := sales(strconv.Itoa(year), "1")
		if year%2 == 0 {
			draft.Measure = figure.GMV
		}
		if year == 2004 {
			draft.Confidentiality = figure.Confidential
		}
		stated = slices.Insert(stated, 0, r.state(t, number, draft).ID)
	}
	stated = slices.Insert(stated, 0, r.supersede(t, stated[0], sales("2007", "2")).ID)

	t.Run("the one stated last comes first", func(t *testing.T) {
		if got := r.ids(t, of(number), number); !slices.Equal(got, stated) {
			t.Errorf("got %v, want %v", got, stated)
		}
	})
	t.Run("pages of any size make up the list", func(t *testing.T) {
		whole := r.ids(t, public(), number)
		for size := 1; size <= len(whole)+1; size++ {
			var got []ident.Figure
			var after *figure.Key
			for {
				page, err := r.figures.List(public(), number, figure.Listing{After: after, Limit: size})
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				for _, f := range page {
					got = append(got, f.ID)
				}
				after = ptr(page[len(page)-1].Key())
			}
			if !slices.Equal(got, whole) {
				t.Errorf("pages of %d: got %v, want %v", size, got, whole)
			}
		}
	})
	t.Run("filters leave the others out", func(t *testing.T) {
		for name, c := range map[string]struct {
			q    figure.Listing
			want int
		}{
			"all": {figure.Listing{}, 7}, "one measure": {figure.Listing{Measure: figure.GMV}, 2},
			"current": {figure.Listing{Current: true}, 6}, "both": {figure.Listing{Measure: figure.SalesVolume, Current: true}, 4},
		} {
			c.q.Limit = 100
			list, err := r.figures.List(public(), number, c.q)
			if err != nil || len(list) != c.want {
				t.Errorf("%s: %d, %v; want %d", name, len(list), err, c.want)
			}
		}
	})
	t.Run("a member without figures has an empty list, and an unknown one none", func(t *testing.T) {
		if got := r.ids(t, public(), r.published(t, "Nothing stated")); len(got) != 0 {
			t.Errorf("got %v", got)
		}
		_, err := r.figures.List(public(), 4711, figure.Listing{Limit: 1})
		want(t, err, fault.NotFound, "not_found")
	})
}

// Whatever interval is stated, in whatever currency, is read as it was written.
func TestEveryIntervalComesBackAsItWasStated(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Alibaba")
	source := rand.New(rand.NewPCG(1, 2))
	currencies := []bound.Currency{"CNY", "JPY", "KWD", "USD", "DEM", "CLF"}
	day := plan.Date("1800-01-01")
	for i := range 120 {
		kind, currency := bound.Bounds()[i%len(bound.Bounds())], currencies[source.IntN(len(currencies))]
		draft := figure.Draft{Measure: figure.Revenue, Bound: string(kind), Currency: string(currency)}
		draft.Period = &figure.Period{From: day, To: "2199-12-31"}
		day = day.Next()
		low, high := amount(source, currency, 1), amount(source, currency, 2)
		switch kind {
		case bound.Below, bound.AtMost:
			draft.High = high
		case bound.Range:
			draft.Low, draft.High = low, high
		default:
			draft.Low = low
		}
		stated := r.state(t, number, draft)
		got := r.now(t, stated.ID)
		if !same(got, stated) || got.Low() != short(draft.Low) || got.High() != short(draft.High) || got.Interval.Bound() != kind || got.Currency != currency {
			t.Fatalf("%+v came back as %s %s %s %s", draft, got.Interval.Bound(), got.Low(), got.High(), got.Currency)
		}
	}
	for _, f := range r.profile(t, public(), number) {
		if !same(f, r.now(t, f.ID)) {
			t.Errorf("the profile shows %+v", f)
		}
	}
}

// amount gives a random amount that begins with the digit.
func amount(source *rand.Rand, currency bound.Currency, first int) string {
	digits := func(n int) string {
		text := ""
		for range n {
			text += strconv.Itoa(source.IntN(10))
		}
		return text
	}
	text := strconv.Itoa(first) + digits(17)
	if n := currency.Decimals(); n > 0 {
		text += "." + digits(1+source.IntN(n))
	}
	return text
}

// short gives a decimal without the zeros that say nothing.
func short(text string) string {
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
