package account

import (
	"context"
	"crypto/subtle"
	"fmt"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// What authenticator apps agree on: six digits by SHA-1, another each half minute.
const (
	totpPeriod = 30 // seconds
	totpDigits = 6
)

// Enrolment is the secret of an authenticator app, shown once.
type Enrolment struct {
	Secret string // in base32, to be typed
	URI    string // otpauth://…, to be shown as a picture
}

const (
	hasTOTP = `select exists (select from totp_factor where user_id = $1 and confirmed_at is not null)`
	// An app that was never confirmed gives way to the next.
	insertTOTP = `
insert into totp_factor (user_id, secret, created_at) values ($1, $2, $3)
on conflict (user_id) do update set secret = excluded.secret, created_at = excluded.created_at, last_step = 0`
	readTOTP    = `select secret, last_step, confirmed_at is not null as confirmed from totp_factor where user_id = $1 for update`
	stepTOTP    = `update totp_factor set last_step = $2 where user_id = $1`
	confirmTOTP = `update totp_factor set last_step = $2, confirmed_at = $3 where user_id = $1`
)

// EnrolTOTP draws the secret of an authenticator app for the actor's own account.
// It counts once a code of it was given to [Service.ConfirmTOTP].
//
// It refuses with Unauthenticated or Forbidden who has no account, Unauthenticated
// who has to prove again who it is, and Conflict when the account has an app
// already.
func (s *Service) EnrolTOTP(ctx context.Context) (Enrolment, error) {
	actor, err := access.Require(ctx, access.KeepOwnFactors)
	if err != nil {
		return Enrolment{}, err
	}
	var e Enrolment
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := lockOwn(ctx, tx, actor); err != nil {
			return err
		}
		var has bool
		if err := tx.Get(ctx, &has, hasTOTP, actor.User); err != nil {
			return fmt.Errorf("look for an app: %w", err)
		}
		if has {
			return fault.New(fault.Conflict, "factor_exists")
		}
		var u User
		if err := tx.Get(ctx, &u, readMe, actor.User); err != nil {
			return fmt.Errorf("read own account: %w", err)
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: "Accord", AccountName: u.Email})
		if err != nil {
			return fmt.Errorf("draw a secret: %w", err)
		}
		e = Enrolment{Secret: key.Secret(), URI: key.URL()}
		_, err = tx.Exec(ctx, insertTOTP, actor.User, s.sealed(actor.User, e.Secret), tx.Now)
		return err
	})
	if err != nil {
		return Enrolment{}, fmt.Errorf("enrol an app: %w", err)
	}
	return e, nil
}

// app is an authenticator app as it is kept.
type app struct {
	Secret    []byte `db:"secret"`
	LastStep  int64  `db:"last_step"`
	Confirmed bool   `db:"confirmed"`
}

// stepOf gives the step whose code this is: of now, of the one before or of the
// one after, and later than the last that was taken. 0 is none.
func stepOf(secret, code string, last int64, now time.Time) (int64, error) {
	found := int64(0)
	for _, off := range []int64{-1, 0, 1} {
		step := now.Unix()/totpPeriod + off
		right, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, fmt.Errorf("make a code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(right), []byte(code)) == 1 && step > last {
			found = step
		}
	}
	return found, nil
}

// read locks the account's app and gives the step whose code this is, 0 for
// none. The lock makes two who send one code at once take turns, and the second
// finds its step taken.
func (s *Service) readApp(ctx context.Context, tx *db.Tx, user ident.User, code string) (app, int64, error) {
	var kept app
	if err := tx.Get(ctx, &kept, readTOTP, user); err != nil {
		return app{}, 0, err
	}
	secret, err := s.unsealed(user, kept.Secret)
	if err != nil {
		return app{}, 0, err
	}
	step, err := stepOf(secret, plainCode(code), kept.LastStep, tx.Now)
	return kept, step, err
}

// ConfirmTOTP makes the app that was enrolled count, by a code of it. With the
// account's first second factor come its recovery codes, shown here and never
// again; an account that has some keeps them, and none are given.
//
// It refuses with Unauthenticated or Forbidden who has no account, Unauthenticated
// who has to prove again who it is, Conflict when there is no app to confirm, and
// Invalid when the code is none of it.
func (s *Service) ConfirmTOTP(ctx context.Context, code string) ([]string, error) {
	actor, err := access.Require(ctx, access.KeepOwnFactors)
	if err != nil {
		return nil, err
	}
	var codes []string
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := lockOwn(ctx, tx, actor); err != nil {
			return err
		}
		kept, step, err := s.readApp(ctx, tx, actor.User, code)
		switch {
		case fault.Is(err, fault.NotFound) || err == nil && kept.Confirmed:
			return fault.New(fault.Conflict, "factor_not_enrolled")
		case err != nil:
			return err
		case step == 0:
			return fault.FieldAt("/code", "wrong_code")
		}
		if _, err := tx.Exec(ctx, confirmTOTP, actor.User, step, tx.Now); err != nil {
			return fmt.Errorf("confirm the app: %w", err)
		}
		codes, err = firstCodes(ctx, tx, actor.User)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("confirm an app: %w", err)
	}
	s.note(ctx, "totp_added", actor.User, actor.User)
	return codes, nil
}

// firstCodes draws recovery codes for an account that has none.
func firstCodes(ctx context.Context, tx *db.Tx, user ident.User) ([]string, error) {
	m, err := meansOf(ctx, tx, user)
	if err != nil || m.Codes > 0 {
		return nil, err
	}
	return drawCodes(ctx, tx, user)
}

// RemoveTOTP takes the authenticator app away from the actor's own account, and
// with the last second factor the recovery codes.
//
// It refuses with Unauthenticated or Forbidden who has no account, Unauthenticated
// who has to prove again who it is, and NotFound when there is no app.
func (s *Service) RemoveTOTP(ctx context.Context) error {
	actor, err := access.Require(ctx, access.KeepOwnFactors)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := lockOwn(ctx, tx, actor); err != nil {
			return err
		}
		removed, err := tx.Exec(ctx, deleteTOTP, actor.User)
		if err != nil {
			return fmt.Errorf("remove the app: %w", err)
		}
		if removed == 0 {
			return fault.New(fault.NotFound, "not_found")
		}
		return forgetCodes(ctx, tx, actor.User)
	})
	if err != nil {
		return fmt.Errorf("remove own app: %w", err)
	}
	s.note(ctx, "totp_removed", actor.User, actor.User)
	return nil
}
