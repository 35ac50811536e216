package account

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"accord/pkg/access"
	"accord/pkg/fault"
)

// enrolled gives the account an app, and gives its secret and recovery codes.
func (w world) enrolled(t *testing.T, email string) (secret string, codes []string) {
	t.Helper()
	ctx := w.actor(t, w.signIn(t, email).Access)
	e, err := w.EnrolTOTP(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if codes, err = w.ConfirmTOTP(ctx, w.code(t, e.Secret)); err != nil {
		t.Fatal(err)
	}
	w.clock.pass(2 * totpPeriod * time.Second)
	return e.Secret, codes
}

// code gives the app's code of now.
func (w world) code(t *testing.T, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, w.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// challenged signs in by the password and gives the challenge.
func (w world) challenged(t *testing.T, email string) string {
	t.Helper()
	tokens := w.signIn(t, email)
	if tokens.Challenge == nil || tokens.Access != "" || tokens.Refresh != "" || tokens.Cookie != "" {
		t.Fatalf("got %+v", tokens)
	}
	return tokens.Challenge.Token
}

func (w world) answer(t *testing.T, challenge, code string) (Tokens, error) {
	t.Helper()
	return w.CompleteSignIn(public(t), Answer{Challenge: challenge, Code: code, From: from("192.0.2.1")})
}

func TestTOTP(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "a@example.org", access.RoleStaff)
	secret, codes := w.enrolled(t, "a@example.org")
	good := func() string { return w.code(t, secret) }

	t.Run("its secret is sealed, and the recovery codes are hashed", func(t *testing.T) {
		var box []byte
		if err := w.d.Get(t.Context(), &box, `select secret from totp_factor`); err != nil || strings.Contains(string(box), secret) {
			t.Errorf("%q, %v", box, err)
		}
		if _, err := w.unsealed(noUser, box); err == nil {
			t.Error("it opens under another account")
		}
		if n := w.count(t, `select count(*) from recovery_code where user_id = $1`, u.ID); n != 10 || len(codes) != 10 {
			t.Errorf("%d kept, %d shown", n, len(codes))
		}
	})
	t.Run("a code is good once, and none before it is", func(t *testing.T) {
		one, two := w.challenged(t, "a@example.org"), w.challenged(t, "a@example.org")
		code := good()
		if _, err := w.answer(t, one, code); err != nil {
			t.Fatal(err)
		}
		_, err := w.answer(t, two, code)
		refused(t, err, fault.Unauthenticated, "wrong_code")
		before, _ := totp.GenerateCode(secret, w.clock.now().Add(-totpPeriod*time.Second))
		_, err = w.answer(t, two, before)
		refused(t, err, fault.Unauthenticated, "wrong_code")
		_, err = w.answer(t, one, good())
		refused(t, err, fault.Unauthenticated, "challenge_invalid")
		w.clock.pass(2 * totpPeriod * time.Second)
		if _, err := w.answer(t, two, good()[:3]+" "+good()[3:]); err != nil {
			t.Error(err)
		}
	})
	t.Run("a clock may be off by one step, and not by two", func(t *testing.T) {
		for _, off := range []int{-2, -1, 1, 2} {
			w.clock.pass(10 * totpPeriod * time.Second)
			code, _ := totp.GenerateCode(secret, w.clock.now().Add(time.Duration(off)*totpPeriod*time.Second))
			if _, err := w.answer(t, w.challenged(t, "a@example.org"), code); (err == nil) != (off*off == 1) {
				t.Errorf("off by %d: %v", off, err)
			}
		}
	})
	t.Run("of two who send one code at once, one gets in", func(t *testing.T) {
		w.clock.pass(10 * totpPeriod * time.Second)
		code := good()
		var in atomic.Int32
		var all sync.WaitGroup
		for range 4 {
			challenge := w.challenged(t, "a@example.org")
			all.Go(func() {
				if _, err := w.answer(t, challenge, code); err == nil {
					in.Add(1)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 {
			t.Errorf("%d got in", in.Load())
		}
	})
	t.Run("a recovery code stands in for it, once, and tells how many are left", func(t *testing.T) {
		w.clock.pass(time.Hour)
		tokens, err := w.answer(t, w.challenged(t, "a@example.org"), strings.ToUpper(strings.ReplaceAll(codes[3], "-", " ")))
		if err != nil || !tokens.SpentCode || tokens.CodesLeft != 9 {
			t.Errorf("got %+v, %v", tokens, err)
		}
		_, err = w.answer(t, w.challenged(t, "a@example.org"), codes[3])
		refused(t, err, fault.Unauthenticated, "wrong_code")
	})
	t.Run("nothing of it is logged", func(t *testing.T) {
		for _, personal := range []string{secret, codes[0], "example.org"} {
			if strings.Contains(w.log.String(), personal) {
				t.Errorf("the log shows %q", personal)
			}
		}
	})
}

func TestChallenge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.add(t, "a@example.org", access.RoleStaff)
	secret, _ := w.enrolled(t, "a@example.org")

	t.Run("is good for ten minutes, and not when it is unknown", func(t *testing.T) {
		old := w.challenged(t, "a@example.org")
		w.clock.pass(ChallengeLife)
		_, err := w.answer(t, old, w.code(t, secret))
		refused(t, err, fault.Unauthenticated, "challenge_invalid")
		_, err = w.answer(t, "unknown", w.code(t, secret))
		refused(t, err, fault.Unauthenticated, "challenge_invalid")
	})
	t.Run("ends with the password that it stands for, and when the account is disabled", func(t *testing.T) {
		one := w.challenged(t, "a@example.org")
		if err := w.ResetPassword(system(t), u.ID, goodPassword); err != nil {
			t.Fatal(err)
		}
		_, err := w.answer(t, one, w.code(t, secret))
		refused(t, err, fault.Unauthenticated, "challenge_invalid")
		two := w.challenged(t, "a@example.org")
		for i, disabled := range []bool{true, false} {
			if _, err := w.PatchUser(system(t), u.ID, int64(i+1), UserPatch{Disabled: &disabled}); err != nil {
				t.Fatal(err)
			}
		}
		_, err = w.answer(t, two, w.code(t, secret))
		refused(t, err, fault.Unauthenticated, "challenge_invalid")
	})
	t.Run("25 guesses are held up over all challenges, and the password does not wash them away", func(t *testing.T) {
		looked := 0
		for range 30 {
			tokens, err := w.SignIn(public(t), Credentials{Email: "a@example.org", Password: goodPassword, From: from("198.51.100.1")})
			if fault.Is(err, fault.RateLimited) {
				continue
			}
			_, err = w.CompleteSignIn(public(t), Answer{Challenge: tokens.Challenge.Token, Code: "000000", From: from("198.51.100.1")})
			if fault.Is(err, fault.Unauthenticated) {
				looked++
			}
		}
		if looked > 10 {
			t.Errorf("%d guesses were looked at", looked)
		}
	})
	t.Run("an account whose factors were reset is let in by its password alone", func(t *testing.T) {
		if err := w.ResetFactors(system(t), u.ID); err != nil {
			t.Fatal(err)
		}
		w.actor(t, w.signIn(t, "a@example.org").Access)
		if n := w.count(t, `select count(*) from recovery_code`); n != 0 {
			t.Errorf("%d recovery codes are left", n)
		}
	})
}

func TestRequiredFactor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.config.Factored = []access.Role{access.RoleStaff}
	w.add(t, "a@example.org", access.RoleStaff)
	w.add(t, "b@example.org", access.RoleAnalyst)
	lacks := func(email string) bool {
		actor, err := w.Authenticate(t.Context(), w.signIn(t, email).Access)
		if err != nil {
			t.Fatal(err)
		}
		return actor.Lacking
	}
	if !lacks("a@example.org") || lacks("b@example.org") {
		t.Error("not those of the role lack it")
	}
	_, err := w.Users(w.actor(t, w.signIn(t, "a@example.org").Access), UserQuery{})
	refused(t, err, fault.Forbidden, "factor_required")
	tokens := w.signIn(t, "a@example.org")
	w.enrolled(t, "a@example.org")
	if _, err := w.Users(w.actor(t, tokens.Access), UserQuery{}); err != nil {
		t.Errorf("with the factor: %v", err)
	}
}

func TestReauthentication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.add(t, "a@example.org", access.RoleAdmin)
	ctx := func(tokens Tokens) context.Context { return w.actor(t, tokens.Access) }
	fresh := func(tokens Tokens) bool {
		actor, _ := access.From(ctx(tokens))
		return actor.Fresh
	}
	prove := func(tokens Tokens, with Proof) error {
		with.From = from("192.0.2.1")
		_, err := w.Reauthenticate(ctx(tokens), with)
		return err
	}
	tokens := w.signIn(t, "a@example.org")
	w.clock.pass(9 * time.Minute)
	if !fresh(tokens) {
		t.Error("a session of nine minutes is stale")
	}
	tokens, err := w.Refresh(public(t), tokens.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.pass(7 * time.Minute)
	if fresh(tokens) {
		t.Error("a refresh is no proof")
	}
	_, err = w.AddUser(ctx(tokens), NewUser{})
	refused(t, err, fault.Unauthenticated, access.CodeReauthenticate)
	invalid(t, prove(tokens, Proof{Password: otherPassword}), "/password wrong_password")
	invalid(t, prove(tokens, Proof{Code: "123456"}), "/code wrong_code")
	if err := prove(tokens, Proof{Password: goodPassword}); err != nil || !fresh(tokens) {
		t.Errorf("fresh %t, %v", fresh(tokens), err)
	}
	secret, _ := w.enrolled(t, "a@example.org")
	invalid(t, prove(tokens, Proof{Password: goodPassword}), "/code second_factor_needed")
	if err := prove(tokens, Proof{Code: w.code(t, secret)}); err != nil {
		t.Error(err)
	}
	for range 12 {
		err = prove(tokens, Proof{Code: "000000"})
	}
	refused(t, err, fault.RateLimited, "too_many_attempts")
}
