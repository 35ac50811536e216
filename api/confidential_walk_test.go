package api_test

import (
	"cmp"
	"fmt"
	"hash/crc32"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// outsiders are whom a confidential thing is not for.
var outsiders = []string{"", "analyst", "another's editor", "another's approver", "an ally"}

// questions are the values that a parameter of a query is asked with, where the
// contract does not list them.
var questions = map[string][]string{
	"q":          {"Discreet", "discret", "环球", "815000", "Shadow", "e"},
	"country":    {"CN", "DE"},
	"sector":     {"G47"},
	"ceremony":   {"1", "4711"},
	"alliance":   {"1", "2", "4711"},
	"point":      {"1", "4"},
	"year":       {"2018", "2019"},
	"member":     {"1", "2", "5", "4711"},
	"currency":   {"CNY", "USD"},
	"from":       {"2016-01-01&to=2016-12-31", "2017-01-01&to=2017-12-31", "2019-01-01"},
	"until":      {"2018-12-31", "2026-12-31"},
	"to":         {"2016-12-31"},
	"due_after":  {"2026-01-01"},
	"due_before": {"2027-01-01"},
	"limit":      {"1", "200"},
	"cycle":      {"2026", "2031"},
	"indicator":  {"people_trained", "no_such"},
	"event":      {"signed_in", "no_such"},
	"user":       {"00000000-0000-4000-8000-000000000000"},
	"subject":    {"00000000-0000-4000-8000-000000000000"},
	"after":      {"0", "5"},
}

// combined are further queries of an operation.
var combined = map[string][]string{
	"listMembers": {
		"has_figure=true&sort=name&limit=1", "has_figure=false&sort=-name&limit=1", "q=e&has_figure=true", "q=discreet&limit=1",
		"alliance=1&has_figure=true", "point=4&has_figure=true", "sort=-signed_on&limit=1", "status=active&country=CN&sector=G47",
	},
	"listFigures": {"measure=sales_volume&current=true", "current=true&limit=1", "current=false&limit=1", "measure=revenue&limit=1"},
	"totalFigures": {
		"by=country,kind&measure=sales_volume", "by=alliance&measure=revenue&currency=CNY", "by=status&from=2017-01-01&to=2017-12-31",
		"measure=sales_volume&currency=CNY&from=2016-01-01&to=2016-12-31", "alliance=1&measure=revenue", "country=CN&measure=gmv&by=sector",
	},
	"countMembers":     {"by=alliance,capacity", "by=country,status", "by=point&alliance=1"},
	"countCommitments": {"by=point,state", "by=country,strength", "by=cycle,progress", "cycle=2026&progress=overdue"},
	"totalIndicators":  {"by=cycle,country", "cycle=2026&indicator=people_trained"},
	"countReporting":   {"by=country,kind", "cycle=2026&country=CN"},
	"crossMembers":     {"country=CN&limit=1", "status=active&sector=G47"},
	"countActivities":  {"by=point,kind", "by=country,year", "kind=competition&year=2026&country=KE&point=8"},
	"listActivities":   {"member=1&kind=competition", "member=5&state=registered", "from=2019-01-01&until=2019-12-31", "country=KE&point=8&limit=1", "state=draft&member=1"},
	"listCommitments":  {"member=1&state=draft", "member=1&limit=1", "state=submitted&limit=1"},
}

// addresses gives, for each operation of the contract that reads, the addresses
// that it is walked at: every thing with every parameter. An operation that it
// knows no things of, or a parameter that it has no questions for, fails.
func (w *world) addresses() map[string][]string {
	w.t.Helper()
	all := map[string][]string{}
	for path, item := range w.law.doc.Paths.Map() {
		op := item.Get
		if op == nil {
			continue
		}
		queries := []string{""}
		paths := []string{path}
		for _, ref := range slices.Concat(item.Parameters, op.Parameters) {
			switch p := ref.Value; p.In {
			case openapi3.ParameterInPath:
				things := w.things[cmp.Or(last(ref.Ref), p.Name)]
				if len(things) == 0 {
					w.t.Fatalf("%s: no thing for %s", op.OperationID, p.Name)
				}
				var named []string
				for _, thing := range things {
					for _, at := range paths {
						named = append(named, strings.Replace(at, "{"+p.Name+"}", thing, 1))
					}
				}
				paths = named
			case openapi3.ParameterInQuery:
				for _, value := range w.values(p) {
					queries = append(queries, "?"+p.Name+"="+value)
				}
			}
		}
		for _, query := range combined[op.OperationID] {
			queries = append(queries, "?"+query)
		}
		for _, at := range paths {
			for _, query := range queries {
				if query != "" && !chosen(at+query) {
					continue
				}
				all[op.OperationID] = append(all[op.OperationID], at+query)
			}
		}
	}
	return all
}

// chosen tells what the everyday run asks: every address as it is, and an eighth
// of the queries and of the repeated questions, always the same ones. The long
// form asks everything.
func chosen(question string) bool {
	return !testing.Short() || crc32.ChecksumIEEE([]byte(question))%8 == 0
}

func (w *world) values(p *openapi3.Parameter) []string {
	w.t.Helper()
	schema := p.Schema.Value
	if schema.Items != nil {
		schema = schema.Items.Value
	}
	var values []string
	for _, value := range schema.Enum {
		values = append(values, fmt.Sprint(value))
	}
	for _, value := range questions[p.Name] {
		values = append(values, strings.Replace(url.QueryEscape(value), "%26to%3D", "&to=", 1))
	}
	switch {
	case p.Name == "cursor": // the walk turns the pages
	case schema.Type.Is(openapi3.TypeBoolean):
		values = append(values, "true", "false")
	case len(values) == 0:
		w.t.Fatalf("no question for the parameter %s", p.Name)
	}
	return values
}

// seen is what a caller was answered at an address.
type seen struct {
	operation, who, target, method string
}

// walk reads every address as each of the callers, page by page, and gives
// what was answered. What it read before under an ETag it asks for again under
// the same one.
func (w *world) walk(callers []string, before map[seen]reply) map[seen]reply {
	w.t.Helper()
	found := map[seen]reply{}
	addresses := w.addresses()
	for _, operation := range slices.Sorted(maps.Keys(addresses)) {
		for _, start := range addresses[operation] {
			for _, who := range callers {
				for target := start; target != ""; {
					key := seen{operation, who, target, http.MethodGet}
					answer := w.send(who, key.method, target, "")
					found[key] = answer
					w.conditionally(key, before[key], found)
					if key.method = http.MethodHead; !strings.Contains(target, "?") && chosen(who+target) {
						found[key] = w.send(who, key.method, target, "")
					}
					if target = answer.next(); strings.Contains(start, "limit=200") {
						target = ""
					}
				}
			}
		}
	}
	return found
}

// conditionally asks with the ETag of the answer before.
func (w *world) conditionally(key seen, before reply, found map[seen]reply) {
	tag := before.header.Get("ETag")
	if tag == "" || strings.Contains(key.target, "?") || !chosen(key.target+key.who) {
		return
	}
	key.method = "GET If-None-Match"
	found[key] = w.send(key.who, http.MethodGet, key.target, "", "If-None-Match", tag)
}

var requestID = regexp.MustCompile(`"request_id":"[^"]*"`)

// plain gives the answer without what differs from one request to the next.
func (r reply) plain() string {
	var lines []string
	for name, values := range r.header {
		if name != "Date" && name != "X-Request-Id" {
			lines = append(lines, name+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(lines)
	return fmt.Sprintf("%d\n%s\n%s", r.status, strings.Join(lines, "\n"), requestID.ReplaceAllString(r.text, `"request_id":""`))
}

// unlike lists where two walks differ.
func unlike(before, after map[seen]reply) []seen {
	var differ []seen
	for key, was := range before {
		if is, ok := after[key]; !ok || is.plain() != was.plain() {
			differ = append(differ, key)
		}
	}
	for key := range after {
		if _, ok := before[key]; !ok {
			differ = append(differ, key)
		}
	}
	slices.SortFunc(differ, func(a, b seen) int {
		return cmp.Or(cmp.Compare(a.operation, b.operation), cmp.Compare(a.target, b.target), cmp.Compare(a.who, b.who), cmp.Compare(a.method, b.method))
	})
	return differ
}

// TestAWalkIsTheSameTwice makes sure that a walk sees nothing but the register:
// asked again nothing differs, and whoever asks with an ETag is told 304.
func TestAWalkIsTheSameTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.walk([]string{"", "own editor"}, nil)
	again := w.walk([]string{"", "own editor"}, first)
	conditional := 0
	for key, answer := range again {
		if key.method == "GET If-None-Match" {
			conditional++
			delete(again, key)
			if answer.status != http.StatusNotModified || answer.text != "" {
				t.Errorf("%s: %d %s", key.target, answer.status, answer.text)
			}
		}
	}
	if conditional < 20 {
		t.Errorf("%d answers with an ETag", conditional)
	}
	for _, key := range unlike(first, again) {
		t.Errorf("%s %s as %q\nfirst %s\nagain %s", key.method, key.target, key.who, first[key].plain(), again[key].plain())
	}
}
