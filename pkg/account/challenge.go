package account

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// ChallengeLife is how long somebody who proved one factor has for the second.
const ChallengeLife = 10 * time.Minute

// Challenge is what somebody gets who proved one factor of an account that has
// two. It stands for that proof and belongs to whoever holds it.
type Challenge struct {
	Token     string
	Methods   []Factor // by any of which it can be answered
	ExpiresIn time.Duration
}

const insertPending = `insert into pending_sign_in (hash, user_id, factors, expires_at) values ($1, $2, $3, $4)`

func (s *Service) challenge(ctx context.Context, tx *db.Tx, user ident.User, m means, by []Factor) (Tokens, error) {
	c := Challenge{Token: newToken(), Methods: m.methods(), ExpiresIn: ChallengeLife}
	if _, err := tx.Exec(ctx, insertPending, tokenHash(c.Token), user, texts(by), tx.Now.Add(ChallengeLife)); err != nil {
		return Tokens{}, fmt.Errorf("keep the challenge: %w", err)
	}
	return Tokens{User: user, Challenge: &c}, nil
}

// Answer answers a challenge: by a code of the authenticator app, by a recovery
// code, or by a passkey.
type Answer struct {
	Challenge string
	Code      string
	Passkey   *Assertion
	From      netip.Addr
	Browser   bool   // the session is to be a cookie
	Agent     string // User-Agent of the request
}

// Check gives the faults of the answer that can be told by itself. Of two proofs
// it would be anybody's guess which one counts.
func (a Answer) Check() fault.Fields {
	var faults fault.Fields
	switch {
	case a.Code == "" && a.Passkey == nil:
		faults.Add("/code", "required")
	case a.Code != "" && a.Passkey != nil:
		faults.Add("/passkey", "one_proof_only")
	}
	return faults
}

// pending is a sign-in that waits for its second factor.
type pending struct {
	User     ident.User `db:"user_id"`
	Key      string     `db:"email_key"`
	Factors  db.Texts   `db:"factors"`
	Familiar bool       `db:"familiar"`
}

const (
	readPending = `
select p.user_id, u.email_key, p.factors, exists (
    select from familiar_address f where f.user_id = u.id and f.address = $2 and f.at > $3
) as familiar
from pending_sign_in p join app_user u on u.id = p.user_id
where p.hash = $1 and p.expires_at > $4 and not u.disabled`
	spendPending = `delete from pending_sign_in where hash = $1 and expires_at > $2`
)

func badChallenge() error { return fault.New(fault.Unauthenticated, "challenge_invalid") }

// CompleteSignIn opens the session that a challenge stands before. A wrong answer
// leaves the challenge good; it is counted as a wrong password of the account is,
// in the same buckets, so that guessing is held up whatever challenges it takes.
//
// It refuses with Unauthenticated a challenge that is unknown, used or too old,
// or whose account was changed since, and a wrong answer with the code
// wrong_code, RateLimited one attempt too many, and Invalid an answer of nothing, or of two
// proofs.
func (s *Service) CompleteSignIn(ctx context.Context, with Answer) (Tokens, error) {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return Tokens{}, err
	}
	if err := with.Check().Err(); err != nil {
		return Tokens{}, err
	}
	var p pending
	hash := tokenHash(with.Challenge)
	now := s.db.Now()
	err := s.db.Get(ctx, &p, readPending, hash, s.place(with.From), now.Add(-familiarFor), now)
	if fault.Is(err, fault.NotFound) {
		return Tokens{}, badChallenge()
	}
	if err != nil {
		return Tokens{}, fmt.Errorf("find the challenge: %w", err)
	}
	tried := s.newAttempt(p.Key, with.From, p.Familiar)
	if err := s.charge(ctx, tried); err != nil {
		return Tokens{}, fmt.Errorf("answer the challenge: %w", err)
	}
	var tokens Tokens
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		tokens, err = s.complete(ctx, tx, p, hash, tried, with)
		return err
	})
	if err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			s.failed(ctx, "second_factor_failed", p.User)
		}
		return Tokens{}, fmt.Errorf("complete a sign-in: %w", err)
	}
	s.note(ctx, "signed_in", p.User, p.User)
	if tokens.SpentCode {
		s.note(ctx, "recovery_code_used", p.User, p.User, "left", tokens.CodesLeft)
	}
	return s.withAccess(tokens)
}

func (s *Service) complete(ctx context.Context, tx *db.Tx, p pending, hash []byte, tried attempt, with Answer) (Tokens, error) {
	var locked ident.User
	err := tx.Get(ctx, &locked, lockPerson, p.User)
	if fault.Is(err, fault.NotFound) {
		return Tokens{}, badChallenge()
	}
	if err != nil {
		return Tokens{}, fmt.Errorf("lock the account: %w", err)
	}
	spent, err := tx.Exec(ctx, spendPending, hash, tx.Now)
	if err != nil {
		return Tokens{}, fmt.Errorf("spend the challenge: %w", err)
	}
	if spent == 0 {
		return Tokens{}, badChallenge()
	}
	by, err := s.secondFactor(ctx, tx, p.User, with.Code, with.Passkey)
	if err != nil {
		return Tokens{}, err
	}
	if by == "" {
		return Tokens{}, fault.New(fault.Unauthenticated, "wrong_code")
	}
	factors := []Factor{by}
	for _, f := range p.Factors {
		factors = append([]Factor{Factor(f)}, factors...)
	}
	tokens, err := s.admit(ctx, tx, p.User, tried, client{from: with.From, browser: with.Browser, agent: with.Agent}, factors...)
	if err != nil || by != RecoveryCode {
		return tokens, err
	}
	m, err := meansOf(ctx, tx, p.User)
	tokens.SpentCode, tokens.CodesLeft = true, m.Codes
	return tokens, err
}

// secondFactor checks a code or a passkey of the locked account and uses it up.
// It gives the factor that it proves, or "" when it proves none.
func (s *Service) secondFactor(ctx context.Context, tx *db.Tx, user ident.User, code string, key *Assertion) (Factor, error) {
	if key != nil {
		owner, err := s.assert(ctx, tx, *key)
		if err == nil && owner != user {
			err = badPasskey(nil)
		}
		if err != nil {
			return "", err
		}
		return Passkey, nil
	}
	if len(plainCode(code)) == totpDigits {
		kept, step, err := s.readApp(ctx, tx, user, code)
		if fault.Is(err, fault.NotFound) || err == nil && (step == 0 || !kept.Confirmed) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		if _, err := tx.Exec(ctx, stepTOTP, user, step); err != nil {
			return "", fmt.Errorf("take the code's step: %w", err)
		}
		return TOTP, nil
	}
	if good, err := spendRecovery(ctx, tx, user, code); err != nil || !good {
		return "", err
	}
	return RecoveryCode, nil
}
