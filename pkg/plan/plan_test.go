package plan_test

import (
	"testing"
	"time"

	"accord/pkg/plan"
)

func TestPointsHaveTheNumeralsOfThePlan(t *testing.T) {
	t.Parallel()
	numerals := []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII"}
	points := plan.Points()
	if len(points) != len(numerals) {
		t.Fatalf("%d points", len(points))
	}
	for i, numeral := range numerals {
		number := string(rune('1' + i))
		byNumber, ok := plan.ParsePoint(number)
		byNumeral, also := plan.ParsePoint(numeral)
		if !ok || !also || byNumber != byNumeral || byNumber != points[i] || byNumber.Roman() != numeral {
			t.Errorf("%s and %s are points %d and %d", number, numeral, byNumber, byNumeral)
		}
	}
}

func TestWhatIsNoPointIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "0", "9", "10", "01", "+1", "-1", " 1", "1 ", "1.0", "i", "IX", "IIII", "Ⅷ", "１", "八"} {
		if p, ok := plan.ParsePoint(text); ok {
			t.Errorf("%q was taken as point %d", text, p)
		}
	}
	for _, p := range []plan.Point{-1, 0, 9} {
		if p.Valid() || p.Roman() != "" {
			t.Errorf("%d is no point, yet %q", p, p.Roman())
		}
	}
}

func TestDatesReadBackAsWritten(t *testing.T) {
	t.Parallel()
	for day := time.Date(1800, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() <= plan.LastYear; day = day.AddDate(0, 0, 1) {
		date := plan.DateOf(day)
		got, ok := plan.ParseDate(string(date))
		if !ok || got != date || !got.Time().Equal(day) || got.Year() != day.Year() || got.Next() != plan.DateOf(day.AddDate(0, 0, 1)) {
			t.Fatalf("%s reads back as %s (%v)", date, got, ok)
		}
	}
}

func TestDatesAreReadFromTheirColumns(t *testing.T) {
	t.Parallel()
	want := plan.Date("2016-02-29")
	for _, value := range []any{time.Date(2016, 2, 29, 0, 0, 0, 0, time.UTC), "2016-02-29", []byte("2016-02-29")} {
		var date plan.Date
		if err := date.Scan(value); err != nil || date != want {
			t.Errorf("%v is read as %q: %v", value, date, err)
		}
	}
	var date plan.Date
	if err := date.Scan(20160229); err == nil {
		t.Errorf("a number was read as %s", date)
	}
	if !plan.Date("").Time().IsZero() {
		t.Error("no date has a time")
	}
}

func TestWhatIsNoDateIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "2017", "2017-06", "2017-6-1", "17-06-01", "2017/06/01", "2017-06-01T00:00:00Z", "2017-06-01 ", "20170601",
		"2017-02-29", "1900-02-29", "2100-02-29", "2016-02-30", "2017-13-01", "2017-00-10", "2017-06-31", "2017-06-00",
		"0000-01-01", "0001-01-01", "1799-12-31", "2200-01-01", "9999-12-31", "10000-01-01", "-2017-06-01", "+2017-06-1",
		"２０１７-06-01", "2017-06-0\x00", "today",
	} {
		if date, ok := plan.ParseDate(text); ok {
			t.Errorf("%q was taken as %s", text, date)
		}
	}
	for _, text := range []string{"2016-02-29", "2000-02-29", "1800-01-01", "2199-12-31"} {
		if _, ok := plan.ParseDate(text); !ok {
			t.Errorf("%q was refused", text)
		}
	}
}

func TestDaysEndAtMidnightInShanghai(t *testing.T) {
	t.Parallel()
	zone, err := plan.ParseZone(plan.HomeZone)
	if err != nil {
		t.Fatal(err)
	}
	const date = plan.Date("2026-07-31")
	last := time.Date(2026, 7, 31, 15, 59, 59, 999_999_999, time.UTC)
	midnight := last.Add(1)
	if got := zone.Today(last); got != date {
		t.Errorf("just before midnight it is %s", got)
	}
	if got := zone.Today(midnight); got != "2026-08-01" {
		t.Errorf("at midnight it is %s", got)
	}
	if zone.Past(date, last) || !zone.Past(date, midnight) {
		t.Error("the day does not end at midnight")
	}
	if !zone.Ends(date).Equal(midnight) || !zone.Begins(date).Equal(midnight.AddDate(0, 0, -1)) {
		t.Errorf("the day is from %s to %s", zone.Begins(date), zone.Ends(date))
	}
	if plan.Home().String() != plan.HomeZone || plan.Today(midnight) != "2026-08-01" {
		t.Errorf("the initiative is at home in %s", plan.Home())
	}
}

// The law holds in every zone, also on the days of 23 and 25 hours.
func TestEveryMomentOfADayIsOnThatDay(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"} {
		zone, err := plan.ParseZone(name)
		if err != nil {
			t.Fatal(err)
		}
		for date := plan.Date("2024-01-01"); date.Year() == 2024; date = date.Next() {
			for _, moment := range []time.Time{zone.Begins(date), zone.Ends(date).Add(-1)} {
				if got := zone.Today(moment); got != date {
					t.Fatalf("%s in %s is on %s, want %s", moment, name, got, date)
				}
			}
		}
	}
}

func TestWhatIsNoZoneIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "Local", "Beijing", "../etc/passwd", "Asia/Nowhere"} {
		if zone, err := plan.ParseZone(name); err == nil {
			t.Errorf("%q was taken as %s", name, zone)
		}
	}
	if got := (plan.Zone{}).Today(time.Date(2026, 1, 1, 23, 0, 0, 0, time.UTC)); got != "2026-01-01" {
		t.Errorf("the zero zone is not UTC: %s", got)
	}
}
