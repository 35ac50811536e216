package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// badInput is a request that the register refuses, and how it does. What
// stands in braces is put in when it is asked; see [world.words].
type badInput struct {
	name   string // what is wrong with it
	who    string // asks: one of the world's people, "" for the public
	asks   string // the method and the address
	body   string
	with   []string // headers in pairs
	status int
	code   string
	faults string // each "pointer code", in the order of the answer
}

// badInputs is the whole table, one file for each kind.
func badInputs() []badInput {
	return slices.Concat(
		badBodies, badSizes, badMembers, badNames, badContacts, badFigures, badCeremonies, badAlliances, badCommitments, badPlans, badCycles, badReports, badAmendments, badProposals, badChangeRequests, badActivities, badEvidence, attacks,
		badUsers, badInvitations, badLinks, badSessions, badFactors, badAPITokens, badQueries, badCursors, badAddresses, badVersions, badKeys, badTokens,
	)
}

// TestBadInput asks for everything in the table, one after the other, of one
// register: each is refused as the table says, and leaves every row of the
// register as it was.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	words := strings.NewReplacer(w.words()...)
	w.CatchUp(t)
	digests := w.digests(t)
	before := w.rows(t, digests)
	for _, bad := range badInputs() {
		t.Run(bad.asks+" "+bad.name, func(t *testing.T) {
			bad.asks, bad.body = words.Replace(bad.asks), words.Replace(bad.body)
			bad.with = slices.Clone(bad.with)
			for i := range bad.with {
				bad.with[i] = words.Replace(bad.with[i])
			}
			events := w.log.events()
			w.refuses(t, bad)
			if logged := w.log.events() - events; logged != bad.events() {
				t.Errorf("%d security events", logged)
			}
			after := w.rows(t, digests)
			for table, rows := range after {
				if rows != before[table] {
					t.Errorf("%s was %s and is %s", table, before[table], rows)
				}
			}
			before = after
		})
	}
}

func (w *world) refuses(t *testing.T, bad badInput) {
	t.Helper()
	method, target, _ := strings.Cut(bad.asks, " ")
	request := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(bad.body))
	if bad.body != "" {
		request.Header.Set("Content-Type", media(bad.body))
	}
	if token := w.tokens[bad.who]; token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	} else if bad.who != "" {
		t.Fatalf("there is no %s", bad.who)
	}
	for i := 0; i < len(bad.with); i += 2 {
		if !slices.Contains(bad.with[:i], bad.with[i]) {
			request.Header.Del(bad.with[i])
		}
		request.Header.Add(bad.with[i], bad.with[i+1])
	}
	if request.Header.Get("Transfer-Encoding") == "chunked" {
		request.ContentLength = -1 // so net/http says it
	}
	recorder := httptest.NewRecorder()
	w.handler.ServeHTTP(recorder, request)
	r := reply{status: recorder.Code, header: recorder.Header(), text: recorder.Body.String()}
	r.problem(t, bad.status, bad.code)
	var told answer
	_ = json.Unmarshal([]byte(r.text), &told.body)
	if faults := told.faults(); faults != bad.faults {
		t.Errorf("faults %s\nwant   %s", faults, bad.faults)
	}
	for _, inside := range []string{"pq:", "SQLSTATE", ".go", "accord/", "runtime"} {
		if strings.Contains(r.text, inside) {
			t.Errorf("the answer tells of %s: %s", inside, r.text)
		}
	}
}

// events is how many security events the request is: one for what an attack
// would be answered with.
func (b badInput) events() int {
	switch {
	case b.status == http.StatusUnauthorized && b.code != "unauthenticated", b.status == http.StatusForbidden, b.code == "link_invalid",
		strings.Contains(b.faults, "cursor_invalid"), strings.Contains(b.faults, "wrong_password"), strings.Contains(b.faults, "wrong_code"),
		strings.Contains(b.faults, "file_type_mismatch"), strings.Contains(b.faults, "file_archive"), strings.Contains(b.faults, "file_macros"), strings.Contains(b.faults, "file_type_refused"), strings.Contains(b.faults, "file_name_path"):
		return 1
	default:
		return 0
	}
}

// digests gives the statement that makes a digest of the rows of every table.
// Wrong passwords are counted all the same, but in no table of the register.
func (h *house) digests(t *testing.T) string {
	t.Helper()
	var tables []string
	err := h.DB.Select(t.Context(), &tables, `select tablename from pg_tables where schemaname = 'public' and tablename <> 'sign_in_attempt' order by 1`)
	if err != nil || len(tables) < 30 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	parts := make([]string, len(tables))
	for i, table := range tables {
		parts[i] = fmt.Sprintf(`select '%s' as name, count(*) || ' rows ' || coalesce(md5(string_agg(r::text, ' ' order by r::text)), '') as rows from %s r`, table, table)
	}
	return strings.Join(parts, " union all ")
}

func (h *house) rows(t *testing.T, digests string) map[string]string {
	t.Helper()
	var found []struct{ Name, Rows string }
	if err := h.DB.Select(t.Context(), &found, digests); err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, one := range found {
		rows[one.Name] = one.Rows
	}
	return rows
}

// TestBadInputIsOfferedEverywhere holds the table against the contract: a bad
// body where one is taken, an address of nothing where a thing is named, a bad
// query where there are parameters.
func TestBadInputIsOfferedEverywhere(t *testing.T) {
	t.Parallel()
	l := newLaw(t)
	tried, rows := map[string]bool{}, map[string]bool{}
	for _, bad := range badInputs() {
		method, target, _ := strings.Cut(bad.asks, " ")
		path, _, _ := strings.Cut(target, "?")
		if op := l.operation(method, path); op != nil {
			tried[fmt.Sprint(op.OperationID, " ", bad.status, " ", bad.code)] = true
		}
		if row := bad.asks + " " + bad.name; rows[row] {
			t.Errorf("%s stands twice", row)
		} else {
			rows[row] = true
		}
	}
	for _, item := range l.doc.Paths.Map() {
		for _, op := range item.Operations() {
			var wanted []string
			if op.RequestBody != nil {
				wanted = append(wanted, "422 invalid")
			}
			for _, ref := range slices.Concat(item.Parameters, op.Parameters) {
				switch ref.Value.In {
				case openapi3.ParameterInPath:
					wanted = append(wanted, "404 not_found")
				case openapi3.ParameterInQuery:
					wanted = append(wanted, "400 parameters")
				}
			}
			slices.Sort(wanted)
			for _, want := range slices.Compact(wanted) {
				if !tried[op.OperationID+" "+want] {
					t.Errorf("%s is not tried with what is answered %s", op.OperationID, want)
				}
			}
		}
	}
}
