package fault_test

import (
	"errors"
	"strings"
	"testing"

	"accord/pkg/fault"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ line, prose string }{
		"a":                               {"", ""},
		"执御":                              {"", ""},
		" a ":                             {"", ""},
		"क्\u200dष":                       {"", ""}, // a joiner that Hindi is written with
		"👩\u200d👧":                        {"", ""},
		"":                                {"required", "required"},
		" \u00a0\u3000":                   {"required", "required"},
		"\u200b":                          {"required", "required"},
		"\u200d \ufeff\u2060\u00ad":       {"required", "required"},
		"\u3164":                          {"required", "required"}, // a filler that counts as a letter
		"\ufe0f":                          {"required", "required"},
		"a\nb":                            {"invalid_characters", ""},
		"a\r\nb":                          {"invalid_characters", ""},
		"a\tb":                            {"invalid_characters", ""},
		"a\u2028b\u2029c":                 {"invalid_characters", ""},
		"\n":                              {"invalid_characters", "required"},
		"a\x00":                           {"invalid_characters", "invalid_characters"},
		"a\u0085":                         {"invalid_characters", "invalid_characters"},
		"gro\u202e":                       {"invalid_characters", "invalid_characters"},
		"\u2066a":                         {"invalid_characters", "invalid_characters"},
		"\ufffd":                          {"invalid_characters", "invalid_characters"},
		"\xff":                            {"invalid_characters", "invalid_characters"},
		strings.Repeat("执", 9):            {"", ""},
		strings.Repeat("执", 10):           {"too_long", "too_long"},
		strings.Repeat(" ", 10):           {"required", "required"},
		strings.Repeat("a", 9) + "\u200b": {"too_long", "too_long"},
	} {
		var line, prose fault.Fields
		line.Text("/a", text, 9)
		prose.Prose("/a", text, 9)
		if codes(line) != want.line || codes(prose) != want.prose {
			t.Errorf("%q: a line is %q, want %q; prose %q, want %q", text, codes(line), want.line, codes(prose), want.prose)
		}
	}
}

func codes(faults fault.Fields) string {
	var all []string
	for _, f := range faults {
		all = append(all, f.Code)
	}
	return strings.Join(all, " ")
}

func TestWhatADatabaseRefusesIsLocated(t *testing.T) {
	t.Parallel()
	places := map[string]fault.Field{"known": {Pointer: "/a", Code: "unknown_a"}}
	for _, test := range []struct {
		kind fault.Kind
		code string
	}{{fault.Invalid, "invalid"}, {fault.Conflict, "unknown_a"}} {
		err := fault.Locate(&fault.Error{Kind: test.kind, Code: "raw", Constraint: "known"}, places)
		got, ok := errors.AsType[*fault.Error](err)
		if fields := fault.FieldsOf(err); !ok || got.Code != test.code || got.Kind != test.kind || len(fields) != 1 || fields[0].Code != "unknown_a" {
			t.Errorf("%v", err)
		}
	}
}
