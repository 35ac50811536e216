package fault

import (
	"strconv"
	"strings"
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
// longest characters: invalid_characters, required or too_long.
func (f *Fields) Text(pointer, text string, longest int) { f.lines(pointer, text, longest, "") }

// Prose is Text for a text of several lines.
func (f *Fields) Prose(pointer, text string, longest int) { f.lines(pointer, text, longest, "\n\t") }

func (f *Fields) lines(pointer, text string, longest int, allowed string) {
	odd := func(r rune) bool { return Unseen(r) && !strings.ContainsRune(allowed, r) }
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, odd):
		f.Add(pointer, "invalid_characters")
	case strings.TrimSpace(text) == "":
		f.Add(pointer, "required")
	case utf8.RuneCountInString(text) > longest:
		f.Add(pointer, "too_long", Args{"max": strconv.Itoa(longest)})
	}
}

// Unseen tells whether a character has no place in a text that people compare
// by eye: controls, and the marks that turn the direction of writing around.
func Unseen(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 ||
		r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == utf8.RuneError
}
