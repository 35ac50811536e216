package ident_test

import (
	"testing"

	"accord/pkg/ident"
)

func TestCountriesAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	all := ident.Countries()
	if len(all) != 249 {
		t.Errorf("%d countries, ISO 3166-1 has 249", len(all))
	}
	for _, want := range all {
		got, ok := ident.ParseCountry(string(want))
		if !ok || got != want {
			t.Errorf("%s reads as %q", want, got)
		}
	}
}

func TestWhatIsNoCountryIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "C", "cn", "CHN", "156", "AN", "YU", "XK", "EU", "UK", "SU", "ZZ", "XX", "AA", "C\x00", "中国", "ＣＮ"} {
		if c, ok := ident.ParseCountry(text); ok {
			t.Errorf("%q was taken as %q", text, c)
		}
	}
}

func TestLanguagesBecomeCanonical(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]ident.Language{
		"zh": "zh", "ZH_hant_tw": "zh-Hant-TW", "zh-hans": "zh-Hans", "EN-gb": "en-GB", "iw": "he", "cmn": "zh",
		"zh-cmn-Hans": "zh-Hans", "zh-yue": "yue", "i-klingon": "tlh", "sh": "sr-Latn",
	} {
		got, ok := ident.ParseLanguage(text)
		if !ok || got != want {
			t.Errorf("%q is %q (%v), want %q", text, got, ok, want)
		}
		if again, ok := ident.ParseLanguage(string(got)); !ok || again != got {
			t.Errorf("%q is not canonical: it reads as %q", got, again)
		}
	}
}

func TestWhatIsNoLanguageIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "x", "xx", "english", "und", "und-CN", "mul", "zxx", "x-secret", "en-x-secret", "en-u-nu-latn", "en-", "en--US",
		"zh CN", "zh-\xff", "中文", "en-GB-oxendict-abcdefgh-abcdefgh-abcdefgh",
	} {
		if l, ok := ident.ParseLanguage(text); ok {
			t.Errorf("%q was taken as %q", text, l)
		}
	}
}

func TestSectorsAreTheWholeClassification(t *testing.T) {
	t.Parallel()
	counts := make(map[int]int)
	for _, s := range ident.Sectors() {
		counts[len(s)]++
		if got, ok := ident.ParseSector(string(s)); !ok || got != s {
			t.Errorf("%s reads as %q", s, got)
		}
		if got, ok := ident.ParseSector(string(s[1:])); len(s) > 1 && (!ok || got != s) {
			t.Errorf("%s without its letter reads as %q", s, got)
		}
		for _, level := range []int{ident.SectionLevel, ident.DivisionLevel, ident.GroupLevel, ident.ClassLevel} {
			part, ok := s.At(level)
			if ok != (len(s) >= level) || ok && !s.Within(part) {
				t.Errorf("%s at level %d is %q (%v)", s, level, part, ok)
			}
		}
	}
	want := map[int]int{ident.SectionLevel: 21, ident.DivisionLevel: 88, ident.GroupLevel: 238, ident.ClassLevel: 419}
	for level, n := range want {
		if counts[level] != n {
			t.Errorf("%d codes of level %d, ISIC Rev. 4 has %d", counts[level], level, n)
		}
	}
	if len(counts) != len(want) {
		t.Errorf("levels %v", counts)
	}
}

func TestSectorsAreReadInEveryForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]ident.Sector{
		"G": "G", "47": "G47", "G47": "G47", "479": "G479", "4791": "G4791", "G4791": "G4791", "0111": "A0111", "9900": "U9900", "01": "A01",
	} {
		if got, ok := ident.ParseSector(text); !ok || got != want {
			t.Errorf("%q is %q (%v), want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "g", "V", "4", "04", "A47", "47G", "G4790", "47911", "47.91", "G 47", "４７", "G\x00", "99999"} {
		if got, ok := ident.ParseSector(text); ok {
			t.Errorf("%q was taken as %q", text, got)
		}
	}
}

func TestAClassIsWithinItsDivisionAndNoOther(t *testing.T) {
	t.Parallel()
	class := ident.Sector("G4791")
	if !class.Within("G47") || !class.Within("G") || class.Within("G46") || ident.Sector("G47").Within(class) || class.Within("") {
		t.Error("the classification does not nest")
	}
	if part, ok := class.At(2); ok {
		t.Errorf("there is no level of two characters, yet %q", part)
	}
}

func TestScriptsAreSeenInTheName(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		lang ident.Language
		want ident.Script
	}{
		{"Globalegrow E-Commerce", "en", "Latn"},
		{"环球易购", "", ident.Hans},
		{"環球易購", "", ident.Hant},
		{"環球易購", "zh-Hans", ident.Hant},
		{"阿里巴巴", "", ident.Hani},
		{"阿里巴巴", "zh", ident.Hans},
		{"阿里巴巴", "zh-TW", ident.Hant},
		{"阿里巴巴", "zh-Hant", ident.Hant},
		{"深圳市环球易购 (Globalegrow)", "", "Latn"},
		{"トヨタ自動車", "", ident.Jpan},
		{"楽天", "ja", ident.Jpan},
		{"삼성전자", "", ident.Kore},
		{"Газпром", "", "Cyrl"},
		{"أرامكو", "ar", "Arab"},
		{"360", "", ident.Common},
		{"", "zh", ident.Common},
	}
	for _, test := range tests {
		if got := ident.ScriptOf(test.text, test.lang); got != test.want {
			t.Errorf("%q (%s) is in %s, want %s", test.text, test.lang, got, test.want)
		}
	}
}

func TestScriptsAreReadInAnyCase(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Hans", "hans", "HANS"} {
		if s, ok := ident.ParseScript(text); !ok || s != ident.Hans {
			t.Errorf("%q is %q (%v)", text, s, ok)
		}
	}
	for _, text := range []string{"", "Han", "Abcd", "Zzzz", "Hansx", "简体"} {
		if s, ok := ident.ParseScript(text); ok {
			t.Errorf("%q was taken as %q", text, s)
		}
	}
}

func TestSimplifyingIsDoneOnce(t *testing.T) {
	t.Parallel()
	for _, pair := range []string{"環环", "購购", "執执", "臺台", "乾干", "後后", "薴苎", "里里", "球球", "AA"} {
		runes := []rune(pair)
		if got := ident.Simplify(runes[0]); got != runes[1] {
			t.Errorf("%c becomes %c, want %c", runes[0], got, runes[1])
		}
	}
	for r := rune(0x3400); r < 0x32000; r++ {
		once := ident.Simplify(r)
		if twice := ident.Simplify(once); twice != once {
			t.Errorf("%c becomes %c and then %c", r, once, twice)
		}
		if once != r && !ident.IsHan(once) {
			t.Errorf("%c becomes %c, which is not Chinese", r, once)
		}
	}
}
