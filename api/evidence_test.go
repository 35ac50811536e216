package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/ident"
)

// reported is a house with a report that its member writes, and their tokens.
func reported(t *testing.T) (*teller, string) {
	t.Helper()
	return reportedTo(t, newHouse(t))
}

func reportedTo(t *testing.T, h *house) (*teller, string) {
	t.Helper()
	number := h.Member(t, "Jollychic")
	s := &teller{house: h, t: t, tokens: map[string]string{
		"staff": h.staff(t), "editor": h.token(t, access.RoleMember, number, access.Editor), "approver": h.token(t, access.RoleMember, number, access.Approver),
		"another's": h.token(t, access.RoleMember, h.Member(t, "Alibaba"), access.Approver), "analyst": h.token(t, access.RoleAnalyst, 0, ""),
	}}
	s.made("staff", "/api/v1/indicators", anIndicator("people_trained"))
	promise, _ := s.made("staff", memberAt(number)+"/commitments", measuredCommitment)
	s.tell("staff", "POST", promise+"/submit", "", http.StatusOK)
	s.tell("staff", "POST", promise+"/register", "", http.StatusOK)
	s.made("staff", "/api/v1/cycles", `{"year":2026,"due_on":"2026-12-15"}`)
	report, _ := s.made("editor", promise+"/reports", `{"cycle":2026}`)
	s.tell("editor", "PATCH", report, wholeProgress, http.StatusOK, "If-Match", "*")
	return s, report
}

// get asks for a file, and gives the answer as it came.
func (s *teller) get(who, target string, headers ...string) reply {
	w := &world{teller: s}
	return w.send(who, "GET", target, "", headers...)
}

func TestAFileIsGivenOutSoThatNothingInItRuns(t *testing.T) {
	t.Parallel()
	s, report := reported(t)
	const polyglot = aPDF + "<script>alert(1)</script>" // which some would show as a page
	for name, want := range map[string]string{
		"report.pdf":                `attachment; filename=report.pdf`,
		"名单.pdf":                    `attachment; filename=__.pdf; filename*=UTF-8''%E5%90%8D%E5%8D%95.pdf`,
		"a b.pdf":                   `attachment; filename="a b.pdf"`,
		"a%22%0d%0aSet-Cookie.pdf":  `attachment; filename=a_22_0d_0aSet-Cookie.pdf; filename*=UTF-8''a%2522%250d%250aSet-Cookie.pdf`,
		"a;filename=b.exe;.pdf":     `attachment; filename="a_filename=b.exe_.pdf"; filename*=UTF-8''a%3Bfilename%3Db.exe%3B.pdf`,
		"exe.\u202efdp.\u200f1.pdf": `attachment; filename=exe.fdp.1.pdf`,
	} {
		file, _ := s.made("editor", report+"/evidence/files", upload(name, "application/pdf", polyglot))
		got := s.get("editor", file+"/content")
		for header, value := range map[string]string{
			"Content-Type": "application/pdf", "Content-Disposition": want, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "private, no-cache", "Content-Length": strconv.Itoa(len(polyglot)),
		} {
			if got.header.Get(header) != value {
				t.Errorf("%q: %s is %q, want %q", name, header, got.header.Get(header), value)
			}
		}
		if _, params, err := mime.ParseMediaType(got.header.Get("Content-Disposition")); err != nil || strings.ContainsAny(params["filename"], "\r\n\"/\\\u202e\u200f") {
			t.Errorf("%q is read as %q, %v", name, params, err)
		}
		sum := sha256.Sum256([]byte(polyglot))
		if got.status != http.StatusOK || got.text != polyglot || got.header.Get("ETag") != `"`+hex.EncodeToString(sum[:])+`"` || got.header.Get("Set-Cookie") != "" {
			t.Errorf("%q: %s", name, got.plain())
		}
	}
	var kept int
	if err := s.DB.Get(t.Context(), &kept, `select count(*) from evidence_blob`); err != nil || kept != 1 {
		t.Errorf("one content is kept %d times, %v", kept, err)
	}
}

