package commitment

import (
	"fmt"
	"slices"
	"strconv"

	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// The most that one commitment holds.
const (
	mostMilestones   = 20
	mostCountries    = 250
	mostParticipants = 50
)

// keptDecimals is how many decimals the register keeps of a number.
const keptDecimals = 4

// MeasureDraft is what a commitment is to be measured by, as it was written down.
type MeasureDraft struct {
	Indicator        string          `json:"indicator"` // "" for a purely qualitative promise
	Baseline         *BaselineDraft  `json:"baseline"`
	Target           *TargetDraft    `json:"target"`
	Milestones       []Milestone     `json:"milestones"`
	PartnerCountries []ident.Country `json:"partner_countries"`
}

// BaselineDraft is a baseline as it was written down.
type BaselineDraft struct {
	Value string    `json:"value"`
	Unit  string    `json:"unit"` // "" for that of the indicator
	On    plan.Date `json:"on"`
}

// TargetDraft is a target as it was written down.
type TargetDraft struct {
	Bound string    `json:"bound"`
	Low   string    `json:"low"` // "" for an end that is not given
	High  string    `json:"high"`
	Unit  string    `json:"unit"` // "" for that of the indicator
	On    plan.Date `json:"on"`
}

// draft is the measure read back as the draft that it is.
func (m Measure) draft() MeasureDraft {
	d := MeasureDraft{Indicator: m.Indicator, Milestones: m.Milestones, PartnerCountries: m.PartnerCountries}
	if m.Baseline != nil {
		d.Baseline = &BaselineDraft{Value: bound.Canonical(m.Baseline.Value), On: m.Baseline.On}
	}
	if m.Target != nil {
		d.Target = &TargetDraft{Bound: string(m.Target.Interval.Bound()), Low: m.Target.Low(), High: m.Target.High(), On: m.Target.On}
	}
	return d
}

// measure is the measure that the draft describes by the indicator, nil for
// none, and every fault of the numbers.
func (d MeasureDraft) measure(i *Indicator) (Measure, fault.Fields) {
	var faults fault.Fields
	m := Measure{Indicator: d.Indicator, Milestones: d.Milestones, PartnerCountries: d.PartnerCountries}
	rule := bound.Rule{Decimals: keptDecimals}
	if i != nil {
		m.Unit, m.Direction, rule = i.Unit, i.Direction, i.Unit.Rule()
	}
	if d.Baseline != nil {
		value, code := bound.ParseDecimal(d.Baseline.Value, rule)
		if code != "" {
			faults.Add("/baseline/value", code, fault.Args{"digits": strconv.Itoa(bound.MaxDigits), "decimals": strconv.Itoa(rule.Decimals)})
		} else {
			m.Baseline = &Baseline{Value: value, On: d.Baseline.On}
		}
	}
	if d.Target != nil {
		interval, wrong := bound.Parse(d.Target.Bound, d.Target.Low, d.Target.High, rule)
		faults.Merge("/target", wrong)
		if len(wrong) == 0 {
			m.Target = &Target{Interval: interval, On: d.Target.On}
		}
	}
	return m, faults
}

// check gives every fault of the measure that can be told without the register,
// of a commitment that starts and is due on these days, as far as they are days.
func (d MeasureDraft) check(starts, due plan.Date) fault.Fields {
	var faults fault.Fields
	if d.Indicator != "" && !IsCode(d.Indicator) {
		faults.Add("/indicator", "code_malformed")
	}
	m, wrong := d.measure(nil)
	faults.Merge("", wrong)
	baselineOn, targetOn := false, false
	if d.Baseline != nil {
		baselineOn = checkDay(&faults, "/baseline/on", d.Baseline.On)
		if d.Indicator == "" {
			faults.Add("/baseline", "needs_indicator")
		}
	}
	if d.Target != nil {
		targetOn = checkDay(&faults, "/target/on", d.Target.On)
		if d.Indicator == "" {
			faults.Add("/target", "needs_indicator")
		}
	}
	if baselineOn && d.Target != nil {
		switch {
		case targetOn && d.Target.On < d.Baseline.On:
			faults.Add("/target/on", "target_before_baseline", fault.Args{"date": string(d.Baseline.On)})
		case d.Target.On == "" && due != "" && due < d.Baseline.On:
			faults.Add("/due_on", "target_before_baseline", fault.Args{"date": string(d.Baseline.On)})
		}
	}
	if targetOn && due != "" && d.Target.On > due {
		faults.Add("/target/on", "outside_span", fault.Args{"from": string(starts), "to": string(due)})
	}
	if m.Baseline != nil && m.Target != nil && m.Target.only(m.Baseline.Value) {
		faults.Add("/target", "target_is_baseline")
	}
	faults.Merge("/milestones", checkMilestones(d.Milestones, starts, due))
	faults.Merge("/partner_countries", checkCountries(d.PartnerCountries))
	return faults
}

func checkMilestones(milestones []Milestone, starts, due plan.Date) fault.Fields {
	var faults fault.Fields
	if len(milestones) > mostMilestones {
		faults.Add("", "too_many_items", fault.Args{"max": strconv.Itoa(mostMilestones)})
		return faults
	}
	for i, m := range milestones {
		at := "/" + strconv.Itoa(i)
		if !IsCode(m.Key) {
			faults.Add(at+"/key", "code_malformed")
		} else if slices.ContainsFunc(milestones[:i], func(other Milestone) bool { return other.Key == m.Key }) {
			faults.Add(at+"/key", "repeated")
		}
		faults.Text(at+"/title", m.Title, 200)
		if checkDay(&faults, at+"/due_on", m.DueOn) && (m.DueOn < starts || due != "" && m.DueOn > due) {
			faults.Add(at+"/due_on", "outside_span", fault.Args{"from": string(starts), "to": string(due)})
		}
	}
	return faults
}

func checkCountries(list []ident.Country) fault.Fields {
	var faults fault.Fields
	if len(list) > mostCountries {
		faults.Add("", "too_many_items", fault.Args{"max": strconv.Itoa(mostCountries)})
		return faults
	}
	for i, country := range list {
		at := "/" + strconv.Itoa(i)
		if _, ok := ident.ParseCountry(string(country)); !ok {
			faults.Add(at, "unknown_country")
		} else if slices.Contains(list[:i], country) {
			faults.Add(at, "repeated")
		}
	}
	return faults
}

// against gives every fault of the measure that only the catalogue and the plan
// can tell. i is nil where there is no indicator of the draft's code.
func (d MeasureDraft) against(i *Indicator, point plan.Point, period *Period) fault.Fields {
	var faults fault.Fields
	if d.Target != nil {
		period.holds(&faults, "/target/on", d.Target.On)
	}
	for n, m := range d.Milestones {
		period.holds(&faults, fmt.Sprintf("/milestones/%d/due_on", n), m.DueOn)
	}
	switch {
	case d.Indicator == "":
		return faults
	case i == nil:
		faults.Add("/indicator", "unknown_indicator")
		return faults
	case i.Point != point:
		faults.Add("/indicator", "indicator_of_other_point", fault.Args{"point": i.Point.Roman()})
	case i.RetiredOn != "":
		faults.Add("/indicator", "indicator_retired", fault.Args{"date": string(i.RetiredOn)})
	}
	if d.Baseline != nil && d.Baseline.Unit != "" && !i.in(d.Baseline.Unit) {
		faults.Add("/baseline/unit", "unit_mismatch", fault.Args{"unit": string(i.Unit)})
	}
	if d.Target != nil && d.Target.Unit != "" && !i.in(d.Target.Unit) {
		faults.Add("/target/unit", "unit_mismatch", fault.Args{"unit": string(i.Unit)})
	}
	m, wrong := d.measure(i)
	faults.Merge("", wrong)
	if m.Target != nil {
		faults.Merge("/target", m.Target.against(m.Baseline, i.Direction))
	}
	return faults
}

// in tells whether the indicator is counted in the unit.
func (i Indicator) in(unit string) bool {
	parsed, ok := ParseUnit(unit)
	return ok && parsed == i.Unit
}
