package member

import (
	_ "embed"
	"slices"
	"strings"
	"unicode/utf8"
)

//go:embed legalform.txt
var legalFormData string

//go:embed place.txt
var placeData string

// affixes are what a match key leaves out of names. Read-only once made.
type affixes struct {
	latin  map[string]struct{} // words at the end of a name
	han    []string            // endings of a Chinese word, the longest first
	places []string            // beginnings of a Chinese word, the longest first
}

var known = readAffixes(legalFormData, placeData)

func readAffixes(forms, places string) affixes {
	a := affixes{latin: make(map[string]struct{}), places: listed(places)}
	for _, form := range listed(forms) {
		switch folded := Fold(form); {
		case isHanWord(folded):
			a.han = append(a.han, folded)
		default:
			a.latin[folded] = struct{}{}
		}
	}
	return a
}

// listed reads a list of words, the longest first; a line that begins with # is a remark.
func listed(data string) []string {
	var all []string
	for line := range strings.Lines(data) {
		if !strings.HasPrefix(line, "#") {
			all = append(all, strings.Fields(line)...)
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	return all
}

// strip takes legal forms and places off the words of a name, as long as
// there is one to take and something of the name is left.
func strip(words []string) []string {
	for {
		next, changed := stripOnce(words)
		if !changed {
			return words
		}
		words = next
	}
}

func stripOnce(words []string) ([]string, bool) {
	for i, word := range words {
		if isHanWord(word) {
			if slices.Contains(known.han, word) {
				if len(words) > 1 {
					return replaced(words, i, i+1, ""), true
				}
				continue
			}
			if short, ok := stripHan(word); ok {
				return replaced(words, i, i+1, short), true
			}
			continue
		}
		// A legal form ends a name; Chinese behind it is another name of the same organisation.
		if i+1 < len(words) && !isHanWord(words[i+1]) {
			continue
		}
		if _, form := known.latin[word]; form && len(words) > 1 {
			return replaced(words, i, i+1, ""), true
		}
		if i > 0 && len(words) > 2 && len(word) == 1 && len(words[i-1]) == 1 {
			if _, form := known.latin[words[i-1]+word]; form { // S. A.
				return replaced(words, i-1, i+1, ""), true
			}
		}
	}
	return words, false
}

// replaced puts a word in the place of those from i to j, or none where it is
// "", and joins the Chinese that then stands together.
func replaced(words []string, i, j int, word string) []string {
	next := make([]string, 0, len(words))
	for _, w := range words[:i] {
		next = appendWord(next, w, false)
	}
	if word != "" {
		next = appendWord(next, word, false)
	}
	for _, w := range words[j:] {
		next = appendWord(next, w, false)
	}
	return next
}

// leastHan is how many characters of a Chinese word must be left.
const leastHan = 2

func stripHan(word string) (string, bool) {
	for _, form := range known.han {
		if short, ok := strings.CutSuffix(word, form); ok && utf8.RuneCountInString(short) >= leastHan {
			return short, true
		}
	}
	for _, place := range known.places {
		if short, ok := strings.CutPrefix(word, place); ok && utf8.RuneCountInString(short) >= leastHan {
			return short, true
		}
	}
	return word, false
}
