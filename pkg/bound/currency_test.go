package bound_test

import (
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
