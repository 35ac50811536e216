package commitment_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// measured is a promise that is measured by people_trained of point 4.
func measured() commitment.Draft {
	draft := training()
	draft.MeasureDraft = commitment.MeasureDraft{
		Indicator: "people_trained", Baseline: &commitment.BaselineDraft{Value: "100", On: "2025-12-31"},
		Target:           &commitment.TargetDraft{Bound: "ge", Low: "1000", Unit: "persons", On: "2027-06-30"},
		Milestones:       []commitment.Milestone{{Key: "half", Title: "500 people", DueOn: "2026-12-31"}, {Key: "rest", Title: "the rest"}},
		PartnerCountries: []ident.Country{"PK", "KE"},
	}
	return draft
}

func TestAMeasuredCommitmentKeepsItsMeasure(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.add(t, indicator("people_trained", 4))
	number := r.published(t, "Jollychic")
	for _, state := range commitment.States() {
		c := r.in(t, number, state, measured())
		got, err := r.commitments.Read(staff(), c.ID)
		if err != nil || !same(got, c) {
			t.Errorf("%s reads as %+v, %v; want %+v", state, got, err, c)
		}
		if c.Unit != "persons" || c.Direction != commitment.Increase || c.Baseline.Value.String() != "100" || c.Target.Low() != "1000" || c.Target.On != "2027-06-30" ||
			len(c.Milestones) != 2 || len(c.PartnerCountries) != 2 {
			t.Errorf("%s has %+v", state, c.Measure)
		}
		list, err := r.commitments.List(staff(), commitment.Listing{State: state, Limit: 10})
		if err != nil || len(list) != 1 || !same(list[0], c) {
			t.Errorf("%s is listed as %+v, %v", state, list, err)
		}
	}
	for _, e := range r.entries(t) {
		const want = `"baseline":{"on":"2025-12-31","value":"100"},`
		const target = `"target":{"bound":"ge","low":"1000","on":"2027-06-30"},`
		if text := string(e.Content); !strings.Contains(text, want) || !strings.Contains(text, target) || !strings.Contains(text, `"unit":"persons"`) ||
			!strings.Contains(text, `"partner_countries":["PK","KE"]`) || !strings.Contains(text, `"milestones":[{"due_on":"2026-12-31","key":"half","title":"500 people"},`) {
			t.Errorf("entry %s", e.Content)
		}
	}
}

