package document

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// What an archive may hold. The directory is bounded before it is read, since
// reading makes some hundred octets of memory of every forty-six of it.
const (
	mostEntries   = 10_000
	mostDirectory = 2 << 20
	mostUnpacked  = 250 << 20
	mostRatio     = 100
	largeEntry    = 10 << 20 // below, a high ratio does no harm: XML is often a hundredth
)

// The parts of a ZIP archive (APPNOTE 4.3).
const (
	endSignature     = "PK\x05\x06"
	locatorSignature = "PK\x06\x07" // of ZIP64: where the true end is said to be
	localSize        = 30
	endSize          = 22
	locatorSize      = 20
	longestComment   = 1<<16 - 1
)

// openArchive gives the type of the document that an archive is, "" of one that
// is none, or the code of what is at fault with the archive.
func openArchive(content io.ReaderAt, size int64) (Type, string, error) {
	directory, code, err := checkEnd(content, size)
	if err != nil || code != "" {
		return "", code, err
	}
	archive, err := zip.NewReader(content, size)
	if err != nil {
		return "", "file_broken", nil
	}
	if code := checkEntries(archive.File); code != "" {
		return "", code, nil
	}
	if code := checkOverlap(archive.File, directory); code != "" {
		return "", code, nil
	}
	if code := checkContents(archive.File); code != "" {
		return "", code, nil
	}
	return documentOf(archive.File)
}

// checkEnd gives where the archive says its directory begins: the archive is all
// of the file, and its directory is not too large. What reads an archive may
// look for a second directory where a locator of ZIP64 says, so that there is
// none: no file that is taken is large enough to need one.
func checkEnd(content io.ReaderAt, size int64) (int64, string, error) {
	tail := make([]byte, min(size, locatorSize+endSize+longestComment))
	if _, err := content.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return 0, "", fmt.Errorf("read the end of an archive: %w", err)
	}
	at := bytes.LastIndex(tail, []byte(endSignature))
	if at < 0 || len(tail)-at < endSize {
		return 0, "file_broken", nil
	}
	end := tail[at:]
	entries := int64(binary.LittleEndian.Uint16(end[10:]))
	directory, offset := int64(binary.LittleEndian.Uint32(end[12:])), int64(binary.LittleEndian.Uint32(end[16:]))
	comment := int(binary.LittleEndian.Uint16(end[20:]))
	located := at >= locatorSize && bytes.HasPrefix(tail[at-locatorSize:], []byte(locatorSignature))
	switch {
	case entries > mostEntries || directory > mostDirectory:
		return 0, "file_archive_bomb", nil
	case located, offset+directory != size-int64(len(end)), endSize+comment != len(end):
		return 0, "file_archive_unsafe", nil // something stands before, between or behind
	}
	return offset, "", nil
}

// checkEntries looks at what the directory says of each entry.
func checkEntries(entries []*zip.File) string {
	if len(entries) > mostEntries {
		return "file_archive_bomb"
	}
	seen := map[string]bool{}
	var unpacked uint64
	for _, f := range entries {
		name := strings.ToLower(f.Name)
		switch {
		case f.UncompressedSize64 > mostUnpacked, f.CompressedSize64 > mostUnpacked,
			f.UncompressedSize64 > largeEntry && f.UncompressedSize64/mostRatio > f.CompressedSize64:
			return "file_archive_bomb"
		case f.Flags&1 != 0:
			return "file_encrypted"
		case seen[name], strays(f.Name), f.Mode()&fs.ModeSymlink != 0, f.Method != zip.Store && f.Method != zip.Deflate:
			return "file_archive_unsafe"
		}
		seen[name] = true
		if unpacked += f.UncompressedSize64; unpacked > mostUnpacked {
			return "file_archive_bomb"
		}
	}
	return ""
}

// strays tells whether an entry of that name would be unpacked elsewhere.
func strays(name string) bool {
	return name == "" || strings.ContainsAny(name, "\\:") || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) ||
		strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), "..")
}

// checkOverlap makes sure that each entry has octets of its own, its local
// header among them, and none of the directory's: entries that share theirs
// unpack to many times the file.
func checkOverlap(entries []*zip.File, directory int64) string {
	type span struct{ head, from, to int64 } // from the latest place that its header can begin at
	spans := make([]span, 0, len(entries))
	for _, f := range entries {
		from, err := f.DataOffset()
		if err != nil {
			return "file_broken"
		}
		spans = append(spans, span{head: from - localSize - int64(len(f.Name)), from: from, to: from + int64(f.CompressedSize64)})
	}
	slices.SortFunc(spans, func(a, b span) int { return int(a.from - b.from) })
	end := int64(0)
	for _, s := range spans {
		if s.head < end {
			return "file_archive_bomb"
		}
		end = s.to
	}
	if end > directory {
		return "file_archive_bomb"
	}
	return ""
}

// documentOf tells which document the entries make up, and refuses one with
// macros.
func documentOf(entries []*zip.File) (Type, string, error) {
	names := map[string]bool{}
	var main []Type
	for _, f := range entries {
		names[f.Name] = true
		lower := strings.ToLower(f.Name)
		if macro(lower) {
			return "", "file_macros", nil
		}
		if t := mainPart(lower); t != "" {
			main = append(main, t)
		}
	}
	if code := described(entries); code != "" {
		return "", code, nil
	}
	if names["[Content_Types].xml"] && names["_rels/.rels"] && len(main) == 1 {
		return main[0], "", nil
	}
	if len(entries) > 0 && entries[0].Name == "mimetype" && names["content.xml"] && names["META-INF/manifest.xml"] && len(main) == 0 {
		return openDocument(entries[0])
	}
	return "", "", nil
}

// macro tells whether an entry of that name holds a program.
func macro(lower string) bool {
	switch {
	case path.Base(lower) == "vbaproject.bin", strings.HasPrefix(lower, "xl/macrosheets/"), // of Office
		strings.HasPrefix(lower, "basic/"), strings.HasPrefix(lower, "scripts/"): // of OpenDocument
		return true
	}
	return false
}

// mainPart gives the type of the Office document that such an entry is the main
// part of.
func mainPart(lower string) Type {
	for prefix, t := range map[string]Type{"word/document": DOCX, "xl/workbook": XLSX, "ppt/presentation": PPTX} {
		if strings.HasPrefix(lower, prefix) && strings.HasSuffix(lower, ".xml") {
			return t
		}
	}
	return ""
}

// openDocument reads the type of an OpenDocument from its first entry, which is
// not compressed, so that it stands in clear.
func openDocument(first *zip.File) (Type, string, error) {
	if first.Method != zip.Store || first.UncompressedSize64 > 100 {
		return "", "", nil
	}
	r, err := first.Open()
	if err != nil {
		return "", "file_broken", nil
	}
	text, err := io.ReadAll(io.LimitReader(r, 101))
	if closeErr := r.Close(); err != nil || closeErr != nil {
		return "", "file_broken", nil
	}
	if t := Type(text); slices.Contains([]Type{ODT, ODS, ODP}, t) {
		return t, "", nil
	}
	return "", "", nil
}
