//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"accord/db/embedded"
)

// config is what every command is told about the database.
type config struct {
	Data            string `env:"ACCORD_DATA" default:"${data}" placeholder:"DIR" help:"The data folder, with the private PostgreSQL (default ${data})."`
	DatabaseURL     string `name:"database-url" env:"DATABASE_URL" placeholder:"URL" help:"A PostgreSQL 15 or newer of your own, in place of the private one; several hosts and target_session_attrs are taken."`
	DatabaseURLFile string `name:"database-url-file" env:"DATABASE_URL_FILE" placeholder:"FILE" help:"A file with the database URL."`
	MigrateURL      string `name:"migrate-url" env:"ACCORD_MIGRATE_URL" placeholder:"URL" help:"The same database with the login that owns it, which migrates; DATABASE_URL then names one that owns nothing (default: DATABASE_URL)."`
	MigrateURLFile  string `name:"migrate-url-file" env:"ACCORD_MIGRATE_URL_FILE" placeholder:"FILE" help:"A file with the owner's URL."`
	Reads           int    `name:"database-reads" env:"ACCORD_DATABASE_READS" placeholder:"N" help:"Reads that the database is asked for at once; others wait their turn (default: two for each processor on the private PostgreSQL, 32 on another)."`
	PGBin           string `name:"pg-bin" env:"PG_BIN" placeholder:"DIR" help:"The folder of the private PostgreSQL's programs, if they are in no usual place."`

	FourEyes string `env:"ACCORD_FOUR_EYES" enum:"on,off" default:"on" placeholder:"on|off" help:"Whether what the register vouches for of a public member is changed by two people, one proposing and another accepting (on), or by one of the staff alone (off), which the history then shows."`

	evidenceStore `embed:""`
	mailServer    `embed:""`
}

// complete reads the secrets that are given as files.
func (c *config) complete() error {
	if c.Reads < 0 {
		return usage("ACCORD_DATABASE_READS: how many reads run at once is a number from 1, or 0 for the default")
	}
	return errors.Join(fromFile(&c.DatabaseURL, c.DatabaseURLFile), fromFile(&c.MigrateURL, c.MigrateURLFile))
}

// fromFile reads a secret from its file, unless it is given itself.
func fromFile(secret *string, path string) error {
	if *secret != "" || path == "" {
		return nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return &trouble{code: exitUsage, what: "a secret cannot be read", err: err}
	}
	*secret = strings.TrimSpace(string(text))
	if *secret == "" {
		return &trouble{code: exitUsage, what: fmt.Sprintf("the secret in %s is empty", path)}
	}
	return nil
}

// fourEyes tells whether what the register vouches for takes two people.
func (c *config) fourEyes() bool { return c.FourEyes != "off" }

// private tells whether the register runs on its own PostgreSQL.
func (c *config) private() bool { return c.DatabaseURL == "" }

// embedded is the private PostgreSQL's configuration.
func (c *config) embedded() embedded.Config {
	return embedded.Config{Data: c.Data, Bin: c.PGBin}
}

// defaultData is var/ in the checkout that the binary was built in, else the
// platform's folder for data.
func defaultData() string {
	if path, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		checkout := filepath.Dir(filepath.Dir(path))
		if _, err := os.Stat(filepath.Join(checkout, "cmd", "accord")); err == nil {
			return filepath.Join(checkout, "var")
		}
	}
	if os.Geteuid() == 0 {
		return "/var/lib/accord"
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "" // the private PostgreSQL then asks for ACCORD_DATA
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "accord")
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "accord")
	}
	return filepath.Join(home, ".local", "share", "accord")
}
