package ident

// LEI is a Legal Entity Identifier by ISO 17442.
type LEI string

// ParseLEI reads a Legal Entity Identifier: eighteen capital letters or digits
// and two check digits. The code is "" when it is taken, lei_malformed when it
// has another form, and lei_check when its check digits do not agree: no LEI
// is issued with wrong ones.
func ParseLEI(text string) (LEI, string) {
	if len(text) != 20 {
		return "", "lei_malformed"
	}
	remainder := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			remainder = (remainder*10 + int(c-'0')) % 97
		case c >= 'A' && c <= 'Z' && i < 18:
			remainder = (remainder*100 + int(c-'A') + 10) % 97
		default:
			return "", "lei_malformed"
		}
	}
	if remainder != 1 {
		return "", "lei_check"
	}
	return LEI(text), ""
}
