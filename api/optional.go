package api

import "github.com/oapi-codegen/nullable"

// On the wire what is not stated is absent, in the offices it is a nil pointer.

// stated gives the value that a pointer points at, and the zero value, which
// the wire leaves out, for nil.
func stated[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}

// given gives a pointer to the value, nil when it was absent.
func given[T comparable](value T) *T {
	var none T
	if value == none {
		return nil
	}
	return &value
}

// translated gives a property of a merge patch in the office's words: absent
// and null stay what they are.
func translated[W, O any](n nullable.Nullable[W], word func(W) O) nullable.Nullable[O] {
	if n.IsNull() {
		return nullable.NewNullNullable[O]()
	}
	value, err := n.Get()
	if err != nil {
		return nil
	}
	return nullable.NewNullableWithValue(word(value))
}

// changed gives a property of a merge patch that cannot be null: the zero value
// is one that is absent.
func changed[W comparable, O any](value W, word func(W) O) nullable.Nullable[O] {
	var none W
	if value == none {
		return nil
	}
	return nullable.NewNullableWithValue(word(value))
}

// same is the word of a value that is the same on both sides.
func same[T any](value T) T { return value }
