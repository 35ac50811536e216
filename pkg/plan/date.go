package plan

import "time"

// The years that a date in the register may have. Earlier and later ones are
// slips of the finger (0, 9999), and what nobody can have meant is refused.
const (
	FirstYear = 1800
	LastYear  = 2199
)

// dateForm is the one form of a date on the wire.
const dateForm = time.DateOnly

// ParseDate reads a date as yyyy-mm-dd and gives it as midnight UTC, which is
// how dates are held inside. It tells whether it is a day of the calendar, leap
// days as they fell, from 1800 to 2199.
func ParseDate(text string) (time.Time, bool) {
	if len(text) != len(dateForm) {
		return time.Time{}, false
	}
	date, err := time.Parse(dateForm, text)
	if err != nil || date.Year() < FirstYear || date.Year() > LastYear {
		return time.Time{}, false
	}
	return date, true
}

// FormatDate writes a date as yyyy-mm-dd.
func FormatDate(date time.Time) string { return date.Format(dateForm) }

// DateOf gives the day of the calendar as midnight UTC.
func DateOf(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
