package api

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"accord/pkg/fault"
	"accord/pkg/plan"
)

// parameter is a query parameter with its rules, compiled once, since every
// read is checked by them.
type parameter struct {
	name  string
	list  bool // values separated by commas, all different
	most  int  // of a list
	check func(value string) (code string, args fault.Args)
}

func compileParameter(p *openapi3.Parameter) (parameter, error) {
	schema := p.Schema.Value
	compiled := parameter{name: p.Name}
	if schema.Type.Is(openapi3.TypeArray) {
		if schema.MaxItems == nil || p.Explode == nil || *p.Explode {
			return parameter{}, fmt.Errorf("parameter %s: a list has explode: false and a maximum", p.Name)
		}
		compiled.list, compiled.most = true, int(*schema.MaxItems)
		schema = schema.Items.Value
	}
	switch {
	case schema.Type.Is(openapi3.TypeInteger):
		compiled.check = integerRule(schema)
	case schema.Type.Is(openapi3.TypeBoolean):
		compiled.check = booleanRule
	case schema.Type.Is(openapi3.TypeString) && schema.Format == "date":
		compiled.check = dateRule
	case schema.Type.Is(openapi3.TypeString) && len(schema.Enum) > 0:
		compiled.check = enumRule(schema.Enum)
	case schema.Type.Is(openapi3.TypeString):
		rule, err := textRule(schema)
		if err != nil {
			return parameter{}, fmt.Errorf("parameter %s: %w", p.Name, err)
		}
		compiled.check = rule
	default:
		return parameter{}, fmt.Errorf("parameter %s: no rule for its type", p.Name)
	}
	return compiled, nil
}

// faultOf gives what is wrong with the value, or "".
func (p parameter) faultOf(value string) (string, fault.Args) {
	if !p.list {
		return p.check(value)
	}
	items := strings.Split(value, ",")
	if len(items) > p.most {
		return "too_many_items", fault.Args{"max": strconv.Itoa(p.most)}
	}
	for i, item := range items {
		if code, args := p.check(item); code != "" {
			return code, args
		}
		if slices.Contains(items[:i], item) {
			return "repeated_items", nil
		}
	}
	return "", nil
}

func integerRule(schema *openapi3.Schema) func(string) (string, fault.Args) {
	least, most := bounds(schema)
	return func(value string) (string, fault.Args) {
		n, err := strconv.ParseInt(value, 10, 64)
		switch {
		case err != nil && !looksInteger(value), err == nil && strconv.FormatInt(n, 10) != value:
			return "wrong_type", fault.Args{"type": "integer"}
		case err != nil, n < least, n > most:
			return "out_of_range", fault.Args{"min": strconv.FormatInt(least, 10), "max": strconv.FormatInt(most, 10)}
		}
		return "", nil
	}
}

// bounds gives the bounds of an integer; every one in the contract has both.
func bounds(schema *openapi3.Schema) (least, most int64) {
	most = 1<<53 - 1
	if schema.Min != nil {
		least = int64(*schema.Min)
	}
	if schema.Max != nil {
		most = int64(*schema.Max)
	}
	return least, most
}

// looksInteger tells whether text is an integer that may be too long to hold.
func looksInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

func booleanRule(value string) (string, fault.Args) {
	if value != "true" && value != "false" {
		return "wrong_type", fault.Args{"type": "boolean"}
	}
	return "", nil
}

func dateRule(value string) (string, fault.Args) {
	if _, ok := plan.ParseDate(value); !ok {
		return "not_a_date", nil
	}
	return "", nil
}

func enumRule(enum []any) func(string) (string, fault.Args) {
	values := enumTexts(enum)
	args := fault.Args{"values": strings.Join(values, ", ")}
	return func(value string) (string, fault.Args) {
		if !slices.Contains(values, value) {
			return "not_in_list", args
		}
		return "", nil
	}
}

func enumTexts(enum []any) []string {
	values := make([]string, 0, len(enum))
	for _, value := range enum {
		values = append(values, fmt.Sprint(value))
	}
	return values
}

func textRule(schema *openapi3.Schema) (func(string) (string, fault.Args), error) {
	var pattern *regexp.Regexp
	if schema.Pattern != "" {
		var err error
		if pattern, err = regexp.Compile(schema.Pattern); err != nil {
			return nil, fmt.Errorf("pattern: %w", err)
		}
	}
	least := int(schema.MinLength)
	most := 1000
	if schema.MaxLength != nil {
		most = int(*schema.MaxLength)
	}
	return func(value string) (string, fault.Args) {
		length := utf8.RuneCountInString(value)
		switch {
		case length < least:
			return "too_short", fault.Args{"min": strconv.Itoa(least)}
		case length > most:
			return "too_long", fault.Args{"max": strconv.Itoa(most)}
		case pattern != nil && !pattern.MatchString(value):
			return "wrong_format", nil
		}
		return "", nil
	}, nil
}
