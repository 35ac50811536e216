package commitment

import (
	"context"
	"strconv"
	"sync"
	"time"

	"accord/db"
	"accord/pkg/blob"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// How many files are received at once. Each takes a connection and up to
// [MaxFile] of the disk, before anything of it is counted.
const (
	uploadsOfOne = 8
	uploadsOfAll = 64
	uploadsAgain = 10 * time.Second // when to come back
)

// uploads counts the files that are being received, or were and are looked at.
// mu guards both counts against all who upload at once.
type uploads struct {
	mu  sync.Mutex
	all int
	of  map[ident.User]int
}

// enter takes a place, which leave gives back; that may be called twice.
func (u *uploads) enter(by ident.User) (leave func(), err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.all >= uploadsOfAll || u.of[by] >= uploadsOfOne {
		return nil, &fault.Error{Kind: fault.RateLimited, Code: "too_many_uploads", RetryAfter: uploadsAgain}
	}
	u.all++
	u.of[by]++
	return sync.OnceFunc(func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.all--
		if u.of[by]--; u.of[by] == 0 {
			delete(u.of, by)
		}
	}), nil
}

// How many octets of files a member may have. Those that are evidence of nothing
// are enough for whoever changes their mind, and not for whoever fills the disk
// by giving files and taking them off again; all of them, those that only
// history names too, are bounded as well, since what was submitted is kept.
const (
	mostUnnamed = 1 << 30
	mostKept    = 10 << 30
)

const (
	// Of one member one counts at a time, so that two do not fit where one does.
	lockHeld = `select pg_advisory_xact_lock(hashtextextended('evidence of ' || $1::text, 0))::text`

	sumHeld = `
select coalesce(sum(size), 0)::bigint as kept, coalesce(sum(size) filter (where ` + unnamed + `), 0)::bigint as unnamed
from evidence_blob b where member = $1 and digest <> $2`

	holdBlob = `
insert into evidence_blob (digest, size, member, held_at) values ($1, $2, $3, $4)
on conflict (digest) do update set member = excluded.member, held_at = excluded.held_at`

	holdAgain = `update evidence_blob set held_at = $2 where digest = $1`
)

// hold holds the content of a file against being swept away, before it is kept.
func hold(ctx context.Context, tx *db.Tx, f File, by ident.Member) error {
	var locked string
	if err := tx.Get(ctx, &locked, lockHeld, by); err != nil {
		return err
	}
	var held struct {
		Kept    int64 `db:"kept"`
		Unnamed int64 `db:"unnamed"`
	}
	if err := tx.Get(ctx, &held, sumHeld, by, f.Digest); err != nil {
		return err
	}
	switch {
	case held.Kept+f.Size > mostKept:
		return fault.New(fault.Conflict, "too_much_kept", fault.Args{"max": strconv.Itoa(mostKept >> 30)})
	case held.Unnamed+f.Size > mostUnnamed:
		return &fault.Error{Kind: fault.RateLimited, Code: "too_much_unnamed", RetryAfter: unnamedFor}
	}
	_, err := tx.Exec(ctx, holdBlob, f.Digest, f.Size, by, tx.Now)
	return err
}

// unname begins the day after which the content goes, if nothing else names it.
func unname(ctx context.Context, tx *db.Tx, digest blob.Digest) error {
	_, err := tx.Exec(ctx, holdAgain, digest, tx.Now)
	return err
}
