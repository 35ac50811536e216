package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"accord/pkg/fault"
	"accord/pkg/plan"
)

// query is what a request asks after the question mark, checked against the
// contract. Most have none, and few have many, so it is a list.
type query []struct{ name, value string }

// readQuery reads and checks the query of a request.
//
// It refuses with Malformed, naming every parameter at fault, up to
// [mostFaults]: one that the operation does not take, one given twice, one that
// is not well-formed.
func (op *operation) readQuery(raw string) (query, error) {
	if raw == "" {
		return nil, nil
	}
	var q query
	var faults fault.Fields
	for part := range strings.SplitSeq(raw, "&") {
		if len(faults) == mostFaults {
			break
		}
		if part == "" {
			continue
		}
		key, text, _ := strings.Cut(part, "=")
		name, nameErr := url.QueryUnescape(key)
		value, valueErr := url.QueryUnescape(text)
		i := slices.IndexFunc(op.params, func(p parameter) bool { return p.name == name })
		switch {
		case nameErr != nil || i < 0:
			faults.Add(shown(name), "unknown_parameter")
		case q.has(name):
			faults.Add(name, "repeated_parameter")
		case valueErr != nil || !plain(value):
			faults.Add(name, "wrong_format")
		default:
			q = append(q, struct{ name, value string }{name, value})
			if code, args := op.params[i].faultOf(value); code != "" {
				faults.Add(name, code, args)
			}
		}
	}
	if len(faults) > 0 {
		return nil, &fault.Error{Kind: fault.Malformed, Code: "parameters", Fields: faults}
	}
	return q, nil
}

// shown gives the name of an unknown parameter as far as it can be shown.
func shown(name string) string {
	if !plain(name) || len(name) > 64 {
		return ""
	}
	return name
}

// plain tells whether text is UTF-8 without control characters.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, control)
}

func (q query) has(name string) bool {
	_, ok := q.find(name)
	return ok
}

func (q query) find(name string) (string, bool) {
	for _, pair := range q {
		if pair.name == name {
			return pair.value, true
		}
	}
	return "", false
}

// text gives a parameter, "" when it is absent.
func (q query) text(name string) string {
	value, _ := q.find(name)
	return value
}

// number gives a parameter that the contract says is an integer, 0 when it is absent.
func (q query) number(name string) int64 {
	n, err := strconv.ParseInt(q.text(name), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// flag gives a parameter that the contract says is a boolean, nil when it is absent.
func (q query) flag(name string) *bool {
	value, ok := q.find(name)
	if !ok {
		return nil
	}
	set := value == "true"
	return &set
}

// date gives a parameter that the contract says is a date, "" when it is absent.
func (q query) date(name string) plan.Date { return plan.Date(q.text(name)) }

// list gives a parameter that the contract says is a list, nil when it is absent.
func (q query) list(name string) []string {
	value, ok := q.find(name)
	if !ok {
		return nil
	}
	return strings.Split(value, ",")
}

// normal gives the query in one form, without what only turns the pages.
func (q query) normal() string {
	parts := make([]string, 0, len(q))
	for _, pair := range q {
		if pair.name != "cursor" && pair.name != "limit" {
			parts = append(parts, url.QueryEscape(pair.name)+"="+url.QueryEscape(pair.value))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "&")
}
