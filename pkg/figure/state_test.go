package figure_test

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func TestState(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Globalegrow E-Commerce")

	t.Run("a figure keeps all that was said of it", func(t *testing.T) {
		stated := r.state(t, number, figure.Draft{
			Measure: figure.SalesVolume, Period: &figure.Period{From: "2016-02-29", To: "2017-02-28"}, Bound: "gt", Low: "10000000000",
			Currency: "RMB", Basis: "group_gross", Assurance: figure.Reviewed,
			Source: &member.Source{Title: "CIFTIS", URL: "https://example.org/a", Page: "3", Quote: "exceeding RMB10 billion", Retrieved: ptr(plan.Date("2026-11-01"))},
		})
		got, err := r.figures.Read(public(), stated.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !same(got, stated) {
			t.Errorf("got %+v, want %+v", got, stated)
		}
		if got.Currency != "CNY" || got.Low() != "10000000000" || got.High() != "" || got.Interval.Bound() != "gt" || got.Version != 1 ||
			got.Basis != "group_gross" || got.Source.Quote != "exceeding RMB10 billion" || got.Confidentiality != figure.Public || got.StatedAt.IsZero() {
			t.Errorf("got %+v", got)
		}
		if profile := r.profile(t, public(), number); len(profile) != 1 || !same(profile[0], stated) {
			t.Errorf("the profile shows %+v", profile)
		}
	})
	t.Run("what was not stated is absent", func(t *testing.T) {
		bare, err := r.figures.Read(public(), r.state(t, number, figure.Draft{Measure: figure.GMV, Bound: "le", High: "5", Currency: "USD"}).ID)
		if err != nil {
			t.Fatal(err)
		}
		if bare.Period != nil || bare.Low() != "" || bare.High() != "5" || bare.Basis != "" || bare.Assurance != "" || bare.Source != nil || bare.SupersededBy != nil {
			t.Errorf("got %+v", bare)
		}
	})
	t.Run("the figures of a synthetic member are synthetic", func(t *testing.T) {
		m, err := r.members.Register(staff(), member.Draft{Name: "Made Up", Kind: member.Enterprise, Synthetic: true})
		if err != nil {
			t.Fatal(err)
		}
		if f := r.state(t, m.Number, sales("2020", "1")); !f.Synthetic || r.state(t, number, sales("2020", "1")).Synthetic {
			t.Error("the mark is wrong")
		}
	})
	t.Run("staff alone states figures", func(t *testing.T) {
		for ctx, kind := range map[context.Context]fault.Kind{
			of(number): fault.Forbidden, as(access.RoleAnalyst, 0): fault.Forbidden, public(): fault.Unauthenticated, context.Background(): fault.Unauthenticated,
		} {
			if _, err := r.figures.State(ctx, number, sales("2030", "1")); !fault.Is(err, kind) {
				t.Errorf("got %v, want kind %d", err, kind)
			}
		}
	})
	t.Run("a member that is not there or was merged takes none", func(t *testing.T) {
		_, err := r.figures.State(staff(), 4711, sales("2030", "1"))
		want(t, err, fault.NotFound, "not_found")
		double := r.published(t, "Globalegrow again")
		r.move(t, double, member.Step{To: member.Merged, Reason: "same", Survivor: &number})
		_, err = r.figures.State(staff(), double, sales("2030", "1"))
		want(t, err, fault.Conflict, "member_merged")
	})
	t.Run("a change in the ledger holds the whole figure in canonical form", func(t *testing.T) {
		f := r.state(t, number, figure.Draft{Measure: figure.Revenue, Bound: "range", Low: "10.50", High: "20.00", Currency: "EUR", Basis: "net"})
		all := r.entries(t, f.Change-1)
		want := `{"basis":"net","bound":"range","confidentiality":"public","currency":"EUR","high":"20","low":"10.5","measure":"revenue","member":` +
			number.String() + `,"stated_at":"` + f.StatedAt.Format("2006-01-02T15:04:05Z") + `"}`
		if len(all) != 1 || all[0].Action != "figure.stated" || all[0].ID != string(f.ID) || all[0].Sealed || string(all[0].Content) != want {
			t.Errorf("got %+v %s, want %s", all, all[0].Content, want)
		}
	})
}

// same tells whether two figures are one and say the same.
func same(a, b figure.Figure) bool {
	equal := a.Interval.Equal(b.Interval) && a.Interval.Bound() == b.Interval.Bound() && a.StatedAt.Equal(b.StatedAt)
	a.Interval, a.StatedAt = b.Interval, b.StatedAt
	return equal && reflect.DeepEqual(a, b)
}

func TestEveryFaultOfADraftIsToldAtOnce(t *testing.T) {
	t.Parallel()
	err := figure.Draft{
		Measure: "profit", Period: &figure.Period{From: "2017-02-29", To: "10000-01-01"}, Bound: "about", Low: "-1", High: "NaN", Currency: "XXX",
		Basis: "gross_group", Assurance: "guessed", Confidentiality: "secret", Source: &member.Source{URL: "javascript:alert(1)", Page: strings.Repeat("1", 41)},
	}.Check().Err()
	wantFields(t, err, "/measure not_in_list", "/period/from not_a_date", "/period/to not_a_date", "/bound bound_unknown", "/low decimal_negative",
		"/high decimal_malformed", "/currency currency_unknown", "/basis not_in_list", "/assurance not_in_list", "/confidentiality not_in_list",
		"/source/title required", "/source/url not_a_web_address", "/source/page too_long")
}

func TestADraftThatBreaksARuleIsRefusedWithTheField(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	money := func(currency, bound, low, high string) figure.Draft {
		return figure.Draft{Measure: figure.GMV, Bound: bound, Low: low, High: high, Currency: currency}
	}
	span := func(from, to plan.Date) figure.Draft {
		return figure.Draft{Measure: figure.GMV, Period: &figure.Period{From: from, To: to}, Bound: "exact", Low: "1", Currency: "CNY"}
	}
	for name, c := range map[string]struct {
		draft figure.Draft
		field string
	}{
		"negative":                     {money("CNY", "exact", "-0.01", ""), "/low decimal_negative"},
		"not a number":                 {money("CNY", "exact", "NaN", ""), "/low decimal_malformed"},
		"infinite":                     {money("CNY", "lt", "", "Infinity"), "/high decimal_malformed"},
		"an exponent":                  {money("CNY", "exact", "1e400", ""), "/low decimal_malformed"},
		"forty digits":                 {money("CNY", "exact", strings.Repeat("9", 40), ""), "/low decimal_too_long"},
		"a third decimal of yuan":      {money("CNY", "exact", "1.005", ""), "/low decimal_too_precise"},
		"a decimal of yen":             {money("JPY", "exact", "1.5", ""), "/low decimal_too_precise"},
		"a fourth decimal of dinars":   {money("KWD", "exact", "1.0005", ""), "/low decimal_too_precise"},
		"no such currency":             {money("ABC", "exact", "1.2345", ""), "/currency currency_unknown"},
		"no currency":                  {money("", "exact", "1", ""), "/currency currency_unknown"},
		"a range with low above high":  {money("CNY", "range", "2", "1"), "/low low_above_high"},
		"a range without high":         {money("CNY", "range", "2", ""), "/high required"},
		"more than, with a high end":   {money("CNY", "gt", "1", "2"), "/high not_wanted"},
		"less than, with a low end":    {money("CNY", "lt", "1", "2"), "/low not_wanted"},
		"an exact figure of two":       {money("CNY", "exact", "1", "2"), "/high ends_differ"},
		"an exact figure of none":      {money("CNY", "exact", "", ""), "/low required"},
		"a leap day that never was":    {span("2017-02-29", "2017-12-31"), "/period/from not_a_date"},
		"the year 0":                   {span("0000-01-01", "2017-12-31"), "/period/from not_a_date"},
		"the year 9999":                {span("2017-01-01", "9999-12-31"), "/period/to not_a_date"},
		"half a period":                {span("2017-01-01", ""), "/period/to not_a_date"},
		"a period that runs backwards": {span("2017-12-31", "2017-01-01"), "/period/to ends_before_start"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.figures.State(staff(), number, c.draft)
			wantFields(t, err, c.field)
			wantFields(t, c.draft.Check().Err(), c.field)
		})
	}
	if shown := r.ids(t, staff(), number); len(shown) != 0 {
		t.Errorf("%d figures were stated all the same", len(shown))
	}
	for name, draft := range map[string]figure.Draft{
		"a leap day": span("2016-02-29", "2016-02-29"), "a third decimal of dinars": money("KWD", "exact", "1.005", ""),
		"an exact number said twice": money("JPY", "exact", "5", "5"), "marks of 1998": money("DEM", "exact", "1.25", ""),
	} {
		if _, err := r.figures.State(staff(), number, draft); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOneCurrentFigureOfAKindForAPeriod(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Alibaba")
	first := r.state(t, number, sales("2017", "1"))
	undated := r.state(t, number, figure.Draft{Measure: figure.SalesVolume, Bound: "ge", Low: "1", Currency: "CNY"})

	t.Run("the same year twice is refused, whatever is said of it", func(t *testing.T) {
		other := sales("2017", "7")
		other.Bound, other.Currency = "approx", "RMB"
		for _, draft := range []figure.Draft{sales("2017", "1"), other, confidential(sales("2017", "1"))} {
			_, err := r.figures.State(staff(), number, draft)
			want(t, err, fault.Conflict, "figure_exists")
			wantFields(t, err, "/period figure_exists")
		}
	})
	t.Run("an undated one twice too", func(t *testing.T) {
		_, err := r.figures.State(staff(), number, figure.Draft{Measure: figure.SalesVolume, Bound: "exact", Low: "9", Currency: "CNY"})
		want(t, err, fault.Conflict, "figure_exists")
	})
	t.Run("another measure, basis, currency, period or member is another figure", func(t *testing.T) {
		measure, basis, netting, currency, shorter := sales("2017", "1"), sales("2017", "1"), sales("2017", "1"), sales("2017", "1"), sales("2017", "1")
		measure.Measure, basis.Basis, netting.Basis, currency.Currency, shorter.Period.To = figure.Revenue, "group", "net", "USD", "2017-06-30"
		for _, draft := range []figure.Draft{measure, basis, netting, currency, shorter, sales("2018", "1")} {
			r.state(t, number, draft)
		}
		r.state(t, r.applicant(t, "Another"), sales("2017", "1"))
	})
	t.Run("what was superseded leaves its place", func(t *testing.T) {
		moved := r.supersede(t, first.ID, sales("2019", "1"))
		r.state(t, number, sales("2017", "2"))
		_, err := r.figures.Supersede(staff(), undated.ID, 0, sales("2019", "3"))
		want(t, err, fault.Conflict, "figure_exists")
		r.supersede(t, moved.ID, sales("2019", "4"))
	})
	t.Run("of two at once one is refused", func(t *testing.T) {
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() { _, errs[i] = r.figures.State(staff(), number, sales("2021", "1")) })
		}
		wait.Wait()
		stated := 0
		for _, err := range errs {
			if err == nil {
				stated++
			} else {
				want(t, err, fault.Conflict, "figure_exists")
			}
		}
		if stated != 1 {
			t.Errorf("%d were stated", stated)
		}
	})
}

