package commitment

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// Quantity is a number of persons or hours as it was stated; the zero Quantity
// was not.
type Quantity struct {
	Bound string `json:"bound,omitempty"`
	Low   string `json:"low,omitempty"`
	High  string `json:"high,omitempty"`
}

// How many decimals the register keeps of a quantity.
const (
	wholeNumber    = 0
	hourlyDecimals = 2
)

// parse gives the quantity in its one form, or every fault of it.
func (q Quantity) parse(decimals int) (Quantity, fault.Fields) {
	if q == (Quantity{}) {
		return q, nil
	}
	interval, faults := bound.Parse(q.Bound, q.Low, q.High, bound.Rule{Decimals: decimals})
	if len(faults) > 0 {
		return Quantity{}, faults
	}
	return quantityOf(interval), nil
}

// quantityOf writes an interval as it was stated. The number of an exact or
// approximate one stands at its low end alone.
func quantityOf(i bound.Interval) Quantity {
	q := Quantity{Bound: string(i.Bound())}
	if low, ok := i.Low(); ok {
		q.Low = bound.Canonical(low)
	}
	if high, ok := i.High(); ok && i.Bound() != bound.Exact && i.Bound() != bound.Approx {
		q.High = bound.Canonical(high)
	}
	return q
}

// What an activity holds at most.
const (
	mostOrganisers = 20
	mostCategories = 20
	mostWinners    = 10 // of a category
)

// Check gives every fault of the draft that can be told without the register.
func (d ActivityDraft) Check() fault.Fields {
	_, faults := d.written()
	return faults
}

// written gives the draft in its one form: texts without blanks around them,
// numbers canonical, organisers and countries in order; or every fault of it.
func (d ActivityDraft) written() (ActivityDraft, fault.Fields) {
	faults := d.checkWords()
	d.checkDays(&faults)
	d.checkOrganisers(&faults)
	d.checkKind(&faults)
	for _, q := range []struct {
		pointer  string
		quantity *Quantity
		decimals int
	}{
		{"/participants", &d.Participants, wholeNumber},
		{"/hours", &d.Hours, hourlyDecimals},
		{"/trained", &d.Trained, wholeNumber},
		{"/beneficiaries", &d.Beneficiaries, wholeNumber},
	} {
		parsed, wrong := q.quantity.parse(q.decimals)
		faults.Merge(q.pointer, wrong)
		*q.quantity = parsed
	}
	d.Categories = checkCategories(&faults, d.Categories)
	if d.Source != nil {
		faults.Merge("/source", d.Source.Check())
	}
	d.Title, d.Description, d.Place.City = strings.TrimSpace(d.Title), strings.TrimSpace(d.Description), strings.TrimSpace(d.Place.City)
	d.Organisers, d.Countries = slices.Sorted(slices.Values(d.Organisers)), slices.Sorted(slices.Values(d.Countries))
	return d, faults
}

func (d ActivityDraft) checkWords() fault.Fields {
	var faults fault.Fields
	if !d.Point.Valid() {
		faults.Add("/point", "out_of_range", fault.Args{"min": "1", "max": strconv.Itoa(plan.Count)})
	}
	fault.OneOf(&faults, "/kind", d.Kind, ActivityKinds())
	faults.Text("/title", d.Title, 400)
	if d.Description != "" {
		faults.Prose("/description", d.Description, 4000)
	}
	if d.Place.City != "" {
		faults.Text("/place/city", d.Place.City, 200)
	}
	checkCountry(&faults, "/place/country", d.Place.Country)
	if len(d.Countries) > len(ident.Countries()) {
		faults.Add("/countries", "too_many_items", fault.Args{"max": strconv.Itoa(len(ident.Countries()))})
		return faults
	}
	for i, country := range d.Countries {
		at := fmt.Sprintf("/countries/%d", i)
		if country == "" {
			faults.Add(at, "unknown_country")
		}
		checkCountry(&faults, at, country)
		if slices.Contains(d.Countries[:i], country) {
			faults.Add(at, "repeated")
		}
	}
	return faults
}

