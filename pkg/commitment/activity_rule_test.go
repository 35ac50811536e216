package commitment_test

import (
	"strings"
	"testing"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

func TestAnActivityIsCheckedAsAWhole(t *testing.T) {
	t.Parallel()
	exactly := func(low string) commitment.Quantity { return commitment.Quantity{Bound: "exact", Low: low} }
	many := make([]ident.Member, 21)
	for i := range many {
		many[i] = ident.Member(i + 1)
	}
	for name, c := range map[string]struct {
		change func(d *commitment.ActivityDraft)
		want   string
	}{
		"is taken as it is": {func(*commitment.ActivityDraft) {}, ""},
		"may be bare": {func(d *commitment.ActivityDraft) {
			*d = commitment.ActivityDraft{Point: 1, Kind: commitment.Event, Title: "t", From: "2026-01-01", Organisers: d.Organisers}
		}, ""},
		"may be for one day":            {func(d *commitment.ActivityDraft) { d.Until = d.From }, ""},
		"has a point of the plan":       {func(d *commitment.ActivityDraft) { d.Point = 9 }, "/point out_of_range"},
		"has a known kind":              {func(d *commitment.ActivityDraft) { d.Kind = "party" }, "/kind not_in_list"},
		"has a title of one line":       {func(d *commitment.ActivityDraft) { d.Title = "a\nb" }, "/title invalid_characters"},
		"has a short description":       {func(d *commitment.ActivityDraft) { d.Description = strings.Repeat("中", 4001) }, "/description too_long"},
		"is held in a country":          {func(d *commitment.ActivityDraft) { d.Place.Country = "ZZ" }, "/place/country unknown_country"},
		"is held in a city":             {func(d *commitment.ActivityDraft) { d.Place.City = " " }, "/place/city required"},
		"has a day":                     {func(d *commitment.ActivityDraft) { d.From, d.Until = "", "" }, "/from required"},
		"has a day that there is":       {func(d *commitment.ActivityDraft) { d.From = "2026-02-30" }, "/from not_a_date"},
		"ends on a day that there is":   {func(d *commitment.ActivityDraft) { d.Until = "9999-01-01" }, "/until not_a_date"},
		"ends after it begins":          {func(d *commitment.ActivityDraft) { d.Until = "2026-04-30" }, "/until ends_before_start"},
		"has an organiser":              {func(d *commitment.ActivityDraft) { d.Organisers = nil }, "/organisers too_few_items"},
		"has twenty organisers at most": {func(d *commitment.ActivityDraft) { d.Organisers = many }, "/organisers too_many_items"},
		"has each organiser once":       {func(d *commitment.ActivityDraft) { d.Organisers = []ident.Member{1, 0, 1} }, "/organisers/1 unknown_member, /organisers/2 repeated"},
		"counts people in whole numbers": {
			func(d *commitment.ActivityDraft) { d.Participants = commitment.Quantity{Bound: "range", Low: "5.5"} },
			"/participants/low decimal_too_precise, /participants/high required",
		},
		"counts no fewer than none": {func(d *commitment.ActivityDraft) { d.Categories[0].Entrants = exactly("-1") }, "/categories/0/entrants/low decimal_negative"},
		"has countries":             {func(d *commitment.ActivityDraft) { d.Countries = []string{"KE", "", "KE"} }, "/countries/1 unknown_country, /countries/2 repeated"},
		"has categories with names": {
			func(d *commitment.ActivityDraft) {
				d.Categories = append(d.Categories, commitment.Category{}, d.Categories[0])
			},
			"/categories/1/name required, /categories/2/name repeated",
		},
		"has twenty categories at most":   {func(d *commitment.ActivityDraft) { d.Categories = make([]commitment.Category, 21) }, "/categories too_many_items"},
		"has ten winners of each at most": {func(d *commitment.ActivityDraft) { d.Categories[0].Winners = make([]commitment.Winner, 11) }, "/categories/0/winners too_many_items"},
		"has winners that say something":  {func(d *commitment.ActivityDraft) { d.Categories[0].Winners[0] = commitment.Winner{} }, "/categories/0/winners/0/name required"},
		"has winners of a country":        {func(d *commitment.ActivityDraft) { d.Categories[0].Winners[1].Country = "XX" }, "/categories/0/winners/1/country unknown_country"},
		"has a source with a title":       {func(d *commitment.ActivityDraft) { d.Source = &member.Source{Page: "1"} }, "/source/title required"},
		"has only what its kind has": {
			func(d *commitment.ActivityDraft) {
				d.Hours, d.Trained, d.Beneficiaries = exactly("1"), exactly("1"), exactly("1")
			},
			"/hours only_for_kind, /trained only_for_kind, /beneficiaries only_for_kind",
		},
		"has categories and countries as a competition only": {func(d *commitment.ActivityDraft) { d.Kind = commitment.Project }, "/categories only_for_kind, /countries only_for_kind"},
		"as a training has hours in hundredths": {func(d *commitment.ActivityDraft) {
			d.Kind, d.Categories, d.Countries, d.Hours, d.Trained = commitment.Training, nil, nil, exactly("37.25"), exactly("20.5")
		}, "/trained/low decimal_too_precise"},
		"as a project has beneficiaries": {func(d *commitment.ActivityDraft) {
			d.Kind, d.Categories, d.Countries, d.Beneficiaries, d.Until = commitment.Project, nil, nil, commitment.Quantity{Bound: "approx", Low: "40000"}, ""
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			draft := contest(1)
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

func TestAPatchIsJudgedByItself(t *testing.T) {
	t.Parallel()
	patch := commitment.ActivityPatch{Title: "a\nb", Organisers: []ident.Member{}}
	patch.Hours.Set(commitment.Quantity{Bound: "exact", Low: "1"}) // of which kind the activity is, the patch does not say
	var got []string
	for _, f := range patch.Check() {
		got = append(got, f.Pointer+" "+f.Code)
	}
	if want := "/title invalid_characters, /organisers too_few_items"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	patch.Kind = commitment.Project
	if faults := patch.Check(); !faults.At("/hours") {
		t.Errorf("got %v", faults)
	}
}

// TestQuantitiesAreKeptAsTheyWereStated writes each bound and reads it again.
func TestQuantitiesAreKeptAsTheyWereStated(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	for bound, q := range map[string]commitment.Quantity{
		"exact": {Low: "30.00"}, "approx": {Low: "30"}, "gt": {Low: "0"}, "ge": {Low: "30.5"}, "lt": {High: "30"}, "le": {High: "30"}, "range": {Low: "1", High: "2.25"},
	} {
		t.Run(bound, func(t *testing.T) {
			t.Parallel()
			q.Bound = bound
			a, err := r.activities.Record(staff(), commitment.ActivityDraft{
				Point: 7, Kind: commitment.Training, Title: "t", From: "2026-01-01", Organisers: []ident.Member{number}, Hours: q,
			})
			if err != nil {
				t.Fatal(err)
			}
			q.Low = strings.TrimSuffix(q.Low, ".00")
			if read, err := r.activities.Read(public(), a.ID); err != nil || read.Hours != q || a.Hours != q || read.Participants != (commitment.Quantity{}) {
				t.Errorf("got %+v, %v, made %+v", read, err, a)
			}
		})
	}
}

func TestAPlanThatIsNotThereHasNoActivities(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	if err := r.db.Administer(t.Context(), `alter table plan_point disable trigger plan_point_stamp; delete from plan_point where number = 8`); err != nil {
		t.Fatal(err)
	}
	faulty(t, failure(r.activities.Draft(of(number), number, contest(number))), fault.Invalid, "/point unknown_point")
	faulty(t, failure(r.activities.Record(staff(), contest(number))), fault.Invalid, "/point unknown_point")
}
