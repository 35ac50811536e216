package db

import (
	"strconv"
	"strings"
)

// Filter composes the WHERE of a list from fixed fragments, so that each set
// of filters is one statement that stays prepared and values are always
// parameters.
type Filter struct {
	where strings.Builder
	args  []any
}

// And adds a condition; each ? in it stands for the next argument.
func (f *Filter) And(condition string, args ...any) {
	if f.where.Len() > 0 {
		f.where.WriteString("\n    and ")
	}
	for _, arg := range args {
		before, after, _ := strings.Cut(condition, "?")
		f.where.WriteString(before)
		f.where.WriteString(f.Arg(arg))
		condition = after
	}
	f.where.WriteString(condition)
}

// Arg takes a value and gives the placeholder that stands for it.
func (f *Filter) Arg(value any) string {
	f.args = append(f.args, value)
	return "$" + strconv.Itoa(len(f.args))
}

// Where gives the conditions, joined by and; "true" without any.
func (f *Filter) Where() string {
	if f.where.Len() == 0 {
		return "true"
	}
	return f.where.String()
}

// Take gives the conditions as Where does and begins anew; the arguments stay,
// so that one statement may hold several lists of conditions.
func (f *Filter) Take() string {
	where := f.Where()
	f.where.Reset()
	return where
}

// Args gives the arguments in the order of their placeholders.
func (f *Filter) Args() []any { return f.args }
