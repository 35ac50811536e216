// Package phrase holds the sentences that the register says to its readers,
// in English and Chinese, by the codes of pkg/fault.
//
// A sentence says what is wrong and how to mend it, and never repeats what was
// sent, so that no secret and nobody else's text comes back in an error. Both
// languages have every sentence, with the same placeholders, and every code
// that the project uses has one; tests hold this.
package phrase

import (
	"embed"
	"fmt"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"accord/pkg/fault"
)

// Lang is a language that the register speaks.
type Lang string

// The languages of the register. English answers who asks for neither.
const (
	English Lang = "en"
	Chinese Lang = "zh"
)

//go:embed locales/*.json
var locales embed.FS

// Text gives the sentence of the code in the language, with the args in its
// placeholders. A code without a sentence is given back as it is.
func Text(lang Lang, code string, args fault.Args) string {
	spoken, err := localizers()
	if err != nil {
		return code
	}
	text, err := spoken[lang].Localize(&i18n.LocalizeConfig{MessageID: code, TemplateData: args})
	if err != nil {
		return code
	}
	return text
}

// localizers reads the catalogues once, at the first sentence. The files are
// part of the binary and tested, so that an error is a broken build.
var localizers = sync.OnceValues(func() (map[Lang]*i18n.Localizer, error) {
	bundle := i18n.NewBundle(language.English)
	spoken := make(map[Lang]*i18n.Localizer, 2)
	for _, lang := range []Lang{English, Chinese} {
		if _, err := bundle.LoadMessageFileFS(locales, "locales/"+string(lang)+".json"); err != nil {
			return nil, fmt.Errorf("read phrases in %s: %w", lang, err)
		}
	}
	for _, lang := range []Lang{English, Chinese} {
		spoken[lang] = i18n.NewLocalizer(bundle, string(lang))
	}
	return spoken, nil
})
