package api

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"accord/pkg/fault"
)

// tag makes the ETag of a thing with a version: "<version>-<hash>", the hash
// over the contract, the language, the audience and the versions of whatever
// else this audience is shown with it.
func (r *request) tag(version int64, audience string, seen ...int64) string {
	h := fnv64(fnvOffset)
	h.add(r.door.contract.seed)
	h.add(string(r.lang()))
	h.add(audience)
	for _, v := range seen {
		h.addNumber(uint64(v))
	}
	buf := make([]byte, 0, 40)
	buf = append(buf, '"')
	buf = strconv.AppendInt(buf, version, 10)
	buf = append(buf, '-')
	buf = strconv.AppendUint(buf, uint64(h), 36)
	return string(append(buf, '"'))
}

// bodyTag makes the ETag of an answer without a version, such as a list, from its bytes.
func bodyTag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
}

// fnv64 is FNV-1a, which allocates nothing.
type fnv64 uint64

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func (h *fnv64) add(text string) {
	for i := range len(text) {
		*h = (*h ^ fnv64(text[i])) * fnvPrime
	}
	*h = (*h ^ 0xff) * fnvPrime
}

func (h *fnv64) addNumber(n uint64) {
	for range 8 {
		*h = (*h ^ fnv64(n&0xff)) * fnvPrime
		n >>= 8
	}
}

// holds tells whether If-None-Match names the tag. The comparison for reads is
// weak (RFC 9110, 13.1.2), so a W/ that a proxy has put before it does no harm.
func (r *request) holds(tag string) bool {
	for _, header := range r.gin.Request.Header["If-None-Match"] {
		for one := range strings.SplitSeq(header, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == tag {
				return true
			}
		}
	}
	return false
}

// conditional tells whether the reader holds something already, so that asking
// for versions first may spare reading the rest.
func (r *request) conditional() bool {
	return len(r.gin.Request.Header["If-None-Match"]) > 0
}

// expected gives the version that If-Match names. For "*", which is any, it
// asks current for the present one.
//
// It refuses with PreconditionRequired without an If-Match, Malformed when it is
// no ETag of ours, and Stale when it is a weak one, which names no version.
func (r *request) expected(current func() (int64, error)) (int64, error) {
	if len(r.gin.Request.Header["If-Match"]) == 0 {
		return 0, fault.New(fault.PreconditionRequired, "if_match_required")
	}
	return r.expectedIfGiven(current)
}

// expectedIfGiven is expected for actions, which need no If-Match: without one
// the present version will do.
func (r *request) expectedIfGiven(current func() (int64, error)) (int64, error) {
	given := r.gin.Request.Header["If-Match"]
	switch {
	case len(given) == 0 || len(given) == 1 && given[0] == "*":
		return current()
	case len(given) == 1 && strings.HasPrefix(given[0], "W/"):
		return 0, fault.New(fault.Stale, "stale")
	case len(given) == 1:
		if version, ok := versionOf(given[0]); ok {
			return version, nil
		}
	}
	return 0, &fault.Error{Kind: fault.Malformed, Code: "etag_malformed", Fields: fault.Fields{{Pointer: "If-Match", Code: "etag_malformed"}}}
}

// versionOf reads the version from "<version>-<hash>" or "<version>".
func versionOf(tag string) (int64, bool) {
	inner, ok := strings.CutPrefix(tag, `"`)
	if !ok {
		return 0, false
	}
	if inner, ok = strings.CutSuffix(inner, `"`); !ok {
		return 0, false
	}
	if strings.Contains(inner, `"`) { // a list of tags
		return 0, false
	}
	text, _, _ := strings.Cut(inner, "-")
	version, err := strconv.ParseInt(text, 10, 64)
	return version, err == nil && version > 0 && strconv.FormatInt(version, 10) == text
}
