package bound

import (
	"strconv"
	"strings"

	"github.com/shopspring/decimal"

	"accord/pkg/fault"
)

// MaxDigits is how many digits a stated number may have before its point.
const MaxDigits = 20

// Rule is what a measure allows of its numbers.
type Rule struct {
	Decimals int  // digits after the point, as written; for money the exponent of the currency
	Negative bool // whether the quantity can be less than zero
}

// storedDecimals is the most that any currency has, and what the database keeps.
const storedDecimals = 4

// ParseDecimal reads a number as the wire writes it: digits, a point and
// digits, a minus sign before them; no plus sign, exponent, blank, grouping or
// leading zero. What can be read in two ways is not read at all, so a number
// with more decimals than the rule has is refused even where they are zeros:
// in some countries 1.000 is a thousand.
//
// The code is "" when the number is taken, else decimal_malformed (NaN,
// Infinity and 1e400 among them), decimal_too_long, decimal_too_precise or
// decimal_negative.
func ParseDecimal(text string, rule Rule) (decimal.Decimal, string) {
	digits := strings.TrimPrefix(text, "-")
	whole, fraction, pointed := strings.Cut(digits, ".")
	if !numeral(whole) || len(whole) > 1 && whole[0] == '0' || pointed && !numeral(fraction) {
		return decimal.Decimal{}, "decimal_malformed"
	}
	if len(whole) > MaxDigits {
		return decimal.Decimal{}, "decimal_too_long"
	}
	if len(fraction) > rule.Decimals {
		return decimal.Decimal{}, "decimal_too_precise"
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Decimal{}, "decimal_malformed"
	}
	if d.IsNegative() && !rule.Negative {
		return decimal.Decimal{}, "decimal_negative"
	}
	return d, ""
}

// numeral tells whether text is one or more of the digits 0 to 9; other
// scripts' digits are letters here.
func numeral(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// Canonical writes a number in its one form: no exponent, no zeros at the end
// of its decimals, no minus before zero. Equal numbers give equal bytes, so
// ledger entries and entity tags may be made of it.
func Canonical(d decimal.Decimal) string { return d.String() }

// args names the limits that a refusal's sentence tells.
func (r Rule) args() fault.Args {
	return fault.Args{"digits": strconv.Itoa(MaxDigits), "decimals": strconv.Itoa(r.Decimals)}
}
