package api_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
)

const aPDF = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

// formStart begins the bodies of forms in the tests, which all have one boundary.
const formStart = "--evidence\r\n"

// media gives the type of a body in the tests.
func media(body string) string {
	if strings.HasPrefix(body, formStart) {
		return "multipart/form-data; boundary=evidence"
	}
	return "application/json"
}

// filePart is a file in a form, as it comes from a browser.
func filePart(name, media, content string) string {
	head := fmt.Sprintf("%sContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n", formStart, name)
	if media != "" {
		head += "Content-Type: " + media + "\r\n"
	}
	return head + "\r\n" + content + "\r\n"
}

// texts are fields of a form, in pairs.
func texts(pairs ...string) string {
	var all strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&all, "%sContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", formStart, pairs[i], pairs[i+1])
	}
	return all.String()
}

// form is a whole body of parts.
func form(parts ...string) string { return strings.Join(parts, "") + "--evidence--\r\n" }

// upload is a form with a file alone.
func upload(name, media, content string) string { return form(filePart(name, media, content)) }

// packed is an archive of entries in pairs of name and content.
func packed(pairs ...string) string {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(pairs); i += 2 {
		if entry, err := w.Create(pairs[i]); err == nil {
			_, _ = entry.Write([]byte(pairs[i+1]))
		}
	}
	_ = w.Close()
	return out.String()
}

// docx is a Word document with further entries.
func docx(more ...string) string {
	return packed(append([]string{"[Content_Types].xml", "<Types/>", "_rels/.rels", "<x/>", "word/document.xml", "<x/>"}, more...)...)
}

const (
	toWritten  = "POST /api/v1/reports/{written}/evidence"
	filesOf    = "POST /api/v1/reports/{written}/evidence/files"
	anEvidence = `{"url":"https://example.org/a"}`
)

