//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"text/tabwriter"
	"time"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/audit"
	"accord/pkg/mail"
)

// mailServer says which mail server letters are given to.
type mailServer struct {
	SMTP             string `name:"smtp" env:"ACCORD_SMTP" placeholder:"URL" help:"The mail server: smtp://USER@HOST:587?tls=starttls or smtps://USER@HOST:465 (default: none; letters, with their links, are written into the log and shown by accord mail list)."`
	SMTPPassword     string `name:"smtp-password" env:"ACCORD_SMTP_PASSWORD" placeholder:"PASSWORD" help:"The password at the mail server."`
	SMTPPasswordFile string `name:"smtp-password-file" env:"ACCORD_SMTP_PASSWORD_FILE" placeholder:"FILE" help:"A file with the password at the mail server."`
	MailFrom         string `name:"mail-from" env:"ACCORD_MAIL_FROM" placeholder:"ADDRESS" help:"Whom letters are from, such as Accord <register@example.org>; needed with a mail server."`
}

// smtp reads how the mail server is reached, nil where there is none; nobody is asked.
func (c *mailServer) smtp() (*mail.SMTP, error) {
	if err := fromFile(&c.SMTPPassword, c.SMTPPasswordFile); err != nil {
		return nil, err
	}
	if c.SMTP == "" {
		if c.SMTPPassword != "" || c.MailFrom != "" {
			return nil, &trouble{
				code: exitUsage, what: "there is a sender or a password for mail, and no mail server",
				mend: "set ACCORD_SMTP to smtp://user@host:587, or take the others away",
			}
		}
		return nil, nil //nolint:nilnil // no server is no fault
	}
	carrier, err := mail.NewSMTP(mail.SMTPConfig{Address: c.SMTP, Password: c.SMTPPassword, From: c.MailFrom})
	if err != nil {
		return nil, &trouble{code: exitUsage, what: "ACCORD_SMTP cannot be used", err: err, mend: "accord doctor tells whether the mail server takes letters"}
	}
	return carrier, nil
}

// postOffice opens the office that sends letters.
func (c *mailServer) postOffice(d *database) (*mail.Office, error) {
	carrier, err := c.smtp()
	if err != nil {
		return nil, err
	}
	if carrier == nil { // not a nil of the type: the office asks whether there is a carrier
		return mail.New(d.DB, nil, d.log), nil
	}
	return mail.New(d.DB, carrier, d.log), nil
}

// examineMail greets the mail server and signs in.
func (c *mailServer) examineMail(ctx context.Context, e *examination) {
	carrier, err := c.smtp()
	if e.failed("mail", err, "") {
		return
	}
	if carrier == nil {
		e.sound("mail", "no mail server is configured; letters are shown in the log and by accord mail list")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if !e.failed("mail", carrier.Check(ctx), "see that ACCORD_SMTP names the host, port and user that the mail server's operator gave you, that ACCORD_SMTP_PASSWORD fits, and that the port is not blocked on the way") {
		e.sound("mail", "the mail server greets, and takes the user")
	}
}

// mailEvery is how often a server looks for letters that another has queued, or
// that are to be tried again.
const mailEvery = 5 * time.Second

// postman mails the links that were asked for and sends what is queued, until
// the context ends. Every server does; each letter is taken by one.
func (r *register) postman(ctx context.Context) {
	tick := time.NewTicker(mailEvery)
	defer tick.Stop()
	for {
		err := errors.Join(r.accounts.MailLinks(ctx), r.mail.Deliver(ctx))
		if err != nil && ctx.Err() == nil {
			r.db.log.WarnContext(ctx, "mail waits", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-r.desk.Woken():
		case <-tick.C:
		}
	}
}

type mailCommand struct {
	List mailList `cmd:"" help:"List the latest letters, with their texts where they are still kept."`
}

type mailList struct {
	Limit int  `default:"50" help:"How many letters, the newest first."`
	JSON  bool `help:"Print JSON."`
}

// letter is how a letter is printed for scripts.
type letter struct {
	ID        string    `json:"id"`
	MessageID string    `json:"message_id"`
	Kind      mail.Kind `json:"kind"`
	State     string    `json:"state"`
	To        string    `json:"to,omitempty"`
	Subject   string    `json:"subject,omitempty"`
	Text      string    `json:"text,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	GoodUntil time.Time `json:"good_until"`
	Tries     int       `json:"tries"`
	LastError string    `json:"last_error,omitempty"`
}

func (c mailList) Run(ctx context.Context, sh shell, cfg *config) (err error) {
	if c.Limit < 1 || c.Limit > 10_000 {
		return usage("--limit is a number from 1 to 10000")
	}
	log := sh.newLog(slog.LevelWarn)
	d, err := cfg.joinReady(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close(ctx)) }()
	records, err := mail.New(d.DB, nil, log).List(access.System(ctx), c.Limit)
	if err != nil {
		return err
	}
	letters := make([]letter, 0, len(records))
	for _, l := range records {
		letters = append(letters, letter{
			ID: string(l.ID), MessageID: l.MessageID, Kind: l.Kind, State: l.State, To: l.To, Subject: l.Subject, Text: l.Text,
			CreatedAt: l.CreatedAt.UTC(), GoodUntil: l.GoodUntil.UTC(), Tries: l.Tries, LastError: l.LastError,
		})
	}
	if c.JSON {
		return sh.json(letters)
	}
	return sh.letters(letters)
}

// letters prints each letter in a line, and below it what is still kept of it.
func (sh shell) letters(letters []letter) error {
	aligned := shell{out: tabwriter.NewWriter(sh.out, 0, 0, 2, ' ', 0)}
	err := aligned.print("CREATED\tKIND\tSTATE\tTRIES\tTO\tERROR\n")
	for _, l := range letters {
		err = errors.Join(err, aligned.print("%s\t%s\t%s\t%d\t%s\t%s\n", l.CreatedAt.Format("2006-01-02 15:04:05"), l.Kind, l.State, l.Tries, l.To, l.LastError))
	}
	err = errors.Join(err, aligned.out.(*tabwriter.Writer).Flush())
	for _, l := range letters {
		if l.Text != "" {
			err = errors.Join(err, sh.print("\nTo: %s\nSubject: %s\n\n%s", l.To, l.Subject, l.Text))
		}
	}
	return err
}

// inviteLife reads for how long an invitation is good.
func (c *serveCommand) inviteLife() (time.Duration, error) {
	if c.InviteDays < 1 || c.InviteDays > 90 {
		return 0, usage(fmt.Sprintf("ACCORD_INVITE_DAYS is a number of days from 1 to 90, and not %d", c.InviteDays))
	}
	return time.Duration(c.InviteDays) * 24 * time.Hour, nil
}

// openAccounts opens the office of accounts, whose letters go out from the desk.
func (c *serveCommand) openAccounts(ctx context.Context, d *database, keys account.Keyring, base string, desk *mail.Desk, record *audit.Service) (*account.Service, error) {
	life, err := c.inviteLife()
	if err != nil {
		return nil, err
	}
	config := c.accountConfig(base, keys, d.log)
	config.Mail, config.InviteLife, config.Audit = desk, life, record
	if config.Directory, err = c.directory(c.BaseURL); err != nil {
		return nil, err
	}
	return account.New(ctx, d.DB, config)
}