func TestAFileIsReadInParts(t *testing.T) {
	t.Parallel()
	s, report := reported(t)
	file, _ := s.made("editor", report+"/evidence/files", upload("a.pdf", "", aPDF))
	at, n := file+"/content", len(aPDF)
	for asked, want := range map[string]string{
		"bytes=0-3": aPDF[:4], "bytes=5-": aPDF[5:], "bytes=-6": aPDF[n-6:], fmt.Sprintf("bytes=%d-%d", n-1, n+99): aPDF[n-1:],
	} {
		if a := s.get("editor", at, "Range", asked); a.status != http.StatusPartialContent || a.text != want {
			t.Errorf("%s: %s", asked, a.plain())
		}
	}
	for _, asked := range []string{"bytes=0-1,3-4", fmt.Sprintf("bytes=%d-", n), "bytes=4-3", "bytes=-0", "bytes=x-", "octets=0-1", "bytes=-", "bytes=99999999999999999999-"} {
		if a := s.get("editor", at, "Range", asked); a.status != http.StatusOK || a.text != aPDF {
			t.Errorf("%s: %s", asked, a.plain())
		}
	}
	tag := s.get("editor", at).header.Get("ETag")
	for held, status := range map[string]int{tag: http.StatusPartialContent, `"other"`: http.StatusOK} {
		if a := s.get("editor", at, "Range", "bytes=0-3", "If-Range", held); a.status != status {
			t.Errorf("If-Range %s: %s", held, a.plain())
		}
	}
	if a := s.get("editor", at, "If-Match", `"other"`, "If-Unmodified-Since", "Mon, 02 Jan 2006 15:04:05 GMT"); a.status != http.StatusOK {
		t.Errorf("conditions that no other read has: %s", a.plain())
	}
	if a := s.get("editor", at, "If-None-Match", tag); a.status != http.StatusNotModified || a.text != "" {
		t.Errorf("held already: %s", a.plain())
	}
}

// Evidence is seen as its report is, by every address that leads to it.
func TestEvidenceIsSeenAsItsReportIs(t *testing.T) {
	t.Parallel()
	s, report := reported(t)
	file, _ := s.made("editor", report+"/evidence/files", form(filePart("a.pdf", "", aPDF), texts("title", "First")))
	see := func(state string, who map[string]int) {
		t.Helper()
		for name, status := range who {
			for _, at := range []string{report, report + "/evidence", file, file + "/content"} {
				if a := s.get(name, at); a.status != status {
					t.Errorf("%s, %s as %q: %d", state, at, name, a.status)
				}
			}
			other := s.get(name, "/api/v1/evidence/"+string(ident.New[ident.Evidence]())+"/content")
			if a := s.get(name, file+"/content"); status == http.StatusNotFound && a.plain() != other.plain() {
				t.Errorf("%s as %q: %s\nwhat is not: %s", state, name, a.plain(), other.plain())
			}
		}
	}
	const yes, no = http.StatusOK, http.StatusNotFound
	hidden := map[string]int{"staff": yes, "editor": yes, "approver": yes, "another's": no, "analyst": no, "": no}
	see("as a draft", hidden)
	s.tell("approver", "POST", report+"/submit", "", http.StatusOK)
	see("submitted", hidden)
	s.tell("editor", "PATCH", file, `{"title":"Second"}`, http.StatusOK, "If-Match", "*")
	s.tell("staff", "POST", report+"/review", `{"decision":"returned","reason":"r"}`, http.StatusOK)
	see("returned", hidden)
	if a := s.tell("staff", "GET", file, "", http.StatusOK); a.field("title") != "First" || a.body["submitted"] != true || fmt.Sprint(a.body["draft"]) != "map[title:Second]" {
		t.Errorf("the reviewer reads %s", a.text)
	}
	s.tell("approver", "POST", report+"/submit", "", http.StatusOK)
	s.tell("staff", "POST", report+"/review", `{"decision":"accepted","completion":"limited"}`, http.StatusOK)
	see("accepted", map[string]int{"staff": yes, "editor": yes, "approver": yes, "another's": yes, "analyst": yes, "": yes})
	if a := s.tell("", "GET", report, "", http.StatusOK); !strings.Contains(a.text, `"title":"Second"`) || !strings.Contains(a.text, `"sha256":"`) {
		t.Errorf("everybody reads %s", a.text)
	}
}

// The register says where a link leads, and never goes there.
func TestLinksAreNeverFollowed(t *testing.T) {
	t.Parallel()
	s, report := reported(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan error, 1)
	go func() {
		_, err := listener.Accept()
		came <- err
	}()
	link, _ := s.made("editor", report+"/evidence", fmt.Sprintf(`{"url":"http://%s/latest/meta-data","title":"t"}`, listener.Addr()))
	for _, at := range []string{link, report, report + "/evidence"} {
		s.tell("staff", "GET", at, "", http.StatusOK)
	}
	s.tell("staff", "GET", link+"/content", "", http.StatusNotFound)
	s.tell("approver", "POST", report+"/submit", "", http.StatusOK)
	s.tell("staff", "POST", report+"/review", `{"decision":"accepted","completion":"limited"}`, http.StatusOK)
	s.CatchUp(t)
	_ = listener.Close()
	if err := <-came; !errors.Is(err, net.ErrClosed) {
		t.Errorf("somebody came: %v", err)
	}
}

