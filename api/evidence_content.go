package api

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// filePolicy lets nothing run in what was uploaded, should a browser show it
// against all that the other headers say.
const filePolicy = "default-src 'none'; sandbox"

func (d *Door) readEvidenceContent(r *request) error {
	id, err := id[ident.Evidence](r, "id")
	if err != nil {
		return err
	}
	e, err := d.offices.Evidence.Read(r.ctx, id)
	switch {
	case err != nil:
		return err
	case e.File == nil:
		return fault.New(fault.NotFound, "not_found")
	}
	tag := `"` + string(e.File.Digest) + `"`
	if r.fresh(tag) {
		return nil
	}
	e, content, err := d.offices.Evidence.Open(r.ctx, id)
	if err != nil {
		return err
	}
	defer func() { r.note(content.Close()) }()
	r.common(tag)
	header := r.gin.Writer.Header()
	header.Set("Content-Type", string(e.File.Type))
	header.Set("Content-Disposition", disposition(*e.File))
	header.Set("Content-Security-Policy", filePolicy)
	whole := &watched{ReadSeeker: content}
	http.ServeContent(r.gin.Writer, r.ranged(e.File.Size), "", time.Time{}, whole)
	r.gin.Writer.WriteHeaderNow() // of an answer without a body
	return whole.err
}

// watched is a content that remembers why it could not be read: of what it is
// given, net/http says nothing.
type watched struct {
	io.ReadSeeker
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadSeeker.Read(p)
	if err != nil && err != io.EOF && w.err == nil { //nolint:errorlint // as io.Copy has it
		w.err = fmt.Errorf("read a file: %w", err)
	}
	return n, err
}

// disposition names the file, for clients of RFC 6266 as it is called and for
// others in ASCII. It is never shown in a page.
func disposition(f commitment.File) string {
	ascii := strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' || strings.ContainsRune(`"\%;`, c) {
			return '_'
		}
		return c
	}, f.Name)
	named := mime.FormatMediaType("attachment", map[string]string{"filename": ascii})
	if ascii == f.Name {
		return named
	}
	return named + "; filename*=UTF-8''" + extended(f.Name)
}

// extended writes a text as a value of RFC 8187, for which mime.FormatMediaType
// takes texts only that are not ASCII.
func extended(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// ranged is the request with no condition on it but for one range of octets
// that the file has, so that every answer is one of those in the contract.
func (r *request) ranged(size int64) *http.Request {
	request := *r.gin.Request
	request.Header = http.Header{}
	given := r.gin.Request.Header["Range"]
	if len(given) == 1 && satisfiable(given[0], size) {
		request.Header["Range"] = given
		request.Header["If-Range"] = r.gin.Request.Header["If-Range"]
	}
	return &request
}

// satisfiable tells whether the header names one range, and the file has some of it.
func satisfiable(header string, size int64) bool {
	span, ok := strings.CutPrefix(header, "bytes=")
	if !ok || strings.Contains(span, ",") {
		return false
	}
	first, last, ok := strings.Cut(span, "-")
	if !ok {
		return false
	}
	from, fromErr := strconv.ParseUint(first, 10, 63)
	to, toErr := strconv.ParseUint(last, 10, 63)
	switch {
	case first == "":
		return toErr == nil && to > 0
	case fromErr != nil || from >= uint64(size):
		return false
	default:
		return last == "" || toErr == nil && from <= to
	}
}
