package api

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"

	"accord/pkg/fault"
)

// The documentation pages, drawn by Redoc out of /openapi.json. Everything that
// they load comes from here.
//
//go:embed docs
var docsFiles embed.FS

// docsPolicy lets the pages load their own files, and lets nobody else load
// them. The hashes are those of the style elements that Redoc makes: the empty
// text, which it fills in by script, and the scroll bars that it carries along.
const docsPolicy = "default-src 'none'; script-src 'self'; " +
	"style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='; " +
	"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// page is a file as it is served.
type page struct {
	media string
	tag   string
	body  []byte
}

// readPages reads the files of the documentation, by name.
func readPages() (map[string]page, error) {
	media := map[string]string{
		".html": "text/html; charset=utf-8",
		".css":  "text/css; charset=utf-8",
		".js":   "text/javascript; charset=utf-8",
		".txt":  "text/plain; charset=utf-8",
	}
	entries, err := fs.ReadDir(docsFiles, "docs")
	if err != nil {
		return nil, fmt.Errorf("read the documentation: %w", err)
	}
	pages := make(map[string]page, len(entries))
	for _, entry := range entries {
		body, err := docsFiles.ReadFile("docs/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read the documentation: %w", err)
		}
		sum := sha256.Sum256(body)
		pages[entry.Name()] = page{media: media[path.Ext(entry.Name())], tag: `"` + hex.EncodeToString(sum[:8]) + `"`, body: body}
	}
	return pages, nil
}

func (d *Door) readDocs(r *request) error { return r.page(d.pages["index.html"]) }

func (d *Door) readDocsFile(r *request) error {
	name := r.gin.Param("file")
	found, ok := d.pages[name]
	if !ok || name == "index.html" {
		return fault.New(fault.NotFound, "not_found")
	}
	return r.page(found)
}

func (d *Door) readContract(r *request) error {
	return r.page(page{media: "application/json", tag: d.contract.tag, body: d.contract.document})
}

// page answers with a file that is the same for everybody.
func (r *request) page(p page) error {
	header := r.gin.Writer.Header()
	header.Set("ETag", p.tag)
	header.Set("Cache-Control", "public, no-cache")
	if r.holds(p.tag) {
		r.gin.Status(http.StatusNotModified)
		r.gin.Writer.WriteHeaderNow()
		return nil
	}
	header.Set("Content-Type", p.media)
	header.Set("Content-Security-Policy", docsPolicy)
	return r.bytes(http.StatusOK, p.body)
}
