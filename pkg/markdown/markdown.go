// Package markdown turns what people write in reports into HTML that can be
// shown on any page: no scripts, no styles, no images (which would tell others
// who reads), and links that open nothing but web pages and mail. The package is
// a leaf.
package markdown

import (
	"bytes"
	"regexp"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// Render gives the HTML of a Markdown text: CommonMark with tables and strikethrough. Whatever
// HTML the text has itself is left out. A text that cannot be rendered, of which
// there is none known, gives "".
func Render(text string) string {
	var html bytes.Buffer
	if err := renderer().Convert([]byte(text), &html); err != nil {
		return ""
	}
	return policy().SanitizeReader(&html).String()
}

var renderer = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough))
})

var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "del", "blockquote", "ul", "ol", "li", "code", "pre",
		"table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	return p
})
