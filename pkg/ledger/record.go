// Package ledger keeps what changed, in one order, for ever.
//
// An office records each thing it changed with [Record], inside the
// transaction that changed it. The bytes of an entry are RFC 8785 canonical
// JSON and are final: proofs and checkpoints are made over exactly these
// bytes. They hold only what anybody may see. Personal values stand in them as
// salted hashes ([Hide]); a confidential thing gives a sealed entry, which does
// not name its subject and whose content lies in a table of its own, beside its
// salt, so that erasing that row erases the content and leaves the ledger whole.
//
// The [Sequencer] gives committed entries their positions.
package ledger

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/gowebpki/jcs"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// MaxContent is the size of an entry's bytes at most, in octets.
const MaxContent = 64 << 10

// SaltSize is the size of a salt, in octets.
const SaltSize = 32

// Entry is one thing that a change changed.
type Entry struct {
	Action  string       // what happened, such as "figure.stated"
	Kind    string       // the noun, such as "figure"
	ID      string       // the noun's id, as in its address
	Member  ident.Member // the member it concerns, or 0
	Content any          // the thing after the change, as anybody may see it; nil when it is gone
	Sealed  bool         // the thing may not be seen: record that something happened, not what
	Reason  string       // why, for the row of the change
}

// envelope is the form of an entry's bytes. Version 1.
type envelope struct {
	Version int    `json:"v"`
	Action  string `json:"action"`
	Kind    string `json:"kind,omitempty"`
	ID      string `json:"id,omitempty"`
	Member  int64  `json:"member,omitempty"`
	Content any    `json:"content,omitempty"`
	Seal    string `json:"seal,omitempty"`
}

// ActionSealed is the action of every sealed entry.
const ActionSealed = "sealed"

// Record adds the entry to the change of the transaction.
//
// It takes the transaction, so that nothing is recorded outside one; the
// entry is written when the transaction commits. It refuses with
// Unauthenticated when the context has no actor and TooLarge when the content
// has more than [MaxContent] octets.
func Record(ctx context.Context, tx *db.Tx, entry Entry) error {
	actor, ok := access.From(ctx)
	if !ok {
		return fault.New(fault.Unauthenticated, "unauthenticated")
	}
	open, err := canonical(envelope{
		Version: 1, Action: entry.Action, Kind: entry.Kind, ID: entry.ID,
		Member: int64(entry.Member), Content: entry.Content,
	})
	if err != nil {
		return fmt.Errorf("record %s of %s %s: %w", entry.Action, entry.Kind, entry.ID, err)
	}
	row := db.Entry{Action: entry.Action, Kind: entry.Kind, Subject: entry.ID, Member: entry.Member, Content: open}
	if entry.Sealed {
		if row, err = seal(row); err != nil {
			return fmt.Errorf("seal %s of %s: %w", entry.Action, entry.Kind, err)
		}
	}
	tx.Enter(db.Author{User: actor.User, Role: string(actor.Role), Reason: entry.Reason}, row)
	return nil
}

func seal(row db.Entry) (db.Entry, error) {
	salt, err := NewSalt()
	if err != nil {
		return db.Entry{}, err
	}
	content, err := canonical(envelope{Version: 1, Action: ActionSealed, Seal: digest(salt, row.Content)})
	if err != nil {
		return db.Entry{}, err
	}
	return db.Entry{
		Action: ActionSealed, Content: content,
		Sealed: &db.Sealed{Kind: row.Kind, Subject: row.Subject, Member: row.Member, Salt: salt, Content: row.Content},
	}, nil
}

// NewSalt draws a salt.
func NewSalt() ([]byte, error) {
	salt := make([]byte, SaltSize)
	if _, err := rand.Read(salt); err != nil {
		return nil, fmt.Errorf("draw a salt: %w", err)
	}
	return salt, nil
}

// Hidden stands in an entry for a value that only some may see, or that must
// be erasable: SHA-256 over the salt and the value's canonical JSON.
type Hidden struct {
	Hash string `json:"sha256"` // 64 lower-case hexadecimal digits
}

// Hide gives what stands for the value. The caller keeps the salt beside the value.
func Hide(salt []byte, value any) (Hidden, error) {
	bytes, err := canonical(value)
	if err != nil {
		return Hidden{}, fmt.Errorf("hide a value: %w", err)
	}
	return Hidden{Hash: digest(salt, bytes)}, nil
}

func digest(salt, content []byte) string {
	sum := sha256.New()
	sum.Write(salt)
	sum.Write(content)
	return hex.EncodeToString(sum.Sum(nil))
}

// canonical encodes the value under RFC 8785.
func canonical(value any) ([]byte, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	bytes, err := jcs.Transform(plain)
	if err != nil {
		return nil, fmt.Errorf("canonicalize: %w", err)
	}
	if len(bytes) > MaxContent {
		return nil, fault.New(fault.TooLarge, "entry_too_large")
	}
	return bytes, nil
}
