package bound

import (
	"strings"

	"github.com/bojanz/currency"
)

// Currency is an ISO 4217 code, present or historic.
type Currency string

// Renminbi is the currency of China, which many sources call RMB.
const Renminbi Currency = "CNY"

// ParseCurrency reads a currency's code, and tells whether it is one: three
// capital letters of the ISO 4217 list in force or of the withdrawn ones, or
// RMB, which becomes CNY. Precious metals, test codes and "no currency" (XAU,
// XTS, XXX) are no currency that a figure can be stated in.
func ParseCurrency(text string) (Currency, bool) {
	if text == "RMB" {
		return Renminbi, true
	}
	if _, ok := decimalsOf(text); !ok {
		return "", false
	}
	return Currency(text), true
}

// Decimals gives how many digits the currency has after the point, 0 for what is no currency.
func (c Currency) Decimals() int {
	n, _ := decimalsOf(string(c))
	return n
}

// Rule gives the rule of amounts in the currency.
func (c Currency) Rule(negative bool) Rule {
	return Rule{Decimals: c.Decimals(), Negative: negative}
}

func decimalsOf(code string) (int, bool) {
	if n, ok := currency.GetDigits(code); ok {
		return int(n), true
	}
	if len(code) != 3 || strings.Contains(code, " ") {
		return 0, false
	}
	switch {
	case strings.Contains(historicWithCents, code):
		return 2, true
	case strings.Contains(historicWhole, code):
		return 0, true
	default:
		return 0, false
	}
}

// The codes that ISO 4217 withdrew since 1990 (its list three), kept here
// because the library drops a code on the day it leaves the list in force,
// while a figure for 1998 in German marks stays what it is. The codes are
// parted by blanks, so that no code is found across two others.
const (
	historicWithCents = "AFA ALK ANG AON AOR ARA ATS AZM BAD BGL BGN BRE BRN BRR CSD CSK CUC CYP DDM DEM ECS ECV EEK " +
		"FIM GEK GHC GWP HRD HRK IEP LTL LTT LVL LVR MLF MRO MTL MXP MZE MZM NIC NLG PEI PES PLZ ROL RUR SDD SDP " +
		"SIT SKK SLL SRG STD SUR TJR TMM UAK USS UYP VEB VEF XEU YDD YUD YUM YUN ZAL ZMK ZRN ZRZ ZWD ZWL ZWN ZWR"
	historicWhole = "ADP BEF BYB BYR ESP GRD ITL LUF MGF PTE TPE TRL"
)
