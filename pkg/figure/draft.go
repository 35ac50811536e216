package figure

import (
	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// keptDecimals is how many decimals the register keeps of a number.
const keptDecimals = 4

// Draft is a figure to be stated, as it was written down. Its JSON is that of the wire.
type Draft struct {
	Measure         Measure         `json:"measure"`
	Period          *Period         `json:"period,omitempty"`
	Bound           string          `json:"bound"`
	Low             string          `json:"low,omitempty"` // "" for an end that is not given
	High            string          `json:"high,omitempty"`
	Currency        string          `json:"currency"`
	Basis           Basis           `json:"basis,omitempty"`
	Assurance       Assurance       `json:"assurance,omitempty"`
	Confidentiality Confidentiality `json:"confidentiality,omitempty"` // "" is public
	Source          *member.Source  `json:"source,omitempty"`
}

// Check gives every fault of the draft that can be told without the register,
// with pointers into the body of a figure.
func (d Draft) Check() fault.Fields {
	_, faults := d.figure()
	return faults
}

// figure gives the figure that the draft describes, or every fault of it.
func (d Draft) figure() (Figure, fault.Fields) {
	var faults fault.Fields
	fault.OneOf(&faults, "/measure", d.Measure, Measures())
	if d.Confidentiality == "" {
		d.Confidentiality = Public
	}
	fault.OneOf(&faults, "/confidentiality", d.Confidentiality, Confidentialities())
	if d.Basis != "" {
		fault.OneOf(&faults, "/basis", d.Basis, Bases())
	}
	if d.Assurance != "" {
		fault.OneOf(&faults, "/assurance", d.Assurance, Assurances())
	}
	if d.Period != nil {
		faults.Merge("/period", d.Period.check())
	}
	if d.Source != nil {
		faults.Merge("/source", d.Source.Check())
	}
	currency, known := bound.ParseCurrency(d.Currency)
	rule := currency.Rule(false)
	if !known {
		faults.Add("/currency", "currency_unknown")
		rule.Decimals = keptDecimals // what its decimals may be cannot be judged
	}
	interval, wrong := bound.Parse(d.Bound, d.Low, d.High, rule)
	faults.Merge("", wrong)
	if len(faults) > 0 {
		return Figure{}, faults
	}
	return Figure{
		Version: 1, Measure: d.Measure, Period: d.Period, Interval: interval, Currency: currency, Basis: d.Basis,
		Assurance: d.Assurance, Confidentiality: d.Confidentiality, Source: d.Source,
	}, nil
}

func (p Period) check() fault.Fields {
	var faults fault.Fields
	if _, ok := plan.ParseDate(string(p.From)); !ok {
		faults.Add("/from", "not_a_date")
	}
	if _, ok := plan.ParseDate(string(p.To)); !ok {
		faults.Add("/to", "not_a_date")
	}
	if len(faults) == 0 && p.To < p.From {
		faults.Add("/to", "ends_before_start")
	}
	return faults
}
