package plan

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // a bare machine has no time zones of its own
)

// HomeZone is the time zone of the initiative that ships with the register.
const HomeZone = "Asia/Shanghai"

// Zone is the time zone in which the initiative's days begin and end. The zero
// Zone is UTC.
type Zone struct{ location *time.Location }

// ParseZone reads the IANA name of a time zone. It fails on a name that is not
// in the list, and on "" and Local, which mean another zone on each machine.
func ParseZone(name string) (Zone, error) {
	if name == "" || name == "Local" {
		return Zone{}, fmt.Errorf("time zone %q: a name such as %s is needed", name, HomeZone)
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return Zone{}, fmt.Errorf("time zone %q: %w", name, err)
	}
	return Zone{location: location}, nil
}

func (z Zone) String() string { return z.in().String() }

func (z Zone) in() *time.Location {
	if z.location == nil {
		return time.UTC
	}
	return z.location
}

// Home gives the time zone of the initiative.
func Home() Zone { return home() }

var home = sync.OnceValue(func() Zone {
	zone, err := ParseZone(HomeZone)
	if err != nil {
		return Zone{} // cannot be: the list of zones is built in, and a test reads this one
	}
	return zone
})

// Today gives the date that it is in the initiative's zone at that moment.
func Today(now time.Time) Date { return Home().Today(now) }

// Today gives the date that it is in the zone at that moment.
func (z Zone) Today(now time.Time) Date { return DateOf(now.In(z.in())) }

// Begins gives the moment at which the date begins in the zone: the first one
// of which a clock there shows that date. Where the clock is put forward at
// midnight that is no midnight, and where it is put back to midnight it is the
// first of two.
func (z Zone) Begins(date Date) time.Time {
	year, month, day := date.Time().Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, z.in())
	changed, changes := midnight.ZoneBounds()
	if DateOf(midnight) < date {
		return changes
	}
	if !changed.IsZero() {
		_, offset := midnight.Zone()
		_, before := changed.Add(-1).Zone()
		first := midnight.Add(time.Duration(offset-before) * time.Second)
		if first.Before(changed) && DateOf(first) == date {
			return first
		}
	}
	return midnight
}

// Ends gives the moment at which the date ends in the zone, which is when the
// next one begins: what happens at that very moment is too late.
func (z Zone) Ends(date Date) time.Time { return z.Begins(date.Next()) }

// Past tells whether the date is over in the zone.
func (z Zone) Past(date Date, now time.Time) bool { return !now.Before(z.Ends(date)) }
