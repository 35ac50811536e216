package api

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"accord/pkg/access"
	"accord/pkg/fault"
)

// sealer makes cursors that nobody can read, forge, or use for another query or
// as somebody else.
type sealer struct{ aead cipher.AEAD }

func newSealer(key []byte) (sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, fmt.Errorf("cursor key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return sealer{}, fmt.Errorf("cursor key: %w", err)
	}
	return sealer{aead: aead}, nil
}

// bond is what a cursor is good for: this address, this query, this reader.
func (r *request) bond() []byte {
	actor, _ := access.From(r.ctx)
	return []byte(r.gin.Request.URL.Path + "?" + r.query.normal() + "\x00" + string(actor.User))
}

// seal makes a cursor of the place behind which the next page begins.
func (r *request) seal(place any) (string, error) {
	plain, err := json.Marshal(place)
	if err != nil {
		return "", fmt.Errorf("seal a cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(r.door.cursors.aead.Seal(nil, nil, plain, r.bond())), nil
}

// after opens the request's cursor: nil on the first page.
//
// It refuses with Malformed a cursor that was not made for this query and reader.
func after[P any](r *request) (*P, error) {
	text, ok := r.query.find("cursor")
	if !ok {
		return nil, nil //nolint:nilnil // no cursor is no place and no fault
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, badCursor()
	}
	plain, err := r.door.cursors.aead.Open(nil, nil, sealed, r.bond())
	if err != nil {
		return nil, badCursor()
	}
	var place P
	if err := json.Unmarshal(plain, &place); err != nil {
		return nil, badCursor()
	}
	return &place, nil
}

func badCursor() error {
	return &fault.Error{Kind: fault.Malformed, Code: "parameters", Fields: fault.Fields{{Pointer: "cursor", Code: "cursor_invalid"}}}
}
