// Package ident holds the typed identifiers of the register, so that a figure
// is never looked up by a signature's id, and the public identifiers of
// organisations (register numbers, LEI, social credit codes) with their rules.
//
// Members carry a register number, small and permanent. Ceremonies and
// alliances are public and carry a small number too. Everything that may be
// hidden from some reader carries a random UUID, so that a gap in a sequence
// tells nobody that something is there.
package ident

import (
	"strconv"

	"github.com/google/uuid"
)

// Member is a register number, from 1 on. It is never reused. 0 is no member.
type Member int64

// Ceremony is the number of a signing ceremony, from 1 on.
type Ceremony int64

// Alliance is the number of an alliance, from 1 on.
type Alliance int64

// Change is the id of a writing transaction. Ids are drawn at the first write
// and say nothing about order; positions do.
type Change int64

// Position is the place of an entry in the ledger, from 1 on without gaps.
type Position int64

// Ids of things that may be hidden from some readers, random UUIDs.
type (
	Activity           string
	Figure             string
	Signature          string
	AllianceMembership string
	Commitment         string
	Proposal           string
	Report             string
	Amendment          string
	Request            string
	RequestItem        string
	Contact            string
	User               string
	Mail               string
	Invitation         string
	Session            string
	Token              string
	Passkey            string
	Transition         string
	Winner             string
	Evidence           string
)

// New draws a random id.
func New[T ~string]() T { return T(uuid.NewString()) }

// Parse reads an id in the canonical form of 36 lower-case characters, and
// tells whether it is one; other spellings of a UUID are not taken, since one
// thing has one address.
func Parse[T ~string](text string) (T, bool) {
	id, err := uuid.Parse(text)
	if err != nil || id.String() != text {
		return "", false
	}
	return T(text), true
}

// ParseNumber reads a register, ceremony or alliance number: decimal digits
// without sign or leading zero, from 1 to 2^53-1, and tells whether it is one.
func ParseNumber[T ~int64](text string) (T, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > 1<<53-1 || strconv.FormatInt(n, 10) != text {
		return 0, false
	}
	return T(n), true
}

func (m Member) String() string   { return strconv.FormatInt(int64(m), 10) }
func (c Ceremony) String() string { return strconv.FormatInt(int64(c), 10) }
func (a Alliance) String() string { return strconv.FormatInt(int64(a), 10) }
func (p Position) String() string { return strconv.FormatInt(int64(p), 10) }
