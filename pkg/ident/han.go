package ident

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed han.txt
var hanData string

// hanTable is what is known of Chinese characters. Read-only once made.
type hanTable struct {
	simplified map[rune]rune     // traditional to simplified, closed: no value is a key
	only       map[rune]struct{} // characters that simplified text alone uses
}

var han = readHan(hanData)

func readHan(data string) hanTable {
	table := hanTable{simplified: make(map[rune]rune, 4096), only: make(map[rune]struct{}, 4096)}
	for line := range strings.Lines(data) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		line, shared := strings.CutPrefix(line, "=")
		target, traditional, _ := strings.Cut(line, " ")
		to, _ := utf8.DecodeRuneInString(target)
		for _, from := range traditional {
			table.simplified[from] = to
		}
		if !shared {
			table.only[to] = struct{}{}
		}
	}
	return table
}

// Simplify gives the simplified form of a traditional Chinese character; any
// other character is its own. It is meant for comparing: where several
// simplified forms are possible it takes one of them, always the same.
func Simplify(r rune) rune {
	if to, ok := han.simplified[r]; ok {
		return to
	}
	return r
}

// IsHan tells whether the character is a Chinese one.
func IsHan(r rune) bool { return r >= 0x2E80 && unicode.Is(unicode.Han, r) }