func TestAMeasureIsCheckedAsAWhole(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.add(t, indicator("people_trained", 4))
	r.add(t, indicator("people_elsewhere", 7))
	r.add(t, indicator("people_counted_once", 4))
	if _, err := r.plans.RetireIndicator(staff(), "people_counted_once", 0, commitment.Retirement{Reason: "r"}); err != nil {
		t.Fatal(err)
	}
	delay := indicator("delay", 4)
	delay.Unit, delay.Direction = "days", commitment.Decrease
	r.add(t, delay)
	number := r.published(t, "Jollychic")
	target := func(stated, low, high string) func(d *commitment.Draft) {
		return func(d *commitment.Draft) { d.Target = &commitment.TargetDraft{Bound: stated, Low: low, High: high} }
	}
	down := func(stated, low, high string) func(d *commitment.Draft) {
		return func(d *commitment.Draft) {
			d.Indicator, d.Target = "delay", &commitment.TargetDraft{Bound: stated, Low: low, High: high}
		}
	}
	for name, c := range map[string]struct {
		change func(d *commitment.Draft)
		want   string
	}{
		"is taken as it is":                {func(*commitment.Draft) {}, ""},
		"may be none":                      {func(d *commitment.Draft) { d.MeasureDraft = commitment.MeasureDraft{} }, ""},
		"may be an indicator alone":        {func(d *commitment.Draft) { d.MeasureDraft = commitment.MeasureDraft{Indicator: "people_trained"} }, ""},
		"may have a target and no start":   {func(d *commitment.Draft) { d.Baseline = nil }, ""},
		"may have a baseline of that day":  {func(d *commitment.Draft) { d.Baseline.On = "2027-06-30" }, ""},
		"may exceed the baseline":          {target("gt", "100", ""), ""},
		"may be about a number":            {target("approx", "900", ""), ""},
		"may be less of what is to go":     {down("le", "", "50"), ""},
		"may be below what is to go":       {down("lt", "", "100"), ""},
		"needs an indicator for a target":  {func(d *commitment.Draft) { d.Indicator = "" }, "/baseline needs_indicator, /target needs_indicator"},
		"has an indicator of its point":    {func(d *commitment.Draft) { d.Indicator = "people_elsewhere" }, "/indicator indicator_of_other_point"},
		"has one that is in use":           {func(d *commitment.Draft) { d.Indicator = "people_counted_once" }, "/indicator indicator_retired"},
		"has one that there is":            {func(d *commitment.Draft) { d.Indicator = "people" }, "/indicator unknown_indicator"},
		"has one by its code":              {func(d *commitment.Draft) { d.Indicator = "People" }, "/indicator code_malformed"},
		"is in the indicator's unit":       {func(d *commitment.Draft) { d.Baseline.Unit, d.Target.Unit = "CNY", "hours" }, "/baseline/unit unit_mismatch, /target/unit unit_mismatch"},
		"counts whole persons":             {func(d *commitment.Draft) { d.Baseline.Value = "1.5" }, "/baseline/value decimal_too_precise"},
		"has a number for a baseline":      {func(d *commitment.Draft) { d.Baseline.Value = "NaN" }, "/baseline/value decimal_malformed"},
		"has a bounded target":             {target("over", "5", ""), "/target/bound bound_unknown"},
		"has the end that its bound needs": {target("ge", "", "5"), "/target/low required, /target/high not_wanted"},
		"leads from the baseline on":       {func(d *commitment.Draft) { d.Target.On = "2025-12-30" }, "/target/on target_before_baseline"},
		"is over by the due day":           {func(d *commitment.Draft) { d.Target.On = "2028-01-01" }, "/target/on outside_span"},
		"leads there by its own due day":   {func(d *commitment.Draft) { d.StartsOn, d.DueOn, d.Target.On, d.Milestones = "", "2025-12-30", "", nil }, "/due_on target_before_baseline"},
		"leads somewhere":                  {target("exact", "100", ""), "/target target_is_baseline"},
		"leads somewhere by about":         {target("approx", "100", ""), "/target target_is_baseline"},
		"leads somewhere by a range":       {target("range", "100", "100"), "/target target_is_baseline"},
		"does not begin reached":           {target("ge", "100", ""), "/target target_is_baseline"},
		"leads up":                         {target("exact", "99", ""), "/target/low target_against_direction"},
		"leads up with a range's low end":  {target("range", "50", "150"), "/target/low target_against_direction"},
		"leads up with no lid alone":       {target("le", "", "150"), "/target/bound target_against_direction"},
		"leads down where that is the way": {down("le", "", "101"), "/target/high target_against_direction"},
		"leads down with an exact number":  {down("exact", "101", ""), "/target/low target_against_direction"},
		"leads down with no floor alone":   {down("ge", "50", ""), "/target/bound target_against_direction"},
		"does not stay down":               {down("le", "", "100"), "/target target_is_baseline"},
		"has milestones within its span": {
			func(d *commitment.Draft) {
				d.Milestones = []commitment.Milestone{{Key: "a", Title: "a", DueOn: "2025-12-31"}, {Key: "a", Title: "", DueOn: "2028-01-01"}, {Key: "1", Title: "c", DueOn: "x"}}
			},
			"/milestones/0/due_on outside_span, /milestones/1/key repeated, /milestones/1/title required, /milestones/1/due_on outside_span, /milestones/2/key code_malformed, /milestones/2/due_on not_a_date",
		},
		"has twenty milestones at most": {func(d *commitment.Draft) { d.Milestones = make([]commitment.Milestone, 21) }, "/milestones too_many_items"},
		"has countries, each once": {
			func(d *commitment.Draft) { d.PartnerCountries = []ident.Country{"PK", "XK", "PK", "cn"} },
			"/partner_countries/1 unknown_country, /partner_countries/2 repeated, /partner_countries/3 unknown_country",
		},
		"is told all that is wrong": {
			func(d *commitment.Draft) {
				d.Title, d.Baseline.On, d.Baseline.Unit, d.Target.Bound, d.Target.Low, d.PartnerCountries = "", "2025-02-29", "cats", "lt", "", []ident.Country{"UK"}
				d.Target.High = "50"
				d.Participants = []commitment.Participant{{Member: 999, Role: "guest"}}
			},
			"/title required, /baseline/on not_a_date, /partner_countries/0 unknown_country, /participants/0/role not_in_list, " +
				"/baseline/unit unit_mismatch, /target/bound target_against_direction, /participants/0/member unknown_member",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			draft := measured()
			c.change(&draft)
			_, err := r.commitments.TakeOn(of(number), number, draft)
			if c.want != "" {
				faulty(t, err, fault.Invalid, strings.Split(c.want, ", ")...)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAMeasureIsAmended(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.add(t, indicator("people_trained", 4))
	number := r.published(t, "Jollychic")
	draft := r.in(t, number, commitment.Drafted, measured())
	amend := func(expected int64, patch commitment.Patch) (commitment.Commitment, error) {
		return r.commitments.AmendDraft(of(number), draft.ID, expected, patch)
	}
	t.Run("by what is given as a whole", func(t *testing.T) {
		got, err := amend(1, commitment.Patch{
			Target:           nullable.NewNullableWithValue(commitment.TargetDraft{Bound: "range", Low: "200", High: "300"}),
			PartnerCountries: nullable.NewNullNullable[[]ident.Country](),
		})
		if err != nil || got.Version != 2 || got.Target.Low() != "200" || got.Target.High() != "300" || got.Target.On != "" || got.PartnerCountries != nil || len(got.Milestones) != 2 {
			t.Errorf("got %+v, %v", got, err)
		}
		if read, err := r.commitments.Read(of(number), draft.ID); err != nil || !same(read, got) {
			t.Errorf("reads as %+v, %v", read, err)
		}
	})
	t.Run("not at all by what it says already", func(t *testing.T) {
		got, err := amend(2, commitment.Patch{Baseline: nullable.NewNullableWithValue(commitment.BaselineDraft{Value: "100", Unit: "persons", On: "2025-12-31"})})
		if err != nil || got.Version != 2 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("not into a point of which its indicator is not", func(t *testing.T) {
		faulty(t, failure(amend(2, commitment.Patch{Point: 5})), fault.Invalid, "/indicator indicator_of_other_point")
	})
	t.Run("into one in words", func(t *testing.T) {
		got, err := amend(2, commitment.Patch{
			Indicator: nullable.NewNullNullable[string](), Baseline: nullable.NewNullNullable[commitment.BaselineDraft](),
			Target: nullable.NewNullNullable[commitment.TargetDraft](), Milestones: nullable.NewNullNullable[[]commitment.Milestone](),
		})
		if err != nil || fmt.Sprint(got.Measure) != fmt.Sprint(commitment.Measure{}) {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestARetiredIndicatorStaysWhereItIs(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.add(t, indicator("people_trained", 4))
	number := r.published(t, "Jollychic")
	draft, submitted := r.in(t, number, commitment.Drafted, measured()), r.in(t, number, commitment.Submitted, measured())
	if _, err := r.plans.RetireIndicator(staff(), "people_trained", 0, commitment.Retirement{Reason: "r"}); err != nil {
		t.Fatal(err)
	}
	faulty(t, failure(r.commitments.Submit(of(number), draft.ID, 0)), fault.Invalid, "/indicator indicator_retired")
	registered, err := r.commitments.Register(staff(), submitted.ID, 0)
	if err != nil || registered.Indicator != "people_trained" {
		t.Errorf("got %+v, %v", registered, err)
	}
}
