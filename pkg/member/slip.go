package member

import (
	"strings"
	"unicode/utf8"

	"accord/db"
)

// longestSlip is the longest text, in characters, whose slips are looked for:
// each character adds two looks into an index.
const longestSlip = 32

// slips are the ways in which a name may differ from what was typed by one slip
// of the hand: a wrong character, one too many, one too few, or two that
// changed places. Trigrams alone do not tell: one wrong letter in the middle of
// Alibaba leaves too few of them, and one of two characters of Chinese none.
type slips struct {
	candidates db.Texts // what an index finds
	forms      db.Texts // regular expressions of what the names hold that are meant
}

// latinSlips gives the slips of a text without Chinese. The trigram index needs
// three letters beside each other, so that a slip in the middle of a shorter
// word is not looked for.
func latinSlips(text string) slips {
	return slipsOf(text, func(parts ...string) (string, bool) {
		for _, part := range parts {
			if utf8.RuneCountInString(part) >= 3 {
				return "%" + strings.Join(parts, "%") + "%", true
			}
		}
		return "", false
	})
}

// hanSlips gives the slips of a Chinese word of three characters or more: in
// one of two, half of all names would be meant.
func hanSlips(word string) slips {
	if utf8.RuneCountInString(word) < 3 {
		return slips{}
	}
	return slipsOf(word, func(parts ...string) (string, bool) {
		var grams []string
		for _, part := range parts {
			if part != "" {
				grams = append(grams, pairs(part)...)
			}
		}
		return strings.Join(grams, " "), true
	})
}

// slipsOf gives the slips of the folded text for which there is a candidate
// with the parts of it that stay.
func slipsOf(text string, candidate func(parts ...string) (string, bool)) slips {
	var found slips
	add := func(form string, parts ...string) {
		if look, ok := candidate(parts...); ok {
			found.candidates, found.forms = append(found.candidates, look), append(found.forms, form)
		}
	}
	runes := []rune(text)
	if len(runes) > longestSlip {
		return found
	}
	for i, typed := range runes {
		left, right := string(runes[:i]), string(runes[i+1:])
		// One too many, a wrong one, or one too few before this one.
		add(left+"(.?|."+string(typed)+")"+right, left, right)
		if i+1 < len(runes) {
			swapped := left + string(runes[i+1]) + string(typed) + string(runes[i+2:])
			add(swapped, swapped)
		}
	}
	return found
}
