package fault

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// OneOf notes not_in_list where the value is none of those known.
func OneOf[T ~string](f *Fields, pointer string, value T, known []T) {
	list := make([]string, len(known))
	for i, k := range known {
		if k == value {
			return
		}
		list[i] = string(k)
	}
	f.Add(pointer, "not_in_list", Args{"values": strings.Join(list, ", ")})
}

// Text notes what is at fault with a text that must be one line of 1 to
// longest characters: invalid_characters, required (where nothing in it is
// seen) or too_long.
func (f *Fields) Text(pointer, text string, longest int) { f.lines(pointer, text, longest, "") }

// Prose is Text for a text of several lines.
func (f *Fields) Prose(pointer, text string, longest int) {
	f.lines(pointer, text, longest, "\t\n\r\u2028\u2029")
}

func (f *Fields) lines(pointer, text string, longest int, allowed string) {
	odd := func(r rune) bool { return Unseen(r) && !strings.ContainsRune(allowed, r) }
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, odd):
		f.Add(pointer, "invalid_characters")
	case !strings.ContainsFunc(text, shows):
		f.Add(pointer, "required")
	case utf8.RuneCountInString(text) > longest:
		f.Add(pointer, "too_long", Args{"max": strconv.Itoa(longest)})
	}
}

// Unseen tells whether a character has no place in a text that people compare
// by eye: controls, breaks of lines and paragraphs, and the marks that turn the
// direction of writing around.
func Unseen(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 ||
		r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == utf8.RuneError
}

// Invisible tells whether a character shows nothing by itself, such as joiners
// of zero width and fillers. Some scripts need them inside of words.
func Invisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

func shows(r rune) bool { return !unicode.IsSpace(r) && !Invisible(r) }
