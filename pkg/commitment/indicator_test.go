package commitment_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/plan"
)

func indicator(code string, point plan.Point) commitment.IndicatorDraft {
	said := func(what string) plan.Title { return plan.Title{En: what + " of " + code, Zh: what + "：" + code} }
	return commitment.IndicatorDraft{
		Code: code, Point: point, Unit: "persons", Direction: commitment.Increase, Aggregation: commitment.Sum,
		Title: said("title"), Definition: said("definition"), Counts: said("counts"), Excludes: said("excludes"), Source: "editor",
	}
}

// add takes an indicator into the catalogue.
func (r register) add(t *testing.T, draft commitment.IndicatorDraft) commitment.Indicator {
	t.Helper()
	i, err := r.plans.AddIndicator(staff(), draft)
	if err != nil {
		t.Fatalf("add %s: %v", draft.Code, err)
	}
	return i
}

func TestAnIndicatorLives(t *testing.T) {
	t.Parallel()
	r := open(t)
	added := r.add(t, indicator("people_trained", 7))
	second := r.add(t, indicator("hours_trained", 7))
	if added.Ordinal != 1 || second.Ordinal != 2 || added.Version != 1 {
		t.Errorf("added as %+v and %+v", added, second)
	}
	amended, err := r.plans.AmendIndicator(staff(), "people_trained", 1, commitment.IndicatorPatch{
		Title: plan.Title{Zh: "受训人数"}, Source: nullable.NewNullNullable[string](),
	})
	want := added
	want.TitleZh, want.Source, want.Version, want.Change = "受训人数", "", 2, amended.Change
	if err != nil || amended != want {
		t.Errorf("amended to %+v, %v", amended, err)
	}
	t.Run("an amendment by what it says already is none", func(t *testing.T) {
		if got, err := r.plans.AmendIndicator(staff(), "people_trained", 2, commitment.IndicatorPatch{Title: plan.Title{Zh: "受训人数"}}); err != nil || got != amended {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	retired, err := r.plans.RetireIndicator(staff(), "people_trained", 2, commitment.Retirement{Reason: "merged with another"})
	want = amended
	want.Version, want.Change, want.RetiredOn, want.RetiredReason = 3, retired.Change, "2026-11-24", "merged with another"
	if err != nil || retired != want {
		t.Errorf("retired as %+v, %v", retired, err)
	}
	t.Run("in versions that are found again", func(t *testing.T) {
		for _, want := range []commitment.Indicator{added, amended, retired} {
			if got, err := r.plans.OriginalIndicator(staff(), want.Code, want.Change); err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
		}
		if got, err := r.plans.ReadIndicator(public(), "people_trained"); err != nil || got != retired {
			t.Errorf("reads as %+v, %v", got, err)
		}
	})
	t.Run("and once retired is under its point no more", func(t *testing.T) {
		p, err := r.plans.Read(public())
		if err != nil || len(p.Indicators) != 1 || p.Indicators[0] != second {
			t.Errorf("got %+v, %v", p.Indicators, err)
		}
	})
	t.Run("what cannot be done to it is refused", func(t *testing.T) {
		faulty(t, failure(r.plans.AddIndicator(staff(), indicator("people_trained", 1))), fault.Conflict, "/code indicator_exists")
		faulty(t, failure(r.plans.AmendIndicator(staff(), "people_trained", 2, commitment.IndicatorPatch{Title: plan.Title{En: "x"}})), fault.Stale)
		faulty(t, failure(r.plans.AmendIndicator(staff(), "nothing", 0, commitment.IndicatorPatch{Title: plan.Title{En: "x"}})), fault.NotFound)
		faulty(t, failure(r.plans.AmendIndicator(staff(), "hours_trained", 1, commitment.IndicatorPatch{Title: plan.Title{En: "a\nb"}})), fault.Invalid, "/titles/en invalid_characters")
		faulty(t, failure(r.plans.RetireIndicator(staff(), "hours_trained", 2, commitment.Retirement{Reason: "x"})), fault.Stale)
		faulty(t, failure(r.plans.RetireIndicator(staff(), "hours_trained", 1, commitment.Retirement{})), fault.Invalid, "/reason required")
		faulty(t, failure(r.plans.RetireIndicator(staff(), "people_trained", 3, commitment.Retirement{Reason: "again"})), fault.Conflict)
		faulty(t, failure(r.plans.ReadIndicator(public(), "nothing")), fault.NotFound)
	})
}

func TestAnIndicatorIsCheckedAsAWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(d *commitment.IndicatorDraft)
		want   string
	}{
		"is taken as it is":           {func(*commitment.IndicatorDraft) {}, ""},
		"may be counted in money":     {func(d *commitment.IndicatorDraft) { d.Unit = "RMB" }, ""},
		"needs no source":             {func(d *commitment.IndicatorDraft) { d.Source = "" }, ""},
		"has a code of small letters": {func(d *commitment.IndicatorDraft) { d.Code = "People" }, "/code code_malformed"},
		"has a code of 64 at most":    {func(d *commitment.IndicatorDraft) { d.Code = strings.Repeat("a", 65) }, "/code code_malformed"},
		"has a known unit":            {func(d *commitment.IndicatorDraft) { d.Unit = "furlongs" }, "/unit unit_unknown"},
		"is said in Chinese, too":     {func(d *commitment.IndicatorDraft) { d.Counts.Zh = "" }, "/counts/zh required"},
		"is told all that is wrong": {
			func(d *commitment.IndicatorDraft) {
				*d = commitment.IndicatorDraft{Code: "9", Point: 9, Unit: "XAU", Source: "\x00"}
			},
			"/code code_malformed, /point out_of_range, /unit unit_unknown, /direction not_in_list, /aggregation not_in_list, /titles/en required, /titles/zh required, " +
				"/definition/en required, /definition/zh required, /counts/en required, /counts/zh required, /excludes/en required, /excludes/zh required, /source invalid_characters",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			draft := indicator("code", 1)
			c.change(&draft)
			var got []string
			for _, f := range draft.Check() {
				got = append(got, f.Pointer+" "+f.Code)
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

func TestTheCatalogueIsListed(t *testing.T) {
	t.Parallel()
	r := open(t)
	for _, code := range []string{"c", "a", "b"} {
		r.add(t, indicator(code+"8", 8))
		r.add(t, indicator(code+"1", 1))
	}
	if _, err := r.plans.RetireIndicator(staff(), "a1", 0, commitment.Retirement{Reason: "r"}); err != nil {
		t.Fatal(err)
	}
	yes, no := true, false
	for name, c := range map[string]struct {
		q    commitment.IndicatorListing
		want string
	}{
		"by point and in the order of its taking in": {commitment.IndicatorListing{}, "c1 a1 b1 c8 a8 b8"},
		"of one point":             {commitment.IndicatorListing{Point: 8}, "c8 a8 b8"},
		"of a point without any":   {commitment.IndicatorListing{Point: 2}, ""},
		"of those retired":         {commitment.IndicatorListing{Retired: &yes}, "a1"},
		"of those in use":          {commitment.IndicatorListing{Point: 1, Retired: &no}, "c1 b1"},
		"of those behind one":      {commitment.IndicatorListing{After: commitment.IndicatorKey{Point: 1, Ordinal: 2}}, "b1 c8 a8 b8"},
		"of one point, behind one": {commitment.IndicatorListing{Point: 1, After: commitment.IndicatorKey{Point: 1, Ordinal: 1}}, "a1 b1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.q.Limit = 10
			list, err := r.plans.Indicators(public(), c.q)
			var got []string
			for _, i := range list {
				got = append(got, i.Code)
			}
			if err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		unit     commitment.Unit
		decimals int
	}{"persons": {"persons", 0}, "hours": {"hours", 2}, "percent": {"percent", 2}, "USD": {"USD", 2}, "JPY": {"JPY", 0}, "RMB": {"CNY", 2}} {
		if unit, ok := commitment.ParseUnit(text); !ok || unit != want.unit || unit.Rule().Decimals != want.decimals || unit.Rule().Negative {
			t.Errorf("%s: %s, %v, %+v", text, unit, ok, unit.Rule())
		}
	}
	for _, text := range []string{"", "Persons", "usd", "XAU", "person"} {
		if unit, ok := commitment.ParseUnit(text); ok {
			t.Errorf("%q is %s", text, unit)
		}
	}
	if slices.Contains(commitment.Units(), "") {
		t.Error("there is a unit without a name")
	}
}
