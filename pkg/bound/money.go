package bound

import (
	"errors"

	"github.com/shopspring/decimal"

	"accord/pkg/fault"
)

// ErrCurrencies is the refusal to add up money of different currencies: there
// is no rate in the register, and none is invented.
var ErrCurrencies = errors.New("bound: different currencies are never added up")

// Money is an amount of one currency.
type Money struct {
	Amount   decimal.Decimal
	Currency Currency
}

// ParseMoney reads an amount and the code of its currency. An amount may be
// less than zero only where negative is true.
//
// The faults are currency_unknown at /currency and the codes of [ParseDecimal]
// at /amount; where the currency is unknown the amount's decimals are not judged.
func ParseMoney(amount, currency string, negative bool) (Money, fault.Fields) {
	var faults fault.Fields
	c, ok := ParseCurrency(currency)
	rule := Rule{Decimals: c.Decimals(), Negative: negative}
	if !ok {
		faults.Add("/currency", "currency_unknown")
		rule.Decimals = storedDecimals
	}
	value, code := ParseDecimal(amount, rule)
	if code != "" {
		faults.Add("/amount", code, rule.args())
	}
	if len(faults) > 0 {
		return Money{}, faults
	}
	return Money{Amount: value, Currency: c}, nil
}

// Plus adds money of the same currency; else it refuses with [ErrCurrencies].
func (m Money) Plus(n Money) (Money, error) {
	if m.Currency != n.Currency {
		return Money{}, ErrCurrencies
	}
	return Money{Amount: m.Amount.Add(n.Amount), Currency: m.Currency}, nil
}

func (m Money) String() string { return Canonical(m.Amount) + " " + string(m.Currency) }
