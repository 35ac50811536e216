package db_test

import (
	"context"
	"errors"
	"testing"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// TestARequestThatItsTwinHasDoneIsGivenTheAnswer lets the same request be
// answered elsewhere while this one works, which finds it done and refuses.
func TestARequestThatItsTwinHasDoneIsGivenTheAnswer(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	claim := db.Claim{User: ident.New[ident.User](), Route: "POST /x", Key: "k", Digest: []byte("d"), Status: 200}
	done := fault.New(fault.Conflict, "done_already")
	twin := func() error {
		return d.InTx(context.Background(), func(tx *db.Tx) error {
			_, err := tx.Exec(context.Background(), `
				insert into idempotency (user_id, route, key, digest, status, kind, subject, at) values ($1, 'POST /x', 'k', 'd', 200, 'thing', '7', $2)`,
				claim.User, tx.Now)
			return err
		})
	}
	err := d.InTx(db.WithClaim(t.Context(), claim), func(*db.Tx) error { return errors.Join(twin(), done) })
	if again, ok := errors.AsType[*db.Replay](err); !ok || again.Subject != "7" {
		t.Errorf("got %v", err)
	}
	claim.Key = "other"
	if err := d.InTx(db.WithClaim(t.Context(), claim), func(*db.Tx) error { return done }); !errors.Is(err, done) {
		t.Errorf("a refusal of its own is %v", err)
	}
}
