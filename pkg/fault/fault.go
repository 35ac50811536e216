// Package fault names the ways in which a request can fail.
//
// A fault is data, not text: a kind, which the server's one table turns into
// a status, a code, which the phrase catalogue turns into a sentence in the
// reader's language, and the fields at fault. An error that is not a fault is
// an accident, and a reader learns nothing of it but the request's id. The
// package imports nothing but the standard library, so that every room of the
// house may speak it.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind is the class of a fault; the server maps each to one HTTP status.
type Kind int

const (
	// Internal is the kind of every error that is no fault.
	Internal Kind = iota
	// Malformed is a request that cannot be parsed at all, or a bad query parameter.
	Malformed
	// Invalid is a well-formed request that breaks a rule; it lists each field at fault.
	Invalid
	// Unauthenticated is a request without a valid credential where one is needed.
	Unauthenticated
	// Forbidden is a known actor whose role may not do this at all.
	Forbidden
	// NotFound is a thing that is not there, or that the actor may not know of.
	NotFound
	// MethodNotAllowed is a known path asked with a method it does not take.
	MethodNotAllowed
	// Conflict is a request that the present state of the register refuses.
	Conflict
	// Stale is an If-Match that names another version than the present one.
	Stale
	// TooLarge is a body over its limit.
	TooLarge
	// MediaType is a body in a format that the route does not take.
	MediaType
	// PreconditionRequired is a change without the If-Match it needs.
	PreconditionRequired
	// RateLimited is one request too many; RetryAfter says when to come back.
	RateLimited
	// Unavailable is a register that cannot answer now; asking again may help.
	Unavailable
)

// Args are the values that a code's sentence names, by placeholder.
type Args map[string]string

// Field is one fault of one place in a request.
type Field struct {
	Pointer string // RFC 6901 pointer into the body, such as /figures/0/low; or the name of a query parameter
	Code    string // what is wrong, a key of the phrase catalogue
	Args    Args
}

// Clash is a value that was not written because somebody else has written
// another one there since.
type Clash struct {
	Pointer string // as of a Field
	Yours   []byte // the JSON value that was sent; nil for none
	Current []byte // the JSON value that stands; nil for none
}

// Error is a fault. The zero Fields, Clashes, RetryAfter and Err are normal.
type Error struct {
	Kind       Kind
	Code       string
	Args       Args
	Fields     []Field
	Clashes    []Clash
	Constraint string // the database constraint that was broken, where db found one
	RetryAfter time.Duration
	Err        error // the cause, for the log only
}

func (e *Error) Error() string {
	text := e.Code
	for _, f := range e.Fields {
		text += fmt.Sprintf("; %s: %s", f.Pointer, f.Code)
	}
	if e.Constraint != "" {
		text += " (" + e.Constraint + ")"
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// New makes a fault of the kind with the code of its sentence.
func New(kind Kind, code string, args ...Args) *Error {
	e := &Error{Kind: kind, Code: code}
	if len(args) > 0 {
		e.Args = args[0]
	}
	return e
}

// Wrap makes a fault that keeps its cause for the log.
func Wrap(kind Kind, code string, cause error) *Error {
	return &Error{Kind: kind, Code: code, Err: cause}
}

// KindOf gives the kind of the first fault in err's chain, Internal if there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is tells whether err is a fault of the kind.
func Is(err error, kind Kind) bool {
	return err != nil && KindOf(err) == kind
}

// ConstraintOf gives the name of the constraint that err's fault broke, or "".
func ConstraintOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Constraint
	}
	return ""
}
