package commitment_test

import (
	"testing"
	"time"

	"accord/pkg/commitment"
	"accord/pkg/plan"
)

// TestACycleFallsDueAtTheEndOfTheDayInItsZone runs in the last second of a
// deadline and in the first one after it, where a clock is at home elsewhere: west
// of Greenwich, on a leap day, and where the clock is put forward or back at the
// very midnight. Who reports in the last second is in time, whoever registers a
// commitment in the first one after owes nothing.
func TestACycleFallsDueAtTheEndOfTheDayInItsZone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zone string
		due  plan.Date
		ends string // the first moment after the deadline
		long bool   // not in the everyday run
	}{
		"in Shanghai":                               {"Asia/Shanghai", "2027-07-31", "2027-07-31T16:00:00Z", true},
		"on a leap day":                             {"Asia/Shanghai", "2028-02-29", "2028-02-29T16:00:00Z", false},
		"west of Greenwich":                         {"America/Los_Angeles", "2027-07-31", "2027-08-01T07:00:00Z", true},
		"on a leap day west of Greenwich":           {"America/Los_Angeles", "2028-02-29", "2028-03-01T08:00:00Z", false},
		"where the clock goes forward at midnight":  {"Asia/Beirut", "2027-03-27", "2027-03-27T22:00:00Z", false},
		"where the clock goes back to midnight":     {"America/Havana", "2027-11-06", "2027-11-07T04:00:00Z", false},
		"where the clock goes back before midnight": {"Asia/Beirut", "2027-10-30", "2027-10-30T22:00:00Z", true},
	} {
		if c.long && testing.Short() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := plan.ParseZone(c.zone)
			if err != nil {
				t.Fatal(err)
			}
			r := running(t, zone)
			if _, err := r.cycles.Open(staff(), commitment.CycleDraft{Year: 2027, OpensOn: "2027-01-04", DueOn: c.due, GraceEndsOn: "2028-12-31"}); err != nil {
				t.Fatal(err)
			}
			draft := training()
			draft.DueOn = ""
			r.in(t, r.published(t, "Silent"), commitment.Registered, draft)
			spoke, late := r.in(t, r.published(t, "Spoke"), commitment.Registered, draft), r.in(t, r.published(t, "Late"), commitment.Submitted, draft)
			midnight, err := time.Parse(time.RFC3339, c.ends)
			if err != nil || !zone.Ends(c.due).Equal(midnight) {
				t.Fatalf("%s ends at %s", c.due, zone.Ends(c.due).UTC())
			}
			r.clock.at(t, midnight.Add(-time.Second).Format(time.RFC3339))
			r.speaks(t, spoke, 2027)
			wants(t, "in the last second", r.run(t))
			r.clock.at(t, c.ends)
			if _, err := r.commitments.Register(staff(), late.ID, 0); err != nil {
				t.Fatal(err)
			}
			wants(t, "after midnight", r.run(t), "silenced Silent")
		})
	}
}

// TestTheCycleOfALeapYear goes through the year of 2028 by days: due on 29
// February, with the leap day as the end of the grace of the year before.
func TestTheCycleOfALeapYear(t *testing.T) {
	t.Parallel()
	r := in2027(t)
	c := r.promised(t, "Silent")
	r.extended(t, 2027, "", "2028-02-29")
	r.clock.set("2028-01-01")
	wants(t, "before the extended grace is over", r.run(t), "proposed to close Silent 2027-12-31", "silenced Silent")
	r.clock.set("2028-02-29")
	wants(t, "on the leap day", r.run(t))
	round, err := r.runs.Foresee(system(), "2028-03-01")
	if err != nil {
		t.Fatal(err)
	}
	wants(t, "foreseen for the day after it", lines(round), "proposed to delist Silent")
	r.speaks(t, c, 2027)
	r.clock.set("2028-03-01")
	wants(t, "once it reported on the leap day", r.run(t), "returned Silent")
}
