package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// problem reads a problem document, and fails for what is none.
func (r reply) problem(t *testing.T, status int, code string) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal([]byte(r.text), &doc); err != nil || r.status != status || doc["code"] != code || doc["request_id"] != r.header.Get("X-Request-Id") ||
		r.header.Get("Content-Type") != "application/problem+json" || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d, %v: %s\nwant %d %s", r.status, err, r.plain(), status, code)
	}
	return doc
}

// keeps says what is wrong with the headers by which caches go, "" for nothing.
func (r reply) keeps(operation, who string) string {
	cache, vary := r.header.Get("Cache-Control"), r.header.Get("Vary")
	kept := r.status < 400 && r.header.Get("ETag") != "" || r.status == http.StatusTemporaryRedirect
	ofService := slices.Contains([]string{"readContract", "readDocs", "readDocsFile", "readHealth", "readReadiness", "readVersion"}, operation)
	switch {
	case !kept && cache != "no-store":
		return "it may be kept"
	case kept && ofService && cache != "public, no-cache": // the same for everybody, whatever credential comes along
		return "it is for nobody"
	case kept && !ofService && who == "" && cache != "public, no-cache":
		return "it is not for everybody"
	case kept && !ofService && who != "" && cache != "private, no-cache":
		return "others may be shown it"
	case !ofService && (!strings.Contains(vary, "Authorization") || !strings.Contains(vary, "Accept-Language")):
		return "it does not vary"
	}
	return ""
}

// TestEveryReadIsCachedAndAskedForAsItShould asks at every address there is, as
// the public and as who may read everything.
func TestEveryReadIsCachedAndAskedForAsItShould(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for operation, addresses := range w.addresses() {
		plain := ""
		for _, target := range addresses {
			for _, who := range []string{"", "admin", "own editor"} {
				got, head := w.send(who, "GET", target, ""), w.send(who, "HEAD", target, "")
				if head.status != got.status || head.text != "" || tagged(head) != tagged(got) || head.header.Get("Content-Length") != got.header.Get("Content-Length") {
					t.Errorf("HEAD %s as %q\ngot %s\nGET %s", target, who, head.plain(), got.plain())
				}
				if length := got.header.Get("Content-Length"); got.status == http.StatusOK && length != strconv.Itoa(len(got.text)) {
					t.Errorf("GET %s as %q: %d octets are said to be %s", target, who, len(got.text), length)
				}
				for _, r := range []reply{got, head} {
					if wrong := r.keeps(operation, who); wrong != "" {
						t.Errorf("%s as %q: %s: %s", target, who, wrong, r.plain())
					}
				}
				if chosen(target + who) {
					w.notModified(t, operation, who, target, got)
				}
			}
			if !strings.Contains(target, "?") {
				plain = target
			}
		}
		w.refusesUnknown(t, plain)
	}
}

// tagged gives the headers without what every request has its own of.
func tagged(r reply) string {
	_, text, _ := strings.Cut(reply{header: r.header}.plain(), "\n")
	return text
}

func (w *world) notModified(t *testing.T, operation, who, target string, got reply) {
	t.Helper()
	tag := got.header.Get("ETag")
	if tag == "" {
		return
	}
	if !strings.HasPrefix(tag, `"`) || !strings.HasSuffix(tag, `"`) || len(tag) < 4 {
		t.Errorf("%s: the ETag %s is not strong", target, tag)
	}
	for _, method := range []string{"GET", "HEAD"} {
		for _, held := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			same := w.send(who, method, target, "", "If-None-Match", held)
			if same.status != http.StatusNotModified || same.text != "" || same.header.Get("ETag") != tag || same.keeps(operation, who) != "" {
				t.Errorf("%s %s as %q with %s\ngot %s\nbefore %s", method, target, who, held, same.plain(), got.plain())
			}
		}
	}
	if other := w.send(who, "GET", target, "", "If-None-Match", `"other"`); other.plain() != got.plain() {
		t.Errorf("%s as %q with another ETag: %s", target, who, other.plain())
	}
}

func (w *world) refusesUnknown(t *testing.T, target string) {
	t.Helper()
	for _, query := range []string{"?no_such=1", "?fields=name", "?access_token=x", "?_method=DELETE", "?%6eo_such"} {
		doc := w.send("admin", "GET", target+query, "").problem(t, http.StatusBadRequest, "parameters")
		faults, _ := doc["errors"].([]any)
		if head := w.send("admin", "HEAD", target+query, ""); len(faults) != 1 || head.status != http.StatusBadRequest {
			t.Errorf("%s%s: %v", target, query, doc)
		}
	}
}

// TestAnAnswerIsNeverThatOfAnotherReader asks with the ETag of who may see more,
// and of the same answer in another language.
func TestAnAnswerIsNeverThatOfAnotherReader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.corrected()
	for _, target := range []string{memberAt(w.discreet), figuresOf(w.discreet), memberAt(w.discreet) + "/history", memberAt(w.discreet) + "/commitments"} {
		public := w.send("", "GET", target, "")
		for _, who := range []string{"staff", "own editor"} {
			own := w.send(who, "GET", target, "")
			if own.text == public.text && own.header.Get("ETag") == public.header.Get("ETag") {
				continue
			}
			for _, other := range outsiders {
				if a := w.send(other, "GET", target, "", "If-None-Match", own.header.Get("ETag")); a.status != http.StatusOK || a.text != public.text {
					t.Errorf("%s as %q with the ETag of %s: %s", target, other, who, a.plain())
				}
			}
			if a := w.send(who, "GET", target, "", "If-None-Match", public.header.Get("ETag")); a.status != http.StatusOK || a.text != own.text {
				t.Errorf("%s as %s with the public's ETag: %s", target, who, a.plain())
			}
		}
	}
}
