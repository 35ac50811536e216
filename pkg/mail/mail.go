// Package mail brings letters to people: queued in the transaction of their
// cause, so that there is no letter without a cause and no cause without its
// letter, and sent after it by a mail server.
//
// A letter is sent at least once, each time under the same Message-ID: where
// the server's answer was lost on the way it may come twice, and mail programs
// show it once. What it says and to whom is personal, and its link is a
// secret: both are erased from the row as soon as it was sent, or when the
// link is not good any more. No address is ever logged, and none is kept with
// an error.
//
// Without a mail server letters are shown in the log, on purpose: that is how
// a register on somebody's own machine is used and tried.
package mail

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"accord/db"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/phrase"
)

// Kind is what a letter is about.
type Kind string

// The kinds of letters. Each has a link.
const (
	Invitation    Kind = "invitation"
	PasswordReset Kind = "password_reset"
	SignInLink    Kind = "sign_in_link"
)

// form is how letters of a kind read: codes of the phrase catalogue.
type form struct{ subject, text string }

var forms = map[Kind]form{
	Invitation:    {"mail_invitation_subject", "mail_invitation_text"},
	PasswordReset: {"mail_password_reset_subject", "mail_password_reset_text"},
	SignInLink:    {"mail_sign_in_link_subject", "mail_sign_in_link_text"},
}

// Letter is what is to be told to whom.
type Letter struct {
	Kind      Kind
	Lang      phrase.Lang
	To        string     // an e-mail address that was checked
	Cause     string     // the id of the invitation, or of the account
	Path      string     // of the link, from the base address on
	GoodUntil time.Time  // the link's end, after which the letter is of no use
	Args      fault.Args // what else the text says
}

// Desk is where letters are written: it knows the address of the register.
type Desk struct {
	base string
	host string // the right side of each Message-ID
	wake chan struct{}
}

// NewDesk makes the desk of a register that people reach under base.
func NewDesk(base string) *Desk {
	d := &Desk{base: strings.TrimRight(base, "/"), host: "accord.invalid", wake: make(chan struct{}, 1)}
	if address, err := url.Parse(base); err == nil && address.Hostname() != "" && !strings.Contains(address.Hostname(), ":") {
		d.host = address.Hostname()
	}
	return d
}

const insertMail = `
insert into mail (id, message_id, kind, cause, lang, recipient, subject, text, created_at, good_until, next_try_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9)`

// Queue writes the letter into the transaction of its cause. Call [Desk.Wake]
// when that is committed.
func (d *Desk) Queue(ctx context.Context, tx *db.Tx, l Letter) error {
	args := fault.Args{"link": d.base + l.Path, "until": l.GoodUntil.UTC().Format("2006-01-02 15:04")}
	for name, text := range l.Args {
		args[name] = line(text)
	}
	says, known := forms[l.Kind]
	if !known {
		return fmt.Errorf("there is no letter of the kind %q", l.Kind)
	}
	id := ident.New[ident.Mail]()
	_, err := tx.Exec(ctx, insertMail, id, string(id)+"@"+d.host, l.Kind, l.Cause, l.Lang, l.To,
		phrase.Text(l.Lang, says.subject, nil), phrase.Text(l.Lang, says.text, args), tx.Now, l.GoodUntil)
	if err != nil {
		return fmt.Errorf("queue a letter: %w", err)
	}
	return nil
}

// line makes one harmless line of what somebody typed: a name must not look
// like another part of the letter, nor hide what stands around it.
func line(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if fault.Unseen(r) || fault.Invisible(r) {
			return ' '
		}
		return r
	}, text)), " ")
}

// Wake tells the server in this process that there may be letters to send.
func (d *Desk) Wake() {
	select {
	case d.wake <- struct{}{}:
	default: // it is told already
	}
}

// Woken gives what [Desk.Wake] tells.
func (d *Desk) Woken() <-chan struct{} { return d.wake }
