package document_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"accord/pkg/document"
)

// entry is one of an archive. What is said of it may be a lie.
type entry struct {
	name, text string
	store      bool
	header     func(*zip.FileHeader)
}

func archive(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.store {
			h.Method = zip.Store
		}
		if e.header != nil {
			e.header(h)
		}
		part, err := w.CreateHeader(h)
		if err == nil {
			_, err = part.Write([]byte(e.text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// office is an Office document with the main part, and further entries.
func office(t *testing.T, main string, more ...entry) []byte {
	t.Helper()
	return archive(t, append([]entry{{name: "[Content_Types].xml", text: "<Types/>"}, {name: "_rels/.rels", text: "<Relationships/>"}, {name: main, text: "<x/>"}}, more...)...)
}

func openDocument(t *testing.T, media string, more ...entry) []byte {
	t.Helper()
	return archive(t, append([]entry{{name: "mimetype", text: media, store: true}, {name: "content.xml", text: "<x/>"}, {name: "META-INF/manifest.xml", text: "<x/>"}}, more...)...)
}

func picture(t *testing.T, encode func(*bytes.Buffer, image.Image) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := encode(&out, image.NewPaletted(image.Rect(0, 0, 1, 1), palette.WebSafe)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const aPDF = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

func TestTheTypeIsToldByTheContent(t *testing.T) {
	t.Parallel()
	for name, content := range map[string][]byte{
		"a.pdf": []byte(aPDF), "A.PDF": []byte(aPDF),
		"a.png":  picture(t, func(b *bytes.Buffer, i image.Image) error { return png.Encode(b, i) }),
		"a.jpg":  picture(t, func(b *bytes.Buffer, i image.Image) error { return jpeg.Encode(b, i, nil) }),
		"a.jpeg": picture(t, func(b *bytes.Buffer, i image.Image) error { return jpeg.Encode(b, i, nil) }),
		"a.gif":  picture(t, func(b *bytes.Buffer, i image.Image) error { return gif.Encode(b, i, nil) }),
		"a.webp": []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00/\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"),
		"a.tiff": []byte("II*\x00\x08\x00\x00\x00\x00\x00"), "a.tif": []byte("MM\x00*\x00\x00\x00\x08\x00\x00"),
		"a.docx": office(t, "word/document.xml"), "a.xlsx": office(t, "xl/workbook.xml"), "a.pptx": office(t, "ppt/presentation.xml"),
		"a.odt": openDocument(t, string(document.ODT)), "a.ods": openDocument(t, string(document.ODS)), "a.odp": openDocument(t, string(document.ODP)),
	} {
		for _, declared := range []string{"", "application/octet-stream"} {
			found, faults, err := document.Inspect(bytes.NewReader(content), int64(len(content)), name, declared)
			if err != nil || len(faults) > 0 || found == "" {
				t.Errorf("%s is %q, %v, %v", name, found, faults, err)
			}
			if _, faults, _ = document.Inspect(bytes.NewReader(content), int64(len(content)), name, string(found)); len(faults) > 0 {
				t.Errorf("%s as %s: %v", name, found, faults)
			}
		}
	}
}

func TestWhatIsNoDocumentIsRefused(t *testing.T) {
	t.Parallel()
	const html = "<!DOCTYPE html><script>alert(1)</script>"
	for what, test := range map[string]struct {
		name, declared string
		content        []byte
		want           string
	}{
		"nothing":                        {"a.pdf", "", nil, "file_empty"},
		"HTML named .pdf":                {"a.pdf", "application/pdf", []byte(html), "file_type_mismatch"},
		"HTML":                           {"a.html", "text/html", []byte(html), "file_type_refused"},
		"HTML before a PDF":              {"a.pdf", "application/pdf", []byte(html + aPDF), "file_type_mismatch"},
		"a blank before a PDF":           {"a.pdf", "application/pdf", []byte("\n" + aPDF), "file_type_mismatch"},
		"SVG with script":                {"a.svg", "image/svg+xml", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "file_type_refused"},
		"SVG named .png":                 {"a.png", "image/png", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), "file_type_mismatch"},
		"a PDF named .png":               {"a.png", "", []byte(aPDF), "file_type_mismatch"},
		"a PDF without an ending":        {"a", "", []byte(aPDF), "file_type_mismatch"},
		"a PDF named .pdf.exe":           {"a.pdf.exe", "", []byte(aPDF), "file_type_mismatch"},
		"a PDF declared as HTML":         {"a.pdf", "text/html", []byte(aPDF), "file_type_mismatch"},
		"a PDF declared as nothing sane": {"a.pdf", ";;", []byte(aPDF), "file_type_mismatch"},
		"a program":                      {"a.exe", "", []byte("MZ\x90\x00\x03"), "file_type_refused"},
		"a text":                         {"a.txt", "", []byte("text"), "file_type_refused"},
		"an old Word document":           {"a.doc", "", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)), "file_type_refused"},
		"an encrypted .docx":             {"a.docx", "", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)), "file_type_mismatch"},
		"an archive":                     {"a.zip", "", archive(t, entry{name: "a.txt", text: "x"}), "file_type_refused"},
		"an archive named .docx":         {"a.docx", "", archive(t, entry{name: "a.txt", text: "x"}), "file_type_mismatch"},
		"a workbook named .docx":         {"a.docx", "", office(t, "xl/workbook.xml"), "file_type_mismatch"},
		"two documents in one":           {"a.docx", "", office(t, "xl/workbook.xml", entry{name: "word/document.xml"}), "file_type_mismatch"},
		"macros":                         {"a.docx", "", office(t, "word/document.xml", entry{name: "word/vbaProject.bin"}), "file_macros"},
		"macros of another case":         {"a.docm", "", office(t, "word/document.xml", entry{name: "word/VBAPROJECT.BIN"}), "file_macros"},
		"macros of Excel 4":              {"a.xlsx", "", office(t, "xl/workbook.xml", entry{name: "xl/macrosheets/sheet1.xml"}), "file_macros"},
		"macros of OpenDocument":         {"a.odt", "", openDocument(t, string(document.ODT), entry{name: "Basic/Standard/Module1.xml"}), "file_macros"},
		"another OpenDocument":           {"a.odt", "", openDocument(t, "application/vnd.oasis.opendocument.graphics"), "file_type_mismatch"},
		"a template of OpenDocument":     {"a.odt", "", openDocument(t, string(document.ODS)), "file_type_mismatch"},
		"half an archive":                {"a.docx", "", office(t, "word/document.xml")[:200], "file_broken"},
		"an archive after something":     {"a.docx", "", append([]byte("PK\x03\x04"), office(t, "word/document.xml")...), "file_archive_unsafe"},
		"an archive before something":    {"a.docx", "", append(office(t, "word/document.xml"), "<html>"...), "file_archive_unsafe"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			is(t, test.content, test.name, test.declared, test.want)
		})
	}
}

