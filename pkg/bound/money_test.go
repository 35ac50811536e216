package bound_test

import (
	"errors"
	"testing"

	"accord/pkg/bound"
)

func TestCurrenciesAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"CNY": 2, "USD": 2, "EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4, "IQD": 3, "VND": 0,
		"DEM": 2, "ITL": 0, "ESP": 0, "HRK": 2, "ANG": 2, "BGN": 2, "TRL": 0,
	} {
		c, ok := bound.ParseCurrency(text)
		if !ok || string(c) != text || c.Decimals() != want {
			t.Errorf("%s: %q with %d decimals (%v), want %d", text, c, c.Decimals(), ok, want)
		}
	}
}

func TestRenminbiHasOneCode(t *testing.T) {
	t.Parallel()
	if c, ok := bound.ParseCurrency("RMB"); !ok || c != "CNY" {
		t.Errorf("RMB is %q", c)
	}
}

func TestWhatIsNoCurrencyIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "cny", "rmb", "CN", "CNYY", "XXX", "XTS", "XAU", "ABC", "A A", "FA ", "CNH", "¥", "人民币", "CN\x00", "DEM FIM",
	} {
		if c, ok := bound.ParseCurrency(text); ok {
			t.Errorf("%q was taken as %q", text, c)
		}
	}
}

func TestMoneyIsReadByTheRulesOfItsCurrency(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, amount, currency string
		negative               bool
		want, faults           string
	}{
		{"yuan by their common name", "10000000000.50", "RMB", false, "10000000000.5 CNY", ""},
		{"yen", "100", "JPY", false, "100 JPY", ""},
		{"a decimal of a yen", "100.5", "JPY", false, "", "/amount decimal_too_precise"},
		{"three decimals of a dinar", "1.005", "KWD", false, "1.005 KWD", ""},
		{"a loss where one may be", "-1.5", "USD", true, "-1.5 USD", ""},
		{"a loss where none may be", "-1.5", "USD", false, "", "/amount decimal_negative"},
		{"minus zero", "-0.00", "USD", false, "0 USD", ""},
		{"everything at fault", "1e3", "???", false, "", "/currency currency_unknown /amount decimal_malformed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m, faults := bound.ParseMoney(test.amount, test.currency, test.negative)
			if listed(faults) != test.faults {
				t.Fatalf("faults %q, want %q", listed(faults), test.faults)
			}
			if len(faults) == 0 && m.String() != test.want {
				t.Errorf("money %s, want %s", m, test.want)
			}
		})
	}
}

func TestDifferentCurrenciesAreNeverAddedUp(t *testing.T) {
	t.Parallel()
	yuan, _ := bound.ParseMoney("1.50", "CNY", false)
	more, _ := bound.ParseMoney("2", "RMB", false)
	dollar, _ := bound.ParseMoney("1", "USD", false)
	if sum, err := yuan.Plus(more); err != nil || sum.String() != "3.5 CNY" {
		t.Errorf("sum %s, %v", sum, err)
	}
	if _, err := yuan.Plus(dollar); !errors.Is(err, bound.ErrCurrencies) {
		t.Errorf("yuan and dollars were added up: %v", err)
	}
}
