package ident

import "golang.org/x/text/language"

// Language is a BCP 47 language tag in its canonical form, such as zh, en-GB
// or zh-Hant-TW.
type Language string

// maxTag is the longest tag without extensions that anybody needs.
const maxTag = 35

// ParseLanguage reads a language tag, puts it into canonical form (ZH_hant_tw
// becomes zh-Hant-TW, iw becomes he, cmn becomes zh) and tells whether it names
// a language. Tags of no one language (und, mul, zxx, mis), extensions and
// private use are not taken: they say nothing about what a name is written in.
func ParseLanguage(text string) (Language, bool) {
	if len(text) > maxTag {
		return "", false
	}
	tag, err := language.All.Parse(text)
	if err != nil || len(tag.Extensions()) > 0 {
		return "", false
	}
	switch base, _ := tag.Base(); base.String() {
	case "und", "mul", "zxx", "mis":
		return "", false
	}
	if _, confidence := tag.Base(); confidence != language.Exact {
		return "", false
	}
	return Language(tag.String()), true
}
