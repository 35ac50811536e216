package account

import (
	"strings"
	"testing"

	"accord/pkg/fault"
)

func TestEmail(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a@example.org", "Mei.Lin+accord@jollychic.example", "林@例子.中国", "o'neil@example.org", "a@mail.sub.example.org"} {
		t.Run("taken: "+good, func(t *testing.T) {
			t.Parallel()
			var faults fault.Fields
			if got := checkEmail(&faults, " "+good+" "); got != good || len(faults) > 0 {
				t.Errorf("got %q, %v", got, faults)
			}
		})
	}
	for name, bad := range map[string]string{
		"no at": "example.org", "two": "a@b@example.org", "no dot": "a@localhost", "display name": "Mei <a@example.org>",
		"quoted": `"a b"@example.org`, "NUL": "a\x00@example.org", "line break": "a@example.org\r\nBcc: b@example.org",
		"right-to-left": "a\u202e@example.org", "zero width": "a\u200b@example.org", "bytes": "a\xff@example.org",
		"list": "a@example.org,b@example.org", "end dot": "a@example.org.", "long local": strings.Repeat("a", 65) + "@example.org",
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			t.Parallel()
			var faults fault.Fields
			checkEmail(&faults, bad)
			invalid(t, faults.Err(), "/email invalid_email")
		})
	}
	t.Run("254 characters are the most", func(t *testing.T) {
		t.Parallel()
		var faults fault.Fields
		checkEmail(&faults, "a@"+strings.Repeat("x", 250)+".cn")
		invalid(t, faults.Err(), "/email too_long")
	})
	t.Run("none is a fault of its own", func(t *testing.T) {
		t.Parallel()
		var faults fault.Fields
		checkEmail(&faults, " ")
		invalid(t, faults.Err(), "/email required")
	})
	t.Run("one address has one key", func(t *testing.T) {
		t.Parallel()
		for _, other := range []string{"MEI@Example.org", "ｍｅｉ@example.org", " mei@example.org"} {
			if emailKey(other) != "mei@example.org" {
				t.Errorf("%q has the key %q", other, emailKey(other))
			}
		}
		if emailKey("ÉLI@x.cn") != emailKey("e\u0301li@x.cn") {
			t.Error("composed and decomposed letters differ")
		}
	})
}

func TestDisplayName(t *testing.T) {
	t.Parallel()
	for name, wanted := range map[string]string{
		strings.Repeat("林", maxName+1): "/name too_long",
		"Mei\u202eLin":                 "/name invalid_characters",
		"Mei\nLin":                     "/name invalid_characters",
	} {
		var faults fault.Fields
		checkName(&faults, name)
		invalid(t, faults.Err(), wanted)
	}
	var faults fault.Fields
	if got := checkName(&faults, ""); got != "" || len(faults) > 0 {
		t.Errorf("got %q, %v", got, faults)
	}
}