func is(t *testing.T, content []byte, name, declared, want string) {
	t.Helper()
	_, faults, err := document.Inspect(bytes.NewReader(content), int64(len(content)), name, declared)
	if err != nil || len(faults) != 1 || faults[0].Code != want || faults[0].Pointer != "" {
		t.Errorf("%v, %v, want %s", faults, err, want)
	}
}

func TestArchivesThatHarmAreRefused(t *testing.T) {
	t.Parallel()
	with := func(more ...entry) []byte { return office(t, "word/document.xml", more...) }
	zeros := strings.Repeat("\x00", 11<<20)
	for what, test := range map[string]struct {
		content []byte
		want    string
	}{
		"a bomb of one entry":                      {with(entry{name: "word/media/a.bin", text: zeros}), "file_archive_bomb"},
		"entries that share their bytes":           {overlapping(t), "file_archive_bomb"},
		"more entries than are counted":            {counted(t, with(), 10_001), "file_archive_bomb"},
		"a declared size of 4 GiB":                 {declaring(t, with(), 1<<32-2), "file_archive_bomb"},
		"an entry that reaches into the next":      {reaching(t, with(), 1<<20), "file_archive_bomb"},
		"an entry of 4 GiB":                        {reaching(t, with(), 1<<32-2), "file_archive_bomb"},
		"an entry that reaches into the directory": {reaching(t, archive(t, entry{name: "a", text: "x"}), 40), "file_archive_bomb"},
		"an encrypted entry":                       {encrypted(t, with()), "file_encrypted"},
		"a way up":                                 {with(entry{name: "../../etc/passwd"}), "file_archive_unsafe"},
		"a way from the root":                      {with(entry{name: "/etc/passwd"}), "file_archive_unsafe"},
		"a way up in Windows":                      {with(entry{name: `..\..\boot.ini`}), "file_archive_unsafe"},
		"a drive":                                  {with(entry{name: `C:boot.ini`}), "file_archive_unsafe"},
		"a link":                                   {with(entry{name: "word/a", text: "/etc/passwd", header: func(h *zip.FileHeader) { h.SetMode(0o777 | 1<<27) }}), "file_archive_unsafe"},
		"the same name twice":                      {with(entry{name: "word/a.xml"}, entry{name: "Word/A.xml"}), "file_archive_unsafe"},
		"an unknown compression":                   {compressedBy(t, with(), 99), "file_archive_unsafe"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			is(t, test.content, "a.docx", "", test.want)
		})
	}
}