// attacks are files that are refused. A file that is what it says and does
// something else too is taken, and is given out so that nothing in it runs.
var attacks = []badInput{
	{"HTML named .pdf", "own editor", filesOf, upload("a.pdf", "application/pdf", "<!DOCTYPE html><script>alert(1)</script>"), nil, 422, "invalid", "/file file_type_mismatch"},
	{"HTML before a PDF", "own editor", filesOf, upload("a.pdf", "application/pdf", "<script>alert(1)</script>"+aPDF), nil, 422, "invalid", "/file file_type_mismatch"},
	{"SVG with script named .png", "own editor", filesOf, upload("a.png", "image/png", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), nil, 422, "invalid", "/file file_type_mismatch"},
	{"SVG with script", "own editor", filesOf, upload("a.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), nil, 422, "invalid", "/file file_type_refused"},
	{"a PDF declared as HTML", "own editor", filesOf, upload("a.pdf", "text/html", aPDF), nil, 422, "invalid", "/file file_type_mismatch"},
	{"a PDF named .html", "own editor", filesOf, upload("a.html", "application/pdf", aPDF), nil, 422, "invalid", "/file file_type_mismatch"},
	{"a program", "own editor", filesOf, upload("a.exe", "", "MZ\x90\x00\x03"), nil, 422, "invalid", "/file file_type_refused"},
	{"an archive that is no document", "own editor", filesOf, upload("a.docx", "", packed("a.txt", "x")), nil, 422, "invalid", "/file file_type_mismatch"},
	{"a bomb", "own editor", filesOf, upload("a.docx", "", "{a bomb}"), nil, 422, "invalid", "/file file_archive_bomb"},
	{"an entry that strays", "own editor", filesOf, upload("a.docx", "", docx("../../etc/passwd", "x")), nil, 422, "invalid", "/file file_archive_unsafe"},
	{"macros", "own editor", filesOf, upload("a.docm", "", docx("word/vbaProject.bin", "x")), nil, 422, "invalid", "/file file_macros"},
	{"half an archive", "own editor", filesOf, upload("a.docx", "", docx()[:120]), nil, 422, "invalid", "/file file_broken"},
	{"a path as a name", "own editor", filesOf, upload("../../../etc/cron.d/a.pdf", "application/pdf", aPDF), nil, 422, "invalid", "/file file_name_path"},
	{"a path of Windows as a name", "own editor", filesOf, upload(`..\\..\\a.pdf`, "application/pdf", aPDF), nil, 422, "invalid", "/file file_name_path"},
	{"a name of dots", "own editor", filesOf, upload("..", "application/pdf", aPDF), nil, 422, "invalid", "/file file_name_path"},
	{"a name that reads backwards", "own editor", filesOf, upload("gpj.\u202efdp.exe", "application/pdf", aPDF), nil, 422, "invalid", "/file file_type_mismatch"},
	{"an empty file", "own editor", filesOf, upload("a.pdf", "application/pdf", ""), nil, 422, "invalid", "/file file_empty"},
	{"a form without its end", "own editor", filesOf, filePart("a.pdf", "application/pdf", aPDF), nil, 400, "body_unreadable", ""},
	{"half a file", "own editor", filesOf, strings.TrimSuffix(filePart("a.pdf", "application/pdf", aPDF), "%EOF\n\r\n"), nil, 400, "body_unreadable", ""},
	{"27 MB that are said to be", "own editor", filesOf, upload("a.pdf", "application/pdf", aPDF) + "{27 MB}", nil, 413, "body_too_large", ""},
	{"two files", "own editor", filesOf, form(filePart("a.pdf", "", aPDF), filePart("b.pdf", "", aPDF)), nil, 400, "duplicate_key", "/file duplicate_key"},
}

var badEvidence = []badInput{
	{"a form in JSON", "own editor", filesOf, anEvidence, nil, 415, "media_type", ""},
	{"a form without a boundary", "own editor", filesOf, upload("a.pdf", "", aPDF), []string{"Content-Type", "multipart/form-data"}, 415, "media_type", ""},
	{"a packed form", "own editor", filesOf, upload("a.pdf", "", aPDF), []string{"Content-Encoding", "gzip"}, 415, "content_encoding", ""},
	{"a form without a file", "own editor", filesOf, form(texts("title", "t")), nil, 422, "invalid", "/file required"},
	{"a form of nothing", "own editor", filesOf, form(), []string{"Content-Type", media(formStart)}, 422, "invalid", "/file required"},
	{
		"faults in every field", "own editor", filesOf, form(filePart("a.pdf", "", "text"), texts("title", "{401 letters}", "page", "1\u202e", "digest", "x", "claim", "", "quote", "{2001 letters}")), nil,
		422, "invalid", "/digest unknown_field, /quote too_long, /title too_long, /file file_type_mismatch, /page invalid_characters",
	},
	{"NUL in a field", "own editor", filesOf, form(texts("title", "a\x00b")), nil, 400, "nul_character", "/title nul_character"},
	{"a field that is not UTF-8", "own editor", filesOf, form(texts("title", "\xff")), nil, 400, "body_not_utf8", ""},
	{"a field twice", "own editor", filesOf, form(texts("title", "a", "title", "b")), nil, 400, "duplicate_key", "/title duplicate_key"},
	{"a field of a megabyte", "own editor", filesOf, form(texts("title", "{1 MB}")), nil, 413, "body_too_large", ""},
	{"a part without a name", "own editor", filesOf, formStart + "Content-Type: text/plain\r\n\r\nx\r\n" + form(), nil, 400, "parts_malformed", ""},
	{"a packed part", "own editor", filesOf, formStart + "Content-Disposition: form-data; name=\"title\"\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==\r\n" + form(), nil, 400, "parts_malformed", ""},
	{"parts without end", "own editor", filesOf, form(texts(strings.Fields(strings.Repeat("a 1 b 1 c 1 d 1 e 1 f 1 g 1 h 1 i 1 j 1 k 1 l 1 m 1 n 1 o 1 p 1 q 1 r 1 s 1 t 1 u 1", 1))...)), nil, 400, "parts_malformed", ""},
	{"a megabyte before the file", "own editor", filesOf, form(formStart+"Content-Disposition: form-data; name=\"title\"\r\nX: {1 MB}\r\n\r\nt\r\n", filePart("a.pdf", "", aPDF)), nil, 413, "body_too_large", ""},
	{"a megabyte after the file", "own editor", filesOf, filePart("a.pdf", "", aPDF) + form(texts("title", "{1 MB}")), nil, 413, "body_too_large", ""},
	{"a part with a long name", "own editor", filesOf, form(texts(strings.Repeat("a", 101), "x")), nil, 400, "parts_malformed", ""},
	{"a form without a file by an analyst", "analyst", filesOf, form(texts("title", "t")), nil, 403, "forbidden", ""},
	{"a form without a file by nobody", "", filesOf, form(texts("title", "t")), nil, 401, "unauthenticated", ""},
	{"a form without end by nobody", "", filesOf, form(texts("title", "{1 MB}")), nil, 401, "unauthenticated", ""},
	{"a form without a file for another's draft", "another's editor", filesOf, form(texts("title", "t")), nil, 404, "not_found", ""},
	{"a file for another's draft", "another's editor", filesOf, upload("a.pdf", "", aPDF), nil, 404, "not_found", ""},
	{"a file for nothing", "own editor", "POST /api/v1/reports/{none}/evidence/files", upload("a.pdf", "", aPDF), nil, 404, "not_found", ""},
	{"a file for what is accepted", "own editor", "POST /api/v1/reports/{accepted}/evidence/files", upload("a.pdf", "", aPDF), nil, 409, "report_state", ""},
	{"a file for another's", "another's editor", "POST /api/v1/reports/{accepted}/evidence/files", upload("a.pdf", "", aPDF), nil, 403, "not_your_member", ""},
	{"a file by an analyst", "analyst", filesOf, upload("a.pdf", "", aPDF), nil, 403, "forbidden", ""},
	{"a file by nobody", "", filesOf, upload("a.pdf", "", aPDF), nil, 401, "unauthenticated", ""},

	{"a link to nowhere", "own editor", toWritten, `{}`, nil, 422, "invalid", "/url required"},
	{"a link that is a program", "own editor", toWritten, `{"url":"javascript:alert(1)"}`, nil, 422, "invalid", "/url not_a_web_address"},
	{"a link to a file", "own editor", toWritten, `{"url":"file:///etc/passwd"}`, nil, 422, "invalid", "/url not_a_web_address"},
	{"a link with a password", "own editor", toWritten, `{"url":"https://mei:secret@example.org/"}`, nil, 422, "invalid", "/url url_with_credentials"},
	{"a link too long", "own editor", toWritten, `{"url":"https://example.org/{2001 letters}"}`, nil, 422, "invalid", "/url too_long"},
	{"a link with what the register says", "own editor", toWritten, `{"url":"https://example.org/","cycle":2020,"submitted":true,"file":{"sha256":"x"},"title":""}`, nil, 422, "invalid", "/cycle unknown_field, /file unknown_field, /submitted unknown_field, /title too_short"},
	{"a link for what is accepted", "own editor", "POST /api/v1/reports/{accepted}/evidence", anEvidence, nil, 409, "report_state", ""},
	{"a link for another's", "another's editor", "POST /api/v1/reports/{accepted}/evidence", anEvidence, nil, 403, "not_your_member", ""},
	{"a link for nothing", "own editor", "POST /api/v1/reports/{none}/evidence", anEvidence, nil, 404, "not_found", ""},
	{"the evidence of nothing", "", "GET /api/v1/reports/{none}/evidence", "", nil, 404, "not_found", ""},
	{"the evidence of another's draft", "another's approver", "GET /api/v1/reports/{written}/evidence", "", nil, 404, "not_found", ""},

	{"another's evidence", "another's editor", "GET /api/v1/evidence/{drafted evidence}", "", nil, 404, "not_found", ""},
	{"the file of another's evidence", "another's editor", "GET /api/v1/evidence/{drafted evidence}/content", "", nil, 404, "not_found", ""},
	{"the file of a link", "own editor", "GET /api/v1/evidence/{link}/content", "", nil, 404, "not_found", ""},
	{"a patch of nothing", "own editor", "PATCH /api/v1/evidence/{none}", `{"title":"t"}`, []string{"If-Match", "*"}, 404, "not_found", ""},
	{"a patch of what stays", "own editor", "PATCH /api/v1/evidence/{drafted evidence}", `{"url":"https://example.org/","file":{"name":"b.pdf"},"title":""}`, []string{"If-Match", "*"}, 422, "invalid", "/file unknown_field, /title too_short, /url unknown_field"},
	{"a patch without a version", "own editor", "PATCH /api/v1/evidence/{drafted evidence}", `{"title":"t"}`, nil, 428, "if_match_required", ""},
	{"a patch of another version", "own editor", "PATCH /api/v1/evidence/{drafted evidence}", `{"title":"t"}`, []string{"If-Match", `"9"`}, 412, "stale", ""},
	{"a patch of what is accepted", "own editor", "PATCH /api/v1/evidence/{evidence}", `{"title":"t"}`, []string{"If-Match", "*"}, 409, "report_state", ""},
	{"a removal of what is accepted", "own editor", "DELETE /api/v1/evidence/{evidence}", "", []string{"If-Match", "*"}, 409, "report_state", ""},
	{"a removal of another's", "another's editor", "DELETE /api/v1/evidence/{evidence}", "", []string{"If-Match", "*"}, 403, "not_your_member", ""},
	{"a removal of nothing", "own editor", "DELETE /api/v1/evidence/{none}", "", []string{"If-Match", "*"}, 404, "not_found", ""},
}
