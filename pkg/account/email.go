package account

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"accord/pkg/fault"
)

const maxEmail = 254

// emailKey is what e-mail addresses are compared under: NFKC without regard to
// case, since mail systems take a@x and A@X for one box and so do people.
func emailKey(email string) string {
	return norm.NFKC.String(fold(norm.NFKC.String(strings.TrimSpace(email))))
}

// checkEmail gives the address as it is kept, or notes its fault.
func checkEmail(faults *fault.Fields, email string) string {
	email = norm.NFC.String(strings.TrimSpace(email))
	if email == "" {
		faults.Add("/email", "required")
		return ""
	}
	if utf8.RuneCountInString(email) > maxEmail || utf8.RuneCountInString(emailKey(email)) > maxEmail {
		faults.Add("/email", "too_long", fault.Args{"max": "254"})
		return ""
	}
	parsed, err := mail.ParseAddress(email)
	local, domain, _ := strings.Cut(email, "@")
	if err != nil || parsed.Address != email || !plain(email) || local == "" || len(local) > 64 ||
		!strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") || strings.ContainsAny(email, " \"()[]\\,;:<>") {
		faults.Add("/email", "invalid_email")
		return ""
	}
	return email
}

const maxName = 400

// checkName gives the display name as it is kept, or notes its fault. An
// account may have none.
func checkName(faults *fault.Fields, name string) string {
	name = norm.NFC.String(strings.TrimSpace(name))
	if name != "" {
		faults.Text("/name", name, maxName)
	}
	return name
}

// plain tells whether the text holds nothing that hides or turns what stands
// around it: no control characters, no bidirectional marks, no zero widths.
func plain(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return false
		}
	}
	return true
}
