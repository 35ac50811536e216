package commitment_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func TestOneOfManyWins(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	for name, race := range map[string]struct {
		from commitment.State
		take func(id ident.Commitment, try int) error
		lost fault.Kind
	}{
		"submitting": {commitment.Drafted, func(id ident.Commitment, _ int) error {
			return failure(r.commitments.Submit(of(number), id, 0))
		}, fault.Conflict},
		"amending": {commitment.Drafted, func(id ident.Commitment, try int) error {
			return failure(r.commitments.AmendDraft(of(number), id, 1, commitment.Patch{Title: fmt.Sprint("try ", try)}))
		}, fault.Stale},
		"closing": {commitment.Registered, func(id ident.Commitment, _ int) error {
			return failure(r.commitments.Close(staff(), id, 0, withdrawn()))
		}, fault.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := r.in(t, number, race.from, training())
			errs := make([]error, 8)
			var racing sync.WaitGroup
			for try := range errs {
				racing.Go(func() { errs[try] = race.take(c.ID, try) })
			}
			racing.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !fault.Is(err, race.lost) {
					t.Errorf("a loser met %v", err)
				}
			}
			if won != 1 {
				t.Errorf("%d won", won)
			}
		})
	}
}

func TestARepeatedRequestFindsWhatItMade(t *testing.T) {
	t.Parallel()
	r := open(t)
	number := r.published(t, "Jollychic")
	user := ident.New[ident.User]()
	keyed := func(role access.Role, key string) context.Context {
		ctx := access.With(context.Background(), access.Actor{User: user, Role: role, Member: number, Post: access.Approver, Fresh: true})
		return db.WithClaim(ctx, db.Claim{User: user, Route: "r", Key: key, Digest: []byte("d"), Status: 201})
	}
	draft, err := r.commitments.TakeOn(keyed(access.RoleMember, "draft"), number, training())
	if err != nil {
		t.Fatal(err)
	}
	submitted, err := r.commitments.Submit(keyed(access.RoleMember, "submit"), draft.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	for key, c := range map[string]struct {
		take func(ctx context.Context) error
		made commitment.Commitment
	}{
		"draft":  {func(ctx context.Context) error { return failure(r.commitments.TakeOn(ctx, number, training())) }, draft},
		"submit": {func(ctx context.Context) error { return failure(r.commitments.Submit(ctx, draft.ID, 0)) }, submitted},
	} {
		replay, ok := errors.AsType[*db.Replay](c.take(keyed(access.RoleMember, key)))
		if !ok || replay.Kind != "commitment" || replay.Subject != string(draft.ID) || replay.Change != c.made.Change || replay.Status != 201 {
			t.Errorf("%s again: %+v", key, replay)
		}
	}
}
