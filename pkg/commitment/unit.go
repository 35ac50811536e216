package commitment

import (
	"slices"

	"accord/pkg/bound"
)

// Unit is what an indicator counts: one of the codes of [Units], or the ISO
// 4217 code of a currency for money. "" is no unit.
type Unit string

// Units lists the units that are no currency.
func Units() []Unit {
	return []Unit{
		"persons", "organisations", "countries", "cities", "events", "courses", "projects", "products", "services", "agreements", "cases",
		"sites", "standards", "publications", "entries", "hours", "days", "percent",
	}
}

// divisible are the units that are not counted one by one.
func divisible() []Unit { return []Unit{"hours", "days", "percent"} }

// partDecimals is how many decimals a quantity has that is not counted one by one.
const partDecimals = 2

// ParseUnit reads a unit's code, and tells whether it is one. RMB becomes CNY.
func ParseUnit(text string) (Unit, bool) {
	if slices.Contains(Units(), Unit(text)) {
		return Unit(text), true
	}
	currency, ok := bound.ParseCurrency(text)
	return Unit(currency), ok
}

// Rule gives the rule of quantities in the unit: whole numbers for what is
// counted one by one, the decimals of its currency for money, and nothing
// below zero.
func (u Unit) Rule() bound.Rule {
	switch {
	case slices.Contains(divisible(), u):
		return bound.Rule{Decimals: partDecimals}
	case slices.Contains(Units(), u):
		return bound.Rule{}
	default:
		return bound.Currency(u).Rule(false)
	}
}
