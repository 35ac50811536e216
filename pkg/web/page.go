// Package web is the HTML door. It has the forms on which accounts are made
// and kept by people who cannot sign in yet: the first administrator's, and
// those behind the links that are mailed.
//
// Pages are plain HTML that works without scripts, and none are allowed to
// run. They are rendered whole before the first byte is sent, from templates
// that are parsed and checked at start, in the reader's language.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"accord/pkg/phrase"
)

//go:embed templates
var templates embed.FS

// pages renders the templates in each language.
type pages struct {
	in     map[phrase.Lang]*template.Template
	policy string
}

func newPages() (pages, error) {
	style, err := templates.ReadFile("templates/style.css")
	if err != nil {
		return pages{}, fmt.Errorf("read the style: %w", err)
	}
	digest := sha256.Sum256(style)
	p := pages{
		in: make(map[phrase.Lang]*template.Template),
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) +
			"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	}
	for _, lang := range []phrase.Lang{phrase.English, phrase.Chinese} {
		set := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
			"lang":  func() phrase.Lang { return lang },
			"say":   func(code string) string { return phrase.Text(lang, code, nil) },
			"style": func() template.CSS { return template.CSS(style) },
		})
		if p.in[lang], err = set.ParseFS(templates, "templates/*.html"); err != nil {
			return pages{}, fmt.Errorf("parse the pages: %w", err)
		}
	}
	return p, nil
}

// langOf gives the language of the reader.
func langOf(c *gin.Context) phrase.Lang { return phrase.Match(c.GetHeader("Accept-Language")) }

// show answers with the page. Pages that hold a token or a typed word are kept
// by nobody on the way.
func (p pages) show(c *gin.Context, status int, name string, view any) {
	lang := langOf(c)
	var page bytes.Buffer
	if err := p.in[lang].ExecuteTemplate(&page, name, view); err != nil {
		_ = c.Error(fmt.Errorf("render %s: %w", name, err))
		return
	}
	header := c.Writer.Header()
	header.Set("Content-Security-Policy", p.policy)
	// The origin alone goes along, never the address with its token. With
	// no-referrer browsers would send forms under "Origin: null", which cannot
	// be told from a stranger's form where they send no Sec-Fetch-Site (plain
	// http on a local network).
	header.Set("Referrer-Policy", "strict-origin")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Language", string(lang))
	header.Set("Vary", "Accept-Language")
	c.Data(status, "text/html; charset=utf-8", page.Bytes())
}

// crossOrigin makes the guard of forms against other people's pages.
//
// It refuses a base address that is no origin.
func crossOrigin(base string) (*http.CrossOriginProtection, error) {
	guard := http.NewCrossOriginProtection()
	if base == "" {
		return guard, nil
	}
	// Behind a proxy the Host that arrives may be another than the reader's.
	if err := guard.AddTrustedOrigin(base); err != nil {
		return nil, fmt.Errorf("base address: %w", err)
	}
	return guard, nil
}
