//go:build unix

package embedded

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Holder is the process that serves a data folder.
type Holder struct {
	PID     int    `json:"pid"`
	Host    string `json:"host"`
	Address string `json:"address"`
}

// Held refuses a second process on one data folder.
type Held struct {
	Data   string
	Holder Holder // zero when the holder has not yet written who it is
}

func (h *Held) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "the data folder %s is held by another accord", h.Data)
	if h.Holder.PID != 0 {
		fmt.Fprintf(&text, ": process %d on host %s", h.Holder.PID, h.Holder.Host)
		if h.Holder.Address != "" {
			fmt.Fprintf(&text, ", which serves %s", h.Holder.Address)
		}
	}
	return text.String()
}

// hold takes the home for the one process that serves it, or refuses with *Held.
func (p place) hold(address string) (*lock, error) {
	l, err := p.open("serve.lock")
	if err != nil {
		return nil, err
	}
	ok, err := l.patient(exclusive)
	switch {
	case err != nil:
	case !ok:
		err = &Held{Data: p.data, Holder: l.holder()}
	default:
		err = l.sign(address)
	}
	if err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

// sign writes into the lock who holds it.
func (l *lock) sign(address string) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	text, err := json.Marshal(Holder{PID: os.Getpid(), Host: host, Address: address})
	if err != nil {
		return fmt.Errorf("write holder: %w", err)
	}
	_, werr := l.file.WriteAt(append(text, '\n'), 0)
	if err := errors.Join(werr, l.file.Truncate(int64(len(text)+1))); err != nil {
		return fmt.Errorf("write holder: %w", err)
	}
	return nil
}

// holder reads who holds the lock; a holder that is just writing is unknown.
func (l *lock) holder() Holder {
	var h Holder
	text, err := io.ReadAll(io.NewSectionReader(l.file, 0, 4096))
	if err != nil || json.Unmarshal(text, &h) != nil {
		return Holder{}
	}
	return h
}
