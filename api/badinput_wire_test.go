package api_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// badWires are requests that only a connection can carry. Where no code is
// wanted, the answer is one of net/http, before any of ours has seen it.
var badWires = []struct {
	name, head, body string
	status           int
	code             string
}{
	{"a body of over a megabyte in chunks", "POST /api/v1/ceremonies HTTP/1.1\r\nTransfer-Encoding: chunked", "{megabyte in chunks}", 413, "body_too_large"},
	{"a body that is said to be over a megabyte", "POST /api/v1/ceremonies HTTP/1.1\r\nContent-Length: 1048577", `{"name":`, 413, "body_too_large"},
	{"a chunk of no size", "POST /api/v1/ceremonies HTTP/1.1\r\nTransfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n", 400, "body_unreadable"},
	{"a chunk of a size beyond all", "POST /api/v1/ceremonies HTTP/1.1\r\nTransfer-Encoding: chunked", "fffffffffffffffff\r\n{}", 400, "body_unreadable"},
	{"a chunk that is longer than it says", "POST /api/v1/ceremonies HTTP/1.1\r\nTransfer-Encoding: chunked", "2\r\n{\"name\":\"a\"}\r\n0\r\n\r\n", 400, "body_unreadable"},
	{"chunks without an end", "POST /api/v1/ceremonies HTTP/1.1\r\nTransfer-Encoding: chunked", "c\r\n{\"name\":\"a\"}\r\n", 400, "body_unreadable"},
	{"a body that breaks off", "POST /api/v1/ceremonies HTTP/1.1\r\nContent-Length: 100", `{"name":"a"}`, 400, "body_unreadable"},
	{"a body that breaks off for a step without one", "POST /api/v1/commitments/8b3c1c1e-0000-4000-8000-00000000000a/submit HTTP/1.1\r\nContent-Length: 2", `{`, 400, "body_unreadable"},
	{"a body of two lengths", "POST /api/v1/ceremonies HTTP/1.1\r\nContent-Length: 12\r\nContent-Length: 2", `{"name":"a"}`, 400, ""},
	{"a body of a negative length", "POST /api/v1/ceremonies HTTP/1.1\r\nContent-Length: -1", `{"name":"a"}`, 400, ""},
	{"a body of a length and of chunks", "POST /api/v1/ceremonies HTTP/1.1\r\nContent-Length: 12\r\nTransfer-Encoding: chunked", "0\r\n\r\nGET /api/v1/users HTTP/1.1\r\n\r\n", 400, "body_empty"},
	{"a NUL in a header", "GET /api/v1/members HTTP/1.1\r\nIf-None-Match: a\x00", "", 400, ""},
	{"a blank behind a header's name", "GET /api/v1/members HTTP/1.1\r\nAuthorization : Bearer x", "", 400, ""},
	{"a header in two lines", "GET /api/v1/members HTTP/1.1\r\nX-A: a\r\nb", "", 400, ""},
	{"headers of over a megabyte", "GET /api/v1/members HTTP/1.1\r\nX-A: {megabyte}", "", 431, ""},
	{"a broken character in an address", "GET /api/v1/members/%zz HTTP/1.1", "", 400, ""},
	{"a blank in an address", "GET /api/v1/members/1 2 HTTP/1.1", "", 400, ""},
	{"a line break in an address", "GET /api/v1/members/1%0d%0aSet-Cookie:a HTTP/1.1", "", 404, "not_found"},
}

func TestBadInputOnTheWire(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	credential := "\r\nHost: example.org\r\nContent-Type: application/json\r\nAuthorization: Bearer " + h.staff(t) + "\r\n\r\n"
	words := strings.NewReplacer("{megabyte}", strings.Repeat("a", 2<<20), "{megabyte in chunks}", fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", 1<<20+1, strings.Repeat(" ", 1<<20+1)))
	server := httptest.NewServer(h.handler)
	t.Cleanup(server.Close)
	digests := h.digests(t)
	before := h.rows(t, digests)
	for _, bad := range badWires {
		t.Run(bad.name, func(t *testing.T) {
			got, text := exchange(t, server.Listener.Addr(), words.Replace(bad.head)+credential+words.Replace(bad.body))
			var doc struct{ Code string }
			_ = json.Unmarshal([]byte(text), &doc)
			if got.StatusCode != bad.status || doc.Code != bad.code || strings.Contains(text, ".go") {
				t.Errorf("got %d %s", got.StatusCode, text)
			}
		})
	}
	for table, rows := range h.rows(t, digests) {
		if rows != before[table] {
			t.Errorf("%s was %s and is %s", table, before[table], rows)
		}
	}
}

// exchange sends what it is given and says that there is no more. The answer
// may come before all was sent, whose rest nobody reads.
func exchange(t *testing.T, to net.Addr, raw string) (*http.Response, string) {
	t.Helper()
	connection, err := net.Dial(to.Network(), to.String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		if _, err := io.WriteString(connection, raw); err == nil {
			_ = connection.(*net.TCPConn).CloseWrite()
		}
	}()
	got, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	_ = connection.Close()
	<-sent
	return got, string(text)
}
