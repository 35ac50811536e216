//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"accord/db"
	"accord/db/embedded"
	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/web"
)

type doctorCommand struct {
	SigningKeys     string `env:"ACCORD_SIGNING_KEYS" placeholder:"KEYS" help:"The signing keys to look at."`
	SigningKeysFile string `env:"ACCORD_SIGNING_KEYS_FILE" placeholder:"FILE" help:"A file with the signing keys."`
	BaseURL         string `name:"base-url" env:"ACCORD_BASE_URL" placeholder:"URL" help:"The base address to look at."`
	JSON            bool   `help:"Print JSON."`

	identityProvider `embed:""`
}

// finding is what the doctor found in one place.
type finding struct {
	Check  string `json:"check"`
	Sound  bool   `json:"sound"`
	Detail string `json:"detail"`
	Mend   string `json:"mend,omitempty"` // what to do about a check that failed
}

// examination gathers findings.
type examination struct {
	findings []finding
	sick     int
}

func (e *examination) sound(check, detail string, args ...any) {
	e.findings = append(e.findings, finding{Check: check, Sound: true, Detail: fmt.Sprintf(detail, args...)})
}

// failed notes a check that failed, with its mend, and tells whether it did.
func (e *examination) failed(check string, err error, mend string) bool {
	if err == nil {
		return false
	}
	f := finding{Check: check, Detail: err.Error(), Mend: mend}
	if t, ok := errors.AsType[*trouble](err); ok && t.mend != "" {
		f.Detail, f.Mend = t.Error(), t.mend
	} else if t, ok := errors.AsType[*embedded.Trouble](err); ok {
		f.Detail, f.Mend = t.What, t.Mend
		if t.Err != nil {
			f.Detail += ": " + t.Err.Error()
		}
	}
	e.findings = append(e.findings, f)
	e.sick++
	return true
}

func (c doctorCommand) Run(ctx context.Context, sh shell, cfg *config) error {
	var e examination
	serve := serveCommand{SigningKeys: c.SigningKeys, SigningKeysFile: c.SigningKeysFile}
	if keys, err := serve.keys(); !e.failed("signing keys", err, "") {
		switch {
		case keys.Empty():
			e.sound("signing keys", "none configured; the database keeps one")
		default:
			e.sound("signing keys", "%v; %s signs", keys, keys.Signing())
		}
	}
	e.examineBase(c.BaseURL)
	c.examineDirectory(ctx, &e, c.BaseURL)
	cfg.examineEvidence(ctx, &e)
	cfg.examineMail(ctx, &e)
	if !cfg.private() || cfg.examinePrivate(ctx, &e) {
		if err := cfg.examineDatabase(ctx, sh, &e); err != nil {
			return err
		}
	}
	if err := e.print(sh, c.JSON); err != nil {
		return err
	}
	if e.sick > 0 {
		return &trouble{code: exitUnsound, what: fmt.Sprintf("%d of %d checks failed", e.sick, len(e.findings))}
	}
	return nil
}

// examineBase looks at the address that readers reach the register under.
func (e *examination) examineBase(base string) {
	const check = "base address"
	if base == "" {
		e.sound(check, "none configured; pages answer under any name, and passkeys are for this machine alone")
		return
	}
	_, err := web.New(nil, base)
	if e.failed(check, err, "set ACCORD_BASE_URL to what readers type, such as https://accord.example.org") {
		return
	}
	cookies := "over plain http, so that whoever is on the way can read the cookies of sessions"
	if strings.HasPrefix(base, "https://") {
		cookies = "with cookies for https alone"
	}
	e.sound(check, "pages answer under %s and no other name, %s", base, cookies)
}

// examinePrivate looks at the private PostgreSQL, and tells whether there is
// a database to go on with.
func (c *config) examinePrivate(ctx context.Context, e *examination) bool {
	binaries, err := c.embedded().Binaries()
	if e.failed("PostgreSQL programs", err, "install PostgreSQL") {
		return false
	}
	e.sound("PostgreSQL programs", "version %d in %s", binaries.Major, binaries.Dir)
	sight, err := embedded.Look(ctx, c.Data)
	if e.failed("data folder", err, "run as the user who owns "+c.Data) {
		return false
	}
	switch {
	case !sight.Made:
		e.sound("data folder", "%s holds no register yet; accord serve makes one", c.Data)
	case sight.Holder != nil:
		e.sound("data folder", "served by process %d on %s, address %s; the database is in %s",
			sight.Holder.PID, sight.Holder.Host, sight.Holder.Address, sight.Home)
	case sight.Running:
		e.sound("data folder", "nobody serves it, but its PostgreSQL runs in %s; accord serve takes it over, accord stop ends it", sight.Home)
	default:
		e.sound("data folder", "nobody serves it; the database is in %s", sight.Home)
	}
	return sight.Made
}

// examineDatabase looks into the database.
func (c *config) examineDatabase(ctx context.Context, sh shell, e *examination) (err error) {
	log := sh.newLog(slog.LevelError)
	d, err := c.join(ctx, log)
	if e.failed("database", err, "see the cause") {
		return nil
	}
	defer func() { err = errors.Join(err, d.close(ctx)) }()
	if c.private() {
		e.sound("database", "the private PostgreSQL answers")
	} else {
		e.sound("database", "%s answers", hide(c.DatabaseURL))
	}
	if !e.failed("fitness", d.suits(ctx), "see the cause") {
		e.sound("fitness", "PostgreSQL %d or newer, with a locale that sees Chinese", db.Oldest)
	}
	if e.failed("schema", d.current(ctx), "see that DATABASE_URL's user owns the database") {
		return nil
	}
	e.sound("schema", "as this accord needs it")
	if d.examineWall(ctx, e) {
		return nil // nobody could ask for an administrator
	}
	administered, err := d.administered(ctx, log)
	if err == nil && !administered {
		err = &trouble{
			what: "there is no administrator",
			mend: "follow the link that accord serve prints, or: accord user add --role admin --email E --password-stdin",
		}
	}
	if !e.failed("administrator", err, "see the cause") {
		e.sound("administrator", "there is one")
	}
	return nil
}

// administered tells whether the register has an administrator who can sign in.
func (d *database) administered(ctx context.Context, log *slog.Logger) (bool, error) {
	office, err := account.New(ctx, d.DB, account.Config{Log: log})
	if err != nil {
		return false, err
	}
	page, err := office.Users(access.System(ctx), account.UserQuery{Role: access.RoleAdmin, Limit: 200})
	for _, u := range page.Users {
		if !u.Disabled {
			return true, err
		}
	}
	return false, err
}

func (e *examination) print(sh shell, asJSON bool) error {
	if asJSON {
		return sh.json(map[string]any{"sound": e.sick == 0, "checks": e.findings})
	}
	for _, f := range e.findings {
		mark, mend := "ok  ", ""
		if !f.Sound {
			mark, mend = "FAIL", "\n      mend: "+f.Mend
		}
		if err := sh.print("%s  %s: %s%s\n", mark, f.Check, f.Detail, mend); err != nil {
			return err
		}
	}
	return nil
}
