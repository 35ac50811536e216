package commitment

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func TestEachTermHasItsOrder(t *testing.T) {
	t.Parallel()
	whole := func() Terms {
		return Terms{
			Title: "t", Text: "x", Strength: Pledged, StartsOn: "2026-01-01", DueOn: "2027-12-31",
			Measure: Measure{
				Indicator: "i", Direction: Increase, Baseline: &Baseline{Value: decimal.NewFromInt(10), On: "2025-12-31"},
				Target:     &Target{Interval: interval(bound.AtLeast, "100", "")},
				Milestones: []Milestone{{Key: "half", Title: "Half", DueOn: "2027-01-01"}}, PartnerCountries: []ident.Country{"KE"},
			},
		}
	}
	for name, c := range map[string]struct {
		change func(t *Terms)
		want   string // weaker, stronger, replaced, judged
	}{
		"less strength":              {func(t *Terms) { t.Strength = Proposed }, "/strength - - false"},
		"no strength":                {func(t *Terms) { t.Strength = "" }, "/strength - - false"},
		"more strength":              {func(t *Terms) { t.Strength = InStrategy }, "- /strength - false"},
		"due later":                  {func(t *Terms) { t.DueOn = "2028-01-01" }, "/due_on - - false"},
		"due never":                  {func(t *Terms) { t.DueOn = "" }, "/due_on - - false"},
		"due earlier":                {func(t *Terms) { t.DueOn = "2027-12-30" }, "- /due_on - false"},
		"the target later":           {func(t *Terms) { t.Target.On = "2028-06-30" }, "/target/on - - false"},
		"the target earlier":         {func(t *Terms) { t.Target.On = "2027-06-30" }, "- /target/on - false"},
		"the same day said twice":    {func(t *Terms) { t.Target.On = "2027-12-31" }, "- - - false"},
		"no target":                  {func(t *Terms) { t.Target = nil }, "/target - - false"},
		"a baseline further on":      {func(t *Terms) { t.Baseline = &Baseline{Value: decimal.NewFromInt(11), On: "2025-12-31"} }, "/baseline - - false"},
		"a baseline further back":    {func(t *Terms) { t.Baseline = &Baseline{Value: decimal.NewFromInt(9), On: "2025-12-31"} }, "- /baseline - false"},
		"no baseline":                {func(t *Terms) { t.Baseline = nil }, "/baseline - - true"},
		"a baseline of another day":  {func(t *Terms) { t.Baseline.On = "2026-01-01" }, "- - - true"},
		"a milestone less":           {func(t *Terms) { t.Milestones = nil }, "/milestones - - true"},
		"a milestone more":           {func(t *Terms) { t.Milestones = append(t.Milestones, Milestone{Key: "k", Title: "K"}) }, "- /milestones - true"},
		"another milestone":          {func(t *Terms) { t.Milestones[0].Key = "k" }, "/milestones /milestones - true"},
		"a milestone later":          {func(t *Terms) { t.Milestones[0].DueOn = "" }, "/milestones - - false"},
		"a milestone earlier":        {func(t *Terms) { t.Milestones[0].DueOn = "2026-12-31" }, "- /milestones - false"},
		"a milestone said otherwise": {func(t *Terms) { t.Milestones[0].Title = "The half" }, "- - - true"},
		"a country less":             {func(t *Terms) { t.PartnerCountries = nil }, "/partner_countries - - false"},
		"a country more":             {func(t *Terms) { t.PartnerCountries = []ident.Country{"PK", "KE"} }, "- /partner_countries - false"},
		"another country":            {func(t *Terms) { t.PartnerCountries = []ident.Country{"PK"} }, "/partner_countries /partner_countries - false"},
		"another indicator":          {func(t *Terms) { t.Indicator, t.Target = "j", &Target{Interval: interval(bound.AtLeast, "1", "")} }, "- - /indicator false"},
		"another indicator, and less": {func(t *Terms) {
			t.Indicator, t.Target = "j", nil
		}, "/target - /indicator false"},
		"no indicator":   {func(t *Terms) { t.Indicator, t.Target, t.Baseline = "", nil, nil }, "/indicator,/target,/baseline - - true"},
		"another text":   {func(t *Terms) { t.Text = "y" }, "- - - true"},
		"another title":  {func(t *Terms) { t.Title = "u" }, "- - - true"},
		"a start later":  {func(t *Terms) { t.StartsOn = "2026-02-01" }, "- - - true"},
		"nothing at all": {func(*Terms) {}, "- - - false"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after := whole()
			c.change(&after)
			got := Compare(whole(), after)
			say := func(terms []string) string {
				if len(terms) == 0 {
					return "-"
				}
				return strings.Join(terms, ",")
			}
			if text := fmt.Sprint(say(got.Weaker), " ", say(got.Stronger), " ", say(got.Replaced), " ", got.Worded); text != c.want {
				t.Errorf("got %s, want %s", text, c.want)
			}
		})
	}
}

func TestAClaimIsNeverKinderThanTheTerms(t *testing.T) {
	t.Parallel()
	weaker, stronger, other := []string{"/target", "/due_on"}, []string{"/strength"}, []string{"/indicator"}
	for _, c := range []struct {
		of     Comparison
		claims string // what comes of no claim and of each class in their order
	}{
		{Comparison{Worded: true}, "class_needed strengthened weakened clarified superseded"},
		{Comparison{Weaker: weaker}, "weakened refused weakened refused refused"},
		{Comparison{Weaker: weaker, Stronger: stronger, Replaced: other, Worded: true}, "weakened refused weakened refused refused"},
		{Comparison{Stronger: stronger}, "strengthened strengthened refused refused refused"},
		{Comparison{Stronger: stronger, Worded: true}, "strengthened strengthened weakened refused superseded"},
		{Comparison{Replaced: other, Stronger: stronger}, "superseded refused weakened refused superseded"},
	} {
		var got []string
		for _, claim := range append([]AmendmentClass{""}, AmendmentClasses()...) {
			class, err := c.of.settle(claim)
			switch faults := fault.FieldsOf(err); {
			case err == nil:
				got = append(got, string(class))
			case len(faults) == 1 && faults[0].Code == "class_contradicted" && faults[0].Pointer == "/class":
				got = append(got, "refused")
				if len(c.of.Weaker) > 0 && faults[0].Args["terms"] != "/target, /due_on" {
					t.Errorf("refused for %v", faults[0].Args)
				}
			default:
				got = append(got, faults[0].Code)
			}
		}
		if text := strings.Join(got, " "); text != c.claims {
			t.Errorf("%+v: got %s, want %s", c.of, text, c.claims)
		}
	}
}
