package account

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"golang.org/x/text/unicode/norm"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Key is a passkey of an account.
type Key struct {
	ID        ident.Passkey `db:"id"`
	Name      string        `db:"name"`
	CreatedAt time.Time     `db:"created_at"`
	UsedAt    *time.Time    `db:"used_at"` // nil where it never was
}

const (
	maxKeys    = 20
	maxKeyName = 100

	listKeys  = `select id, name, created_at, used_at from passkey where user_id = $1 order by created_at, id`
	insertKey = `
insert into passkey (id, user_id, credential_id, credential, name, created_at) values ($1, $2, $3, $4, $5, $6)`
	removeKey = `delete from passkey where id = $1 and user_id = $2`
	otherWay  = `
select u.password is not null or exists (select from passkey k where k.user_id = u.id)
    or exists (select from directory_identity d where d.user_id = u.id) from app_user u where u.id = $1`
)

// keyConstraints says which field is at fault when the database refuses a row.
var keyConstraints = map[string]fault.Field{
	"passkey_credential_unique": {Pointer: "/credential", Code: "passkey_taken"},
}

func (s *Service) keysOf(ctx context.Context, user ident.User) ([]Key, error) {
	list := []Key{}
	if err := s.db.Select(ctx, &list, listKeys, user); err != nil {
		return nil, fmt.Errorf("list the passkeys of %s: %w", user, err)
	}
	return list, nil
}

// BeginPasskey begins the ceremony in which a browser makes a passkey for the
// actor's own account: one that its device finds by itself, and asks its owner
// for a finger or a number before it signs.
//
// It refuses with Unauthenticated or Forbidden who has no account, Unauthenticated
// who has to prove again who it is, and Conflict where the server has no name
// that passkeys could be bound to, or the account has 20 passkeys.
func (s *Service) BeginPasskey(ctx context.Context) (Ceremony, error) {
	actor, err := access.Require(ctx, access.KeepOwnFactors)
	if err != nil {
		return Ceremony{}, err
	}
	party, err := s.relyingParty()
	if err != nil {
		return Ceremony{}, err
	}
	var c Ceremony
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		owner, err := ownWithKeys(ctx, tx, actor)
		if err != nil {
			return err
		}
		options, asked, err := party.BeginRegistration(owner,
			webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
				ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
				UserVerification: protocol.VerificationRequired,
			}),
			webauthn.WithExclusions(webauthn.Credentials(owner.keys).CredentialDescriptors()))
		if err != nil {
			return fmt.Errorf("ask for a new passkey: %w", err)
		}
		c, err = keepCeremony(ctx, tx, &actor.User, options, asked)
		return err
	})
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin a passkey: %w", err)
	}
	return c, nil
}

// ownWithKeys locks the actor's own account and gives it with its passkeys.
//
// It refuses with Conflict when it has as many as an account may have.
func ownWithKeys(ctx context.Context, tx *db.Tx, actor access.Actor) (keyOwner, error) {
	if err := lockOwn(ctx, tx, actor); err != nil {
		return keyOwner{}, err
	}
	var u User
	if err := tx.Get(ctx, &u, readMe, actor.User); err != nil {
		return keyOwner{}, fmt.Errorf("read own account: %w", err)
	}
	owner, err := withKeys(ctx, tx, u)
	if err == nil && len(owner.keys) >= maxKeys {
		err = fault.New(fault.Conflict, "too_many_passkeys")
	}
	return owner, err
}

// NewKey is a passkey to be added.
type NewKey struct {
	Ceremony   string
	Name       string
	Credential []byte // JSON, as navigator.credentials gives it
}

// Check gives the faults of the draft that can be told by itself.
func (n NewKey) Check() fault.Fields {
	var faults fault.Fields
	faults.Text("/name", n.keptName(), maxKeyName)
	return faults
}

func (n NewKey) keptName() string { return norm.NFC.String(strings.TrimSpace(n.Name)) }

