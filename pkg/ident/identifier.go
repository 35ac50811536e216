package ident

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"accord/pkg/fault"
)

// The schemes whose rules the register knows.
const (
	SchemeLEI  = "lei"
	SchemeUSCC = "uscc"
)

// maxIdentifier is how many characters the value of an identifier may have.
const maxIdentifier = 100

// Identifier is a public identifier of an organisation under a scheme.
type Identifier struct {
	Scheme  string
	Value   string
	Warning string // the code of what is odd about a value that is taken all the same, or ""
}

// ParseIdentifier reads an identifier. The schemes lei and uscc hold their
// values to their rules; any other scheme may be named, by a code of small
// letters, digits, points, hyphens and underscores, and its values are taken
// as they are.
//
// The faults are scheme_malformed at /scheme, and at /value: lei_malformed,
// lei_check, uscc_malformed, or value_malformed where the value is empty,
// longer than 100 characters, or holds blanks at its ends or characters that
// cannot be seen. A unified social credit code with a wrong check character is
// taken with the warning uscc_check.
func ParseIdentifier(scheme, value string) (Identifier, fault.Fields) {
	var faults fault.Fields
	id := Identifier{Scheme: scheme, Value: value}
	if !schemeCode(scheme) {
		faults.Add("/scheme", "scheme_malformed")
	}
	switch scheme {
	case SchemeLEI:
		if _, code := ParseLEI(value); code != "" {
			faults.Add("/value", code)
		}
	case SchemeUSCC:
		code, ok := ParseUSCC(value)
		if !ok {
			faults.Add("/value", "uscc_malformed")
		} else if !code.CheckAgrees() {
			id.Warning = "uscc_check"
		}
	default:
		if !visible(value) {
			faults.Add("/value", "value_malformed")
		}
	}
	if len(faults) > 0 {
		return Identifier{}, faults
	}
	return id, nil
}

// schemeCode tells whether text has the form of a scheme's code.
func schemeCode(text string) bool {
	if text == "" || len(text) > 40 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		plain := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !plain && (i == 0 || strings.IndexByte("_.-", c) < 0) {
			return false
		}
	}
	return true
}

// visible tells whether a value is what it looks like: valid text of a
// reasonable length, without blanks at its ends and without control, format
// and private characters, by which two equal-looking values could differ.
func visible(value string) bool {
	if value == "" || !utf8.ValidString(value) || utf8.RuneCountInString(value) > maxIdentifier {
		return false
	}
	if strings.TrimSpace(value) != value {
		return false
	}
	return strings.IndexFunc(value, func(r rune) bool { return r != ' ' && !unicode.IsGraphic(r) || unicode.IsSpace(r) && r != ' ' }) < 0
}
