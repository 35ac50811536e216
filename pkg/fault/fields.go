package fault

import (
	"errors"
	"strings"
)

// codeInvalid is the code of every Invalid fault that lists its fields.
const codeInvalid = "invalid"

// Fields gathers the faults of one body, so that the reader mends them all at once.
type Fields []Field

// Add notes a fault at the pointer.
func (f *Fields) Add(pointer, code string, args ...Args) {
	field := Field{Pointer: pointer, Code: code}
	if len(args) > 0 {
		field.Args = args[0]
	}
	*f = append(*f, field)
}

// Merge takes over the faults of a part of the body that lies below prefix.
func (f *Fields) Merge(prefix string, part Fields) {
	for _, field := range part {
		field.Pointer = prefix + field.Pointer
		*f = append(*f, field)
	}
}

// At tells whether a fault lies at the pointer, below it or above it.
func (f Fields) At(pointer string) bool {
	for _, field := range f {
		if field.Pointer == pointer ||
			strings.HasPrefix(field.Pointer, pointer+"/") ||
			strings.HasPrefix(pointer, field.Pointer+"/") {
			return true
		}
	}
	return false
}

// Err gives nil when nothing is at fault, else one Invalid fault with every field.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Code: codeInvalid, Fields: f}
}

// FieldAt makes an Invalid fault of a single field.
func FieldAt(pointer, code string, args ...Args) error {
	var f Fields
	f.Add(pointer, code, args...)
	return f.Err()
}

// ConflictAt makes a Conflict fault of a single field.
func ConflictAt(pointer, code string, args ...Args) error {
	e := New(Conflict, code, args...)
	e.Fields = FieldsOf(FieldAt(pointer, code, args...))
	return e
}

// FieldsOf gives the fields at fault in err's chain.
func FieldsOf(err error) Fields {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Fields
	}
	return nil
}

// Locate turns a fault that names a broken constraint into one that names the
// field at fault, by the office's table; other errors pass unchanged. A
// conflict has the code of its field, what is invalid that of all such faults.
func Locate(err error, places map[string]Field) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Constraint == "" {
		return err
	}
	place, ok := places[e.Constraint]
	if !ok {
		return err
	}
	located := &Error{Kind: e.Kind, Code: place.Code, Args: place.Args, Fields: Fields{place}, Constraint: e.Constraint, Err: err}
	if e.Kind == Invalid { // told like every other field at fault
		located.Code, located.Args = codeInvalid, nil
	}
	return located
}
