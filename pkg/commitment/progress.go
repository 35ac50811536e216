package commitment

import (
	"time"

	"github.com/shopspring/decimal"

	"accord/pkg/bound"
	"accord/pkg/plan"
)

// ProgressClass is where a commitment stands on the way to its target.
type ProgressClass string

// The classes of progress.
const (
	Reached     ProgressClass = "reached"
	OnTrack     ProgressClass = "on_track"
	AtRisk      ProgressClass = "at_risk"
	Overdue     ProgressClass = "overdue"
	NotReported ProgressClass = "not_reported"
)

// ProgressClasses lists the classes, the best first.
func ProgressClasses() []ProgressClass {
	return []ProgressClass{Reached, OnTrack, AtRisk, Overdue, NotReported}
}

// Progress is how far a commitment has come, computed and kept nowhere.
type Progress struct {
	Share    *bound.Interval  // of the target that is reached by value; nil where it cannot be told
	Expected *decimal.Decimal // share that is expected by time, from 0 to 1; nil where it cannot be told
	Class    ProgressClass
	Day      plan.Date // of which all this is told
}

// trackedParts is how much of what is expected by time must be reached by value
// for a commitment to be on track: 4 of trackedOf parts.
const (
	trackedParts = 4
	trackedOf    = 5
)

// Progress computes how far the commitment has come on the day, by what the
// accepted reports on it say.
//
// The value is that of its indicator (see [Reported]). The goal is the number
// that the target asks to be reached: the low end of the target for an indicator
// that is to increase, the high end for one that is to decrease; of an exact or
// approximate target its number.
//
//	share    = (value − baseline) / (goal − baseline)
//	expected = days from start to today / days from start to due, 0 before the start, 1 from the due day on
//
// Start is starts_on, or else the day of the baseline; due is the day of the
// target, or else due_on. share is an interval as the value is one: it is open
// where the value is. It is less than 0 behind the baseline and more than 1
// beyond the goal. Both are rounded to four decimals; the classes below are told
// by the unrounded numbers. share is absent without a value, a target or a
// baseline, and where the goal is the baseline itself, to be passed; expected is
// absent without one of its days.
//
// The class is the first of these that holds:
//
//	reached       every number that the value can be meets the goal (passes it, where the target is gt or lt);
//	              without a target: the reviewers of the latest report found it complete
//	overdue       the due day is over
//	not_reported  no report was accepted, or none that gives a value where there is a target
//	on_track      share or expected is absent, or share ≥ 4/5 × expected for every number that the value can be
//	at_risk       else
//
// Of an approximate value its number counts, as if it were exact. What was said
// at the closing of a commitment plays no part. The statistics compute the same
// in the database (progress_class), and a test holds the two together.
func (c Commitment) Progress(said Reported, today plan.Date) Progress {
	latest := said.Value
	due := c.Terms().day()
	p := Progress{Class: AtRisk, Day: today}
	done, way := elapsed(c.start(), due, today)
	if way > 0 {
		expected := decimal.NewFromInt(done).DivRound(decimal.NewFromInt(way), bound.ShareDecimals)
		p.Expected = &expected
	}
	if latest != nil && c.Target != nil && c.Baseline != nil {
		if goal, _, ok := c.Target.goal(c.Direction); ok {
			if share, ok := latest.Share(c.Baseline.Value, goal); ok {
				p.Share = &share
			}
		}
	}
	switch {
	case c.Target == nil && said.Found == Complete, latest != nil && c.met(*latest):
		p.Class = Reached
	case due != "" && today > due:
		p.Class = Overdue
	case said.Reports == 0, c.Target != nil && latest == nil:
		p.Class = NotReported
	case p.Share == nil || p.Expected == nil || c.keepsUp(*latest, done, way):
		p.Class = OnTrack
	}
	return p
}

// start gives the day on which the way to the target begins, "" where none is stated.
func (c Commitment) start() plan.Date {
	if c.StartsOn == "" && c.Baseline != nil {
		return c.Baseline.On
	}
	return c.StartsOn
}

// elapsed gives how many days have passed by the day, of how many; of none
// where a day is not stated. What begins and is due on one day has one to go.
func elapsed(start, due, today plan.Date) (done, way int64) {
	if start == "" || due == "" || due < start {
		return 0, 0
	}
	days := func(to plan.Date) int64 { return int64(to.Time().Sub(start.Time()) / (24 * time.Hour)) }
	if way = days(due); way == 0 {
		way = 1
		if today >= due {
			return 1, way
		}
	}
	return min(max(days(today), 0), way), way
}

// worst gives the end of the value that has come least far in the direction,
// and whether the value lies beyond it; known is false where it is open.
func worst(value bound.Interval, direction Direction) (end decimal.Decimal, beyond, known bool) {
	if direction == Decrease {
		end, known = value.High()
		_, beyond = value.Strict()
		return end, beyond, known
	}
	end, known = value.Low()
	beyond, _ = value.Strict()
	return end, beyond, known
}

// met tells whether every number that the value can be meets the goal.
func (c Commitment) met(value bound.Interval) bool {
	if c.Target == nil {
		return false
	}
	goal, passed, ok := c.Target.goal(c.Direction)
	least, beyond, known := worst(value, c.Direction)
	switch {
	case !ok || !known:
		return false
	case c.Direction.further(least, goal):
		return true
	default:
		return least.Equal(goal) && (!passed || beyond)
	}
}

// keepsUp tells whether every number that the value can be has come as far as
// a commitment on track has when so many days of the way are over.
func (c Commitment) keepsUp(value bound.Interval, done, way int64) bool {
	least, _, known := worst(value, c.Direction)
	goal, _, _ := c.Target.goal(c.Direction)
	if !known {
		return false
	}
	come, whole := least.Sub(c.Baseline.Value), goal.Sub(c.Baseline.Value)
	if whole.IsNegative() {
		come, whole = come.Neg(), whole.Neg()
	}
	// come / whole ≥ 4/5 × done / way, without a division
	return come.Mul(decimal.NewFromInt(trackedOf * way)).GreaterThanOrEqual(whole.Mul(decimal.NewFromInt(trackedParts * done)))
}
