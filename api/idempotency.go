package api

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"accord/db"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

const (
	keyHeader  = "Idempotency-Key"
	longestKey = 255
)

// checkKey refuses a key that is malformed, and any key on a route whose answer
// holds a secret, since answers to keys are kept.
func (r *request) checkKey() error {
	given, ok := r.gin.Request.Header[keyHeader]
	if !ok || r.op.method != "POST" {
		return nil
	}
	code := ""
	switch {
	case r.route.secret:
		code = "idempotency_key_refused"
	case len(given) != 1 || given[0] == "" || len(given[0]) > longestKey || !visible(given[0]):
		code = "idempotency_key_malformed"
	default:
		r.key = given[0]
		return nil
	}
	return &fault.Error{Kind: fault.Malformed, Code: code, Fields: fault.Fields{{Pointer: keyHeader, Code: code}}}
}

func visible(text string) bool {
	for _, c := range []byte(text) {
		if c < '!' || c > '~' {
			return false
		}
	}
	return true
}

// claim puts the request's Idempotency-Key into its context, for the
// transaction of the office to claim.
func (r *request) claim(tree map[string]any) error {
	actor := r.actor()
	if r.key == "" || actor.User == "" { // without an account the office refuses
		return nil
	}
	claim, err := r.claimOf(actor.User, tree)
	if err != nil {
		return err
	}
	r.ctx = db.WithClaim(r.ctx, claim)
	return nil
}

// claimOf makes the claim. The digest is of the body in one form: keys in
// order, no blanks, and no password. A digest is quick to make, so that one of a
// password would be guessed sooner than what the account keeps of it.
func (r *request) claimOf(user ident.User, tree map[string]any) (db.Claim, error) {
	tree = maps.Clone(tree)
	delete(tree, "password")
	body, err := json.Marshal(tree)
	if err != nil {
		return db.Claim{}, fmt.Errorf("digest the body: %w", err)
	}
	digest := sha256.Sum256(body)
	return db.Claim{
		User:   user,
		Route:  r.op.method + " " + r.gin.Request.URL.Path,
		Key:    r.key,
		Digest: digest[:],
		Status: r.op.status,
	}, nil
}

// replayed tells whether err says that the request's key was answered before.
// The handler then answers from the thing as that change made it.
func replayed(err error) (*db.Replay, bool) { return errors.AsType[*db.Replay](err) }
