package commitment

import (
	"bytes"
	"encoding/json"
	"fmt"

	"accord/pkg/fault"
	"accord/pkg/ledger"
	"accord/pkg/plan"
)

// Terms are what a commitment promises: what an amendment can change. Who
// promises it, with whom and under which point stays.
type Terms struct {
	Title    string    `json:"title"`
	Text     string    `json:"text"`
	Strength Strength  `json:"strength,omitempty"`
	StartsOn plan.Date `json:"starts_on,omitempty"`
	DueOn    plan.Date `json:"due_on,omitempty"`
	Measure
}

// Scan reads terms from the JSON of a column. They have no direction: that is
// their indicator's.
func (t *Terms) Scan(value any) error { return scan(value, t) }

// Terms gives what the commitment promises.
func (c Commitment) Terms() Terms {
	return Terms{Title: c.Title, Text: c.Text, Strength: c.Strength, StartsOn: c.StartsOn, DueOn: c.DueOn, Measure: c.Measure}
}

// draft is the terms written down under a point, made with nobody else.
func (t Terms) draft(point plan.Point) Draft {
	return Draft{
		Point: point, Title: t.Title, Text: t.Text, Strength: t.Strength, StartsOn: t.StartsOn, DueOn: t.DueOn, MeasureDraft: t.Measure.draft(),
	}
}

// day gives the day by which the target is to be reached, "" where none is stated.
func (t Terms) day() plan.Date {
	if t.Target != nil && t.Target.On != "" {
		return t.Target.On
	}
	return t.DueOn
}

// changesBetween tells the terms that differ, field by field.
func changesBetween(before, after Terms) ([]ledger.FieldChange, error) {
	then, err := before.encode()
	if err != nil {
		return nil, err
	}
	now, err := after.encode()
	if err != nil {
		return nil, err
	}
	return ledger.Difference(then, now), nil
}

// encode writes the terms as JSON in which letters stand as they are.
func (t Terms) encode() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(t); err != nil {
		return nil, fmt.Errorf("encode the terms: %w", err)
	}
	return text.Bytes(), nil
}

// touched tells whether two drafts have something else written in the place that
// a pointer leads to, in a part of it or in the whole that it is part of.
func touched(before, after Draft, pointer string) (bool, error) {
	then, err := json.Marshal(before)
	if err != nil {
		return false, fmt.Errorf("encode a draft: %w", err)
	}
	now, err := json.Marshal(after)
	if err != nil {
		return false, fmt.Errorf("encode a draft: %w", err)
	}
	var rewritten fault.Fields
	for _, change := range ledger.Difference(then, now) {
		rewritten.Add(change.Pointer, "")
	}
	return rewritten.At(pointer), nil
}
