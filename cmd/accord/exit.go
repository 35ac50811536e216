//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"accord/db/embedded"
	"accord/pkg/fault"
	"accord/pkg/phrase"
)

// The exit codes, which the command's help documents.
const (
	exitDone      = 0
	exitFailed    = 1
	exitUsage     = 2
	exitRefused   = 3
	exitHeld      = 4
	exitSchema    = 5
	exitDatabase  = 6
	exitUnsound   = 7
	exitElsewhere = 8
)

// trouble is an error with the exit code that a script can tell it by, and
// what a person does about it.
type trouble struct {
	code int
	what string
	mend string // may be empty
	err  error  // the cause, may be nil
}

func (t *trouble) Error() string {
	if t.err != nil {
		return t.what + ": " + t.err.Error()
	}
	return t.what
}

func (t *trouble) Unwrap() error { return t.err }

func usage(what string) error {
	return &trouble{code: exitUsage, what: what, mend: "accord --help lists the options"}
}

// report tells the person at the shell how a command ended.
func (sh shell) report(err error) int {
	if err == nil {
		return exitDone
	}
	code, text := explain(err)
	_, _ = io.WriteString(sh.err, "accord: "+text+"\n") // where to would we report that this failed
	return code
}

func explain(err error) (int, string) {
	if errors.Is(err, context.Canceled) {
		return exitFailed, "interrupted"
	}
	if t, ok := errors.AsType[*trouble](err); ok {
		return t.code, withMend(t.Error(), t.mend)
	}
	if held, ok := errors.AsType[*embedded.Held](err); ok {
		return exitHeld, withMend(held.Error(), "stop it first, or set ACCORD_DATA to another folder")
	}
	if t, ok := errors.AsType[*embedded.Trouble](err); ok {
		what := t.What
		if t.Err != nil {
			what += ": " + t.Err.Error()
		}
		return exitDatabase, withMend(what, t.Mend)
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.Internal {
		return exitOf(f.Kind), sentences(f, err)
	}
	return exitFailed, err.Error()
}

func withMend(what, mend string) string {
	if mend == "" {
		return what
	}
	return what + "\n  " + mend
}

func exitOf(kind fault.Kind) int {
	switch kind {
	case fault.Unavailable:
		return exitDatabase
	default:
		return exitRefused
	}
}

// sentences says a fault as the API would, and its cause when the register
// itself is at fault.
func sentences(f *fault.Error, err error) string {
	var text strings.Builder
	text.WriteString(phrase.Text(phrase.English, f.Code, f.Args))
	for _, field := range f.Fields {
		fmt.Fprintf(&text, "\n  %s: %s", strings.TrimPrefix(field.Pointer, "/"), phrase.Text(phrase.English, field.Code, field.Args))
	}
	if f.Kind == fault.Unavailable {
		fmt.Fprintf(&text, "\n  %v", err)
	}
	return text.String()
}
