package mail_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"accord/pkg/access"
	"accord/pkg/mail"
)

func TestTheServerIsReachedUnderEncryption(t *testing.T) {
	t.Parallel()
	secure, roots := certified(t)
	s := newSink(t, secure)
	p := newPost(t, nil)
	starttls, err := mail.NewSMTP(mail.SMTPConfig{Address: "smtp://box@" + s.at + "?tls=starttls", Password: "of the box", From: "a@example.org", Roots: roots})
	if err != nil {
		t.Fatal(err)
	}
	if err := starttls.Check(t.Context()); err != nil {
		t.Fatalf("the check: %v", err)
	}
	if err := starttls.Carry(t.Context(), mail.Message{ID: "a@b", To: "mei@example.org", Subject: "s", Text: "t", At: p.clock()}); err != nil {
		t.Fatal(err)
	}
	if got := s.all(); !got[0].encrypted || got[0].user != "box" {
		t.Errorf("got %+v", got)
	}
	for name, config := range map[string]mail.SMTPConfig{
		"a certificate that nobody vouches for": {Address: "smtp://" + s.at + "?tls=starttls", From: "a@example.org"},
		"a wrong password":                      {Address: "smtp://box@" + s.at + "?tls=starttls", Password: "wrong", From: "a@example.org", Roots: roots},
	} {
		c, err := mail.NewSMTP(config)
		if err != nil {
			t.Fatal(err)
		}
		refusal, ok := errors.AsType[*mail.Refusal](c.Carry(t.Context(), mail.Message{ID: "a@b", To: "mei@example.org", At: p.clock()}))
		if !ok || refusal.Permanent || c.Check(t.Context()) == nil {
			t.Errorf("%s: %v", name, refusal)
		}
	}
	plain := newSink(t, nil)
	c, err := mail.NewSMTP(mail.SMTPConfig{Address: "smtp://" + plain.at + "?tls=starttls", From: "a@example.org"})
	if err != nil || c.Check(t.Context()) == nil {
		t.Errorf("a server without encryption is taken: %v", err)
	}
}

// A server that greets and then says nothing is left in time.
func TestAServerThatIsSilentIsLeft(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = bufio.NewReader(c).ReadString(0) }()
		}
	}()
	c, err := mail.NewSMTP(mail.SMTPConfig{Address: "smtp://" + listener.Addr().String(), From: "a@example.org", Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	refusal, ok := errors.AsType[*mail.Refusal](c.Carry(t.Context(), mail.Message{ID: "a@b", To: "mei@example.org", At: time.Now()}))
	if !ok || refusal.Permanent || !strings.Contains(refusal.Reason, "in time") {
		t.Errorf("got %v", refusal)
	}
}

// A server that ends does not wait for a letter under way; another sends it when
// the lease is over.
func TestALetterUnderWayDoesNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	s := newSink(t, nil)
	ctx, end := context.WithCancel(t.Context())
	s.answer(func(c *smtp.Conn, _ received) error {
		end()
		_, _ = c.Conn().Read(make([]byte, 1)) // says nothing more
		return nil
	})
	p := newPost(t, s.carrier(t, "smtp://", mail.SMTPConfig{Timeout: 300 * time.Millisecond}))
	p.queue("mei@example.org")
	if err := p.Deliver(access.System(ctx)); err != nil {
		t.Fatal(err)
	}
	if kept := p.letters()[0]; kept.State != "queued" || kept.Tries != 1 || !kept.NextTryAt.Equal(p.clock().Add(5*time.Minute)) {
		t.Errorf("kept %+v", kept)
	}
	s.answer(nil)
	p.wait(5 * time.Minute)
	p.deliver()
	if kept := p.letters()[0]; kept.State != "sent" {
		t.Errorf("kept %+v", kept)
	}
}

func TestWhatNoServerCanBeIsRefused(t *testing.T) {
	t.Parallel()
	const from = "register@example.org"
	for name, config := range map[string]mail.SMTPConfig{
		"no scheme":                 {Address: "mail.example.org:587", From: from},
		"another scheme":            {Address: "http://mail.example.org", From: from},
		"no host":                   {Address: "smtp://", From: from},
		"a password in the address": {Address: "smtp://a:secret@mail.example.org", From: from},
		"a user without a password": {Address: "smtp://a@mail.example.org", From: from},
		"a password without a user": {Address: "smtp://mail.example.org", Password: "secret", From: from},
		"an unknown way":            {Address: "smtp://mail.example.org?tls=maybe", From: from},
		"an unknown parameter":      {Address: "smtp://mail.example.org?tsl=none", From: from},
		"two ways":                  {Address: "smtps://mail.example.org?tls=none", From: from},
		"no port":                   {Address: "smtp://mail.example.org:0", From: from},
		"no sender":                 {Address: "smtp://mail.example.org"},
		"two senders":               {Address: "smtp://mail.example.org", From: "a@example.org, b@example.org"},
	} {
		_, err := mail.NewSMTP(config)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, address := range []string{"smtp://mail.example.org", "smtp://mail.example.org:25?tls=none", "smtps://mail.example.org", "smtp://[::1]:2525"} {
		if _, err := mail.NewSMTP(mail.SMTPConfig{Address: address, From: from}); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}
