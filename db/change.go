package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/lib/pq"

	"accord/pkg/ident"
)

// Author is who makes a change and why. User is empty for the register's own commands.
type Author struct {
	User   ident.User
	Role   string
	Reason string
}

// Entry is one ledger entry, ready to be written: the bytes are final.
type Entry struct {
	Action  string
	Kind    string // with Subject, the thing that changed; both empty for a sealed entry
	Subject string
	Member  ident.Member // 0 where no member is concerned, or for a sealed entry
	Content []byte
	Sealed  *Sealed // what a sealed entry seals, else nil
}

// Sealed is the content behind a sealed entry, kept apart so that it can be erased.
type Sealed struct {
	Kind    string
	Subject string
	Member  ident.Member
	Salt    []byte
	Content []byte
}

// Proposed names the person who proposed what this transaction does, and why:
// whoever makes the change has looked at it as another one.
func (t *Tx) Proposed(by ident.User, role, reason string) {
	t.proposal = &Author{User: by, Role: role, Reason: reason}
}

// Seconded tells whether what this transaction does was proposed by somebody else.
func (t *Tx) Seconded() bool { return t.proposal != nil }

// Alone marks the change as made by one person where another register would
// have taken two.
func (t *Tx) Alone() { t.alone = true }

const drawChange = `select set_config('accord.change', nextval('change_id')::text, true)`

// Change draws the id of this transaction's change, at its first call, and
// gives it. From then on every row of the register that the transaction writes
// is stamped with it; before, such a row is refused.
func (t *Tx) Change(ctx context.Context) (ident.Change, error) {
	if t.change != 0 {
		return t.change, nil
	}
	if err := t.Get(ctx, &t.change, drawChange); err != nil {
		return 0, fmt.Errorf("draw a change: %w", err)
	}
	return t.change, nil
}

// Enter adds an entry to the change. Only the ledger calls it; it knows the
// form of the bytes.
func (t *Tx) Enter(author Author, entry Entry) {
	t.author = author
	t.entries = append(t.entries, entry)
}

const insertChange = `
with made as (
    insert into change (id, at, actor, role, reason, proposer, proposer_role, alone)
    values ($1, $2, $3, $4, $5, $12, $13, $14) returning id, ord
), queued as (
    insert into pending (change, ord) select id, ord from made
)
insert into entry (change, seq, action, kind, subject, member, content)
select $1, e.seq, e.action, nullif(e.kind, ''), nullif(e.subject, ''), nullif(e.member, 0), e.content
from unnest($6::int[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bytea[])
    as e (seq, action, kind, subject, member, content)`

const insertSealed = `
insert into sealed (change, seq, kind, subject, member, salt, content)
values ($1, $2, $3, $4, nullif($5::bigint, 0), $6, $7)`

// finish writes the change, its entries and the answered key.
func (t *Tx) finish(ctx context.Context) error {
	if t.change == 0 && len(t.entries) > 0 {
		return errors.New("an entry was recorded for a transaction that changed nothing")
	}
	if t.change != 0 && len(t.entries) == 0 {
		return errors.New("a change recorded nothing in the ledger")
	}
	if t.change != 0 {
		if err := t.writeChange(ctx); err != nil {
			return fmt.Errorf("write the change: %w", err)
		}
	}
	return t.answerKey(ctx)
}

func (t *Tx) writeChange(ctx context.Context) error {
	n := len(t.entries)
	seqs, members, contents := make(Numbers, n), make(Numbers, n), make(pq.ByteaArray, n)
	actions, kinds, subjects := make(Texts, n), make(Texts, n), make(Texts, n)
	for i, e := range t.entries {
		seqs[i], members[i], contents[i] = int64(i+1), int64(e.Member), e.Content
		actions[i], kinds[i], subjects[i] = e.Action, e.Kind, e.Subject
		if e.Sealed == nil {
			continue
		}
		// Deferred foreign keys let the sealed row come before its entry.
		if _, err := t.Exec(ctx, insertSealed, t.change, i+1, e.Sealed.Kind, e.Sealed.Subject,
			e.Sealed.Member, e.Sealed.Salt, e.Sealed.Content); err != nil {
			return err
		}
	}
	proposal, reason := Author{}, t.author.Reason
	if t.proposal != nil {
		proposal, reason = *t.proposal, cmp.Or(reason, t.proposal.Reason)
	}
	_, err := t.Exec(ctx, insertChange, t.change, t.Now, orNull(string(t.author.User)), t.author.Role,
		orNull(reason), seqs, actions, kinds, subjects, members, contents, orNull(string(proposal.User)), orNull(proposal.Role), t.alone)
	return err
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}
