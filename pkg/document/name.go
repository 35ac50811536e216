package document

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"accord/pkg/fault"
)

// longestName is how many octets a name may have: as many as file systems take.
const longestName = 255

// HasPath tells whether a file's name says where the file lies, which no
// program of today sends.
func HasPath(name string) bool {
	return strings.ContainsAny(name, `/\`) || name == "." || name == ".."
}

// Name makes of what somebody calls a file a name that is one everywhere, and
// reads as it is: without folders, controls, and what turns the direction of
// writing around so that exe.pdf is read where fdp.exe stands.
func Name(given string) string {
	given = strings.ReplaceAll(given, `\`, "/")
	given = given[strings.LastIndex(given, "/")+1:]
	name := strings.Map(func(r rune) rune {
		switch {
		case fault.Unseen(r), unicode.Is(unicode.Bidi_Control, r), r == ':':
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, norm.NFC.String(given))
	name = strings.Trim(name, " .")
	extension := path.Ext(name)
	if len(extension) > 16 || strings.ContainsRune(extension, ' ') {
		extension = ""
	}
	stem := strings.TrimRight(clipped(strings.TrimSuffix(name, extension), longestName-len(extension)), " .")
	if stem == "" {
		stem = "file"
	}
	return stem + extension
}

// clipped gives as many whole characters from the beginning as fit.
func clipped(text string, octets int) string {
	if len(text) <= octets {
		return text
	}
	for octets > 0 && !utf8.RuneStart(text[octets]) {
		octets--
	}
	return text[:octets]
}
