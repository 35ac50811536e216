package api

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"accord/pkg/fault"
	"accord/pkg/plan"
)

// mostFaults is how many faults one answer lists: more help nobody, and whoever
// sends a megabyte of them is not to be answered with a hundred.
const mostFaults = 100

// errNotADate tells a date's fault from other formats'.
var errNotADate = errors.New("not a date")

// validate holds the tree against the schema and gives every shape fault, up to
// [mostFaults], with our codes and its pointer, in the order of the pointers.
func validate(schema *openapi3.Schema, tree map[string]any) fault.Fields {
	err := schema.VisitJSON(tree,
		openapi3.MultiErrors(),
		openapi3.VisitAsRequest(),
		openapi3.WithStringFormatValidator("date", openapi3.NewCallbackValidator(func(text string) error {
			if _, ok := plan.ParseDate(text); !ok {
				return errNotADate
			}
			return nil
		})),
		openapi3.WithStringFormatValidator("date-time", openapi3.NewCallbackValidator(func(text string) error {
			_, err := time.Parse(time.RFC3339, text)
			return err
		})))
	found := collection{listed: map[string]bool{}}
	found.collect(err)
	faults := found.faults
	slices.SortStableFunc(faults, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	faults = slices.CompactFunc(faults, func(a, b fault.Field) bool { return a.Pointer == b.Pointer && a.Code == b.Code })
	return faults[:min(len(faults), mostFaults)]
}

// collection gathers faults. It belongs to one body.
type collection struct {
	faults fault.Fields
	listed map[string]bool // the objects, by pointer, whose unknown properties are among them
}

// collect turns what the validator says into faults.
func (c *collection) collect(err error) {
	if err == nil {
		return
	}
	if many, ok := errors.AsType[openapi3.MultiError](err); ok {
		for _, one := range many {
			c.collect(one)
		}
		return
	}
	one, ok := errors.AsType[*openapi3.SchemaError](err)
	if !ok {
		c.faults.Add("", "wrong_format")
		return
	}
	pointer := pointerOf(one.JSONPointer())
	switch {
	case one.SchemaField != "properties":
		code, args := codeOf(one)
		c.faults.Add(pointer, code, args)
	case !c.listed[pointer]: // there is one such error for each unknown property, which does not name it
		c.listed[pointer] = true
		for _, name := range unknown(one) {
			c.faults.Add(pointer+"/"+escape(name), "unknown_field")
		}
	}
}

// unknown lists the properties of the object that its schema does not know.
func unknown(err *openapi3.SchemaError) []string {
	object, _ := err.Value.(map[string]any)
	var names []string
	for name := range object {
		if err.Schema.Properties[name] == nil {
			names = append(names, name)
		}
	}
	return names
}

// codeOf gives our code for a shape fault.
func codeOf(err *openapi3.SchemaError) (string, fault.Args) {
	schema := err.Schema
	switch err.SchemaField {
	case "required":
		return "required", nil
	case "nullable":
		return "null_not_allowed", nil
	case "enum":
		if _, isText := err.Value.(string); !isText {
			return wrongType(err)
		}
		return "not_in_list", fault.Args{"values": strings.Join(enumTexts(schema.Enum), ", ")}
	case "minLength":
		return "too_short", fault.Args{"min": strconv.FormatUint(schema.MinLength, 10)}
	case "maxLength":
		return "too_long", fault.Args{"max": strconv.FormatUint(*schema.MaxLength, 10)}
	case "minItems":
		return "too_few_items", fault.Args{"min": strconv.FormatUint(schema.MinItems, 10)}
	case "maxItems":
		return "too_many_items", fault.Args{"max": strconv.FormatUint(*schema.MaxItems, 10)}
	case "uniqueItems":
		return "repeated_items", nil
	case "minProperties":
		return "empty_patch", nil
	case "minimum", "maximum":
		return outOfRange(schema)
	case "format":
		switch {
		case schema.Type.Is(openapi3.TypeInteger): // it has more digits than an int64
			return outOfRange(schema)
		case schema.Format == "date":
			return "not_a_date", nil
		case schema.Format == "date-time":
			return "not_a_time", nil
		}
		return "wrong_format", nil
	case "pattern":
		return "wrong_format", nil
	default:
		return wrongType(err)
	}
}

func outOfRange(schema *openapi3.Schema) (string, fault.Args) {
	least, most := bounds(schema)
	return "out_of_range", fault.Args{"min": strconv.FormatInt(least, 10), "max": strconv.FormatInt(most, 10)}
}

func wrongType(err *openapi3.SchemaError) (string, fault.Args) {
	if err.Value == nil {
		return "null_not_allowed", nil
	}
	kind := "object"
	if err.Schema.Type != nil {
		kind = strings.Join(err.Schema.Type.Slice(), ", ")
	}
	return "wrong_type", fault.Args{"type": kind}
}

func pointerOf(path []string) string {
	var pointer strings.Builder
	for _, part := range path {
		pointer.WriteByte('/')
		pointer.WriteString(escape(part))
	}
	return pointer.String()
}

// prune takes out of the tree what is at fault, so that the rest can be looked
// at: properties go, items of a list become null and keep their neighbours'
// places.
func prune(tree map[string]any, faults fault.Fields) {
	for _, f := range faults {
		path := strings.Split(strings.TrimPrefix(f.Pointer, "/"), "/")
		cut(tree, path)
	}
}

func cut(node any, path []string) {
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
	switch node := node.(type) {
	case map[string]any:
		if len(path) == 1 {
			delete(node, name)
			return
		}
		cut(node[name], path[1:])
	case []any:
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 || i >= len(node) {
			return
		}
		if len(path) == 1 {
			node[i] = nil
			return
		}
		cut(node[i], path[1:])
	}
}

// remainder decodes what is left of the tree.
func remainder(tree map[string]any, into any) error {
	raw, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}
