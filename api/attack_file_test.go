package api_test

import (
	"errors"
	"mime"
	"net"
	"net/http"
	"strings"
)

// uploading is a file that is refused as evidence.
func uploading(name, file, content, fault string) badInput {
	return badInput{name, "own editor", filesOf, upload(file, "", content), nil, 422, "invalid", "/file " + fault}
}

// xlsx is a workbook with further entries.
func xlsx(more ...string) string {
	return packed(append([]string{"[Content_Types].xml", "<Types/>", "_rels/.rels", "<x/>", "xl/workbook.xml", "<x/>"}, more...)...)
}

// What a spreadsheet, a page and a header would take for more than text.
var (
	formulas = []string{"=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1"}
	scripts  = []string{`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `[a](javascript:alert(1))`, `"><svg/onload=alert(1)>`}
)

var fileAttacks = []attack{
	{line: 61, name: "a bomb in a workbook", tries: func(s *siege) {
		s.refused(uploading("zeros", "a.xlsx", xlsx("xl/worksheets/sheet1.xml", strings.Repeat("\x00", 11<<20)), "file_archive_bomb"))
	}},
	{line: 62, name: "a workbook with entities or links to elsewhere", tries: func(s *siege) {
		s.refused(uploading("an entity", "a.xlsx", xlsx("xl/sharedStrings.xml", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst>&e;</sst>`), "file_archive_unsafe"))
		s.followsNothing(func(address string) {
			links := `<Relationships><Relationship Id="r1" TargetMode="External" Target="http://` + address + `/a.xlsx"/></Relationships>`
			s.is(s.asked("own editor", "POST", "/api/v1/reports/{written}/evidence/files", upload("links.xlsx", "", xlsx("xl/externalLinks/_rels/externalLink1.xml.rels", links))), http.StatusCreated)
		})
	}},
	{line: 63, name: "an entry that leaves the archive", asks: []badInput{
		uploading("upwards", "a.docx", docx("../../etc/passwd", "x"), "file_archive_unsafe"), uploading("from the root", "a.docx", docx("/etc/passwd", "x"), "file_archive_unsafe"),
		uploading("of Windows", "a.docx", docx(`..\..\a.exe`, "x"), "file_archive_unsafe"), uploading("as a name", `../../../a.pdf`, aPDF, "file_name_path"),
	}},
	{line: 64, name: "a file that is two things", asks: []badInput{
		uploading("HTML named .pdf", "a.pdf", "<!DOCTYPE html><script>alert(1)</script>", "file_type_mismatch"), uploading("HTML before a PDF", "a.pdf", "<script>alert(1)</script>"+aPDF, "file_type_mismatch"),
		uploading("SVG with script", "a.svg", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "file_type_refused"),
		uploading("SVG named .png", "a.png", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "file_type_mismatch"),
	}, tries: func(s *siege) {
		r := s.uploaded("both.pdf", aPDF+"<script>alert(1)</script>")
		if !strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment") || r.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(r.header.Get("Content-Security-Policy"), "sandbox") {
			s.t.Errorf("given out as %v", r.header)
		}
	}},
	{line: 65, name: "formulas in what is given out", tries: func(s *siege) {
		s.changes("contact")
		for _, formula := range formulas {
			text := strings.NewReplacer("\t", `\t`, "\r", `\r`).Replace(formula)
			r := s.asked("own editor", "POST", memberAt(s.discreet)+"/contacts", `{"name":"`+text+`","phone":"+86 755 1234567"}`)
			if r.status != http.StatusCreated && r.status != http.StatusUnprocessableEntity {
				s.t.Errorf("%q: %d %s", formula, r.status, r.text)
			}
		}
		// Nothing is given out in a form that computes: there is JSON alone, and files as they came.
		for _, accept := range []string{"text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/html"} {
			r := s.is(s.asked("own editor", "GET", memberAt(s.discreet)+"/contacts", "", "Accept", accept), http.StatusOK)
			if !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") || r.header.Get("X-Content-Type-Options") != "nosniff" {
				s.t.Errorf("as %s: %v", accept, r.header)
			}
		}
		for _, ending := range []string{".csv", ".xlsx", "?format=csv"} {
			if r := s.asked("own editor", "GET", memberAt(s.discreet)+"/contacts"+ending, ""); r.status < 400 {
				s.t.Errorf("%s: %s", ending, r.plain())
			}
		}
	}},
	{line: 66, name: "script in a profile, an address and a file's name", tries: (*siege).scripts, asks: []badInput{
		{"a website", "staff", "POST /api/v1/members", `{"name":"a","kind":"other","website":"javascript:alert(1)"}`, nil, 422, "invalid", "/website wrong_format"},
		{"a website of data", "own approver", "PATCH /api/v1/members/1", `{"website":"data:text/html,<script>alert(1)</script>"}`, []string{"If-Match", "*"}, 422, "invalid", "/website wrong_format"},
		{"a link", "own editor", toWritten, `{"url":"javascript:alert(1)","title":"t"}`, nil, 422, "invalid", "/url not_a_web_address"},
	}},
	{line: 67, name: "a header in a file's name", tries: func(s *siege) {
		for _, name := range []string{`a%0d%0aSet-Cookie: x=1.pdf`, `a; filename=b.html.pdf`, `a\"; filename=\"b.html.pdf`, "a\u202e.pdf", "名单.pdf"} {
			r := s.uploaded(name, aPDF)
			kind, said, err := mime.ParseMediaType(r.header.Get("Content-Disposition"))
			if err != nil || kind != "attachment" || !strings.HasSuffix(said["filename"], ".pdf") || len(said) != 1 || r.header.Get("Set-Cookie") != "" || strings.Contains(said["filename"], "\u202e") {
				s.t.Errorf("%q is given out as %v: %v", name, r.header, err)
			}
		}
	}},
}

// uploaded hands in a file as evidence and gives the answer with which it is given out.
func (s *siege) uploaded(name, content string) reply {
	s.t.Helper()
	s.changes("evidence", "evidence_draft", "evidence_blob", "report", "report_draft")
	made := s.is(s.asked("own editor", "POST", "/api/v1/reports/{written}/evidence/files", upload(name, "", content)), http.StatusCreated)
	return s.is(s.asked("own editor", "GET", made.header.Get("Location")+"/content", ""), http.StatusOK)
}

// followsNothing fails when somebody comes to the address while something is tried with it.
func (s *siege) followsNothing(try func(address string)) {
	s.t.Helper()
	s.changes("evidence", "evidence_draft", "evidence_blob", "report", "report_draft")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	came := make(chan error, 1)
	go func() {
		_, err := listener.Accept()
		came <- err
	}()
	try(listener.Addr().String())
	_ = listener.Close()
	if err := <-came; !errors.Is(err, net.ErrClosed) {
		s.t.Errorf("somebody came: %v", err)
	}
}

// scripts puts script wherever there is text: it is given out as text, or as
// HTML in which nothing of it is left.
func (s *siege) scripts() {
	s.changes("report", "report_draft")
	for _, script := range scripts {
		quoted := strings.ReplaceAll(script, `"`, `\"`)
		r := s.is(s.asked("own approver", "PATCH", memberAt(s.discreet), `{"description":"`+quoted+`"}`, "If-Match", "*"), http.StatusOK)
		if !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") || r.header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(r.header.Get("Content-Security-Policy"), "default-src 'none'") {
			s.t.Errorf("given out as %v", r.header)
		}
		s.is(s.asked("own editor", "PATCH", "/api/v1/reports/{written}", `{"narrative":"`+quoted+`"}`, "If-Match", "*"), http.StatusOK)
		read := s.is(s.asked("own editor", "GET", "/api/v1/reports/{written}", ""), http.StatusOK).text
		_, html, found := strings.Cut(read, `"narrative_html":"`)
		html, _, _ = strings.Cut(html, `",`)
		for _, live := range []string{"<script", "<img", "<svg", "href"} {
			if !found || strings.Contains(html, live) {
				s.t.Errorf("%s is rendered as %s", script, html)
			}
		}
	}
}
