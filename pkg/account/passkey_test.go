package account

import (
	"context"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"accord/pkg/access"
	"accord/pkg/fault"
)

// device holds one passkey.
type device struct {
	party virtualwebauthn.RelyingParty
	phone virtualwebauthn.Authenticator
	key   virtualwebauthn.Credential
}

func newDevice(u User) *device {
	return &device{
		party: virtualwebauthn.RelyingParty{ID: "accord.example", Name: "Accord", Origin: "https://accord.example"},
		phone: virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(u.ID)}),
		key:   virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2),
	}
}

func (d *device) made(t *testing.T, c Ceremony) NewKey {
	t.Helper()
	asked, err := virtualwebauthn.ParseAttestationOptions(string(c.Options))
	if err != nil {
		t.Fatal(err)
	}
	return NewKey{Ceremony: c.Token, Name: "Phone", Credential: []byte(virtualwebauthn.CreateAttestationResponse(d.party, d.phone, d.key, *asked))}
}

// signed signs what anybody asks for, with the counter one on.
func (d *device) signed(t *testing.T, w world) Assertion {
	t.Helper()
	c, err := w.AskPasskey(public(t), from("192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	asked, err := virtualwebauthn.ParseAssertionOptions(string(c.Options))
	if err != nil {
		t.Fatal(err)
	}
	d.key.Counter++
	return Assertion{Ceremony: c.Token, Credential: []byte(virtualwebauthn.CreateAssertionResponse(d.party, d.phone, d.key, *asked))}
}

// keyed gives the account a passkey.
func (w world) keyed(t *testing.T, ctx context.Context, u User) (*device, Key, []string) {
	t.Helper()
	c, err := w.BeginPasskey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	d := newDevice(u)
	key, codes, err := w.AddPasskey(ctx, d.made(t, c))
	if err != nil {
		t.Fatal(err)
	}
	return d, key, codes
}

func (w world) byPasskey(t *testing.T, said Assertion) (Tokens, error) {
	t.Helper()
	return w.SignInByPasskey(public(t), PasskeySignIn{Passkey: said, From: from("192.0.2.1")})
}

func TestPasskey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "a@example.org", access.RoleStaff)
	ctx := w.actor(t, w.signIn(t, "a@example.org").Access)
	phone, key, codes := w.keyed(t, ctx, u)

	t.Run("signs in alone, and for an account that has no other second factor", func(t *testing.T) {
		tokens, err := w.byPasskey(t, phone.signed(t, w))
		if err != nil || tokens.User != u.ID || len(codes) != 10 {
			t.Fatalf("got %+v, %v, %d codes", tokens, err, len(codes))
		}
		if actor, _ := access.From(w.actor(t, tokens.Access)); !actor.Fresh {
			t.Error("the session is stale")
		}
		f, err := w.Factors(ctx)
		if err != nil || len(f.Passkeys) != 1 || f.Passkeys[0].UsedAt == nil || f.Passkeys[0].ID != key.ID {
			t.Errorf("got %+v, %v", f, err)
		}
	})
	t.Run("answers a challenge of its own account alone", func(t *testing.T) {
		tokens, err := w.CompleteSignIn(public(t), Answer{Challenge: w.challenged(t, "a@example.org"), Passkey: new(phone.signed(t, w)), From: from("192.0.2.1")})
		if err != nil || tokens.User != u.ID {
			t.Errorf("got %+v, %v", tokens, err)
		}
		other := w.add(t, "b@example.org", access.RoleStaff)
		theirs, _, _ := w.keyed(t, w.actor(t, w.signIn(t, "b@example.org").Access), other)
		_, err = w.CompleteSignIn(public(t), Answer{Challenge: w.challenged(t, "a@example.org"), Passkey: new(theirs.signed(t, w)), From: from("192.0.2.1")})
		refused(t, err, fault.Unauthenticated, "passkey_invalid")
	})
	t.Run("is refused where anything about it is not as it was asked", func(t *testing.T) {
		old := phone.signed(t, w)
		w.clock.pass(CeremonyLife)
		used := phone.signed(t, w)
		if _, err := w.byPasskey(t, used); err != nil {
			t.Fatal(err)
		}
		elsewhere, unverified, stranger := *phone, *phone, newDevice(u)
		elsewhere.party.Origin = "https://accord.example.evil"
		unverified.phone.Options.UserNotVerified = true
		mixed := phone.signed(t, w)
		mixed.Ceremony = phone.signed(t, w).Ceremony
		for name, said := range map[string]Assertion{
			"too late": old, "a second time": used, "at another place": elsewhere.signed(t, w), "by whoever held the device": unverified.signed(t, w),
			"by a device that nobody knows": stranger.signed(t, w), "to another question": mixed, "in no form": {Ceremony: phone.signed(t, w).Ceremony, Credential: []byte(`{}`)},
		} {
			_, err := w.byPasskey(t, said)
			if refused(t, err, fault.Unauthenticated, "passkey_invalid"); t.Failed() {
				t.Fatal(name)
			}
		}
	})
	t.Run("is refused when its counter goes back, since there are two of it", func(t *testing.T) {
		phone.key.Counter += 10
		if _, err := w.byPasskey(t, phone.signed(t, w)); err != nil {
			t.Fatal(err)
		}
		phone.key.Counter -= 5
		_, err := w.byPasskey(t, phone.signed(t, w))
		refused(t, err, fault.Unauthenticated, "passkey_copied")
		phone.key.Counter += 10
	})
	t.Run("is added once, for whom it was asked for", func(t *testing.T) {
		c, err := w.BeginPasskey(ctx)
		if err != nil {
			t.Fatal(err)
		}
		other := w.add(t, "c@example.org", access.RoleStaff)
		_, _, err = w.AddPasskey(w.as(t, other), phone.made(t, c))
		invalid(t, err, "/ceremony ceremony_invalid")
		_, _, err = w.AddPasskey(ctx, phone.made(t, c))
		invalidOr(t, err, "passkey_taken")
		_, _, err = w.AddPasskey(ctx, NewKey{Ceremony: c.Token, Name: "Phone", Credential: []byte(`{"id":1}`)})
		invalid(t, err, "/credential passkey_invalid")
	})
	t.Run("is removed, but for the last way in", func(t *testing.T) {
		refused(t, w.RemovePasskey(ctx, "00000000-0000-0000-0000-000000000001"), fault.NotFound, "not_found")
		if err := w.RemovePasskey(ctx, key.ID); err != nil {
			t.Fatal(err)
		}
		_, err := w.byPasskey(t, phone.signed(t, w))
		refused(t, err, fault.Unauthenticated, "passkey_invalid")
		w.actor(t, w.signIn(t, "a@example.org").Access)
	})
	t.Run("is asked for 60 times at once by one address, and then seldom", func(t *testing.T) {
		var err error
		for range 61 {
			_, err = w.AskPasskey(public(t), from("198.51.100.9"))
		}
		refused(t, err, fault.RateLimited, "too_many_attempts")
	})
	t.Run("ceremonies that nobody answered are swept", func(t *testing.T) {
		w.clock.pass(time.Hour)
		if err := w.Sweep(system(t)); err != nil {
			t.Fatal(err)
		}
		if n := w.count(t, `select (select count(*) from passkey_ceremony) + (select count(*) from pending_sign_in)`); n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}

// invalidOr fails the test unless a field is at fault with the code.
func invalidOr(t *testing.T, err error, code string) {
	t.Helper()
	if fields := fault.FieldsOf(err); len(fields) != 1 || fields[0].Code != code {
		t.Errorf("got %v", err)
	}
}

func TestPasskeysNeedAName(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]bool{"": false, "http://127.0.0.1:8080": false, "http://[::1]:8080": false, "http://localhost:8080": true, "https://accord.example": true} {
		party, err := newRelyingParty(base)
		if err != nil || (party != nil) != want {
			t.Errorf("%q: %v, %v", base, party, err)
		}
	}
	w := newWorld(t)
	w.party = nil
	_, err := w.AskPasskey(public(t), from("192.0.2.1"))
	refused(t, err, fault.Conflict, "passkeys_unavailable")
}
