package mail_test

import (
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/mail"
	"accord/pkg/phrase"
)

// decoded gives the text of a letter as its reader sees it.
func decoded(t *testing.T, got received) string {
	t.Helper()
	text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(got.text)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestALetterIsSentOnceAndErased(t *testing.T) {
	t.Parallel()
	s := newSink(t, nil)
	p := newPost(t, s.carrier(t, "smtp://", mail.SMTPConfig{}))
	p.letter(mail.Letter{Kind: mail.Invitation, Lang: phrase.Chinese, To: "mei@example.org", Args: fault.Args{"member": "环球易购"}})
	p.deliver()
	p.deliver()
	all := s.all()
	if len(all) != 1 || all[0].to != "mei@example.org" || all[0].from != "register@example.org" {
		t.Fatalf("the server got %+v", all)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(all[0].header.Get("Subject"))
	if err != nil || subject != "登记册邀请" {
		t.Errorf("the subject is %q, %v", subject, err)
	}
	if text := decoded(t, all[0]); !strings.Contains(text, "https://accord.example.org/invitation?token=secret-of-mei@example.org") || !strings.Contains(text, "环球易购") {
		t.Errorf("the text is %q", text)
	}
	kept := p.letters()[0]
	if kept.State != "sent" || kept.To+kept.Subject+kept.Text != "" || all[0].header.Get("Message-Id") != "<"+kept.MessageID+">" {
		t.Errorf("kept %+v of %v", kept, all[0].header)
	}
	if strings.Contains(p.log.String(), "mei@") || strings.Contains(p.log.String(), "token") {
		t.Errorf("the log tells %s", p.log)
	}
}

func TestWhatFailsForNowIsTriedAgainUnderTheSameID(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(c *smtp.Conn, got received) error{
		"the server is busy": func(*smtp.Conn, received) error {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "mei@example.org is slow"}
		},
		"the connection breaks before the answer": func(c *smtp.Conn, _ received) error {
			_ = c.Conn().Close()
			return errors.New("gone")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSink(t, nil)
			s.answer(fail)
			p := newPost(t, s.carrier(t, "smtp://", mail.SMTPConfig{}))
			p.queue("mei@example.org")
			p.deliver()
			kept := p.letters()[0]
			if kept.State != "queued" || kept.Tries != 1 || kept.LastError == "" || strings.Contains(kept.LastError, "mei") || !kept.NextTryAt.Equal(p.clock().Add(time.Minute)) {
				t.Errorf("kept %+v", kept)
			}
			p.deliver() // too early
			if len(s.all()) != 1 {
				t.Errorf("tried %d times", len(s.all()))
			}
			s.answer(nil)
			p.wait(time.Minute)
			p.deliver()
			all := s.all()
			if len(all) != 2 || all[0].header.Get("Message-Id") != all[1].header.Get("Message-Id") || all[0].header.Get("Message-Id") == "" {
				t.Fatalf("got %+v", all)
			}
			if kept := p.letters()[0]; kept.State != "sent" || kept.Tries != 2 {
				t.Errorf("kept %+v", kept)
			}
		})
	}
}

