package ident

import (
	"slices"

	"github.com/biter777/countries"
)

// Country is an ISO 3166-1 alpha-2 code, in capital letters.
type Country string

// ParseCountry reads a country's code, and tells whether ISO 3166-1 assigns
// it. Codes that left the standard (AN, YU), codes that are only in use beside
// it (XK, EU, UK) and small letters are not taken.
func ParseCountry(text string) (Country, bool) {
	if len(text) != 2 || !assigned(text) || countries.ByName(text).Alpha2() != text {
		return "", false
	}
	return Country(text), true
}

// assigned tells whether a code of the library's list is in the standard: it
// also lists two that were withdrawn and one that users assign.
func assigned(alpha2 string) bool {
	switch alpha2 {
	case "AN", "YU", "XK":
		return false
	default:
		return true
	}
}

// Countries gives all codes of ISO 3166-1, in order.
func Countries() []Country {
	var all []Country
	for _, c := range countries.All() {
		if code := c.Alpha2(); assigned(code) {
			all = append(all, Country(code))
		}
	}
	slices.Sort(all)
	return all
}
