package api_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

// anyOf gives a path of the contract with one thing of every kind in it.
func (w *world) anyOf(path string, item *openapi3.PathItem) string {
	parameters := slices.Clone(item.Parameters)
	for _, op := range item.Operations() {
		parameters = append(parameters, op.Parameters...)
	}
	for _, ref := range parameters {
		if things := w.things[cmp.Or(last(ref.Ref), ref.Value.Name)]; ref.Value.In == "path" && len(things) > 0 {
			path = strings.Replace(path, "{"+ref.Value.Name+"}", things[0], 1)
		}
	}
	return path
}

// past is the world behind a server whose answers are not held against the
// contract: what is asked here is not in it.
func past(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.handler = w.server.Handler()
	return w
}

func TestAddressesThatAreAlmostRoutesAreNone(t *testing.T) {
	t.Parallel()
	w := past(t)
	unread := map[string]bool{} // addresses near those that are never read: what is asked there is an id of another form, which is none
	addresses := []string{"/", "/api", "/api/v1", "/api/v1/", "/api/v1/nowhere", "/api/v2/members", "/API/v1/members", "/nowhere", "/docs/../version", "/api/v1/./members"}
	for path, item := range w.law.doc.Paths.Map() {
		at := w.anyOf(path, item)
		slash := strings.LastIndex(at, "/")
		from := len(addresses)
		addresses = append(addresses,
			at+"/", at+"//", "/"+at, at[:slash]+"/"+at[slash:], at[:slash]+"/%2F"+at[slash+1:], at+"%2F", at+"%2f", at+"%2F..", at+"/%2e%2e", at+"%5C", at+"%00",
			at+";x=1", at+".json", at+"%20", strings.ToUpper(at),
		)
		if slash > 0 {
			addresses = append(addresses, at[:slash]+"%2F"+at[slash+1:], at[:slash]+"%2f"+at[slash+1:])
		}
		for _, near := range addresses[from:] {
			unread[near] = item.Get == nil && strings.HasSuffix(path, "}")
		}
	}
	for _, at := range addresses {
		for _, method := range []string{"GET", "HEAD", "POST", "PATCH", "DELETE"} {
			for _, who := range []string{"", "admin"} {
				a := w.send(who, method, at, "")
				if a.status == http.StatusMethodNotAllowed && (unread[at] || !slices.Contains([]string{"GET", "HEAD"}, method)) {
					continue // an id of another form, which is none
				}
				if a.status != http.StatusNotFound || method != "HEAD" && !strings.Contains(a.text, `"code":"not_found"`) {
					t.Errorf("%s %s as %q: %s", method, at, who, a.plain())
				}
			}
		}
	}
}

// TestOtherMethodsAreToldTheAllowedOnes asks every address with every method
// that the contract has not for it, also with headers that would make it another.
func TestOtherMethodsAreToldTheAllowedOnes(t *testing.T) {
	t.Parallel()
	w := past(t)
	before := w.walk([]string{"admin"}, nil)
	for path, item := range w.law.doc.Paths.Map() {
		at := w.anyOf(path, item)
		var allowed []string
		for method := range item.Operations() {
			if allowed = append(allowed, method); method == http.MethodGet {
				allowed = append(allowed, http.MethodHead)
			}
		}
		slices.Sort(allowed)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"} {
			if slices.Contains(allowed, method) {
				continue
			}
			for _, header := range []string{"X-Request-Id", "X-Http-Method-Override", "X-Http-Method", "X-Method-Override"} {
				a := w.send("admin", method, at, "", header, allowed[0])
				a.problem(t, http.StatusMethodNotAllowed, "method_not_allowed")
				told := strings.FieldsFunc(a.header.Get("Allow"), func(r rune) bool { return r == ',' || r == ' ' })
				if slices.Sort(told); !slices.Equal(told, allowed) {
					t.Errorf("%s %s: Allow %v, the contract has %v", method, at, told, allowed)
				}
			}
		}
		if item.Get != nil {
			for _, method := range []string{"DELETE", "PATCH", "POST"} {
				is := w.send("admin", "GET", at, `{"name":"x"}`, "X-Http-Method-Override", method, "X-Http-Method", method, "X-Method-Override", method)
				if was := w.send("admin", "GET", at, ""); is.plain() != was.plain() {
					t.Errorf("GET %s overridden by %s\ngot %s\nwant %s", at, method, is.plain(), was.plain())
				}
			}
		}
	}
	after := w.walk([]string{"admin"}, nil)
	for _, key := range unlike(before, after) {
		t.Errorf("%s %s changed\nbefore %s\nafter %s", key.method, key.target, before[key].plain(), after[key].plain())
	}
}

func han(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// TestProblemsAreToldInTheReadersLanguage provokes a problem of each operation
// and reads it in both languages.
func TestProblemsAreToldInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, item := range w.law.doc.Paths.Map() {
		for method, op := range item.Operations() {
			at := w.anyOf(path, item)
			for language, chinese := range map[string]bool{
				"": false, "en": false, "zh": true, "zh-CN": true, "zh-Hant-TW, en;q=0.1": true, "fr, zh;q=0.5, en;q=0.4": true, "fr": false, "en;q=0.9, zh;q=0.1": false, "*": false, ";;;": false,
			} {
				a := w.send("admin", method, at+"?no_such=1&limit=0", `{"no_such":1}`, "Accept-Language", language)
				doc := a.problem(t, http.StatusBadRequest, "parameters")
				content := "en"
				if chinese {
					content = "zh"
				}
				if a.header.Get("Content-Language") != content || han(a.text) != chinese || !strings.Contains(a.header.Get("Vary"), "Accept-Language") {
					t.Errorf("%s in %q: %s", op.OperationID, language, a.plain())
				}
				faults, _ := doc["errors"].([]any)
				for _, one := range faults {
					fault, _ := one.(map[string]any)
					if detail, _ := fault["detail"].(string); detail == "" || han(detail) != chinese {
						t.Errorf("%s in %q: %v", op.OperationID, language, fault)
					}
				}
			}
		}
	}
}
