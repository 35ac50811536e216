// Package document tells what a file that somebody sent really is.
//
// Neither its name nor the media type that came with it is believed: the type
// is told by the content, only a few types are taken, and all three must agree.
// Of a file that is a container the directory is read, with bounds, and then
// each entry unpacked, as far as it says that it goes, and forgotten, so that
// what would blow up whoever unpacks it is refused and cannot blow up the
// register. What a file does when it is opened
// (a PDF that is a page of HTML, too) is not told here: that is what the headers
// are for under which files are given out.
package document

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"path"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"accord/pkg/fault"
)

// MaxSize is how many octets a file may have.
const MaxSize = 25 << 20

// Type is the media type of a file, told by its content.
type Type string

// The types that are taken. Those of Office before 2007 are not: whether there
// are macros in one cannot be told without taking it apart.
const (
	PDF  Type = "application/pdf"
	PNG  Type = "image/png"
	JPEG Type = "image/jpeg"
	WebP Type = "image/webp"
	GIF  Type = "image/gif"
	TIFF Type = "image/tiff"
	DOCX Type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	XLSX Type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	PPTX Type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	ODT  Type = "application/vnd.oasis.opendocument.text"
	ODS  Type = "application/vnd.oasis.opendocument.spreadsheet"
	ODP  Type = "application/vnd.oasis.opendocument.presentation"
)

// Types lists the types that are taken.
func Types() []Type {
	return []Type{PDF, PNG, JPEG, WebP, GIF, TIFF, DOCX, XLSX, PPTX, ODT, ODS, ODP}
}

// Extensions lists how the name of a file of the type may end.
func (t Type) Extensions() []string {
	switch t {
	case JPEG:
		return []string{".jpg", ".jpeg"}
	case TIFF:
		return []string{".tif", ".tiff"}
	case DOCX:
		return []string{".docx"}
	case XLSX:
		return []string{".xlsx"}
	case PPTX:
		return []string{".pptx"}
	case ODT:
		return []string{".odt"}
	case ODS:
		return []string{".ods"}
	case ODP:
		return []string{".odp"}
	default:
		_, last, _ := strings.Cut(string(t), "/")
		return []string{"." + last}
	}
}

// taken lists the endings of names, for people.
func taken() string {
	var all []string
	for _, t := range Types() {
		all = append(all, strings.TrimPrefix(t.Extensions()[0], "."))
	}
	return strings.Join(all, ", ")
}

// headSize is how much of a file's beginning is looked at.
const headSize = 3072

// Inspect gives the type of a file by its content, or what is at fault with it;
// an error is of content, which cannot be read. The fault's pointer is "".
//
// The faults are file_empty; file_type_refused of a type that is not taken;
// file_type_mismatch where the name's ending or the declared media type (which
// may be missing) says another type; and of containers file_archive_bomb,
// file_archive_unsafe, file_encrypted, file_macros, file_template and file_broken.
func Inspect(content io.ReaderAt, size int64, name, declared string) (Type, fault.Fields, error) {
	var faults fault.Fields
	head := make([]byte, headSize)
	n, err := content.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return "", nil, fmt.Errorf("read the beginning of a file: %w", err)
	}
	head = head[:n]
	if size == 0 {
		faults.Add("", "file_empty")
		return "", faults, nil
	}
	found := sniff(head)
	if found == container {
		var code string
		if found, code, err = openArchive(content, size); err != nil || code != "" {
			if code != "" {
				faults.Add("", code)
			}
			return "", faults, err
		}
	}
	extension := strings.ToLower(path.Ext(name))
	switch {
	case !slices.Contains(Types(), found) && extensionTaken(extension):
		faults.Add("", "file_type_mismatch", fault.Args{"said": strings.TrimPrefix(extension, ".")})
	case !slices.Contains(Types(), found):
		faults.Add("", "file_type_refused", fault.Args{"taken": taken()})
	case !slices.Contains(found.Extensions(), extension):
		faults.Add("", "file_type_mismatch", fault.Args{"said": strings.TrimPrefix(extension, ".")})
	case !found.agrees(declared):
		faults.Add("", "file_type_mismatch", fault.Args{"said": clipped(declared, 100)})
	}
	return found, faults, nil
}

// container is what sniff says of a ZIP archive, which may be a document.
const container Type = "application/zip"

// sniff tells the type by the beginning of a file.
func sniff(head []byte) Type {
	for m := mimetype.Detect(head); m != nil; m = m.Parent() {
		found, _, _ := strings.Cut(m.String(), ";")
		switch t := Type(found); {
		case t == PDF && !bytes.HasPrefix(head, []byte("%PDF-")): // with something else before it
			return ""
		case t == container, slices.Contains(Types(), t) && !t.packed():
			return t
		}
	}
	return ""
}

// packed tells whether files of the type are containers.
func (t Type) packed() bool { return strings.HasPrefix(string(t), "application/vnd.") }

func extensionTaken(extension string) bool {
	return slices.ContainsFunc(Types(), func(t Type) bool { return slices.Contains(t.Extensions(), extension) })
}

// agrees tells whether a declared media type is another name for the type, or
// says nothing.
func (t Type) agrees(declared string) bool {
	if declared == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(declared)
	switch {
	case err != nil:
		return false
	case media == "application/octet-stream", media == string(t):
		return true
	default:
		return t == JPEG && (media == "image/jpg" || media == "image/pjpeg")
	}
}
