package account

import (
	"context"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/ident"
)

func TestTheUseOfATokenIsWrittenSeldom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, secret := w.makes(t, w.add(t, "a@example.org", access.RoleAnalyst), access.TokenReadPublic)
	used := func() time.Time {
		t.Helper()
		if _, err := w.Authenticate(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
		if err := w.NoteUses(system(t)); err != nil {
			t.Fatal(err)
		}
		list, err := w.TokensOf(system(t), made.User, TokenQuery{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		return list[0].LastUsedAt
	}
	first := w.clock.now()
	for _, step := range []struct {
		pass time.Duration
		want time.Time
	}{{0, first}, {4 * time.Minute, first}, {time.Minute, first.Add(5 * time.Minute)}} {
		w.clock.pass(step.pass)
		if got := used(); !got.Equal(step.want) {
			t.Errorf("used at %s, told to be %s", w.clock.now(), got)
		}
	}
	w.clock.pass(-time.Hour) // a server whose clock is behind writes nothing back
	if err := w.writeUse(t, made.ID); err != nil {
		t.Fatal(err)
	}
	if list, _ := w.TokensOf(system(t), made.User, TokenQuery{Limit: 1}); !list[0].LastUsedAt.Equal(first.Add(5 * time.Minute)) {
		t.Errorf("goes back to %s", list[0].LastUsedAt)
	}
}

func (w world) writeUse(t *testing.T, id ident.Token) error {
	t.Helper()
	w.uses.note(id, w.clock.now())
	return w.NoteUses(access.System(context.Background()))
}

func TestTokensThatAreOverAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "a@example.org", access.RoleAnalyst)
	revoked, _ := w.makes(t, u, access.TokenReadPublic)
	w.makes(t, u, access.TokenReadPublic)
	if err := w.RevokeToken(w.as(t, u), revoked.ID); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		pass time.Duration
		want int
	}{{89 * 24 * time.Hour, 2}, {24 * time.Hour, 1}, {90 * 24 * time.Hour, 0}} {
		w.clock.pass(step.pass)
		if err := w.Sweep(system(t)); err != nil {
			t.Fatal(err)
		}
		if n := w.count(t, `select count(*) from api_token`); n != step.want {
			t.Errorf("%d tokens at %s, want %d", n, w.clock.now(), step.want)
		}
	}
}
