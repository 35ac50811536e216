package document

import (
	"archive/zip"
	"bytes"
	"errors"
	"html"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
)

// mostDescribed is how much is read of a part that says what the document does;
// no document that people write comes near it.
const mostDescribed = 1 << 20

// checkContents unpacks each entry, and forgets it: what an entry says of its
// size is else believed by whoever unpacks it. All of them together are at most
// [mostUnpacked], as they say, and archive/zip reads none much further than that.
func checkContents(entries []*zip.File) string {
	office := slices.ContainsFunc(entries, func(f *zip.File) bool { return f.Name == "[Content_Types].xml" })
	for _, f := range entries {
		if code := checkContent(f, office && markup(f.Name)); code != "" {
			return code
		}
	}
	return ""
}

// markup tells whether an entry of that name is XML.
func markup(name string) bool {
	ending := strings.ToLower(path.Ext(name))
	return ending == ".xml" || ending == ".rels"
}

func checkContent(f *zip.File, markup bool) string {
	r, err := f.Open()
	if err != nil {
		return "file_broken"
	}
	defer func() { _ = r.Close() }()                 // nothing is written
	var declared declarations                        // of entities, with which a part reads other files or grows without end
	if _, err := io.Copy(&declared, r); err != nil { // shorter, longer or of another checksum
		return "file_broken"
	}
	if markup && declared.met {
		return "file_archive_unsafe"
	}
	return ""
}

// declarations looks for a document type in text of one or two octets a
// letter, as it comes by.
type declarations struct {
	last []byte // the end of what came by, as long as a document type may lie across it
	met  bool
}

func (d *declarations) Write(text []byte) (int, error) {
	if d.met {
		return len(text), nil
	}
	seen := append(d.last, bytes.ReplaceAll(text, []byte{0}, nil)...)
	d.met = doctype.Match(seen)
	d.last = append(d.last[:0], seen[max(0, len(seen)-len("<!doctype")+1):]...)
	return len(text), nil
}

// What a part says that makes the document one with a program, or of which the
// content cannot be looked at, by the part's name in small letters. A document
// whose template lies on another computer takes the template's macros from there.
var (
	macroTypes = regexp.MustCompile(`(?i)macroenabled|vbaproject|macrosheet`)
	encryption = regexp.MustCompile(`(?i)encryption-data`)
	template   = regexp.MustCompile(`(?i)/attachedtemplate\b`)
	external   = regexp.MustCompile(`(?i)\btargetmode\s*=\s*["']external["']`)
	// Over a network: one on the writer's own disk is named by most documents of
	// a company, and is not there where the document is read.
	remote  = regexp.MustCompile(`(?i)\btarget\s*=\s*["']\s*(?:https?:|ftps?:|mhtml:|(?:file:)?/*\\\\|file://[^/\\]|file:/{4,}|//[^/])`)
	doctype = regexp.MustCompile(`(?i)<!doctype`) // which no part of Office has, and can hide all of these
)

// described gives what is at fault with the document by what its own parts say
// of it.
func described(entries []*zip.File) string {
	for _, f := range entries {
		name := strings.ToLower(f.Name)
		if name != "[content_types].xml" && name != "meta-inf/manifest.xml" && name != "word/_rels/settings.xml.rels" {
			continue
		}
		text, err := readPart(f)
		switch {
		case err != nil:
			return "file_broken"
		case name != "meta-inf/manifest.xml" && doctype.Match(text):
			return "file_archive_unsafe"
		case name == "[content_types].xml" && macroTypes.Match(text):
			return "file_macros"
		case name == "meta-inf/manifest.xml" && encryption.Match(text):
			return "file_encrypted"
		case name == "word/_rels/settings.xml.rels" && template.Match(text) && external.Match(text) && remote.Match(text):
			return "file_template"
		}
	}
	return ""
}

// readPart reads a part as text of one octet a letter, so that one in UTF-16 is
// read as well.
func readPart(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, mostDescribed+1))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, err
	}
	if len(text) > mostDescribed {
		return nil, errors.New("the part is too large")
	}
	kept := text[:0]
	for _, c := range text {
		if c != 0 {
			kept = append(kept, c)
		}
	}
	return []byte(html.UnescapeString(string(kept))), nil // of letters that are written as numbers
}
