package api

import (
	"net/http"
	"time"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// opened answers a sign-in: with the session, or with the challenge that stands
// before it.
func (r *request) opened(t account.Tokens) error {
	if c := t.Challenge; c != nil {
		return r.secret(http.StatusAccepted, SignInChallenge{
			Challenge: c.Token, ExpiresIn: int(c.ExpiresIn / time.Second),
			Methods: each(c.Methods, func(f account.Factor) SignInChallengeMethods { return SignInChallengeMethods(f) }),
		})
	}
	body := sessionOf(t)
	if t.SpentCode {
		body.RecoveryCodesLeft = nullable.NewNullableWithValue(t.CodesLeft)
	}
	r.gin.Writer.Header()["Location"] = []string{"/api/v1/sessions/current"}
	return r.secret(http.StatusCreated, body)
}

func (r *request) agent() string { return r.gin.Request.UserAgent() }

func (d *Door) completeSignIn(r *request) error {
	answer := func(b ChallengeAnswer) account.Answer {
		return account.Answer{Challenge: b.Challenge, Code: b.Code, Passkey: b.Passkey.given(), From: r.from(), Agent: r.agent()}
	}
	body, err := bind(r, func(b ChallengeAnswer) fault.Fields { return answer(b).Check() })
	if err != nil {
		return err
	}
	tokens, err := d.offices.Accounts.CompleteSignIn(r.ctx, answer(body))
	if err != nil {
		return err
	}
	return r.opened(tokens)
}

func (d *Door) signInByPasskey(r *request) error {
	body, err := bind[PasskeyAnswer](r, nil)
	if err != nil {
		return err
	}
	tokens, err := d.offices.Accounts.SignInByPasskey(r.ctx, account.PasskeySignIn{Passkey: *body.given(), From: r.from(), Agent: r.agent()})
	if err != nil {
		return err
	}
	return r.opened(tokens)
}

func (d *Door) reauthenticate(r *request) error {
	proof := func(b NewProof) account.Proof {
		return account.Proof{Password: b.Password, Code: b.Code, Passkey: b.Passkey.given(), From: r.from()}
	}
	body, err := bind(r, func(b NewProof) fault.Fields { return proof(b).Check() })
	if err != nil {
		return err
	}
	if _, err = d.offices.Accounts.Reauthenticate(r.ctx, proof(body)); err != nil {
		return err
	}
	return r.nothing()
}

func (d *Door) listSessions(r *request) error {
	list, err := d.offices.Accounts.Sessions(r.ctx)
	if err != nil {
		return err
	}
	return r.sessions(list)
}

func (d *Door) endSession(r *request) error {
	session, err := id[ident.Session](r, "session")
	if err != nil {
		return err
	}
	if err := d.offices.Accounts.EndSession(r.ctx, session); err != nil {
		return err
	}
	return r.nothing()
}

func (d *Door) endOtherSessions(r *request) error {
	if err := d.offices.Accounts.EndOtherSessions(r.ctx); err != nil {
		return err
	}
	return r.nothing()
}

func (d *Door) listSessionsOf(r *request) error {
	user, err := id[ident.User](r, "id")
	if err != nil {
		return err
	}
	list, err := d.offices.Accounts.SessionsOf(r.ctx, user)
	if err != nil {
		return err
	}
	return r.sessions(list)
}

func (d *Door) endSessionsOf(r *request) error {
	user, err := id[ident.User](r, "id")
	if err != nil {
		return err
	}
	if err := d.offices.Accounts.EndSessionsOf(r.ctx, user, ""); err != nil {
		return err
	}
	return r.nothing()
}

func (d *Door) endSessionOf(r *request) error {
	user, err := id[ident.User](r, "id")
	if err != nil {
		return err
	}
	session, err := id[ident.Session](r, "session")
	if err != nil {
		return err
	}
	if err := d.offices.Accounts.EndSessionsOf(r.ctx, user, session); err != nil {
		return err
	}
	return r.nothing()
}

func (r *request) sessions(list []account.SessionInfo) error {
	mine := r.actor().Session
	return r.list(SessionList{Items: each(list, func(s account.SessionInfo) OpenSession {
		kind := OpenSessionKindApi
		if s.Browser {
			kind = OpenSessionKindBrowser
		}
		return OpenSession{
			Id: Id(s.ID), Kind: kind, Agent: s.Agent, Current: s.ID == mine, CreatedAt: s.CreatedAt.UTC(), SeenAt: s.SeenAt.UTC(),
			Factors:         each(s.Factors, func(f string) OpenSessionFactors { return OpenSessionFactors(f) }),
			AuthenticatedAt: s.AuthenticatedAt.UTC(), ExpiresAt: s.ExpiresAt.UTC(),
		}
	})})
}