func checkCountry(faults *fault.Fields, pointer, country string) {
	if _, ok := ident.ParseCountry(country); country != "" && !ok {
		faults.Add(pointer, "unknown_country")
	}
}

func (d ActivityDraft) checkDays(faults *fault.Fields) {
	if d.From == "" {
		faults.Add("/from", "required")
	}
	from, until := checkDay(faults, "/from", d.From), checkDay(faults, "/until", d.Until)
	if from && until && d.Until < d.From {
		faults.Add("/until", "ends_before_start")
	}
}

func (d ActivityDraft) checkOrganisers(faults *fault.Fields) {
	switch {
	case len(d.Organisers) == 0:
		faults.Add("/organisers", "too_few_items", fault.Args{"min": "1"})
	case len(d.Organisers) > mostOrganisers:
		faults.Add("/organisers", "too_many_items", fault.Args{"max": strconv.Itoa(mostOrganisers)})
		return
	}
	for i, number := range d.Organisers {
		at := fmt.Sprintf("/organisers/%d", i)
		if number < 1 {
			faults.Add(at, "unknown_member")
		} else if slices.Contains(d.Organisers[:i], number) {
			faults.Add(at, "repeated")
		}
	}
}

// checkKind notes what stands in an activity of another kind than has it.
func (d ActivityDraft) checkKind(faults *fault.Fields) {
	if !slices.Contains(ActivityKinds(), d.Kind) {
		return
	}
	for _, one := range []struct {
		pointer string
		stated  bool
		of      ActivityKind
	}{
		{"/categories", len(d.Categories) > 0, Competition},
		{"/countries", len(d.Countries) > 0, Competition},
		{"/hours", d.Hours != Quantity{}, Training},
		{"/trained", d.Trained != Quantity{}, Training},
		{"/beneficiaries", d.Beneficiaries != Quantity{}, Project},
	} {
		if one.stated && one.of != d.Kind {
			faults.Add(one.pointer, "only_for_kind", fault.Args{"kind": string(one.of)})
		}
	}
}

func checkCategories(faults *fault.Fields, categories []Category) []Category {
	if len(categories) > mostCategories {
		faults.Add("/categories", "too_many_items", fault.Args{"max": strconv.Itoa(mostCategories)})
		return nil
	}
	var written []Category
	names := map[string]bool{}
	for i, c := range categories {
		at := fmt.Sprintf("/categories/%d", i)
		faults.Text(at+"/name", c.Name, 200)
		c.Name = strings.TrimSpace(c.Name)
		if c.Name != "" && names[c.Name] {
			faults.Add(at+"/name", "repeated")
		}
		names[c.Name] = true
		entrants, wrong := c.Entrants.parse(wholeNumber)
		faults.Merge(at+"/entrants", wrong)
		c.Entrants = entrants
		if len(c.Winners) > mostWinners {
			faults.Add(at+"/winners", "too_many_items", fault.Args{"max": strconv.Itoa(mostWinners)})
			continue
		}
		c.Winners = slices.Clone(c.Winners)
		for j := range c.Winners {
			c.Winners[j] = c.Winners[j].check(faults, fmt.Sprintf("%s/winners/%d", at, j))
		}
		written = append(written, c)
	}
	return written
}

// check notes what is at fault with a winner, of whom something must be said.
func (w Winner) check(faults *fault.Fields, at string) Winner {
	erased := w.Name == "" && w.Person != ""
	if w.Name != "" || !erased && cmp.Or(w.Prize, w.Country) == "" {
		faults.Text(at+"/name", w.Name, 200)
	}
	if w.Prize != "" {
		faults.Text(at+"/prize", w.Prize, 200)
	}
	checkCountry(faults, at+"/country", w.Country)
	w.Name, w.Prize = strings.TrimSpace(w.Name), strings.TrimSpace(w.Prize)
	return w
}
