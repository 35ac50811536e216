//go:build unix

package main_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
)

func TestMail(t *testing.T) {
	t.Parallel()
	p := private(t)
	p.must(t, "seven herons over a quiet lake\n", "user", "add", "--role", "admin", "--email", "ada@example.org", "--password-stdin")
	if got := strings.TrimSpace(p.must(t, "", "mail", "list", "--json")); got != "[]" {
		t.Errorf("letters: %s", got)
	}
	p.refused(t, 2, []string{"--limit"}, "mail", "list", "--limit", "0")
	for name, bad := range map[string][]string{
		"a server that is none":        {"--smtp", "mail.example.org", "--mail-from", "a@example.org"},
		"a server without a sender":    {"--smtp", "smtp://mail.example.org"},
		"a sender without a server":    {"--mail-from", "a@example.org"},
		"a user without a password":    {"--smtp", "smtp://a@mail.example.org", "--mail-from", "a@example.org"},
		"a password file that is none": {"--smtp", "smtp://a@mail.example.org", "--mail-from", "a@example.org", "--smtp-password-file", "/nowhere"},
		"days that are none":           {"--invite-days", "0"},
	} {
		if o := p.run(t, "", append([]string{"serve"}, bad...)...); o.code != 2 {
			t.Errorf("%s: exit code %d, %s", name, o.code, o.err)
		}
	}
	doctor := p.run(t, "", "doctor", "--smtp", "smtp://127.0.0.1:1", "--mail-from", "a@example.org")
	if doctor.code != 7 || !strings.Contains(doctor.out, "FAIL  mail") || !strings.Contains(doctor.out, "mend: see that ACCORD_SMTP") {
		t.Errorf("the doctor says %s", doctor.out)
	}
	if doctor := p.run(t, "", "doctor"); !strings.Contains(doctor.out, "ok    mail: no mail server is configured") {
		t.Errorf("the doctor says %s", doctor.out)
	}
}

// Without a mail server a letter that is asked for at a server is shown in its
// log, and by accord mail list from beside it.
func TestMailIsShownWithoutAServer(t *testing.T) {
	t.Parallel()
	p := private(t)
	p.must(t, "seven herons over a quiet lake\n", "user", "add", "--role", "admin", "--email", "ada@example.org", "--password-stdin")
	s := p.serve(t)
	answer, err := http.Post(s.base+"/api/v1/password-resets", "application/json", strings.NewReader(`{"email":"ada@example.org"}`))
	must(t, err)
	must(t, answer.Body.Close())
	if answer.StatusCode != http.StatusAccepted {
		t.Fatalf("answered %d", answer.StatusCode)
	}
	type letter struct{ Kind, State, To, Text string }
	var list []letter
	for range 100 { // the answer does not wait for the letter
		if list = decode[[]letter](t, p.must(t, "", "mail", "list", "--json")); len(list) == 1 && list[0].State == "shown" {
			break
		}
	}
	link := s.base + "/password-reset?token="
	if len(list) != 1 || list[0].Kind != "password_reset" || list[0].To != "ada@example.org" || !strings.Contains(list[0].Text, link) {
		t.Errorf("letters: %+v", list)
	}
	if text := p.must(t, "", "mail", "list"); !strings.Contains(text, link) || !strings.Contains(text, "KIND") {
		t.Errorf("letters:\n%s", text)
	}
	s.end(t, syscall.SIGTERM)
	if log := s.log.String(); strings.Count(log, "NO MAIL SERVER IS CONFIGURED") != 1 || strings.Count(log, link) != 1 {
		t.Errorf("the log tells\n%s", log)
	}
}
