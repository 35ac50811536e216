//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"syscall"
	"time"

	"accord/db/embedded"
	"accord/pkg/account"
	"accord/pkg/server"
)

// defaultMetrics is where metrics are served unless somebody says otherwise.
const defaultMetrics = "127.0.0.1:9090"

type serveCommand struct {
	Addr            string        `env:"ACCORD_ADDR" default:":8080" help:"Where to serve."`
	MetricsAddr     string        `env:"ACCORD_METRICS_ADDR" default:"127.0.0.1:9090" help:"Where to serve Prometheus metrics; empty for nowhere."`
	BaseURL         string        `name:"base-url" env:"ACCORD_BASE_URL" placeholder:"URL" help:"The address that readers reach the register under, if it is another."`
	TrustedProxies  []string      `env:"ACCORD_TRUSTED_PROXIES" placeholder:"CIDR" help:"Proxies whose X-Forwarded-For is believed. They pass Host on as it is."`
	RatePublic      int           `env:"ACCORD_RATE_PUBLIC" default:"6000" placeholder:"N" help:"Requests a minute from one address without an account; 0 for no bound."`
	RateAccount     int           `env:"ACCORD_RATE_ACCOUNT" default:"6000" placeholder:"N" help:"Requests a minute in the sessions of one account; 0 for no bound."`
	RateToken       int           `env:"ACCORD_RATE_TOKEN" default:"1200" placeholder:"N" help:"Requests a minute with one API token; 0 for no bound."`
	AuditRetention  int           `env:"ACCORD_AUDIT_RETENTION" default:"730" placeholder:"DAYS" help:"How many days the audit record is kept, 90 at least."`
	SigningKeys     string        `env:"ACCORD_SIGNING_KEYS" placeholder:"KEYS" help:"Ed25519 keys of access tokens, the first signs (default: one that is made once and kept in the database)."`
	SigningKeysFile string        `env:"ACCORD_SIGNING_KEYS_FILE" placeholder:"FILE" help:"A file with the signing keys."`
	RequireFactor   []string      `env:"ACCORD_REQUIRE_FACTOR" enum:"admin,staff,member,analyst" placeholder:"ROLE" help:"Roles whose accounts must have a second factor, such as admin,staff; until they have one, they may do nothing but add it."`
	FreshFor        time.Duration `env:"ACCORD_FRESH_FOR" default:"15m" help:"How long after a sign-in, or another proof, a session may do what is dangerous."`
	InviteDays      int           `env:"ACCORD_INVITE_DAYS" default:"7" placeholder:"DAYS" help:"For how many days the link of an invitation is good."`

	identityProvider `embed:""`

	Migrate bool `help:"Migrate the schema of a database of your own; the private one is always migrated."`
}

// keys reads the signing keys.
func (c *serveCommand) keys() (account.Keyring, error) {
	if err := fromFile(&c.SigningKeys, c.SigningKeysFile); err != nil {
		return account.Keyring{}, err
	}
	keys, err := account.ParseKeys(c.SigningKeys)
	if err != nil {
		return account.Keyring{}, usage("ACCORD_SIGNING_KEYS: " + err.Error())
	}
	return keys, nil
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, sh shell, cfg *config) (err error) {
	if min(c.RatePublic, c.RateAccount, c.RateToken) < 0 {
		return usage("ACCORD_RATE_PUBLIC, ACCORD_RATE_ACCOUNT and ACCORD_RATE_TOKEN: how many requests a minute is a number from 1, or 0 for no bound")
	}
	if c.AuditRetention < 90 {
		return usage("ACCORD_AUDIT_RETENTION: the audit record is kept for 90 days at least")
	}
	keys, err := c.keys()
	if err != nil {
		return err
	}
	if _, err := cfg.smtp(); err != nil { // before anything is started
		return err
	}
	if _, err := c.inviteLife(); err != nil {
		return err
	}
	if _, err := c.directory(c.BaseURL); err != nil {
		return err
	}
	log := sh.newLog(slog.LevelInfo)
	d, err := cfg.open(ctx, log, func() (*embedded.Server, error) {
		private := cfg.embedded()
		private.Address, private.Log = c.Addr, log
		return embedded.Start(ctx, private)
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close(ctx)) }()
	if err := c.prepare(ctx, d); err != nil {
		return err
	}
	files, err := cfg.openEvidence(ctx, log) // after the database, which may open its data folder to another user as long as nothing else is in it
	if err != nil {
		return err
	}
	l, err := c.listen(ctx, log)
	if err != nil {
		return err
	}
	defer l.close()
	r, err := c.wire(ctx, d, files, keys, l.base(c.BaseURL), cfg.fourEyes())
	if err != nil {
		return err
	}
	if r.mail, err = cfg.postOffice(d); err != nil {
		return err
	}
	server.CollectSeldom()
	stop := r.work(ctx)
	defer stop()
	if err := r.greet(ctx, sh, cfg, l); err != nil {
		return err
	}
	return r.server.Run(ctx, l.register, l.metrics)
}