func TestALetterIsGivenUp(t *testing.T) {
	t.Parallel()
	s := newSink(t, nil)
	s.rcpt = func(to string) error {
		if strings.HasPrefix(to, "nobody") {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no " + to}
		}
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "later"}
	}
	p := newPost(t, s.carrier(t, "smtp://", mail.SMTPConfig{}))
	p.queue("nobody@example.org")
	p.deliver()
	if kept := p.letters()[0]; kept.State != "failed" || kept.Tries != 1 || kept.LastError != "550 5.1.1" {
		t.Errorf("refused for good: %+v", kept)
	}
	p.wait(time.Minute)
	p.queue("slow@example.org")
	for range 12 {
		p.deliver()
		p.wait(8 * time.Hour)
	}
	kept := p.letters()[0]
	if kept.State != "failed" || kept.Tries != 10 || kept.LastError != "450 4.2.1" {
		t.Errorf("never taken: %+v", kept)
	}
	p.letter(mail.Letter{Kind: mail.PasswordReset, Lang: phrase.English, To: "late@example.org", GoodUntil: p.clock().Add(time.Minute)})
	p.wait(time.Hour)
	p.deliver()
	if kept := p.letters()[0]; kept.State != "failed" || kept.LastError != "its link has ended" {
		t.Errorf("too late: %+v", kept)
	}
	p.wait(7 * 24 * time.Hour)
	if err := p.Sweep(access.System(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, kept := range p.letters() {
		if kept.To+kept.Subject+kept.Text != "" {
			t.Errorf("not erased: %+v", kept)
		}
	}
}

func TestALetterThatHangsDoesNotHoldUpOthers(t *testing.T) {
	t.Parallel()
	s := newSink(t, nil)
	s.data = func(c *smtp.Conn, got received) error {
		if got.to == "hangs@example.org" { // answers nothing until the other side is tired of it
			_, _ = c.Conn().Read(make([]byte, 1))
		}
		return nil
	}
	p := newPost(t, s.carrier(t, "smtp://", mail.SMTPConfig{Timeout: 300 * time.Millisecond}))
	for _, to := range []string{"hangs@example.org", "a@example.org", "b@example.org", "c@example.org", "d@example.org"} {
		p.queue(to)
	}
	p.deliver()
	states := map[string]int{}
	for _, kept := range p.letters() {
		states[kept.State]++
	}
	if states["sent"] != 4 || states["queued"] != 1 {
		t.Errorf("got %v", states)
	}
}

func TestTwoServersSendEachLetterOnce(t *testing.T) {
	t.Parallel()
	s := newSink(t, nil)
	p := newPost(t, s.carrier(t, "smtp://", mail.SMTPConfig{}))
	for range 12 {
		p.queue("mei@example.org")
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(p.deliver)
	}
	both.Wait()
	seen := map[string]bool{}
	for _, got := range s.all() {
		seen[got.header.Get("Message-Id")] = true
	}
	if len(s.all()) != 12 || len(seen) != 12 {
		t.Errorf("%d letters under %d ids", len(s.all()), len(seen))
	}
}

func TestALetterOfAServerThatDiedIsTakenByAnother(t *testing.T) {
	t.Parallel()
	s := newSink(t, nil)
	p := newPost(t, s.carrier(t, "smtp://", mail.SMTPConfig{}))
	p.queue("mei@example.org")
	// It had taken the letter, and did no more.
	if err := p.d.Administer(t.Context(), `update mail set tries = 1, next_try_at = created_at + interval '5 minutes'`); err != nil {
		t.Fatal(err)
	}
	p.deliver()
	p.wait(5 * time.Minute)
	p.deliver()
	if got := s.all(); len(got) != 1 || p.letters()[0].State != "sent" {
		t.Errorf("got %v", got)
	}
}

func TestWithoutAServerLettersAreShownInTheLog(t *testing.T) {
	t.Parallel()
	p := newPost(t, nil)
	p.queue("mei@example.org")
	p.deliver()
	p.deliver()
	if log := p.log.String(); strings.Count(log, "NO MAIL SERVER") != 1 || !strings.Contains(log, "token=secret-of-mei") {
		t.Errorf("the log tells %s", log)
	}
	if kept := p.letters()[0]; kept.State != "shown" || kept.To != "mei@example.org" || !strings.Contains(kept.Text, "token=secret") {
		t.Errorf("kept %+v", kept)
	}
	p.wait(7 * 24 * time.Hour)
	if err := p.Sweep(access.System(t.Context())); err != nil {
		t.Fatal(err)
	}
	if kept := p.letters()[0]; kept.To+kept.Text != "" {
		t.Errorf("kept for ever: %+v", kept)
	}
}

func TestNobodyWritesHeadersThroughANameOrAnAddress(t *testing.T) {
	t.Parallel()
	s := newSink(t, nil)
	p := newPost(t, s.carrier(t, "smtp://", mail.SMTPConfig{}))
	for _, member := range []string{"Evil\r\nBcc: all@example.org", "Evil\n\nhttps://evil.example\u202egnp", "Evil\u2028Subject: x"} {
		p.letter(mail.Letter{Kind: mail.Invitation, Lang: phrase.English, To: "mei@example.org", Args: fault.Args{"member": member}})
	}
	p.letter(mail.Letter{Kind: mail.Invitation, Lang: phrase.English, To: "mei@example.org\r\nBcc: all@example.org"})
	p.deliver()
	if len(s.all()) != 3 {
		t.Fatalf("got %d", len(s.all()))
	}
	for _, got := range s.all() {
		if got.header.Get("Bcc") != "" || got.header.Get("Subject") != "Your invitation to the register" || len(got.header["To"]) != 1 {
			t.Errorf("headers %v", got.header)
		}
		if lines := strings.Split(decoded(t, got), "\n"); !strings.Contains(lines[2], "Evil ") || strings.ContainsAny(decoded(t, got), "\u202e\u2028") {
			t.Errorf("text %q", lines)
		}
	}
}

func TestNobodyElseReadsMail(t *testing.T) {
	t.Parallel()
	p := newPost(t, nil)
	for role := range map[access.Role]bool{access.RoleAdmin: true, access.RoleStaff: true, access.RoleAnalyst: true} {
		ctx := access.With(t.Context(), access.Actor{Role: role})
		if _, err := p.List(ctx, 1); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s lists mail: %v", role, err)
		}
		if err := errors.Join(p.Deliver(ctx)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s delivers: %v", role, err)
		}
	}
}