// AddPasskey ends the ceremony that [Service.BeginPasskey] began. With the
// account's first second factor come its recovery codes, as of
// [Service.ConfirmTOTP].
//
// It refuses with Unauthenticated or Forbidden who has no account, Unauthenticated
// who has to prove again who it is, Conflict as [Service.BeginPasskey] does and
// where the passkey is there already, and Invalid with every field at fault.
func (s *Service) AddPasskey(ctx context.Context, draft NewKey) (Key, []string, error) {
	actor, err := access.Require(ctx, access.KeepOwnFactors)
	if err != nil {
		return Key{}, nil, err
	}
	if err := draft.Check().Err(); err != nil {
		return Key{}, nil, err
	}
	var key Key
	var codes []string
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		owner, err := ownWithKeys(ctx, tx, actor)
		if err != nil {
			return err
		}
		made, err := s.madeKey(ctx, tx, owner, draft)
		if err != nil {
			return err
		}
		text, err := json.Marshal(made)
		if err != nil {
			return fmt.Errorf("encode a passkey: %w", err)
		}
		key = Key{ID: ident.New[ident.Passkey](), Name: draft.keptName(), CreatedAt: tx.Now}
		if _, err := tx.Exec(ctx, insertKey, key.ID, actor.User, made.ID, text, key.Name, tx.Now); err != nil {
			return fmt.Errorf("insert passkey: %w", err)
		}
		codes, err = firstCodes(ctx, tx, actor.User)
		return err
	})
	if err != nil {
		return Key{}, nil, fmt.Errorf("add a passkey: %w", fault.Locate(err, keyConstraints))
	}
	s.note(ctx, "passkey_added", actor.User, actor.User)
	return key, codes, nil
}

// madeKey checks what a browser made of the ceremony.
func (s *Service) madeKey(ctx context.Context, tx *db.Tx, owner keyOwner, draft NewKey) (*webauthn.Credential, error) {
	party, err := s.relyingParty()
	if err != nil {
		return nil, err
	}
	asked, err := ceremonyOf(ctx, tx, draft.Ceremony, &owner.ID)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.FieldAt("/ceremony", "ceremony_invalid")
	}
	if err != nil {
		return nil, fmt.Errorf("find the ceremony: %w", err)
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes(draft.Credential)
	if err != nil {
		return nil, fault.FieldAt("/credential", "passkey_invalid")
	}
	made, err := party.CreateCredential(owner, asked, answer)
	if err != nil {
		return nil, fault.FieldAt("/credential", "passkey_invalid")
	}
	made.Attestation = webauthn.CredentialAttestation{} // nobody asked which device it is
	return made, nil
}

// RemovePasskey takes a passkey away from the actor's own account, and with the
// last second factor the recovery codes.
//
// It refuses with Unauthenticated or Forbidden who has no account, Unauthenticated
// who has to prove again who it is, NotFound when the account has no such
// passkey, and Conflict when it has no password either, so that nothing would be
// left to sign in with.
func (s *Service) RemovePasskey(ctx context.Context, id ident.Passkey) error {
	actor, err := access.Require(ctx, access.KeepOwnFactors)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := lockOwn(ctx, tx, actor); err != nil {
			return err
		}
		removed, err := tx.Exec(ctx, removeKey, id, actor.User)
		if err != nil {
			return fmt.Errorf("delete the passkey: %w", err)
		}
		if removed == 0 {
			return fault.New(fault.NotFound, "not_found")
		}
		var left bool
		if err := tx.Get(ctx, &left, otherWay, actor.User); err != nil {
			return fmt.Errorf("look for another way in: %w", err)
		}
		if !left {
			return fault.New(fault.Conflict, "last_way_in")
		}
		return forgetCodes(ctx, tx, actor.User)
	})
	if err != nil {
		return fmt.Errorf("remove a passkey: %w", err)
	}
	s.note(ctx, "passkey_removed", actor.User, actor.User)
	return nil
}
