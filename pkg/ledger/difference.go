package ledger

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// FieldChange is what became of one field.
type FieldChange struct {
	Pointer string          // RFC 6901, into the content of the thing
	Before  json.RawMessage // nil where there was no value
	After   json.RawMessage // nil where there is none any more
}

// Difference gives the fields that differ between two canonical contents, nil
// standing for no thing at all, in the order of their pointers. Objects are
// compared field by field; arrays and hidden values are compared as values.
// Canonical bytes are equal where values are.
func Difference(before, after json.RawMessage) []FieldChange {
	changes := []FieldChange{}
	then, now := fieldsOf(before), fieldsOf(after)
	if then == nil && now == nil {
		return changes
	}
	// A whole thing that comes or goes is told field by field too.
	compareFields(&changes, "", then, now)
	return changes
}

func compareFields(changes *[]FieldChange, pointer string, then, now map[string]json.RawMessage) {
	names := maps.Clone(then)
	if names == nil {
		names = map[string]json.RawMessage{}
	}
	maps.Copy(names, now)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		compare(changes, pointer+"/"+escapeToken(name), then[name], now[name])
	}
}

func compare(changes *[]FieldChange, pointer string, before, after json.RawMessage) {
	if bytes.Equal(before, after) {
		return
	}
	then, now := fieldsOf(before), fieldsOf(after)
	if then == nil || now == nil {
		*changes = append(*changes, FieldChange{Pointer: pointer, Before: before, After: after})
		return
	}
	compareFields(changes, pointer, then, now)
}

// fieldsOf gives the fields of an object, and nil for any other value and for
// the hash that stands for a hidden one.
func fieldsOf(value json.RawMessage) map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(value, &fields); err != nil {
		return nil // no object
	}
	if _, hash := fields["sha256"]; hash && len(fields) == 1 {
		return nil
	}
	return fields
}

// escapeToken writes a name as a token of a JSON pointer.
func escapeToken(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
