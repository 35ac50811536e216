package api

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"accord/pkg/access"
	"accord/pkg/fault"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.TestMode)
	m.Run()
}

// A door without offices, for what is checked before any is called.
func newDoor(t testing.TB) *Door {
	t.Helper()
	d, err := New(Options{CursorKey: []byte(strings.Repeat("k", 32))})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// ask makes the request of an operation, with headers in pairs.
func (d *Door) ask(t testing.TB, operation, target, body string, headers ...string) *request {
	t.Helper()
	op, ok := d.contract.operations[operation]
	if !ok {
		t.Fatalf("no operation %s", operation)
	}
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequest(op.method, target, strings.NewReader(body))
	c.Request.Header.Set("Content-Type", mediaJSON)
	for i := 0; i+1 < len(headers); i += 2 {
		c.Request.Header.Set(headers[i], headers[i+1])
	}
	return &request{ctx: access.Public(t.Context()), gin: c, door: d, route: &route{operation: operation}, op: op}
}

// told writes an error as its code and its fields, one in a line.
func told(err error) string {
	if err == nil {
		return "fine"
	}
	var lines []string
	for _, f := range fault.FieldsOf(err) {
		lines = append(lines, f.Pointer+" "+f.Code)
	}
	slices.Sort(lines)
	code, _, _ := strings.Cut(err.Error(), ";")
	code, _, _ = strings.Cut(code, ":")
	return strings.Join(append([]string{code}, lines...), "\n")
}
