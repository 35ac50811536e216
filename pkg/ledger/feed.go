package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
)

// Reader is the office of those who read the ledger. An entry is in its
// answers from the moment on that it has a position, never before, so that who
// reads from a position on misses nothing.
type Reader struct{ db *db.DB }

// NewReader makes the office.
func NewReader(d *db.DB) *Reader { return &Reader{db: d} }

// Numbered is an entry at its position, as anybody may see it. A sealed one
// has no more than its seal.
type Numbered struct {
	Position ident.Position
	At       time.Time // when it was numbered; never before the one of the position before
	Action   string    // [ActionSealed] where sealed
	Kind     string
	ID       string
	Member   ident.Member    // 0 where no member is concerned
	Content  json.RawMessage // nil where sealed, and for a thing that is gone
	Seal     string          // for a sealed entry, else ""
	Digest   string          // SHA-256 of the entry's bytes, in hexadecimal
}

// Sealed tells whether the public may not see what the entry is about.
func (n Numbered) Sealed() bool { return n.Seal != "" }

// Page is a stretch of the ledger.
type Page struct {
	Entries []Numbered
	Last    ident.Position // of the whole ledger when the page was read; 0 while it is empty
}

// opened is an envelope as it is read: the content stays as its bytes are.
type opened struct {
	Action  string          `json:"action"`
	Content json.RawMessage `json:"content"`
	Seal    string          `json:"seal"`
}

// The outer row is there even when the stretch is empty, so that the last
// position comes in the same round trip and from the same snapshot.
const readChanges = `
select l.last, c.position, c.at, coalesce(c.action, '') as action, coalesce(c.kind, '') as kind,
    coalesce(c.subject, '') as subject, coalesce(c.member, 0) as member, c.content
from (select coalesce(max(position), 0) as last from position) l
left join lateral (
    select p.position, p.at, e.action, e.kind, e.subject, e.member, e.content
    from position p join entry e on e.change = p.change and e.seq = p.seq
    where p.position > $1 order by p.position limit $2
) c on true
order by c.position`

// Changes gives up to limit entries behind the position after, in the order of
// the ledger and without gaps. It is the same for every reader: what not
// everybody may see stands there sealed, and who changed it, why, and what
// else the same transaction changed are not told.
func (r *Reader) Changes(ctx context.Context, after ident.Position, limit int) (Page, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Page{}, err
	}
	var rows []struct {
		Last     ident.Position  `db:"last"`
		Position *ident.Position `db:"position"`
		At       *time.Time      `db:"at"`
		Action   string          `db:"action"`
		Kind     string          `db:"kind"`
		Subject  string          `db:"subject"`
		Member   ident.Member    `db:"member"`
		Content  []byte          `db:"content"`
	}
	if err := r.db.Select(ctx, &rows, readChanges, after, limit); err != nil {
		return Page{}, fmt.Errorf("read the changes behind position %s: %w", after, err)
	}
	var page Page
	for _, row := range rows {
		page.Last = row.Last
		if row.Position == nil {
			break
		}
		o, err := open(row.Content)
		if err != nil {
			return Page{}, fmt.Errorf("read position %s: %w", row.Position, err)
		}
		sum := sha256.Sum256(row.Content)
		page.Entries = append(page.Entries, Numbered{
			Position: *row.Position, At: row.At.UTC(), Action: row.Action, Kind: row.Kind, ID: row.Subject, Member: row.Member,
			Content: o.Content, Seal: o.Seal, Digest: hex.EncodeToString(sum[:]),
		})
	}
	return page, nil
}

const lastPosition = `select coalesce(max(position), 0) from position`

// LastPosition gives the last position of the ledger, 0 while it is empty.
func (r *Reader) LastPosition(ctx context.Context) (ident.Position, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return 0, err
	}
	var last ident.Position
	if err := r.db.Get(ctx, &last, lastPosition); err != nil {
		return 0, fmt.Errorf("read the last position: %w", err)
	}
	return last, nil
}

const positionAt = `
select coalesce((select position from position where at <= $1 order by at desc, position desc limit 1), 0)`

// PositionAt gives the last position that was given by that time, 0 where none
// was. The answer is final as soon as no sequencer is at work any more that
// began by that time, which is within moments.
func (r *Reader) PositionAt(ctx context.Context, at time.Time) (ident.Position, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return 0, err
	}
	var last ident.Position
	if err := r.db.Get(ctx, &last, positionAt, at); err != nil {
		return 0, fmt.Errorf("read the position at %s: %w", at.Format(time.RFC3339), err)
	}
	return last, nil
}
