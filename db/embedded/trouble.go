//go:build unix

package embedded

// Trouble is what stands in the way of a private PostgreSQL and how a person
// mends it.
type Trouble struct {
	What string
	Mend string // what to do, in words or as a command
	Err  error  // the cause, where there is one
}

func (t *Trouble) Error() string {
	text := t.What
	if t.Err != nil {
		text += ": " + t.Err.Error()
	}
	return text + " (" + t.Mend + ")"
}

func (t *Trouble) Unwrap() error { return t.Err }
