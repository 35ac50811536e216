package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"accord/api"
)

// law is the contract as an independent reader has it: read from the YAML, by
// none of the door's own code.
type law struct {
	doc  *openapi3.T
	mu   sync.Mutex
	kept map[string]bool // operations that were answered with success
}

var readLaw = sync.OnceValues(func() (*openapi3.T, error) {
	return openapi3.NewLoader().LoadFromData(api.Text())
})

func newLaw(t testing.TB) *law {
	t.Helper()
	doc, err := readLaw()
	if err != nil {
		t.Fatal(err)
	}
	return &law{doc: doc, kept: map[string]bool{}}
}

// hold gives a handler that fails the test for every answer that is not as the
// contract says.
func (l *law) hold(t testing.TB, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)
		if wrong := l.judge(r, recorder); wrong != "" {
			t.Errorf("%s %s answered %d against the contract: %s\n%s", r.Method, r.URL.Path, recorder.Code, wrong, recorder.Body)
		}
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		if r.Method != http.MethodHead { // net/http sends none either
			_, _ = w.Write(recorder.Body.Bytes())
		}
	})
}

// operation finds the operation of a request, nil where there is none.
func (l *law) operation(method, path string) *openapi3.Operation {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	parts := strings.Split(path, "/")
	for template, item := range l.doc.Paths.Map() {
		if slices.EqualFunc(strings.Split(template, "/"), parts, func(want, part string) bool {
			return want == part || strings.HasPrefix(want, "{") && part != ""
		}) && (!strings.Contains(template, "{") || l.doc.Paths.Value(path) == nil) {
			return item.GetOperation(method)
		}
	}
	return nil
}

// judge says what is wrong with an answer, "" when nothing is.
func (l *law) judge(r *http.Request, w *httptest.ResponseRecorder) string {
	op := l.operation(r.Method, r.URL.Path)
	if op == nil {
		if w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
			return "no such operation"
		}
		return ""
	}
	if w.Code < 300 {
		l.mu.Lock()
		l.kept[op.OperationID] = true
		l.mu.Unlock()
	}
	response := op.Responses.Status(w.Code)
	if response == nil {
		return "the status is not listed for " + op.OperationID
	}
	for name, header := range response.Value.Headers {
		value := w.Header().Get(name)
		if value == "" && name != "Link" {
			return "no header " + name
		}
		if value != "" && header.Value.Schema.Value.Type.Is("integer") && strings.Trim(value, "0123456789") != "" {
			return name + " is no integer"
		}
	}
	for _, name := range []string{"ETag", "Link", "Location", "Retry-After", "WWW-Authenticate"} {
		if _, listed := response.Value.Headers[name]; !listed && w.Header().Get(name) != "" {
			return "header " + name + " is not listed"
		}
	}
	return judgeBody(r.Method, response.Value, w)
}

func judgeBody(method string, response *openapi3.Response, w *httptest.ResponseRecorder) string {
	if len(response.Content) == 0 || method == http.MethodHead {
		if w.Body.Len() > 0 && method != http.MethodHead {
			return "a body where there is none"
		}
		return ""
	}
	media, _, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if err != nil || response.Content[media] == nil {
		return "the media type is not listed: " + w.Header().Get("Content-Type")
	}
	if !strings.HasSuffix(media, "json") {
		return ""
	}
	var body any
	decoder := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil {
		return err.Error()
	}
	if strings.Contains(fmt.Sprint(body), "<no value>") {
		return "a sentence lacks what it is about"
	}
	if err := response.Content[media].Schema.Value.VisitJSON(body, openapi3.MultiErrors(), openapi3.VisitAsResponse()); err != nil {
		return fmt.Sprint(err)
	}
	return ""
}

func TestContractIsValid(t *testing.T) {
	t.Parallel()
	l := newLaw(t)
	if err := l.doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if l.doc.OpenAPI != "3.0.3" {
		t.Errorf("version %s: the validator recompiles the schemas of 3.1 for each request", l.doc.OpenAPI)
	}
	seen := map[string]bool{}
	for path, item := range l.doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.OperationID == "" || seen[op.OperationID] {
				t.Errorf("%s %s: operationId %q", method, path, op.OperationID)
			}
			seen[op.OperationID] = true
			if op.Summary == "" || len(op.Tags) != 1 || op.Security == nil && l.doc.Security == nil {
				t.Errorf("%s: a summary, one tag and its security are needed", op.OperationID)
			}
		}
	}
	for name, ref := range l.doc.Components.Schemas {
		strict(t, name, ref.Value)
	}
}

// strict fails for what the door relies on: objects say what they hold, texts
// that come from outside have a limit, and numbers are integers.
func strict(t *testing.T, at string, s *openapi3.Schema) {
	t.Helper()
	if s.Type.Is("object") && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
		t.Errorf("%s: additionalProperties is not said", at)
	}
	if s.Type.Is("number") {
		t.Errorf("%s: numbers are integers, amounts are texts", at)
	}
	inside := strings.HasPrefix(at, "New") || strings.Contains(at, "Patch") || strings.HasPrefix(at, "Credentials") || strings.HasPrefix(at, "Refresh")
	if inside && s.Type.Is("string") && s.MaxLength == nil && len(s.Enum) == 0 && s.Format != "date" && s.Pattern == "" {
		t.Errorf("%s: a text without a limit", at)
	}
	if inside && s.Type.Is("array") && s.MaxItems == nil {
		t.Errorf("%s: a list without a limit", at)
	}
	if inside && s.Type.Is("integer") && (s.Min == nil || s.Max == nil) {
		t.Errorf("%s: an integer without limits", at)
	}
	for name, property := range s.Properties {
		if property.Ref == "" {
			strict(t, at+"."+name, property.Value)
		}
	}
	if s.Items != nil && s.Items.Ref == "" {
		strict(t, at+"[]", s.Items.Value)
	}
}

func TestRoutesAndContractAreTheSame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	routes := map[string]bool{}
	for _, route := range h.server.Routes() {
		parts := strings.Split(route.Path, "/")
		for i, part := range parts {
			if name, ok := strings.CutPrefix(part, ":"); ok {
				parts[i] = "{" + name + "}"
			}
		}
		routes[route.Method+" "+strings.Join(parts, "/")] = true
	}
	listed := map[string]bool{}
	for path, item := range h.law.doc.Paths.Map() {
		for method := range item.Operations() {
			listed[method+" "+path] = true
			if method == http.MethodGet {
				listed["HEAD "+path] = true
			}
		}
	}
	for line := range listed {
		if !routes[line] {
			t.Errorf("%s is in the contract, and nobody answers it", line)
		}
	}
	for line := range routes {
		if !listed[line] {
			t.Errorf("%s is answered, and not in the contract", line)
		}
	}
}