func TestAKeyAnswersAgainWithTheFigureAsItWasStated(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Alibaba")
	keyed := db.WithClaim(staff(), db.Claim{User: ident.New[ident.User](), Route: "POST /figures", Key: "k", Digest: []byte("d"), Status: 201})
	first, err := r.figures.State(keyed, number, confidential(sales("2017", "1")))
	if err != nil {
		t.Fatal(err)
	}
	next := r.supersede(t, first.ID, sales("2017", "2"))

	_, err = r.figures.State(keyed, number, confidential(sales("2017", "1")))
	replay, ok := errors.AsType[*db.Replay](err)
	if !ok || replay.Kind != "figure" || replay.Subject != string(first.ID) || replay.Status != 201 {
		t.Fatalf("got %+v, %v", replay, err)
	}
	again, err := r.figures.Original(staff(), first.ID, replay.Change)
	if err != nil || !same(again, first) {
		t.Errorf("got %+v, %v; want %+v", again, err, first)
	}
	after, err := r.figures.Original(staff(), first.ID, next.Change)
	if err != nil || after.SupersededBy == nil || after.Version != 2 {
		t.Errorf("got %+v, %v", after, err)
	}
	_, err = r.figures.Original(staff(), next.ID, first.Change)
	want(t, err, fault.NotFound, "not_found")
	_, err = r.figures.Original(of(number), first.ID, first.Change)
	want(t, err, fault.Forbidden, "forbidden")
}

func TestRowsThatAreNoneOfOursAreAnAccident(t *testing.T) {
	t.Parallel()
	for _, rows := range []string{`{`, `[{"bound":"gt"}]`, `[{"bound":"odd","low":1}]`} {
		if figures, err := figure.FromRows(json.RawMessage(rows)); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%s gave %v, %v", rows, figures, err)
		}
	}
	for _, rows := range []string{``, `[]`, `null`} {
		if figures, err := figure.FromRows(json.RawMessage(rows)); err != nil || len(figures) != 0 {
			t.Errorf("%q gave %v, %v", rows, figures, err)
		}
	}
}
