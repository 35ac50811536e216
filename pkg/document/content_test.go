package document_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"accord/pkg/document"
)

// What an entry says of itself is not believed.
func TestEntriesThatLieAreRefused(t *testing.T) {
	t.Parallel()
	of := func(text string) []byte {
		return archive(t, entry{name: "[Content_Types].xml", text: text}, entry{name: "_rels/.rels", text: "<x/>"}, entry{name: "word/document.xml", text: "<x/>"})
	}
	zeros := strings.Repeat("\x00", 1<<20)
	is(t, declaring(t, of(zeros), 100), "a.docx", "", "file_broken")
	is(t, declaring(t, of(zeros), 2<<20), "a.docx", "", "file_broken")
	is(t, changed(t, of("<Types/>"), func(record []byte) { record[16] ^= 1 }), "a.docx", "", "file_broken") // its checksum
}

func TestMacrosAndTemplatesAreToldByWhatADocumentSays(t *testing.T) {
	t.Parallel()
	const template = `<Relationships><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="https://example.org/a.dotm" TargetMode="External"/></Relationships>`
	word := func(types string, more ...entry) []byte {
		return archive(t, append([]entry{{name: "[Content_Types].xml", text: types}, {name: "_rels/.rels", text: "<x/>"}, {name: "word/document.xml", text: "<x/>"}}, more...)...)
	}
	settings := func(text string) []byte {
		return word("<Types/>", entry{name: "word/_rels/settings.xml.rels", text: text})
	}
	var wide strings.Builder
	for _, c := range "<Override ContentType=\"application/vnd.ms-office.vbaProject\"/>" {
		wide.WriteRune(c)
		wide.WriteByte(0)
	}
	for what, test := range map[string]struct {
		content []byte
		want    string
	}{
		"macros enabled":               {word(`<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>`), "file_macros"},
		"macros of another name":       {word(`<Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vbaProject"/>`, entry{name: "word/x.bin"}), "file_macros"},
		"macro sheets":                 {word(`<Override ContentType="application/vnd.ms-excel.macrosheet+xml"/>`), "file_macros"},
		"macros in UTF-16":             {word("\xff\xfe" + wide.String()), "file_macros"},
		"entities of a part":           {word("", entry{name: "word/comments.xml", text: `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`}), "file_archive_unsafe"},
		"entities late in a part":      {word("", entry{name: "word/comments.xml", text: "<!--" + strings.Repeat("-", 32<<10-8) + "--><!DocType x><x/>"}), "file_archive_unsafe"},
		"entities of relations":        {word("", entry{name: "word/_rels/comments.xml.rels", text: "<\x00!\x00D\x00O\x00C\x00T\x00Y\x00P\x00E\x00 x>"}), "file_archive_unsafe"},
		"a template that is elsewhere": {settings(template), "file_template"},
		"a template on a share":        {settings(strings.ReplaceAll(template, "https://example.org/a.dotm", `file:///\\host\share\a.dotx`)), "file_template"},
		"a template on a host":         {settings(strings.ReplaceAll(template, "https://example.org/a.dotm", `\\host\share\a.dotx`)), "file_template"},
		"types in numbers":             {word(`<Override ContentType="application/vnd.ms-word.document.macro&#x45;nabled.main+xml"/>`), "file_macros"},
		"types by entities":            {word(`<!DOCTYPE x [<!ENTITY a "macroEnabled">]><Override ContentType="&a;"/>`), "file_archive_unsafe"},
		"types without end":            {word(strings.Repeat("<Default/>", 1<<17)), "file_broken"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			is(t, test.content, "a.docx", "", test.want)
		})
	}
	encrypted := archive(t, entry{name: "mimetype", text: string(document.ODT), store: true}, entry{name: "content.xml", text: "x"},
		entry{name: "META-INF/manifest.xml", text: `<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>`})
	is(t, encrypted, "a.odt", "", "file_encrypted")
	for name, content := range map[string][]byte{
		"a template of one's own": settings(strings.ReplaceAll(template, ` TargetMode="External"`, "")),
		"a template on the disk":  settings(strings.ReplaceAll(template, "https://example.org/a.dotm", `file:///C:\Users\mei\a.dotx`)),
		"a page among the media":  word("", entry{name: "word/media/a.html", text: "<!DOCTYPE html>"}),
		"a link that is outside":  settings(strings.ReplaceAll(template, "attachedTemplate", "hyperlink")),
	} {
		if _, faults, err := document.Inspect(bytes.NewReader(content), int64(len(content)), "a.docx", ""); err != nil || len(faults) > 0 {
			t.Errorf("%s: %v, %v", name, faults, err)
		}
	}
}

// A file of the largest that all entries together may unpack to takes a second
// or two at most.
func TestUnpackingIsBounded(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		return // it unpacks 250 MiB; the long form does
	}
	part := strings.Repeat("\x00", 10<<20)
	var parts []entry
	for n := range 24 {
		parts = append(parts, entry{name: "word/media/" + string(rune('a'+n)), text: part})
	}
	content := office(t, "word/document.xml", parts...)
	start := time.Now()
	if _, faults, err := document.Inspect(bytes.NewReader(content), int64(len(content)), "a.docx", ""); err != nil || len(faults) > 0 {
		t.Errorf("%v, %v", faults, err)
	}
	if taken := time.Since(start); taken > 20*time.Second {
		t.Errorf("it took %v", taken)
	}
}
