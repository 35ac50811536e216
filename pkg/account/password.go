package account

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"accord/pkg/fault"
)

// The bounds of a password, by NIST SP 800-63B-4 for a password that is the
// only factor. Characters are code points after NFKC.
const (
	MinPassword      = 15
	MaxPassword      = 256
	MaxPasswordBytes = 1024
)

// normalise gives the form in which a password is checked and hashed: NFKC, so
// that one password typed on two keyboards stays one. What is too long is
// refused before anything is spent on it, and never cut.
func normalise(pointer, password string) (string, error) {
	switch {
	case password == "":
		return "", fault.FieldAt(pointer, "required")
	case len(password) > MaxPasswordBytes:
		return "", fault.FieldAt(pointer, "password_too_long")
	case !utf8.ValidString(password):
		return "", fault.FieldAt(pointer, "invalid_characters")
	}
	secret := norm.NFKC.String(password)
	if utf8.RuneCountInString(secret) > MaxPassword || len(secret) > MaxPasswordBytes {
		return "", fault.FieldAt(pointer, "password_too_long")
	}
	return secret, nil
}

// CheckPassword gives the faults of a password that somebody chose, at the pointer.
func (s *Service) CheckPassword(pointer, password string) fault.Fields {
	_, err := s.newSecret(pointer, password)
	return fault.FieldsOf(err)
}

// newSecret checks a password that somebody chose and gives its normal form.
// Own are the words that belong to the account: its e-mail address, its name.
//
// It refuses with Invalid at the pointer what is too short, too long, not text,
// or among the first that a guessing program tries. There are no other rules.
func (s *Service) newSecret(pointer, password string, own ...string) (string, error) {
	secret, err := normalise(pointer, password)
	if err != nil {
		return "", err
	}
	if utf8.RuneCountInString(secret) < MinPassword {
		return "", fault.FieldAt(pointer, "password_too_short", fault.Args{"min": "15"})
	}
	if s.common.guessed(secret, own) {
		return "", fault.FieldAt(pointer, "password_common")
	}
	return secret, nil
}
