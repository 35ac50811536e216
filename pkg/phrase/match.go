package phrase

import "golang.org/x/text/language"

// Match gives the language of the register that suits an Accept-Language
// header best, English for a header that is empty, malformed or asks for
// neither. Every kind of Chinese is Chinese.
func Match(header string) Lang {
	switch header { // what nearly every client sends, without parsing
	case "", "*", "en":
		return English
	case "zh", "zh-CN":
		return Chinese
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return English
	}
	for _, tag := range wanted {
		switch base, _ := tag.Base(); base.String() {
		case "en":
			return English
		case "zh", "cmn", "yue":
			return Chinese
		}
	}
	return English
}
