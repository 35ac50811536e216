package account

import (
	"crypto/rand"
	"hash/crc32"
	"math/big"
	"strings"
)

// The form of an API token: a prefix that scanners for secrets look for, 256
// random bits, and the CRC-32 of both, so that a token that was cut off or
// mistyped is known for none without a look into the database. Random part and
// sum are in base 62, which a double click selects as one word.
const (
	apiTokenPrefix = "accord_"
	randomDigits   = 43 // of 256 bits in base 62
	sumDigits      = 6  // of 32 bits
	apiTokenSize   = len(apiTokenPrefix) + randomDigits + sumDigits
	apiTokenHint   = len(apiTokenPrefix) + 4
)

func newAPIToken() string {
	random := make([]byte, tokenBytes)
	rand.Read(random) // crypto/rand ends the program rather than give less than it says
	body := apiTokenPrefix + base62(new(big.Int).SetBytes(random), randomDigits)
	return body + sum(body)
}

// base62 gives the number in so many digits, 0 to 9, A to Z, a to z.
func base62(n *big.Int, digits int) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base, digit, text := big.NewInt(int64(len(alphabet))), new(big.Int), make([]byte, digits)
	for i := digits - 1; i >= 0; i-- {
		n, digit = new(big.Int).DivMod(n, base, digit)
		text[i] = alphabet[digit.Int64()]
	}
	return string(text)
}

func sum(body string) string {
	return base62(new(big.Int).SetUint64(uint64(crc32.ChecksumIEEE([]byte(body)))), sumDigits)
}

// looksLikeAPIToken tells which of the two kinds of bearer tokens it is: the
// others begin with the header of a JWT.
func looksLikeAPIToken(token string) bool { return strings.HasPrefix(token, apiTokenPrefix) }

// wellFormed tells whether an API token is whole.
func wellFormed(token string) bool {
	return len(token) == apiTokenSize && sum(token[:apiTokenSize-sumDigits]) == token[apiTokenSize-sumDigits:]
}
