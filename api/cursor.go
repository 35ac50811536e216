package api

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"accord/pkg/access"
	"accord/pkg/fault"
)

// sealer makes cursors that nobody can read, forge, or use for another query or
// as somebody else. The same place of the same query and reader gives the same
// cursor, so that a page that did not change is the same to the byte and its
// ETag with it.
type sealer struct {
	aead  cipher.AEAD
	nonce []byte // the key that nonces are made with
}

func newSealer(key []byte) (sealer, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, fmt.Errorf("cursor key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return sealer{}, fmt.Errorf("cursor key: %w", err)
	}
	return sealer{aead: aead, nonce: digest(key, []byte("nonce of a cursor"))}, nil
}

// digest is HMAC-SHA-256 over the parts, each under its length.
func digest(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// seal makes a cursor. Its nonce is drawn from what is sealed: two cursors have
// the same one only if they are the same cursor.
func (s sealer) seal(plain, bond []byte) []byte {
	nonce := digest(s.nonce, bond, plain)[:s.aead.NonceSize()]
	return s.aead.Seal(nonce, nonce, plain, bond)
}

// open gives what was sealed, if it was sealed here under this bond.
func (s sealer) open(sealed, bond []byte) ([]byte, bool) {
	size := s.aead.NonceSize()
	if len(sealed) < size {
		return nil, false
	}
	plain, err := s.aead.Open(nil, sealed[:size], sealed[size:], bond)
	return plain, err == nil
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
	return base64.RawURLEncoding.EncodeToString(r.door.cursors.seal(plain, r.bond())), nil
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
	plain, ok := r.door.cursors.open(sealed, r.bond())
	if !ok {
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
