package commitment

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// How much a report may hold. All of it together fits into one ledger entry
// ([ledger.MaxContent]), in any script.
const (
	narrativeLength = 20_000 // characters
	narrativeSize   = 60_000 // octets, which is as many Chinese characters
	mostMeasured    = 12
	mostMet         = 20
)

// Measured is the value of an indicator over a span of days, the first and the
// last included.
type Measured struct {
	Indicator string
	Interval  bound.Interval
	From      plan.Date
	To        plan.Date
}

// Met is one that was met, and when.
type Met struct {
	Key string    `json:"key"`
	On  plan.Date `json:"on"`
}

// MeasuredDraft is a value as it is written down.
type MeasuredDraft struct {
	Indicator string    `json:"indicator"`
	Bound     string    `json:"bound"`
	Low       string    `json:"low,omitempty"`
	High      string    `json:"high,omitempty"`
	From      plan.Date `json:"from"`
	To        plan.Date `json:"to"`
}

// Draft is the value as it was written down.
func (m Measured) Draft() MeasuredDraft {
	d := MeasuredDraft{Indicator: m.Indicator, Bound: string(m.Interval.Bound()), From: m.From, To: m.To}
	if low, ok := m.Interval.Low(); ok {
		d.Low = bound.Canonical(low)
	}
	if high, ok := m.Interval.High(); ok && m.Interval.Bound() != bound.Exact && m.Interval.Bound() != bound.Approx {
		d.High = bound.Canonical(high)
	}
	return d
}

// MarshalJSON writes the value with numbers as canonical decimals.
func (m Measured) MarshalJSON() ([]byte, error) { return json.Marshal(m.Draft()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Measured) UnmarshalJSON(text []byte) error {
	var d MeasuredDraft
	if err := json.Unmarshal(text, &d); err != nil {
		return err
	}
	interval, err := bound.Stored(d.Bound, d.Low, d.High)
	*m = Measured{Indicator: d.Indicator, Interval: interval, From: d.From, To: d.To}
	return err
}

// ReportPatch is a merge patch of what a report says (RFC 7396), field by field.
type ReportPatch struct {
	Narrative  nullable.Nullable[string]
	Completion nullable.Nullable[Completion]
	Measured   nullable.Nullable[[]MeasuredDraft]
	Milestones nullable.Nullable[[]Met]
}

// Check gives every fault of the patch that can be told without the draft.
func (p ReportPatch) Check() fault.Fields {
	var faults fault.Fields
	if text, err := p.Narrative.Get(); err == nil && text != "" {
		checkNarrative(&faults, text)
	}
	if c, err := p.Completion.Get(); err == nil {
		fault.OneOf(&faults, "/completion", c, Completions())
	}
	if values, err := p.Measured.Get(); err == nil {
		checkMeasured(&faults, values)
	}
	if met, err := p.Milestones.Get(); err == nil {
		checkMet(&faults, met)
	}
	return faults
}

func checkNarrative(faults *fault.Fields, text string) {
	faults.Prose("/narrative", strings.ReplaceAll(text, "\r", ""), narrativeLength)
	switch {
	case faults.At("/narrative"):
	case utf8.RuneCountInString(text) > narrativeLength: // with the carriage returns
		faults.Add("/narrative", "too_long", fault.Args{"max": strconv.Itoa(narrativeLength)})
	case len(text) > narrativeSize:
		faults.Add("/narrative", "too_many_octets", fault.Args{"max": strconv.Itoa(narrativeSize)})
	}
}

func checkMeasured(faults *fault.Fields, values []MeasuredDraft) member.Rows[Measured] {
	if len(values) > mostMeasured {
		faults.Add("/values", "too_many_items", fault.Args{"max": strconv.Itoa(mostMeasured)})
		return nil
	}
	measured := make(member.Rows[Measured], 0, len(values))
	seen := map[MeasuredDraft]bool{}
	for i, d := range values {
		at := "/values/" + strconv.Itoa(i)
		if !IsCode(d.Indicator) {
			faults.Add(at+"/indicator", "code_malformed")
		}
		from, to := needDay(faults, at+"/from", d.From), needDay(faults, at+"/to", d.To)
		if from && to && d.To < d.From {
			faults.Add(at+"/to", "ends_before_start")
		}
		interval, wrong := bound.Parse(d.Bound, d.Low, d.High, bound.Rule{Decimals: 4})
		faults.Merge(at, wrong)
		same := MeasuredDraft{Indicator: d.Indicator, From: d.From, To: d.To}
		if seen[same] {
			faults.Add(at, "repeated_items")
		}
		seen[same] = true
		measured = append(measured, Measured{Indicator: d.Indicator, Interval: interval, From: d.From, To: d.To})
	}
	return measured
}

func checkMet(faults *fault.Fields, met []Met) {
	if len(met) > mostMet {
		faults.Add("/milestones", "too_many_items", fault.Args{"max": strconv.Itoa(mostMet)})
		return
	}
	seen := map[string]bool{}
	for i, m := range met {
		at := "/milestones/" + strconv.Itoa(i)
		if !IsCode(m.Key) {
			faults.Add(at+"/key", "code_malformed")
		}
		needDay(faults, at+"/on", m.On)
		if seen[m.Key] {
			faults.Add(at, "repeated_items")
		}
		seen[m.Key] = true
	}
}

// needDay tells whether there is a day, and notes where there is none.
func needDay(faults *fault.Fields, pointer string, day plan.Date) bool {
	if day == "" {
		faults.Add(pointer, "required")
	}
	return checkDay(faults, pointer, day)
}

// under leaves of a statement what can be said of a commitment that is measured
// so: values of its indicator, and its milestones.
func (p Statement) under(own Measure) Statement {
	p.Measured = slices.DeleteFunc(slices.Clone(p.Measured), func(m Measured) bool { return m.Indicator != own.Indicator })
	p.Milestones = slices.DeleteFunc(slices.Clone(p.Milestones), func(m Met) bool { return !own.has(m.Key) })
	return p
}

// has tells whether there is a milestone of the key.
func (m Measure) has(key string) bool {
	return slices.ContainsFunc(m.Milestones, func(own Milestone) bool { return own.Key == key })
}

// complete gives every fault of what is to be submitted on the day, of a
// commitment that is measured so. What a report tells has been, and is of the
// commitment's own indicator and milestones.
func (p Statement) complete(own Measure, today plan.Date) error {
	var faults fault.Fields
	if p.Narrative == "" {
		faults.Add("/narrative", "required")
	}
	if p.Completion == "" {
		faults.Add("/completion", "required")
	}
	for i, m := range p.Measured {
		at := "/values/" + strconv.Itoa(i)
		if m.To > today {
			faults.Add(at+"/to", "in_the_future")
		}
		if m.Indicator != own.Indicator {
			faults.Add(at+"/indicator", "other_indicator")
			continue
		}
		d := m.Draft()
		_, wrong := bound.Parse(d.Bound, d.Low, d.High, own.Unit.Rule())
		faults.Merge(at, wrong)
	}
	for i, m := range p.Milestones {
		at := "/milestones/" + strconv.Itoa(i)
		if m.On > today {
			faults.Add(at+"/on", "in_the_future")
		}
		if !own.has(m.Key) {
			faults.Add(at+"/key", "unknown_milestone")
		}
	}
	return faults.Err()
}