// A file is streamed from a real connection: one that is an octet too large is
// refused when that octet comes, one that breaks off is not kept, and the largest
// goes through.
func TestLargeFilesOverARealConnection(t *testing.T) {
	t.Parallel()
	s, report := reported(t)
	server := httptest.NewServer(s.server.Handler())
	t.Cleanup(server.Close)
	send := func(size int64, chunked, whole bool) (int, string) {
		t.Helper()
		head, tail := filePart("a.pdf", "application/pdf", "%PDF-"), "\r\n--evidence--\r\n"
		head = strings.TrimSuffix(head, "\r\n")
		body := io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, size-5), strings.NewReader(tail))
		length := int64(len(head)+len(tail)) + size - 5
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if !whole {
			body = io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, size/2), failing{})
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+report+"/evidence/files", io.NopCloser(body))
		if err != nil {
			t.Fatal(err)
		}
		if request.ContentLength = length; chunked {
			request.ContentLength = -1
		}
		request.Header.Set("Content-Type", media(formStart))
		request.Header.Set("Authorization", "Bearer "+s.tokens["editor"])
		answer, err := server.Client().Do(request)
		if err != nil {
			return 0, err.Error()
		}
		defer func() { _ = answer.Body.Close() }()
		text, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(text)
	}
	for _, chunked := range []bool{false, true} {
		if status, text := send(25<<20+1, chunked, true); status != http.StatusRequestEntityTooLarge || !strings.Contains(text, "file_too_large") {
			t.Errorf("25 MiB and an octet: %d %s", status, text)
		}
	}
	if status, _ := send(1<<20, false, false); status != 0 {
		t.Errorf("half a file: %d", status)
	}
	if list := s.tell("editor", "GET", report+"/evidence", "", http.StatusOK).items(); len(list) > 0 {
		t.Errorf("it is evidence: %v", list)
	}
	status, text := send(25<<20, true, true)
	if status != http.StatusCreated {
		t.Fatalf("25 MiB: %d %s", status, text)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the client is gone") }

// The key of an upload is of the file and of what is said of it, however the
// form is built.
func TestAKeyIsOfTheFileAndItsWords(t *testing.T) {
	t.Parallel()
	s, report := reported(t)
	at := report + "/evidence/files"
	first := s.tell("editor", "POST", at, form(texts("title", "t"), filePart("a.pdf", "application/pdf", aPDF)), http.StatusCreated, "Idempotency-Key", "k")
	again := s.tell("editor", "POST", at, form(filePart("a.pdf", "application/pdf", aPDF), texts("title", "t", "claim", "")), http.StatusCreated, "Idempotency-Key", "k")
	if first.text != again.text {
		t.Errorf("first %s\nagain %s", first.text, again.text)
	}
	for _, other := range []string{
		form(filePart("a.pdf", "application/pdf", aPDF)), form(filePart("a.pdf", "application/pdf", aPDF+"x"), texts("title", "t")),
		form(filePart("b.pdf", "application/pdf", aPDF), texts("title", "t")), form(filePart("a.pdf", "", aPDF), texts("title", "t")),
	} {
		s.tell("editor", "POST", at, other, http.StatusUnprocessableEntity, "Idempotency-Key", "k")
	}
	s.tell("approver", "POST", report+"/submit", "", http.StatusOK)
	s.tell("staff", "POST", report+"/review", `{"decision":"accepted","completion":"limited"}`, http.StatusOK)
	late := s.tell("editor", "POST", at, form(filePart("a.pdf", "application/pdf", aPDF), texts("title", "t")), http.StatusCreated, "Idempotency-Key", "k")
	if late.field("id") != first.field("id") {
		t.Errorf("after it was accepted: %s", late.text)
	}
	if list := s.tell("editor", "GET", report+"/evidence", "", http.StatusOK).items(); len(list) != 1 {
		t.Errorf("there are %d", len(list))
	}
}

// What is no part of a file's name in one form is none in any.
func TestNamesOfFilesAreMadeHarmless(t *testing.T) {
	t.Parallel()
	s, report := reported(t)
	for name, want := range map[string]string{
		"A\u0308.pdf": "Ä.pdf", " a .pdf": "a.pdf", "a\u200fb\u202e.pdf": "ab.pdf", strings.Repeat("报", 200) + ".pdf": strings.Repeat("报", 83) + ".pdf",
	} {
		made := s.tell("editor", "POST", report+"/evidence/files", upload(name, "", aPDF), http.StatusCreated)
		if file, _ := made.body["file"].(map[string]any); file["name"] != want || file["type"] != "application/pdf" || file["size"] != float64(len(aPDF)) {
			t.Errorf("%q is %v", name, file)
		}
	}
	if bytes.Contains([]byte(s.tell("editor", "GET", report+"/evidence", "", http.StatusOK).text), []byte("\u202e")) {
		t.Error("the direction of writing is turned around")
	}
}
