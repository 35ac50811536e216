package account

import (
	_ "embed"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
)

//go:embed common.txt
var commonText string

// The price of a part of a secret, in half powers of ten of the guesses that
// finding it takes.
const (
	wordPrice   = 6 // some thousand words, in their usual spellings
	ownPrice    = 2 // the account's own e-mail address, its name, the service's
	runPrice    = 4 // a stretch of the keyboard or the alphabet
	repeatPrice = 3 // one character again and again
	yearPrice   = 4
	digitPrice  = 2
	otherPrice  = 3
	echoPrice   = 2 // the whole once more

	// commonBelow: what is guessed within ten thousand million tries is common.
	commonBelow = 20
)

// runs are what fingers walk along; parts of three or more count, both ways.
func runs() []string {
	return []string{
		"abcdefghijklmnopqrstuvwxyz", "01234567890123456789",
		"`1234567890-=", "~!@#$%^&*()_+",
		"qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./",
		"qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
		"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
		"1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "!qaz@wsx#edc$rfv%tgb^yhn&ujm",
		"qawsedrftgyhujikolp", "azsxdcfvgbhnjmk,l.", "aabbccddeeffgghhiijjkkllmmnnoopp", "112233445566778899",
	}
}

// common knows what guessing programs try first. It prices the whole secret,
// as NIST 800-63B-4 asks: a common word within a longer phrase is no fault.
type common struct {
	words   map[string]bool
	longest int // runes in the longest word
	runs    [][]rune
}

func newCommon() *common {
	c := &common{words: make(map[string]bool)}
	for line := range strings.Lines(commonText) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			c.words[line] = true
			c.longest = max(c.longest, len([]rune(line)))
		}
	}
	for _, run := range runs() {
		there := []rune(run)
		back := slices.Clone(there)
		slices.Reverse(back)
		c.runs = append(c.runs, there, back)
	}
	return c
}

// guessed tells whether the secret, normalised already, is among the first
// that a guessing program tries on the account with these words of its own.
func (c *common) guessed(secret string, own []string) bool {
	text := []rune(fold(secret))
	mine := ownWords(own)
	return c.price(text, mine) < commonBelow || c.price(lettersOf(text), mine) < commonBelow
}

// price is the least that the whole text costs when cut into known parts.
func (c *common) price(text []rune, own map[string]bool) int {
	least := min(c.cut(text, own), fewDistinct(text))
	if period := periodOf(text); period > 0 {
		least = min(least, c.cut(text[:period], own)+echoPrice)
	}
	return least
}

// cut walks over the text and keeps the least price of every beginning.
func (c *common) cut(text []rune, own map[string]bool) int {
	spellings := [][]rune{text, unleet(text, 'i'), unleet(text, 'l')}
	longest := c.longest
	for word := range own {
		longest = max(longest, utf8.RuneCountInString(word))
	}
	least := make([]int, len(text)+1)
	for i := 1; i <= len(text); i++ {
		least[i] = math.MaxInt
	}
	reach := func(from, length, price int) {
		least[from+length] = min(least[from+length], least[from]+price)
	}
	for at := range text {
		single := otherPrice
		if unicode.IsDigit(text[at]) {
			single = digitPrice
		}
		reach(at, 1, single)
		for n := 3; n <= sameFrom(text, at); n++ {
			reach(at, n, repeatPrice)
		}
		for n := 3; n <= c.runFrom(text, at); n++ {
			reach(at, n, runPrice)
		}
		if isYear(text[at:]) {
			reach(at, 4, yearPrice)
		}
		for n := 2; n <= min(longest, len(text)-at); n++ {
			for _, spelling := range spellings {
				part := string(spelling[at : at+n])
				if own[part] {
					reach(at, n, ownPrice)
				} else if c.words[part] {
					reach(at, n, wordPrice)
				}
			}
		}
	}
	return least[len(text)]
}

func (c *common) runFrom(text []rune, at int) int {
	longest := 0
	for _, run := range c.runs {
		for start := range run {
			n := 0
			for at+n < len(text) && start+n < len(run) && text[at+n] == run[start+n] {
				n++
			}
			longest = max(longest, n)
		}
	}
	return longest
}

func sameFrom(text []rune, at int) int {
	n := 1
	for at+n < len(text) && text[at+n] == text[at] {
		n++
	}
	return n
}

func isYear(text []rune) bool {
	if len(text) < 4 || !unicode.IsDigit(text[2]) || !unicode.IsDigit(text[3]) {
		return false
	}
	century := string(text[:2])
	return century == "19" || century == "20"
}

// periodOf gives the length of the part that the text repeats, 0 if it repeats none.
func periodOf(text []rune) int {
	for period := 1; period <= len(text)/2; period++ {
		if slices.Equal(text[period:], text[:len(text)-period]) {
			return period
		}
	}
	return 0
}

// fewDistinct prices the text as a choice among its few characters.
func fewDistinct(text []rune) int {
	distinct := make(map[rune]bool)
	for _, r := range text {
		distinct[r] = true
	}
	return int(2*float64(len(text))*math.Log10(float64(max(1, len(distinct))))) + otherPrice*len(distinct)
}

func fold(text string) string { return cases.Fold().String(text) }

func lettersOf(text []rune) []rune {
	return slices.DeleteFunc(slices.Clone(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// unleet reads the figures and signs that stand for letters; a 1 is read as one.
func unleet(text []rune, one rune) []rune {
	letters := map[rune]rune{'0': 'o', '1': one, '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's', '!': one, '+': 't'}
	plain := slices.Clone(text)
	for i, r := range plain {
		if letter, ok := letters[r]; ok {
			plain[i] = letter
		}
	}
	return plain
}

// ownWords takes an e-mail address, a name and the like apart.
func ownWords(own []string) map[string]bool {
	words := map[string]bool{"accord": true, "register": true, "beltandroad": true, "ciftis": true, "cats": true}
	add := func(text string) {
		if len([]rune(text)) >= 3 {
			words[text] = true
		}
	}
	for _, text := range own {
		text = fold(text)
		add(text)
		add(string(lettersOf([]rune(text))))
		for part := range strings.SplitSeq(text, "@") {
			add(part)
			add(string(lettersOf([]rune(part))))
		}
		for _, part := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			add(part)
		}
	}
	return words
}
