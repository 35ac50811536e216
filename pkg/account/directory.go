package account

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/directory"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// RoundLife is how long somebody has at the directory.
const RoundLife = 10 * time.Minute

// roundLimit holds up who sends people to the directory over and over.
var roundLimit = limit{"directory", 100, 10 * time.Second}

// DirectoryRound is a sign-in that goes to the directory.
type DirectoryRound struct {
	Address string // where the browser goes
	Secret  string // what it has to come back with; nobody else is to see it
}

// DirectoryName is what people call the directory that they may sign in by, ""
// where there is none.
func (s *Service) DirectoryName() string {
	if s.config.Directory == nil {
		return ""
	}
	return s.config.Directory.Name()
}

const insertRound = `
insert into directory_round (hash, next, session, created_at, expires_at) values ($1, $2, $3, $4, $5)`

// DirectoryVisit is what somebody goes to the directory for.
type DirectoryVisit struct {
	From  netip.Addr
	Next  string // where they are led to after it
	Proof bool   // to prove again who they are, and not to sign in
}

// BeginDirectory sends somebody to the directory, to sign in or for a new proof.
//
// It refuses with NotFound where there is no directory, Unavailable when it does
// not answer, RateLimited who asks too often, and for a proof with
// Unauthenticated or Forbidden who has no account.
func (s *Service) BeginDirectory(ctx context.Context, visit DirectoryVisit) (DirectoryRound, error) {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return DirectoryRound{}, err
	}
	if s.config.Directory == nil {
		return DirectoryRound{}, fault.New(fault.NotFound, "not_found")
	}
	var session *ident.Session
	if visit.Proof {
		actor, err := access.Require(ctx, access.KeepOwnAccount)
		if err != nil {
			return DirectoryRound{}, err
		}
		session = &actor.Session
	}
	var asks attempt
	s.add(&asks, roundLimit, network(visit.From))
	if err := s.charge(ctx, asks); err != nil {
		return DirectoryRound{}, fmt.Errorf("begin a round to the directory: %w", err)
	}
	round := DirectoryRound{Secret: newToken()}
	var err error
	if round.Address, err = s.config.Directory.Address(ctx, directory.NewRound(round.Secret), visit.Proof); err != nil {
		return DirectoryRound{}, err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, insertRound, tokenHash(round.Secret), visit.Next, session, tx.Now, tx.Now.Add(RoundLife))
		return err
	})
	if err != nil {
		return DirectoryRound{}, fmt.Errorf("keep a round to the directory: %w", err)
	}
	return round, nil
}

// DirectoryAnswer is what a browser brings back from the directory.
type DirectoryAnswer struct {
	directory.Answer

	Secret string // of the round
	From   netip.Addr
	Agent  string // User-Agent of the request
}

// DirectoryEntry is what an answer of the directory gives: what any sign-in
// does or, after a proof, the cookie that the session goes on under.
type DirectoryEntry struct {
	Tokens

	Next   string
	Proved bool // it was a proof of a session that goes on
}

// round is a round that came back.
type round struct {
	Next    string         `db:"next"`
	Session *ident.Session `db:"session"`
	Began   time.Time      `db:"created_at"`
}

const spendRound = `
delete from directory_round where hash = $1 and expires_at > $2 returning next, session, created_at`

// AnswerDirectory takes what the directory answered, once, and from the browser
// that was sent there: it opens a session of a browser where [Service.SignIn]
// does, with the second factor where the account has one, or makes the session
// fresh whose proof it is.
//
// The account is the one that the directory's person has; at first the one with
// the person's address, which the directory is trusted with for its own domains
// as it is with the roles, or a new one without a password. It has the role of
// the person's groups from now on. One of a member is never touched. Whom the
// directory lets in no more is signed out everywhere, and let in by nothing else
// until it does again.
//
// It refuses with NotFound where there is no directory, Unavailable when it does
// not answer, and Unauthenticated with one of the codes directory_round_invalid,
// directory_declined, directory_doubtful, directory_not_allowed and, for a proof
// alone, directory_proof_old; each is noted with its cause.
func (s *Service) AnswerDirectory(ctx context.Context, with DirectoryAnswer) (DirectoryEntry, error) {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return DirectoryEntry{}, err
	}
	if s.config.Directory == nil {
		return DirectoryEntry{}, fault.New(fault.NotFound, "not_found")
	}
	sent := directory.NewRound(with.Secret)
	if with.Secret == "" || !sent.Belongs(with.Answer) {
		return DirectoryEntry{}, s.refused(ctx, "", "directory_round_invalid", "other_browser")
	}
	var r round
	err := s.db.InTx(ctx, func(tx *db.Tx) error { return tx.Get(ctx, &r, spendRound, tokenHash(with.Secret), tx.Now) })
	if fault.Is(err, fault.NotFound) {
		return DirectoryEntry{}, s.refused(ctx, "", "directory_round_invalid", "used_or_old")
	}
	if err != nil {
		return DirectoryEntry{}, fmt.Errorf("use up a round to the directory: %w", err)
	}
	person, err := s.config.Directory.Redeem(ctx, sent, with.Answer)
	if err != nil {
		if f, ok := errors.AsType[*fault.Error](err); ok {
			_ = s.refused(ctx, "", f.Code, f.Code)
		}
		return DirectoryEntry{}, err
	}
	entry := DirectoryEntry{Next: r.Next, Proved: r.Session != nil}
	var a arrival
	err = s.db.InTx(ctx, func(tx *db.Tx) error { // a refusal is kept, with what it does to the account
		if entry.Proved {
			a, entry.Cookie, err = s.proveByDirectory(ctx, tx, r, person)
		} else {
			a, entry.Tokens, err = s.enterByDirectory(ctx, tx, person, client{from: with.From, browser: true, agent: with.Agent})
		}
		return err
	})
	if err != nil {
		return DirectoryEntry{}, fmt.Errorf("take the directory's answer: %w", fault.Locate(err, constraints))
	}
	return entry, s.tell(ctx, a)
}

// refused notes the refusal and gives it; why is for the log. Anybody can cause
// refusals without end, so the audit record folds them.
func (s *Service) refused(ctx context.Context, user ident.User, code, why string) error {
	s.config.Log.InfoContext(ctx, "directory_refused", "user", string(user), "why", why)
	s.failed(ctx, "directory_refused", user)
	return fault.Wrap(fault.Unauthenticated, code, errors.New(why))
}
