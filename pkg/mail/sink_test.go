package mail_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"math/big"
	"net"
	netmail "net/mail"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/mail"
	"accord/pkg/phrase"
)

// received is a letter as the sink got it.
type received struct {
	from, to, text string
	header         netmail.Header
	encrypted      bool
	user           string
}

// sink is a mail server of the test's own, on a socket.
type sink struct {
	server *smtp.Server
	at     string
	rcpt   func(to string) error // nil takes everybody

	mu   sync.Mutex
	data func(c *smtp.Conn, got received) error // nil takes everything; guarded by mu
	got  []received                             // guarded by mu
}

// answer says what becomes of the letters to come.
func (s *sink) answer(data func(c *smtp.Conn, got received) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data = data
}

func newSink(t *testing.T, secure *tls.Config) *sink {
	t.Helper()
	s := &sink{}
	s.server = smtp.NewServer(s)
	s.server.Domain, s.server.TLSConfig, s.server.EnableSMTPUTF8 = "localhost", secure, true
	s.server.ErrorLog = discarded{}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.at = listener.Addr().String()
	go func() { _ = s.server.Serve(listener) }()
	t.Cleanup(func() { _ = s.server.Close() })
	return s
}

type discarded struct{}

func (discarded) Printf(string, ...any) {}
func (discarded) Println(...any)        {}

func (s *sink) NewSession(c *smtp.Conn) (smtp.Session, error) { return &session{sink: s, conn: c}, nil }

// all gives what the sink took over so far.
func (s *sink) all() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.got...)
}

type session struct {
	sink *sink
	conn *smtp.Conn
	now  received
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.now.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.now.to = to
	if s.sink.rcpt != nil {
		return s.sink.rcpt(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	message, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(message.Body)
	if err != nil {
		return err
	}
	s.now.header, s.now.text = message.Header, string(body)
	_, s.now.encrypted = s.conn.TLSConnectionState()
	s.sink.mu.Lock()
	s.sink.got = append(s.sink.got, s.now)
	answer := s.sink.data
	s.sink.mu.Unlock()
	if answer != nil {
		return answer(s.conn, s.now)
	}
	return nil
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "of the box" {
			return smtp.ErrAuthFailed
		}
		s.now.user = user
		return nil
	}), nil
}

// certified gives a certificate for the sink, and who vouches for it.
func certified(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}, roots
}

// post is a post office on a database of the test's own.
type post struct {
	*mail.Office
	t    *testing.T
	d    *db.DB
	desk *mail.Desk
	log  *bytes.Buffer

	mu  sync.Mutex
	now time.Time // guarded by mu
}

func (p *post) clock() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *post) wait(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(by)
}

func newPost(t *testing.T, carrier mail.Carrier) *post {
	t.Helper()
	p := &post{t: t, desk: mail.NewDesk("https://accord.example.org/"), log: new(bytes.Buffer), now: time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)}
	p.d = dbtest.Open(t, dbtest.URL(t), dbtest.Options{Now: p.clock})
	p.Office = mail.New(p.d, carrier, slog.New(slog.NewTextHandler(&locked{to: p.log}, nil)))
	return p
}

type locked struct {
	mu sync.Mutex
	to *bytes.Buffer // guarded by mu
}

func (l *locked) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(text)
}

const causeID = "7b0a4f3e-4c1e-4d55-9f0b-0f8f3a9a1b11"

func (p *post) queue(to string) {
	p.t.Helper()
	p.letter(mail.Letter{Kind: mail.Invitation, Lang: phrase.English, To: to})
}

func (p *post) letter(l mail.Letter) {
	p.t.Helper()
	l.Cause, l.Path = causeID, "/invitation?token=secret-of-"+l.To
	if l.GoodUntil.IsZero() {
		l.GoodUntil = p.clock().Add(7 * 24 * time.Hour)
	}
	err := p.d.InTx(p.t.Context(), func(tx *db.Tx) error { return p.desk.Queue(p.t.Context(), tx, l) })
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *post) deliver() {
	p.t.Helper()
	if err := p.Deliver(access.System(p.t.Context())); err != nil {
		p.t.Fatal(err)
	}
}

// letters gives how the register keeps the letters, by recipient's place in time.
func (p *post) letters() []mail.Record {
	p.t.Helper()
	list, err := p.List(access.System(context.Background()), 100)
	if err != nil {
		p.t.Fatal(err)
	}
	return list
}

func (s *sink) carrier(t *testing.T, address string, config mail.SMTPConfig) *mail.SMTP {
	t.Helper()
	config.Address, config.From = address+s.at, "Accord <register@example.org>"
	carrier, err := mail.NewSMTP(config)
	if err != nil {
		t.Fatal(err)
	}
	return carrier
}
