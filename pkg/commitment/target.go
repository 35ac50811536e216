package commitment

import (
	"github.com/shopspring/decimal"

	"accord/pkg/bound"
	"accord/pkg/fault"
)

// only tells whether the target says no more than that the quantity is the
// number, exactly or about; quantities are never below zero.
func (t Target) only(number decimal.Decimal) bool {
	low, hasLow := t.Interval.Low()
	high, hasHigh := t.Interval.High()
	if !hasLow {
		low, hasLow = decimal.Zero, true
	}
	return t.Interval.Contains(number) && hasHigh && low.Equal(high) && low.Equal(number)
}

// against gives every fault of a target beside the baseline, nil where none is
// stated, of an indicator that is to go in the direction: it must set a goal
// that lies further than the baseline.
func (t Target) against(baseline *Baseline, direction Direction) fault.Fields {
	var faults fault.Fields
	goal, passed, ok := t.goal(direction)
	switch {
	case !ok:
		faults.Add("/bound", "target_against_direction", fault.Args{"direction": string(direction)})
	case baseline == nil, direction.further(goal, baseline.Value):
	case !goal.Equal(baseline.Value):
		end := "/low"
		if direction == Decrease && t.Interval.Bound() != bound.Exact && t.Interval.Bound() != bound.Approx {
			end = "/high"
		}
		faults.Add(end, "target_against_direction", fault.Args{"direction": string(direction)})
	case !passed:
		faults.Add("", "target_is_baseline")
	}
	return faults
}
