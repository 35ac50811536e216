package api_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
)

var flowAttacks = []attack{
	{line: 68, name: "a key with another body", asks: []badInput{
		{"", "staff", "POST /api/v1/ceremonies", `{"name":"Another ceremony yet"}`, []string{"Idempotency-Key", "used"}, 422, "idempotency_key_reused", ""},
	}},
	{line: 69, name: "a key many times at once", tries: func(s *siege) {
		s.changes("ceremony")
		replies := make([]reply, 8)
		var asking sync.WaitGroup
		for i := range replies {
			asking.Go(func() {
				replies[i] = s.send("staff", "POST", "/api/v1/ceremonies", `{"name":"Once"}`, "Idempotency-Key", "at-once")
			})
		}
		asking.Wait()
		where := map[string]bool{}
		for _, r := range replies {
			switch r.status {
			case http.StatusCreated:
				where[r.header.Get("Location")] = true
			case http.StatusConflict: // the first still runs
			default:
				s.t.Errorf("got %d %s", r.status, r.text)
			}
		}
		if len(where) != 1 {
			s.t.Errorf("made %v", where)
		}
	}},
	{line: 70, name: "another's key", asks: []badInput{
		{"by who may do the same", "admin", "POST /api/v1/members", `{"name":"Keyed Company","kind":"other"}`, []string{"Idempotency-Key", "used"}, 409, "name_taken", "/name name_taken"},
		{"by who may not", "own approver", "POST /api/v1/members", `{"name":"Keyed Company","kind":"other"}`, []string{"Idempotency-Key", "used"}, 403, "forbidden", ""},
		{"by nobody", "", "POST /api/v1/members", `{"name":"Keyed Company","kind":"other"}`, []string{"Idempotency-Key", "used"}, 401, "unauthenticated", ""},
	}},
	{line: 71, name: "an update that would be lost", tries: func(s *siege) {
		s.changes("contact")
		at := "/api/v1/contacts/{contact}"
		tag := s.is(s.asked("own editor", "GET", at, ""), http.StatusOK).header.Get("ETag")
		replies := make([]reply, 4)
		var asking sync.WaitGroup
		for i := range replies {
			asking.Go(func() {
				replies[i] = s.asked("own editor", "PATCH", at, fmt.Sprintf(`{"note":"by %d"}`, i), "If-Match", tag)
			})
		}
		asking.Wait()
		kept := 0
		for _, r := range replies {
			if r.status == http.StatusOK {
				kept++
			} else {
				s.is(r, http.StatusPreconditionFailed)
			}
		}
		if kept != 1 {
			s.t.Errorf("%d were kept", kept)
		}
		s.refused(badInput{"without a version", "own editor", "PATCH " + at, `{"note":"n"}`, nil, 428, "if_match_required", ""})
	}},
	{line: 72, name: "a cursor that is forged or another's", asks: []badInput{
		{"another bit", "staff", "GET /api/v1/members?limit=1&cursor={flipped cursor}", "", nil, 400, "parameters", "cursor cursor_invalid"},
		{"of staff, for the public", "", "GET /api/v1/members?limit=1&cursor={cursor}", "", nil, 400, "parameters", "cursor cursor_invalid"},
		{"of staff, for an administrator", "admin", "GET /api/v1/members?limit=1&cursor={cursor}", "", nil, 400, "parameters", "cursor cursor_invalid"},
		{"of another list", "staff", "GET /api/v1/members/1/history?limit=1&cursor={cursor}", "", nil, 400, "parameters", "cursor cursor_invalid"},
		{"made up", "", "GET /api/v1/commitments?cursor=eyJuIjo0MX0", "", nil, 400, "parameters", "cursor cursor_invalid"},
	}},
	{line: 73, name: "limits beyond all", asks: []badInput{
		{"-1", "", "GET /api/v1/members?limit=-1", "", nil, 400, "parameters", "limit out_of_range"},
		{"0", "", "GET /api/v1/members?limit=0", "", nil, 400, "parameters", "limit out_of_range"},
		{"a billion", "", "GET /api/v1/members?limit=1000000000", "", nil, 400, "parameters", "limit out_of_range"},
		{"of 40 digits", "", "GET /api/v1/members?limit={40 digits}", "", nil, 400, "parameters", "limit out_of_range"},
	}},
	{line: 74, name: "addresses that the server is to ask", tries: func(s *siege) {
		s.followsNothing(func(address string) {
			_, port, _ := net.SplitHostPort(address)
			for _, host := range []string{"127.0.0.1", "localhost", "2130706433", "127.1", "0x7f.1", "127.0.0.1.nip.io"} {
				link := fmt.Sprintf(`{"url":"http://%s:%s/latest/meta-data/","title":"t"}`, host, port)
				if r := s.asked("own editor", "POST", "/api/v1/reports/{written}/evidence", link); r.status != http.StatusCreated && r.status != http.StatusUnprocessableEntity {
					s.t.Errorf("%s: %d %s", host, r.status, r.text)
				}
			}
		})
	}},
	{line: 75, name: "what another site's page can send", asks: []badInput{
		{"a form", "", "POST /api/v1/members", `name=a&kind=other`, []string{"Content-Type", "application/x-www-form-urlencoded", "Origin", "https://evil.example", "Cookie", "accord={good}"}, 415, "media_type", ""},
		{"text", "", "POST /api/v1/sessions", `{"email":"a@example.org","password":"x"}`, []string{"Content-Type", "text/plain", "Origin", "null"}, 415, "media_type", ""},
		{"with a cookie", "", "GET /api/v1/me", "", []string{"Cookie", "accord={good}; __Host-accord={good}; access_token={good}"}, 401, "unauthenticated", ""},
	}, tries: (*siege).crossSite},
	{line: 76, name: "a length and chunks", tries: func(s *siege) {
		head := "POST /api/v1/ceremonies HTTP/1.1\r\nHost: example.org\r\nContent-Type: application/json\r\nAuthorization: Bearer " + s.tokens["staff"] + "\r\n"
		for _, lengths := range []string{"Content-Length: 12\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 12", "Content-Length: 12\r\nContent-Length: 2", "Transfer-Encoding: chunked, identity", "Transfer-Encoding: xchunked"} {
			answer, text := exchange(s.t, s.address(), head+lengths+"\r\n\r\n0\r\n\r\nGET /api/v1/users HTTP/1.1\r\nHost: example.org\r\n\r\n")
			if answer.StatusCode < 400 || answer.StatusCode > 501 || strings.Contains(text, `"items"`) {
				s.t.Errorf("%s: %d %s", lengths, answer.StatusCode, text)
			}
		}
	}},
}

// address is where the server listens.
func (s *siege) address() net.Addr {
	at, err := net.ResolveTCPAddr("tcp", s.base)
	if err != nil {
		s.t.Fatal(err)
	}
	return at
}

// crossSite sends the form of the set-up page as other sites can.
func (s *siege) crossSite() {
	for _, from := range [][]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
		form := url.Values{"token": {"x"}, "email": {"a@example.org"}, "password": {"orbit mantle pickle"}}.Encode()
		request := httptest.NewRequestWithContext(s.t.Context(), "POST", "/setup", strings.NewReader(form))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set(from[0], from[1])
		recorder := httptest.NewRecorder()
		s.handler.ServeHTTP(recorder, request)
		if s.met++; recorder.Code != http.StatusForbidden {
			s.t.Errorf("%v: %d %s", from, recorder.Code, recorder.Body)
		}
	}
}