// directory gives where the directory of the archive begins, and what is its end.
func directory(t *testing.T, content []byte) (first, end int) {
	t.Helper()
	end = bytes.LastIndex(content, []byte("PK\x05\x06"))
	return int(binary.LittleEndian.Uint32(content[end+16:])), end
}

// changed gives the archive with the first record of its directory changed.
func changed(t *testing.T, content []byte, change func(record []byte)) []byte {
	t.Helper()
	content = bytes.Clone(content)
	first, _ := directory(t, content)
	change(content[first:])
	return content
}

func declaring(t *testing.T, content []byte, size uint32) []byte {
	return changed(t, content, func(record []byte) { binary.LittleEndian.PutUint32(record[24:], size) })
}

// reaching is an archive of which the first entry is said to take so many octets.
func reaching(t *testing.T, content []byte, size uint32) []byte {
	return changed(t, content, func(record []byte) { binary.LittleEndian.PutUint32(record[20:], size) })
}

func encrypted(t *testing.T, content []byte) []byte {
	return changed(t, content, func(record []byte) { record[8] |= 1 })
}

func compressedBy(t *testing.T, content []byte, method uint16) []byte {
	return changed(t, content, func(record []byte) { binary.LittleEndian.PutUint16(record[10:], method) })
}

func counted(t *testing.T, content []byte, entries uint16) []byte {
	t.Helper()
	content = bytes.Clone(content)
	_, end := directory(t, content)
	binary.LittleEndian.PutUint16(content[end+8:], entries)
	binary.LittleEndian.PutUint16(content[end+10:], entries)
	return content
}

// overlapping is an archive of which two entries of the directory lead to one
// set of octets.
func overlapping(t *testing.T) []byte {
	t.Helper()
	content := office(t, "word/document.xml", entry{name: "word/a.xml", text: "x"})
	first, end := directory(t, content)
	last := bytes.LastIndex(content[:end], []byte("PK\x01\x02"))
	again := bytes.Clone(content[last:end])
	copy(again[46:], "word/b.xml") // of the same length; the local header has the other name
	var out bytes.Buffer
	out.Write(content[:end])
	out.Write(again)
	tail := bytes.Clone(content[end:])
	for _, at := range []int{8, 10} {
		binary.LittleEndian.PutUint16(tail[at:], binary.LittleEndian.Uint16(tail[at:])+1)
	}
	binary.LittleEndian.PutUint32(tail[12:], uint32(end-first+len(again)))
	out.Write(tail)
	return out.Bytes()
}

func TestNames(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"report.pdf":               "report.pdf",
		"Übersicht 2026.PDF":       "Übersicht 2026.PDF",
		"U\u0308bersicht.pdf":      "Übersicht.pdf",
		"报告.docx":                  "报告.docx",
		"../../etc/passwd.pdf":     "passwd.pdf",
		`C:\Users\mei\report.pdf`:  "report.pdf",
		"a\x00b\r\nc\".pdf":        `abc".pdf`,
		"annual\u202efdp.exe":      "annualfdp.exe",
		"a\u2066b\u200fc.pdf":      "abc.pdf",
		" . report .pdf . ":        "report.pdf",
		"..":                       "file",
		"":                         "file",
		".pdf":                     "pdf",
		"a:b.pdf":                  "ab.pdf",
		"\xff\xfea.pdf":            "a.pdf",
		"a\u3000b.pdf":             "a b.pdf",
		"a.what is this no ending": "a.what is this no ending",
	} {
		if got := document.Name(given); got != want {
			t.Errorf("%q is called %q, want %q", given, got, want)
		}
	}
	for n := 240; n < 270; n++ {
		long := document.Name(strings.Repeat("报", n/3) + strings.Repeat("a", n%3) + ".docx")
		if len(long) > 255 || !strings.HasSuffix(long, ".docx") || strings.Contains(long, "\ufffd") {
			t.Errorf("%d octets: %s", len(long), long)
		}
		if again := document.Name(long); again != long {
			t.Errorf("%s is called %s", long, again)
		}
	}
	for name, want := range map[string]bool{"a.pdf": false, "../a.pdf": true, `a\b.pdf`: true, "..": true, ".": true, "a..pdf": false} {
		if document.HasPath(name) != want {
			t.Errorf("%s has a path: %v", name, !want)
		}
	}
}

// Whatever is sent, it is looked at in bounded time and without a panic.
func FuzzInspect(f *testing.F) {
	f.Add([]byte(aPDF))
	f.Add([]byte("PK\x03\x04PK\x05\x06" + strings.Repeat("\x00", 18)))
	for i := range 3 {
		f.Add([]byte(fmt.Sprintf("PK\x03\x04%s", strings.Repeat("PK\x01\x02", 20*i))))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if _, _, err := document.Inspect(bytes.NewReader(content), int64(len(content)), "a.docx", ""); err != nil {
			t.Error(err)
		}
	})
}
