package account

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

const (
	recoveryCodes = 10 // that are drawn at once
	codeBytes     = 10 // 80 bits: a plain hash of it cannot be guessed back
	codeLetters   = codeBytes * 8 / 5
)

// plainCode gives the letters of a recovery code as it was typed.
func plainCode(code string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, code))
}

// recoveryHash is what is kept of a code: whose it is stands inside, so that two
// accounts never share one.
func recoveryHash(user ident.User, code string) []byte {
	return tokenHash(string(user) + "\x00" + plainCode(code))
}

const insertCode = `insert into recovery_code (hash, user_id, created_at) values ($1, $2, $3)`

// drawCodes gives the account new codes in place of those it has.
func drawCodes(ctx context.Context, tx *db.Tx, user ident.User) ([]string, error) {
	if _, err := tx.Exec(ctx, deleteCodes, user); err != nil {
		return nil, fmt.Errorf("forget the old codes: %w", err)
	}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		random := make([]byte, codeBytes)
		rand.Read(random)
		letters := base32.StdEncoding.EncodeToString(random)
		codes[i] = strings.ToLower(letters[:4] + "-" + letters[4:8] + "-" + letters[8:12] + "-" + letters[12:])
		if _, err := tx.Exec(ctx, insertCode, recoveryHash(user, codes[i]), user, tx.Now); err != nil {
			return nil, fmt.Errorf("keep a recovery code: %w", err)
		}
	}
	return codes, nil
}

const spendCode = `delete from recovery_code where hash = $1 and user_id = $2`

// spendRecovery uses a recovery code up and tells whether it was good. Of two at once
// the row lets one through.
func spendRecovery(ctx context.Context, tx *db.Tx, user ident.User, code string) (bool, error) {
	spent, err := tx.Exec(ctx, spendCode, recoveryHash(user, code), user)
	if err != nil {
		return false, fmt.Errorf("spend a recovery code: %w", err)
	}
	return spent > 0, nil
}

// RenewRecoveryCodes gives the actor's own account ten new codes in place of
// those it has. They are shown here and never again.
//
// It refuses with Unauthenticated or Forbidden who has no account, Unauthenticated
// who has to prove again who it is, and Conflict when the account has no second
// factor that the codes could stand in for.
func (s *Service) RenewRecoveryCodes(ctx context.Context) ([]string, error) {
	actor, err := access.Require(ctx, access.KeepOwnFactors)
	if err != nil {
		return nil, err
	}
	var codes []string
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := lockOwn(ctx, tx, actor); err != nil {
			return err
		}
		m, err := meansOf(ctx, tx, actor.User)
		if err != nil {
			return err
		}
		if !m.second() {
			return fault.New(fault.Conflict, "factor_none")
		}
		codes, err = drawCodes(ctx, tx, actor.User)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("renew own recovery codes: %w", err)
	}
	s.note(ctx, "recovery_codes_renewed", actor.User, actor.User)
	return codes, nil
}
