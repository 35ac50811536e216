package ident

import "strings"

// USCC is a Chinese unified social credit code by GB 32100-2015.
type USCC string

// The thirty-one characters of the code, each standing for its place in the
// row; I, O, S, V and Z are left out because they look like digits.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ParseUSCC reads a unified social credit code, and tells whether it has the
// form of one: eighteen of the thirty-one characters.
func ParseUSCC(text string) (USCC, bool) {
	if len(text) != 18 {
		return "", false
	}
	for i := range len(text) {
		if strings.IndexByte(usccAlphabet, text[i]) < 0 {
			return "", false
		}
	}
	return USCC(text), true
}

// CheckAgrees tells whether the last character is the one that the standard
// computes from the others. Some codes in force fail it, so a wrong one is a
// warning and no refusal.
func (c USCC) CheckAgrees() bool {
	if len(c) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		sum += strings.IndexByte(usccAlphabet, c[i]) * weight
		weight = weight * 3 % 31
	}
	return usccAlphabet[(31-sum%31)%31] == c[17]
}
