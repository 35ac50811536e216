package plan

import (
	"fmt"
	"time"
)

// The years that a date in the register may have. Earlier and later ones are
// slips of the finger (0, 9999), and what nobody can have meant is refused.
const (
	FirstYear = 1800
	LastYear  = 2199
)

// dateForm is the one form of a date on the wire and inside.
const dateForm = time.DateOnly

// Date is a day of the calendar, written yyyy-mm-dd, from 1800 to 2199. Dates
// compare as text. A date has no time of day and no zone; [Zone] says when it
// begins and ends.
type Date string

// ParseDate reads a date as yyyy-mm-dd and tells whether it is a day of the
// calendar, leap days as they fell, from 1800 to 2199.
func ParseDate(text string) (Date, bool) {
	if len(text) != len(dateForm) {
		return "", false
	}
	date, err := time.Parse(dateForm, text)
	if err != nil || date.Year() < FirstYear || date.Year() > LastYear {
		return "", false
	}
	return Date(text), true
}

// DateOf gives the day that the time falls on in its own zone.
func DateOf(t time.Time) Date { return Date(t.Format(dateForm)) }

// Time gives midnight UTC of the day, and the zero time for what is no date.
func (d Date) Time() time.Time {
	t, err := time.Parse(dateForm, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Year gives the year of the day.
func (d Date) Year() int { return d.Time().Year() }

// Next gives the day after.
func (d Date) Next() Date { return DateOf(d.Time().AddDate(0, 0, 1)) }

// Scan reads a date column.
func (d *Date) Scan(value any) error {
	switch v := value.(type) {
	case time.Time:
		*d = DateOf(v)
	case string:
		*d = Date(v)
	case []byte:
		*d = Date(v)
	default:
		return fmt.Errorf("a date cannot be read from %T", value)
	}
	return nil
}
