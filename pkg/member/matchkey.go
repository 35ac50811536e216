package member

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"accord/pkg/ident"
)

// Fold gives a name as it is searched: what two spellings of one name differ
// in is gone (Unicode form, case, accents, invisible characters, punctuation,
// traditional against simplified characters, letters of other scripts that
// look like Latin ones), and every word is still there.
//
// It is made of words of letters and digits with single blanks between them;
// Chinese characters that stand next to each other are one word, whatever was
// between them. So it holds nothing that LIKE takes for a wildcard. A name of
// signs only gives "".
func Fold(name string) string { return strings.Join(words(name), " ") }

// Key gives what names are compared under: the folded name without its legal
// form (Co., Ltd., GmbH, 有限公司 …) and without the province or city that
// Chinese law puts before it (深圳市, 广东省 …). What would leave nothing of the
// name stays. Two names with one key may be of one organisation, and a person
// decides; "" is the key of no name and equals nothing.
func Key(name string) string { return strings.Join(strip(words(name)), " ") }

// Grams gives the distinct single characters and pairs of neighbours of the
// Chinese words of a folded name, sorted. An index over them finds Chinese by
// any part of a name, where trigrams need three characters.
func Grams(folded string) []string {
	var grams []string
	for word := range strings.FieldsSeq(folded) {
		if !isHanWord(word) {
			continue
		}
		runes := []rune(word)
		for i := range runes {
			grams = append(grams, string(runes[i]))
			if i+1 < len(runes) {
				grams = append(grams, string(runes[i:i+2]))
			}
		}
	}
	slices.Sort(grams)
	return slices.Compact(grams)
}

// Query is what somebody typed to find a name.
type Query struct {
	Key   string   // the typed text under the match key: a part of the folded name that is looked for
	Han   []string // its Chinese words
	Grams []string // the grams that a name with all these words has, as few as tell that
	Latin string   // its other words, with single blanks between them
}

// ParseQuery reads what somebody typed. A legal form and a place are left out
// of it as they are of a key, unless nothing else was typed: so a full legal
// name finds the brand, and 有限公司 alone finds every name that has it.
func ParseQuery(text string) Query {
	parts := strip(words(text))
	q := Query{Key: strings.Join(parts, " ")}
	var others []string
	for _, word := range parts {
		if !isHanWord(word) {
			others = append(others, word)
			continue
		}
		q.Han = append(q.Han, word)
		q.Grams = append(q.Grams, pairs(word)...)
	}
	q.Latin = strings.Join(others, " ")
	slices.Sort(q.Grams)
	q.Grams = slices.Compact(q.Grams)
	return q
}

// Empty tells whether nothing is left to look for.
func (q Query) Empty() bool { return q.Key == "" }

// pairs gives the pairs of neighbours in a Chinese word; the character itself where it is alone.
func pairs(word string) []string {
	runes := []rune(word)
	if len(runes) == 1 {
		return []string{word}
	}
	all := make([]string, 0, len(runes)-1)
	for i := range len(runes) - 1 {
		all = append(all, string(runes[i:i+2]))
	}
	return all
}

// isHanWord tells whether a folded word is of Chinese characters; words are of one kind.
func isHanWord(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return ident.IsHan(r)
}

// words gives the folded words of a name, in order.
func words(name string) []string {
	var all []string
	var current strings.Builder
	hyphen := false // the word being read was joined to the one before it by a hyphen
	flush := func() {
		if current.Len() > 0 {
			all = appendWord(all, norm.NFC.String(current.String()), hyphen)
			current.Reset()
			hyphen = false
		}
	}
	inHan := false
	for _, r := range plain(name) {
		switch {
		case isWordRune(r):
			if han := ident.IsHan(r); han != inHan {
				flush()
				inHan = han
			}
			current.WriteRune(r)
		case strings.ContainsRune(".'’‘`´·•", r):
			// Points and apostrophes stand inside a word: L.L.C. is LLC, O'Neill is ONeill.
		case r == '&':
			flush()
			all = appendWord(all, "and", false)
		default:
			flush()
			hyphen = r == '/' || unicode.Is(unicode.Pd, r)
		}
	}
	flush()
	return all
}

// appendWord puts a word behind the others. Chinese joins the Chinese before
// it; a hyphen joins where it has a single character on one side, so that
// e-commerce is ecommerce, and Coca-Cola is Coca Cola.
func appendWord(all []string, word string, hyphen bool) []string {
	if len(all) == 0 {
		return append(all, word)
	}
	last := all[len(all)-1]
	han, lastHan := isHanWord(word), isHanWord(last)
	single := utf8.RuneCountInString(word) == 1 || utf8.RuneCountInString(last) == 1
	if han && lastHan || hyphen && single && !han && !lastHan {
		all[len(all)-1] = norm.NFC.String(last + word) // what comes together may compose
		return all
	}
	return append(all, word)
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

// plain takes out of a name what makes equal names look different to a
// computer. Case is folded between decompositions, twice, since each brings out
// what the other has to take; accents fall away where they are marks of their
// own in the end.
func plain(name string) string {
	fold := cases.Fold()
	text := norm.NFKD.String(strings.ToValidUTF8(name, " "))
	for range 2 {
		text = norm.NFKD.String(fold.String(text))
	}
	return norm.NFKC.String(strings.Map(plainRune, text))
}

// isAccent tells whether a rune of a decomposed text is a mark on a Latin,
// Greek or Cyrillic letter.
func isAccent(r rune) bool { return r >= 0x0300 && r <= 0x036F }

func plainRune(r rune) rune {
	switch {
	case isAccent(r):
		return -1
	case r == '\t' || r == '\n' || r == '\r':
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
		return -1 // nobody sees them
	case r < 0x80:
		return r
	}
	if latin, ok := lookalikes[r]; ok {
		return latin
	}
	return ident.Simplify(r)
}

// lookalikes are small letters that look like Latin ones, or whose capitals
// do, and Latin letters with a stroke, which no decomposition takes off. A
// whole word of another script is changed with them; that is no loss, since
// what is typed to find it is changed the same way. Read-only.
var lookalikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'һ': 'h', 'н': 'h', 'і': 'i', 'ј': 'j', 'к': 'k', 'м': 'm', 'о': 'o',
	'р': 'p', 'ԛ': 'q', 'ѕ': 's', 'т': 't', 'ԝ': 'w', 'х': 'x', 'у': 'y', 'ӏ': 'l',
	'α': 'a', 'β': 'b', 'ε': 'e', 'ζ': 'z', 'η': 'h', 'ι': 'i', 'κ': 'k', 'μ': 'm', 'ν': 'n', 'ο': 'o', 'ρ': 'p', 'τ': 't',
	'υ': 'y', 'χ': 'x',
	'ø': 'o', 'ł': 'l', 'đ': 'd', 'ħ': 'h', 'ı': 'i', 'ŧ': 't', 'ɡ': 'g', 'ɑ': 'a', 'ǀ': 'l',
}
