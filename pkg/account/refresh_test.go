package account

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func TestRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(t, "a@example.org", access.RoleStaff)

	t.Run("gives both tokens anew for the same session", func(t *testing.T) {
		first := w.signIn(t, "a@example.org")
		w.clock.pass(time.Minute)
		next, err := w.Refresh(public(t), first.Refresh)
		if err != nil || next.Session != first.Session || next.Refresh == first.Refresh || next.Access == first.Access {
			t.Fatalf("got %+v, %v", next, err)
		}
		w.actor(t, next.Access)
		w.actor(t, first.Access)
	})
	t.Run("20 a spent token ends the family", func(t *testing.T) {
		first := w.signIn(t, "a@example.org")
		next, err := w.Refresh(public(t), first.Refresh)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Refresh(public(t), first.Refresh)
		refused(t, err, fault.Unauthenticated, "refresh_replayed")
		_, err = w.Refresh(public(t), next.Refresh)
		refused(t, err, fault.Unauthenticated, "session_ended")
		_, err = w.Authenticate(t.Context(), next.Access)
		refused(t, err, fault.Unauthenticated, "token_invalid")
	})
	t.Run("20 one that was spent long ago, too", func(t *testing.T) {
		first := w.signIn(t, "a@example.org")
		tokens := first
		var err error
		for range 5 {
			w.clock.pass(time.Hour)
			if tokens, err = w.Refresh(public(t), tokens.Refresh); err != nil {
				t.Fatal(err)
			}
		}
		_, err = w.Refresh(public(t), first.Refresh)
		refused(t, err, fault.Unauthenticated, "refresh_replayed")
		_, err = w.Refresh(public(t), tokens.Refresh)
		refused(t, err, fault.Unauthenticated, "session_ended")
	})
	t.Run("other people's sessions are not touched by it", func(t *testing.T) {
		mine, other := w.signIn(t, "a@example.org"), w.signIn(t, "a@example.org")
		for range 2 {
			_, _ = w.Refresh(public(t), other.Refresh)
		}
		if _, err := w.Refresh(public(t), mine.Refresh); err != nil {
			t.Error(err)
		}
	})
	t.Run("what is no refresh token is refused", func(t *testing.T) {
		for _, token := range []string{"", "x", newToken(), w.signIn(t, "a@example.org").Access, strings.Repeat("x", 1<<20), "\x00"} {
			_, err := w.Refresh(public(t), token)
			refused(t, err, fault.Unauthenticated, "refresh_invalid")
		}
	})
}

func TestRefreshesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(t, "a@example.org", access.RoleStaff)

	t.Run("21 exactly one wins", func(t *testing.T) {
		for range 10 {
			tokens := w.signIn(t, "a@example.org")
			var won atomic.Int32
			var requests sync.WaitGroup
			for range 6 {
				requests.Go(func() {
					if _, err := w.Refresh(public(t), tokens.Refresh); err == nil {
						won.Add(1)
					} else if !fault.Is(err, fault.Unauthenticated) {
						t.Error(err)
					}
				})
			}
			requests.Wait()
			if won.Load() != 1 {
				t.Errorf("%d won", won.Load())
			}
		}
	})
	t.Run("21 losing a race leaves the session to the winner", func(t *testing.T) {
		tokens := w.signIn(t, "a@example.org")
		next, lost := w.race(t, tokens)
		refused(t, lost, fault.Unauthenticated, "refresh_raced")
		if _, err := w.Refresh(public(t), next.Refresh); err != nil {
			t.Error(err)
		}
	})
	t.Run("21 but who lost and tries again ends it", func(t *testing.T) {
		tokens := w.signIn(t, "a@example.org")
		next, _ := w.race(t, tokens)
		_, err := w.Refresh(public(t), tokens.Refresh)
		refused(t, err, fault.Unauthenticated, "refresh_replayed")
		_, err = w.Refresh(public(t), next.Refresh)
		refused(t, err, fault.Unauthenticated, "session_ended")
	})
}

// race lets two refreshes with one token be under way at once: the loser reads
// the token while it is current and then waits for the winner.
func (w world) race(t *testing.T, tokens Tokens) (Tokens, error) {
	t.Helper()
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() { // holds the session as a slow refresh would
		done <- w.d.InTx(t.Context(), func(tx *db.Tx) error {
			var id ident.Session
			err := tx.Get(t.Context(), &id, lockSession, tokens.Session)
			close(held)
			<-release
			return err
		})
	}()
	<-held
	type answer struct {
		tokens Tokens
		err    error
	}
	answers := make(chan answer)
	for range 2 {
		go func() {
			next, err := w.Refresh(public(t), tokens.Refresh)
			answers <- answer{next, err}
		}()
	}
	w.untilWaiting(t, 2)
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	one, two := <-answers, <-answers
	if one.err != nil {
		one, two = two, one
	}
	if one.err != nil {
		t.Fatalf("nobody won: %v, %v", one.err, two.err)
	}
	return one.tokens, two.err
}
