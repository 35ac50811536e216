package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/textproto"
	"net/url"
	"os"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// SMTPConfig says which mail server letters are given to.
type SMTPConfig struct {
	// Address is smtp://user@host:587?tls=starttls, the way of submission, or
	// smtps://user@host:465; without tls and with smtp, STARTTLS is insisted on
	// unless the server is on this machine. tls=none sends in clear.
	Address  string
	Password string
	From     string         // such as Accord <register@example.org>
	Roots    *x509.CertPool // who vouches for the server; nil for whom the system trusts
	Timeout  time.Duration  // of one connection; 25 seconds, which keeps a whole letter within a minute
}

// SMTP gives letters to a mail server. It is safe for use by many at once.
type SMTP struct {
	host    string
	from    *netmail.Address
	options []gomail.Option
}

// ways are the values of tls in the address.
var ways = map[string]gomail.TLSPolicy{"starttls": gomail.TLSMandatory, "none": gomail.NoTLS}

// NewSMTP reads the configuration; nobody is asked.
//
// It refuses what cannot be meant, with an error that says how to write it and
// holds no password.
func NewSMTP(config SMTPConfig) (*SMTP, error) {
	from, err := netmail.ParseAddress(config.From)
	if err != nil {
		return nil, errors.New("the sender is no e-mail address; write ACCORD_MAIL_FROM as register@example.org or as Accord <register@example.org>")
	}
	address, err := url.Parse(config.Address)
	if err != nil || address.Scheme != "smtp" && address.Scheme != "smtps" || address.Hostname() == "" || address.Path != "" && address.Path != "/" || address.Fragment != "" {
		return nil, errors.New("the mail server is to be written as smtp://user@host:587?tls=starttls or smtps://user@host:465")
	}
	if _, inside := address.User.Password(); inside {
		return nil, errors.New("the mail server's address holds a password, which others would read; give it as ACCORD_SMTP_PASSWORD or in a file")
	}
	policy, port, err := wayOf(address)
	if err != nil {
		return nil, err
	}
	if config.Timeout == 0 {
		config.Timeout = 25 * time.Second
	}
	s := &SMTP{host: address.Hostname(), from: from}
	s.options = []gomail.Option{
		gomail.WithPort(port), gomail.WithTimeout(config.Timeout), gomail.WithTLSPolicy(policy), gomail.WithoutNoop(),
		gomail.WithTLSConfig(&tls.Config{ServerName: address.Hostname(), MinVersion: tls.VersionTLS12, RootCAs: config.Roots}),
	}
	if name, err := os.Hostname(); err != nil || name == "" {
		s.options = append(s.options, gomail.WithHELO("localhost"))
	}
	if address.Scheme == "smtps" {
		s.options = append(s.options, gomail.WithSSL())
	}
	switch user := address.User.Username(); {
	case user != "" && config.Password == "":
		return nil, errors.New("the mail server's address names a user without a password; set ACCORD_SMTP_PASSWORD or ACCORD_SMTP_PASSWORD_FILE")
	case user == "" && config.Password != "":
		return nil, errors.New("there is a password for the mail server and no user; write smtp://user@host:587")
	case user != "":
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(user), gomail.WithPassword(config.Password))
	}
	if _, err := s.client(); err != nil {
		return nil, fmt.Errorf("the mail server's address cannot be used: %w", err)
	}
	return s, nil
}

// wayOf tells whether the connection is encrypted, and the port.
func wayOf(address *url.URL) (gomail.TLSPolicy, int, error) {
	policy, port := gomail.TLSMandatory, 587
	if address.Scheme == "smtps" {
		port = 465
	} else if ip := net.ParseIP(address.Hostname()); address.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		policy = gomail.NoTLS // nobody is on the way
	}
	for name, values := range address.Query() {
		way, known := ways[values[0]]
		if name != "tls" || len(values) > 1 || !known || address.Scheme == "smtps" {
			return 0, 0, errors.New("behind the mail server's address stands tls=starttls or tls=none or nothing; smtps:// needs neither")
		}
		policy = way
	}
	if text := address.Port(); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 65535 {
			return 0, 0, errors.New("the mail server's port is no number from 1 to 65535")
		}
		port = n
	}
	return policy, port, nil
}

// client makes a client of its own for each connection: one that is shared
// keeps state of the last.
func (s *SMTP) client() (*gomail.Client, error) { return gomail.NewClient(s.host, s.options...) }

// Check connects, greets and signs in, and sends nothing.
func (s *SMTP) Check(ctx context.Context) error {
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("set up the mail client: %w", err)
	}
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	_ = client.Close() // the server has shown what was to be seen
	return nil
}

// Carry gives the message to the server. When the context ends before the server
// has answered, it is left alone with the message: that may then come twice.
func (s *SMTP) Carry(ctx context.Context, message Message) error {
	m := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingQP))
	m.FromMailAddress(s.from)
	if err := m.To(message.To); err != nil {
		return &Refusal{Permanent: true, Reason: "the recipient is no e-mail address"}
	}
	m.Subject(message.Subject)
	m.SetMessageIDWithValue(message.ID)
	m.SetDateWithValue(message.At)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // so that no absence note is sent back
	m.SetBodyString(gomail.TypeTextPlain, message.Text)
	done := make(chan error, 1)
	// The client looks at the context while it connects only; each connection
	// has a deadline of its own, by which this ends in any case.
	go func() { done <- s.send(ctx, m) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return &Refusal{Reason: "the server did not answer in time"}
	}
}

func (s *SMTP) send(ctx context.Context, m *gomail.Msg) error {
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("set up the mail client: %w", err)
	}
	// Whatever fails here is of the server or of the configuration, which
	// somebody mends, and not of this message.
	if err := client.DialWithContext(ctx); err != nil {
		return &Refusal{Reason: "connecting: " + reason(err)}
	}
	defer func() { _ = client.Close() }()
	if err := client.Send(m); err != nil && !m.IsDelivered() {
		refusal := &Refusal{Reason: reason(err)}
		if sent, ok := errors.AsType[*gomail.SendError](err); ok {
			refusal.Permanent = sent.ErrorCode() >= 500 && sent.ErrorCode() < 600
		}
		return refusal
	}
	return nil
}

// reason says in a few words what went wrong: what servers write behind their
// codes often repeats the address.
func reason(err error) string {
	if sent, ok := errors.AsType[*gomail.SendError](err); ok && sent.ErrorCode() >= 400 {
		if sent.EnhancedStatusCode() != "" {
			return strconv.Itoa(sent.ErrorCode()) + " " + sent.EnhancedStatusCode()
		}
		return strconv.Itoa(sent.ErrorCode())
	}
	if said, ok := errors.AsType[*textproto.Error](err); ok {
		return strconv.Itoa(said.Code)
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the server's certificate is not trusted"
	}
	if network, ok := errors.AsType[net.Error](err); ok && network.Timeout() {
		return "the server did not answer in time"
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return "the server cannot be reached, or broke the connection"
	}
	return "the connection broke, or the server does not do what it is asked for"
}
