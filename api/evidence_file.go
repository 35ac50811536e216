package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

const (
	evidenceFiles   = "/api/v1/reports/{id}/evidence/files"
	evidenceContent = "/api/v1/evidence/{id}/content"

	mediaForm = "multipart/form-data"

	formOverhead = 64 << 10 // of the texts, and of what stands around each part
	mostParts    = 20
	longestPart  = 100 // of its name, which an answer may repeat
)

// Wide gives the routes, as gin has them, that take larger bodies than others
// or give larger answers, for which there is more time, with how many octets a
// body may have; 0 is as many as elsewhere.
func (d *Door) Wide() map[string]int64 {
	pattern := strings.NewReplacer("{", ":", "}", "")
	return map[string]int64{pattern.Replace(evidenceFiles): commitment.MaxFile + formOverhead, pattern.Replace(evidenceContent): 0}
}

// form is a body of several parts as it is read, one after the other. It
// belongs to one request.
type form struct {
	texts  map[string]any
	upload *commitment.Upload // nil while there was no file
	body   *formBody
}

// formBody is a body of which all but the file is small: the standard library
// takes ten mebibytes of headers for each part, and makes many times as much of
// them.
type formBody struct {
	from   io.Reader
	others int64 // octets read that are not the file's
	inFile bool
}

func (b *formBody) Read(p []byte) (int, error) {
	if b.inFile {
		return b.from.Read(p)
	}
	if b.others > formOverhead {
		return 0, fault.New(fault.TooLarge, "body_too_large", fault.Args{"max": strconv.Itoa(formOverhead)})
	}
	n, err := b.from.Read(p)
	b.others += int64(n)
	return n, err
}

func (f *form) discard() error {
	if f.upload == nil {
		return nil
	}
	return f.upload.Discard()
}

// words are the texts of the form.
func (f *form) words() commitment.Words {
	text := func(name string) string { s, _ := f.texts[name].(string); return s }
	return commitment.Words{Title: text("title"), Claim: text("claim"), Quote: text("quote"), Page: text("page")}
}

func (d *Door) addEvidenceFile(r *request) error {
	to, err := id[ident.Report](r, "id")
	if err != nil {
		return err
	}
	f := form{texts: map[string]any{}, body: &formBody{from: r.gin.Request.Body}}
	parts, err := r.parts(f.body)
	if err != nil {
		return err
	}
	if err := d.offices.Evidence.Admit(r.ctx, to, r.key != ""); err != nil {
		return err
	}
	defer func() { r.note(f.discard()) }()
	if err := r.readForm(&f, parts, to); err != nil {
		return err
	}
	if err := f.check(r); err != nil {
		return err
	}
	f.texts["file"] = f.upload.Told()
	if err := r.claim(f.texts); err != nil {
		return err
	}
	e, err := d.offices.Evidence.AddFile(r.ctx, to, f.upload, f.words())
	return d.evidenceMade(r, e, err)
}

// parts gives the parts of the body, if it is a form.
func (r *request) parts(body io.Reader) (*multipart.Reader, error) {
	header := r.gin.Request.Header
	if encoding := header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, fault.New(fault.MediaType, "content_encoding")
	}
	media, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || media != mediaForm || params["boundary"] == "" {
		return nil, fault.New(fault.MediaType, "media_type", fault.Args{"taken": mediaForm})
	}
	return multipart.NewReader(body, params["boundary"]), nil
}

// readForm reads all parts to the closing boundary: what breaks off before is
// not taken for a whole, even if the file in it is.
func (r *request) readForm(f *form, parts *multipart.Reader, to ident.Report) error {
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		switch {
		case err == io.EOF: //nolint:errorlint // of the last part; an unexpected one is another
			return nil
		case err != nil:
			return unread(err)
		case n == mostParts:
			return fault.New(fault.Malformed, "parts_malformed")
		}
		if err := r.readPart(f, part, to); err != nil {
			return err
		}
	}
}

// readPart reads one part. Its name, and that of its file, are as they came:
// what the standard library makes of a file's name is its base.
func (r *request) readPart(f *form, part *multipart.Part, to ident.Report) error {
	disposition, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	name, named := params["name"]
	encoding := strings.ToLower(part.Header.Get("Content-Transfer-Encoding"))
	if err != nil || disposition != "form-data" || !named || len(name) > longestPart || encoding != "" && encoding != "7bit" && encoding != "8bit" && encoding != "binary" {
		return fault.New(fault.Malformed, "parts_malformed")
	}
	pointer := "/" + escape(name)
	if !utf8.ValidString(name) {
		return fault.New(fault.Malformed, "body_not_utf8")
	}
	if _, twice := f.texts[name]; twice {
		return malformedAt(pointer, "duplicate_key")
	}
	if name == "file" {
		f.texts[name], f.body.inFile = "received", true
		f.upload, err = r.door.offices.Evidence.Receive(r.ctx, to, params["filename"], part.Header.Get("Content-Type"), r.key != "", part)
		f.body.inFile = false
		return unread(err)
	}
	raw, err := io.ReadAll(io.LimitReader(part, formOverhead+1))
	switch {
	case err != nil:
		return unread(err)
	case len(raw) > formOverhead:
		return fault.New(fault.TooLarge, "body_too_large", fault.Args{"max": strconv.Itoa(formOverhead)})
	case !utf8.Valid(raw):
		return fault.New(fault.Malformed, "body_not_utf8")
	case strings.ContainsRune(string(raw), 0):
		return malformedAt(pointer, "nul_character")
	case len(raw) > 0: // a field that nobody filled in says nothing
		f.texts[name] = string(raw)
	}
	return nil
}

// unread tells what is at fault with a body that could not be read, by the
// reader's own error where there is one; other faults stay what they are.
func unread(err error) error {
	if err == nil {
		return nil
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.TooLarge, "body_too_large", fault.Args{"max": strconv.FormatInt(tooLarge.Limit, 10)})
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	return fault.Wrap(fault.Malformed, "body_unreadable", err)
}

// check refuses a form with every fault of its shape and of what it holds.
func (f *form) check(r *request) error {
	faults := validate(r.op.form, f.texts)
	if f.upload != nil {
		shape := faults
		for _, found := range f.upload.Check(f.words()) {
			if !shape.At(found.Pointer) {
				faults = append(faults, found)
			}
		}
	}
	return faults.Err()
}