// prepare sees to it that the database holds a register of this program's
// version: it makes and fills the private one, and refuses others unless told
// to migrate them.
func (c *serveCommand) prepare(ctx context.Context, d *database) error {
	if err := d.suits(ctx); err != nil {
		return err
	}
	if d.server == nil && !c.Migrate {
		if err := d.current(ctx); err != nil {
			return err
		}
		return d.walled(ctx)
	}
	if _, err := d.migrate(ctx); err != nil {
		return err
	}
	if err := d.walled(ctx); err != nil || d.server == nil {
		return err
	}
	_, err := d.seed(ctx)
	return err
}

// listeners are the server's sockets, open before the register says where it is.
type listeners struct {
	register net.Listener
	metrics  net.Listener // nil for none
}

func (c *serveCommand) listen(ctx context.Context, log *slog.Logger) (*listeners, error) {
	var config net.ListenConfig
	register, err := config.Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return nil, &trouble{
			code: exitFailed, what: "cannot serve on " + c.Addr, err: err,
			mend: "stop what serves there, or set ACCORD_ADDR to another address",
		}
	}
	if c.MetricsAddr == "" {
		return &listeners{register: register}, nil
	}
	metrics, err := config.Listen(ctx, "tcp", c.MetricsAddr)
	switch {
	case err == nil:
		return &listeners{register, metrics}, nil
	case errors.Is(err, syscall.EADDRINUSE) && c.MetricsAddr == defaultMetrics:
		// A second register beside the first should not fail for what nobody asked for.
		log.WarnContext(ctx, "no metrics: their address is taken; set ACCORD_METRICS_ADDR to another", "address", c.MetricsAddr)
		return &listeners{register: register}, nil
	}
	return nil, errors.Join(&trouble{
		code: exitFailed, what: "cannot serve metrics on " + c.MetricsAddr, err: err,
		mend: "set ACCORD_METRICS_ADDR to another address",
	}, register.Close())
}

// close closes what the server has not closed itself.
func (l *listeners) close() {
	_ = l.register.Close()
	if l.metrics != nil {
		_ = l.metrics.Close()
	}
}

// base is the address of the register for people, without a slash at its end.
func (l *listeners) base(configured string) string {
	if configured != "" {
		return strings.TrimRight(configured, "/")
	}
	return "http://" + reachable(l.register.Addr())
}

// reachable names an address as a browser on this machine can reach it.
func reachable(address net.Addr) string {
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return address.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// greet tells the person at the shell where the register is and, while there
// is no administrator, the link under which to make the first one.
func (r *register) greet(ctx context.Context, sh shell, cfg *config, l *listeners) error {
	text := fmt.Sprintf("Accord %s serves the register on %s\n  documentation  %s/docs\n", version, r.base, r.base)
	if l.metrics != nil {
		text += fmt.Sprintf("  metrics        http://%s/metrics\n", reachable(l.metrics.Addr()))
	}
	if cfg.private() {
		text += fmt.Sprintf("  data           %s\n", r.db.server.Home())
	} else {
		text += fmt.Sprintf("  database       %s\n", hide(cfg.DatabaseURL))
	}
	link, err := r.setupLink(ctx)
	if err != nil {
		return err
	}
	if link != "" {
		text += "There is no administrator yet. Make the first one here, within 30 minutes:\n  " + link + "\n"
	}
	return sh.print("%sCtrl-C stops it.\n", text)
}
