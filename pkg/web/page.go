// Package web is the HTML door: the form on which the first administrator is
// made, those behind the links that are mailed, the sign-in, and the page of
// one's own account.
//
// People are known by a cookie that names their session; tokens of the API are
// nothing here. Forms are taken from this server's own pages alone, and requests
// from the configured host alone.
//
// Pages are plain HTML that works without scripts. One script may run, this
// server's own, where passkeys are asked for. They are rendered whole before the first byte is sent, from templates
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
	script []byte
}

// wider says what pages may do beside showing text: run the server's own script,
// and show a picture that stands in the page.
func wider(name string) string {
	switch name {
	case "sign_in", "factor", "proof", "account":
		return "; script-src 'self'; connect-src 'self'"
	case "totp":
		return "; img-src data:"
	default:
		return ""
	}
}

func newPages() (pages, error) {
	style, err := templates.ReadFile("templates/style.css")
	if err != nil {
		return pages{}, fmt.Errorf("read the style: %w", err)
	}
	script, err := templates.ReadFile("templates/passkey.js")
	if err != nil {
		return pages{}, fmt.Errorf("read the script: %w", err)
	}
	digest := sha256.Sum256(style)
	p := pages{
		in: make(map[phrase.Lang]*template.Template), script: script,
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) +
			"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	}
	for _, lang := range []phrase.Lang{phrase.English, phrase.Chinese} {
		set := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
			"lang":   func() phrase.Lang { return lang },
			"say":    func(code string) string { return phrase.Text(lang, code, nil) },
			"moment": moment,
			"style":  func() template.CSS { return template.CSS(style) },
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
	header.Set("Content-Security-Policy", p.policy+wider(name))
	// The origin alone goes along, never the address with its token. With
	// no-referrer browsers would send forms under "Origin: null", which cannot
	// be told from a stranger's form where they send no Sec-Fetch-Site (plain
	// http on a local network).
	header.Set("Referrer-Policy", "strict-origin")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Language", string(lang))
	header.Set("Vary", "Accept-Language, Cookie")
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
