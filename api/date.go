package api

import "time"

// Date is a day on the wire, such as 2026-07-31. Empty is no date. The
// contract's validation has checked a date that came in a request, so that
// Time is a real day.
type Date string

// DateOf gives the day of the time, and no date for the zero time.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return ""
	}
	return Date(t.Format(time.DateOnly))
}

// Time gives midnight of the day in UTC, and the zero time for no date.
func (d Date) Time() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}
