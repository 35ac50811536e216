package plan_test

import (
	"testing"
	"time"

	"accord/pkg/plan"
)

// TestADayBeginsWithTheFirstMomentOfItsDate walks through days on which the
// clock is changed at midnight, in zones that did so, and finds each beginning
// by looking at the clock.
func TestADayBeginsWithTheFirstMomentOfItsDate(t *testing.T) {
	t.Parallel()
	for name, around := range map[string]plan.Date{
		"America/Sao_Paulo":   "2018-11-04", // from midnight to one
		"Asia/Beirut":         "2024-03-31", // from midnight to one
		"America/Havana":      "2024-11-03", // from one to midnight
		"Atlantic/Azores":     "2024-10-27", // from one to midnight
		"America/Asuncion":    "2024-03-24", // from midnight to eleven
		"America/Los_Angeles": "2028-02-29",
		"Asia/Shanghai":       "2028-02-29",
		"Pacific/Kiritimati":  "2028-12-31",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := plan.ParseZone(name)
			if err != nil {
				t.Fatal(err)
			}
			begins := map[plan.Date]time.Time{}
			for at := around.Time().Add(-50 * time.Hour); at.Before(around.Time().Add(74 * time.Hour)); at = at.Add(15 * time.Minute) {
				if day := zone.Today(at); begins[day].IsZero() {
					begins[day] = at
				}
			}
			for _, day := range []plan.Date{around, around.Next()} {
				if got := zone.Begins(day); !got.Equal(begins[day]) {
					t.Errorf("%s begins at %s, want %s", day, got.UTC(), begins[day])
				}
				if last := zone.Ends(day).Add(-1); zone.Past(day, last) || !zone.Past(day, zone.Ends(day)) {
					t.Errorf("%s does not end at %s", day, zone.Ends(day).UTC())
				}
			}
		})
	}
}
