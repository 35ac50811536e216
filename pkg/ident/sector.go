package ident

import (
	_ "embed"
	"strings"
)

//go:embed isic4.txt
var isicData string

// SectorScheme names the classification and its revision: ISIC Rev. 4.
const SectorScheme = "isic4"

// Sector is a code of ISIC Rev. 4 with the letter of its section before its
// digits: G, G47, G479 or G4791. So every code begins with the codes that it
// is part of, down to its section.
type Sector string

// The levels of the classification, by the length of a code.
const (
	SectionLevel  = 1
	DivisionLevel = 3
	GroupLevel    = 4
	ClassLevel    = 5
)

// isicTable is the structure of the classification. Read-only once made.
type isicTable struct {
	codes   map[Sector]struct{}
	section map[string]Sector // the section of each division
	ordered []Sector
}

var isic = readISIC(isicData)

func readISIC(data string) isicTable {
	table := isicTable{codes: make(map[Sector]struct{}, 1024), section: make(map[string]Sector, 128)}
	section := Sector("")
	for line := range strings.Lines(data) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if len(line) == 1 {
			section = Sector(line)
			table.add(section)
			continue
		}
		for class := range strings.FieldsSeq(line) {
			table.section[class[:2]] = section
			for _, digits := range []string{class[:2], class[:3], class} {
				table.add(section + Sector(digits))
			}
		}
	}
	return table
}

func (t *isicTable) add(s Sector) {
	if _, ok := t.codes[s]; !ok {
		t.codes[s] = struct{}{}
		t.ordered = append(t.ordered, s)
	}
}

// ParseSector reads a code of ISIC Rev. 4: a section (G), or a division, group
// or class with its section's letter (G4791) or without it (4791). It gives the
// form with the letter, and tells whether the classification has the code; a
// letter that is not that of the digits' section is refused.
func ParseSector(text string) (Sector, bool) {
	s := Sector(text)
	if len(text) >= 2 && text[0] >= '0' && text[0] <= '9' {
		s = isic.section[text[:2]] + s
	}
	if _, ok := isic.codes[s]; !ok {
		return "", false
	}
	return s, true
}

// Sectors gives every code, sections before their divisions and these before
// their groups and classes.
func Sectors() []Sector { return append([]Sector(nil), isic.ordered...) }

// At gives the code at the level that the sector is part of, and whether the
// sector is that fine: G4791 at DivisionLevel is G47, G has no division. There is no level of
// two characters.
func (s Sector) At(level int) (Sector, bool) {
	if level < SectionLevel || len(s) < level {
		return "", false
	}
	_, ok := isic.codes[s[:level]]
	return s[:level], ok
}

// Within tells whether the sector is the other one or a part of it.
func (s Sector) Within(other Sector) bool {
	return other != "" && strings.HasPrefix(string(s), string(other))
}
