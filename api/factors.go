package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// factorRoutes lead to how people prove who they are, and to their sessions.
func (d *Door) factorRoutes() []route {
	return []route{
		{post, "/api/v1/sessions/challenge", "completeSignIn", d.completeSignIn, true},
		{post, "/api/v1/sessions/ceremonies", "askPasskey", d.askPasskey, true},
		{post, "/api/v1/sessions/passkey", "signInByPasskey", d.signInByPasskey, true},
		{post, "/api/v1/sessions/current/authentication", "reauthenticate", d.reauthenticate, true},
		{get, "/api/v1/me/sessions", "listSessions", d.listSessions, false},
		{remove, "/api/v1/me/sessions", "endOtherSessions", d.endOtherSessions, false},
		{remove, "/api/v1/me/sessions/{session}", "endSession", d.endSession, false},
		{get, "/api/v1/me/factors", "readFactors", d.readFactors, false},
		{post, "/api/v1/me/factors/totp", "enrolTOTP", d.enrolTOTP, true},
		{remove, "/api/v1/me/factors/totp", "removeTOTP", d.removeTOTP, false},
		{post, "/api/v1/me/factors/totp/confirm", "confirmTOTP", d.confirmTOTP, true},
		{post, "/api/v1/me/factors/recovery-codes", "renewRecoveryCodes", d.renewRecoveryCodes, true},
		{post, "/api/v1/me/factors/ceremonies", "beginPasskey", d.beginPasskey, true},
		{post, "/api/v1/me/factors/passkeys", "addPasskey", d.addPasskey, true},
		{remove, "/api/v1/me/factors/passkeys/{passkey}", "removePasskey", d.removePasskey, false},
		{get, "/api/v1/users/{id}/sessions", "listSessionsOf", d.listSessionsOf, false},
		{remove, "/api/v1/users/{id}/sessions", "endSessionsOf", d.endSessionsOf, false},
		{remove, "/api/v1/users/{id}/sessions/{session}", "endSessionOf", d.endSessionOf, false},
		{remove, "/api/v1/users/{id}/factors", "resetFactors", d.resetFactors, false},
	}
}

func (d *Door) readFactors(r *request) error {
	f, err := d.offices.Accounts.Factors(r.ctx)
	if err != nil {
		return err
	}
	return r.list(Factors{
		Required: f.Required, TotpSince: f.TOTPSince.UTC(), RecoveryCodesLeft: f.CodesLeft, Passkeys: each(f.Passkeys, passkeyOf),
	})
}

func (d *Door) enrolTOTP(r *request) error {
	e, err := d.offices.Accounts.EnrolTOTP(r.ctx)
	if err != nil {
		return err
	}
	return r.secret(http.StatusCreated, Enrolment{Secret: e.Secret, Uri: e.URI})
}

func (d *Door) confirmTOTP(r *request) error {
	body, err := bind[FactorProof](r, nil)
	if err != nil {
		return err
	}
	codes, err := d.offices.Accounts.ConfirmTOTP(r.ctx, body.Code)
	if err != nil {
		return err
	}
	return r.secret(http.StatusOK, RecoveryCodes{RecoveryCodes: codes})
}

func (d *Door) removeTOTP(r *request) error {
	if err := d.offices.Accounts.RemoveTOTP(r.ctx); err != nil {
		return err
	}
	return r.nothing()
}

func (d *Door) renewRecoveryCodes(r *request) error {
	codes, err := d.offices.Accounts.RenewRecoveryCodes(r.ctx)
	if err != nil {
		return err
	}
	return r.secret(http.StatusCreated, RecoveryCodes{RecoveryCodes: codes})
}

func (d *Door) beginPasskey(r *request) error {
	c, err := d.offices.Accounts.BeginPasskey(r.ctx)
	if err != nil {
		return err
	}
	return r.ceremony(c)
}

func (d *Door) askPasskey(r *request) error {
	c, err := d.offices.Accounts.AskPasskey(r.ctx, r.from())
	if err != nil {
		return err
	}
	return r.ceremony(c)
}

func (r *request) ceremony(c account.Ceremony) error {
	body := PasskeyCeremony{Ceremony: c.Token, ExpiresIn: int(c.ExpiresIn / time.Second)}
	if err := json.Unmarshal(c.Options, &body.Options); err != nil {
		return fmt.Errorf("read the options of a ceremony: %w", err)
	}
	return r.secret(http.StatusCreated, body)
}

func (d *Door) addPasskey(r *request) error {
	draft := func(b NewPasskey) account.NewKey {
		return account.NewKey{Ceremony: b.Ceremony, Name: b.Name, Credential: b.Credential.text()}
	}
	body, err := bind(r, func(b NewPasskey) fault.Fields { return draft(b).Check() })
	if err != nil {
		return err
	}
	key, codes, err := d.offices.Accounts.AddPasskey(r.ctx, draft(body))
	if err != nil {
		return err
	}
	return r.secret(http.StatusCreated, AddedPasskey{Passkey: passkeyOf(key), RecoveryCodes: codes})
}

func (d *Door) removePasskey(r *request) error {
	key, err := id[ident.Passkey](r, "passkey")
	if err != nil {
		return err
	}
	if err := d.offices.Accounts.RemovePasskey(r.ctx, key); err != nil {
		return err
	}
	return r.nothing()
}

func (d *Door) resetFactors(r *request) error {
	user, err := id[ident.User](r, "id")
	if err != nil {
		return err
	}
	if err := d.offices.Accounts.ResetFactors(r.ctx, user); err != nil {
		return err
	}
	return r.nothing()
}

// text gives the credential as it came, in JSON.
func (c PublicKeyCredential) text() []byte {
	text, err := json.Marshal(c)
	if err != nil { // what was read from JSON is JSON
		return nil
	}
	return text
}

// given gives the assertion, or nil where there is none.
func (a PasskeyAnswer) given() *account.Assertion {
	if a.Ceremony == "" {
		return nil
	}
	return &account.Assertion{Ceremony: a.Ceremony, Credential: a.Credential.text()}
}

func passkeyOf(k account.Key) Passkey {
	return Passkey{Id: Id(k.ID), Name: k.Name, CreatedAt: k.CreatedAt.UTC(), UsedAt: stated(k.UsedAt).UTC()}
}
