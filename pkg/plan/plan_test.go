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

func TestTitlesAreInTheLanguageOfTheReader(t *testing.T) {
	t.Parallel()
	title := plan.Title{En: "Talent", Zh: "人才"}
	if title.In("zh") != "人才" || title.In("en") != "Talent" || title.In("fr") != "Talent" {
		t.Error("a title came in the wrong language")
	}
}

func TestDatesReadBackAsWritten(t *testing.T) {
	t.Parallel()
	for date := plan.DateOf(1800, 1, 1); date.Year() <= 2199; date = date.AddDate(0, 0, 1) {
		got, ok := plan.ParseDate(plan.FormatDate(date))
		if !ok || !got.Equal(date) || got.Location() != time.UTC {
			t.Fatalf("%s reads back as %s (%v)", plan.FormatDate(date), got, ok)
		}
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
	date := plan.DateOf(2026, 7, 31)
	last := time.Date(2026, 7, 31, 15, 59, 59, 999_999_999, time.UTC)
	midnight := last.Add(1)
	if got := zone.Today(last); !got.Equal(date) {
		t.Errorf("just before midnight it is %s", got)
	}
	if got := zone.Today(midnight); !got.Equal(plan.DateOf(2026, 8, 1)) {
		t.Errorf("at midnight it is %s", got)
	}
	if zone.Past(date, last) || !zone.Past(date, midnight) {
		t.Error("the day does not end at midnight")
	}
	if !zone.Ends(date).Equal(midnight) || !zone.Begins(date).Equal(midnight.AddDate(0, 0, -1)) {
		t.Errorf("the day is from %s to %s", zone.Begins(date), zone.Ends(date))
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
		for day := range 366 {
			date := plan.DateOf(2024, 1, 1).AddDate(0, 0, day)
			for _, moment := range []time.Time{zone.Begins(date), zone.Ends(date).Add(-1)} {
				if got := zone.Today(moment); !got.Equal(date) {
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
	if got := (plan.Zone{}).Today(time.Date(2026, 1, 1, 23, 0, 0, 0, time.UTC)); !got.Equal(plan.DateOf(2026, 1, 1)) {
		t.Errorf("the zero zone is not UTC: %s", got)
	}
}
