package ident

import (
	"unicode"

	"golang.org/x/text/language"
)

// Script is an ISO 15924 code, such as Latn, Hans or Hant.
type Script string

// The scripts that [ScriptOf] tells apart by more than their characters.
const (
	Hans   Script = "Hans" // simplified Chinese
	Hant   Script = "Hant" // traditional Chinese
	Hani   Script = "Hani" // Chinese characters that may be either
	Jpan   Script = "Jpan" // Chinese characters and kana
	Kore   Script = "Kore" // hangul, with or without Chinese characters
	Common Script = "Zyyy" // no letters at all
)

// ParseScript reads a script's code, in any case, and tells whether it is one.
func ParseScript(text string) (Script, bool) {
	script, err := language.ParseScript(text)
	if err != nil || script.String() == "Zzzz" {
		return "", false
	}
	return Script(script.String()), true
}

// alphabet pairs a script's code with its characters.
type alphabet struct {
	code  Script
	table *unicode.RangeTable
}

// alphabets gives the scripts in which organisations are named, the commonest first.
func alphabets() []alphabet {
	return []alphabet{
		{"Latn", unicode.Latin},
		{Hani, unicode.Han},
		{"Cyrl", unicode.Cyrillic},
		{"Arab", unicode.Arabic},
		{"Hang", unicode.Hangul},
		{"Hira", unicode.Hiragana},
		{"Kana", unicode.Katakana},
		{"Thai", unicode.Thai},
		{"Grek", unicode.Greek},
		{"Hebr", unicode.Hebrew},
		{"Deva", unicode.Devanagari},
		{"Beng", unicode.Bengali},
		{"Taml", unicode.Tamil},
		{"Telu", unicode.Telugu},
		{"Knda", unicode.Kannada},
		{"Mlym", unicode.Malayalam},
		{"Gujr", unicode.Gujarati},
		{"Guru", unicode.Gurmukhi},
		{"Orya", unicode.Oriya},
		{"Sinh", unicode.Sinhala},
		{"Mymr", unicode.Myanmar},
		{"Khmr", unicode.Khmer},
		{"Laoo", unicode.Lao},
		{"Geor", unicode.Georgian},
		{"Armn", unicode.Armenian},
		{"Ethi", unicode.Ethiopic},
		{"Mong", unicode.Mongolian},
		{"Tibt", unicode.Tibetan},
		{"Bopo", unicode.Bopomofo},
		{"Thaa", unicode.Thaana},
	}
}

// ScriptOf gives the script that most letters of a name are in, Common where
// it has none. Chinese is told apart by the characters that only one of its
// two forms uses; where all are common to both, as in 阿里巴巴, the language
// decides, and without one it is Hani.
func ScriptOf(text string, lang Language) Script {
	known := alphabets()
	counts := make(map[Script]int)
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		for _, a := range known {
			if unicode.Is(a.table, r) {
				counts[a.code]++
				break
			}
		}
	}
	switch kana := counts["Hira"] + counts["Kana"]; {
	case kana > 0:
		counts = map[Script]int{"Latn": counts["Latn"], Jpan: kana + counts[Hani]}
	case counts["Hang"] > 0:
		counts = map[Script]int{"Latn": counts["Latn"], Kore: counts["Hang"] + counts[Hani]}
	}
	best := Common
	for _, a := range append(known, alphabet{code: Jpan}, alphabet{code: Kore}) {
		if counts[a.code] > counts[best] {
			best = a.code
		}
	}
	if best == Hani {
		return chineseForm(text, lang)
	}
	return best
}

// chineseForm tells simplified from traditional.
func chineseForm(text string, lang Language) Script {
	simplified, traditional := false, false
	for _, r := range text {
		if Simplify(r) != r {
			traditional = true
		} else if _, only := han.only[r]; only {
			simplified = true
		}
	}
	switch {
	case simplified && !traditional:
		return Hans
	case traditional && !simplified:
		return Hant
	}
	if script, confidence := language.Make(string(lang)).Script(); confidence > language.No {
		switch s := Script(script.String()); s {
		case Hans, Hant, Jpan, Kore:
			return s
		}
	}
	return Hani
}
