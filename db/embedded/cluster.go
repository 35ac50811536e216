//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// bootstrap makes the role and the database of a new cluster, one statement a
// line. C.UTF-8 orders by code point on every machine alike and lets pg_trgm
// see Chinese.
const bootstrap = `CREATE ROLE ` + Role + ` LOGIN CREATEDB;
CREATE DATABASE ` + Database + ` OWNER ` + Role + ` ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
`

// furnish makes the login that serves and the roles that it works under, also
// in a cluster of an accord that did not know them yet. The owner of the
// database may make none: it needs no more than to own.
func furnish() string {
	text := `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '` + Login + `') THEN CREATE ROLE ` + Login + ` LOGIN NOINHERIT; END IF; END $$;` + "\n"
	for _, role := range Roles() {
		text += `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '` + role + `') THEN CREATE ROLE ` + role + `; END IF; END $$;` + "\n" +
			`GRANT ` + role + ` TO ` + Role + `, ` + Login + `;` + "\n"
	}
	return text + `GRANT ` + Login + ` TO ` + Role + `;` + "\n" // who may end its connections, to drop a database
}

// furnished is the file in the home that says how the cluster was furnished.
const furnished = "roles.sql"

// equip makes the roles of a cluster that lacks some. No server may run on it.
func (p place) equip(ctx context.Context, b Binaries) error {
	if have, err := os.ReadFile(p.path(furnished)); err == nil && string(have) == furnish() {
		return nil
	}
	if err := p.alone(ctx, b, p.path(cluster), furnish()); err != nil {
		return fmt.Errorf("make the roles: %w", err)
	}
	return p.equipped()
}

// equipped notes that the cluster has all roles.
func (p place) equipped() error {
	if err := os.WriteFile(p.path(furnished), []byte(furnish()), 0o600); err != nil {
		return p.refused(err)
	}
	return p.own(furnished)
}

// alone runs statements, one a line, in a cluster that no server runs on.
func (p place) alone(ctx context.Context, b Binaries, dir, statements string) error {
	single := p.user.command(dir, b.postgres(), "--single", "-D", dir,
		"-c", "exit_on_error=true", "-c", "log_checkpoints=off", "postgres")
	single.Stdin = strings.NewReader(statements)
	return finish(ctx, single)
}

// create makes the place's cluster. It is made beside its place and renamed
// when it is whole: PG_VERSION and pg_control are there early in initdb, so
// their presence alone says nothing.
func (p place) create(ctx context.Context, b Binaries) error {
	if err := p.sweep(); err != nil {
		return err
	}
	staging, err := os.MkdirTemp(p.home, cluster+".new-")
	if err != nil {
		return p.refused(err)
	}
	if err := p.fill(ctx, b, staging); err != nil {
		return errors.Join(err, os.RemoveAll(staging))
	}
	if err := os.Rename(staging, p.path(cluster)); err != nil {
		return errors.Join(fmt.Errorf("put new cluster in its place: %w", err), os.RemoveAll(staging))
	}
	return errors.Join(syncDir(p.home), p.equipped())
}

// sweep removes what a process left that was killed while it made a cluster.
func (p place) sweep() error {
	left, err := filepath.Glob(p.path(cluster + ".new-*"))
	for _, dir := range left {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// fill runs initdb and makes role and database. The superuser postgres is for
// repairs by hand; the register itself is no superuser.
func (p place) fill(ctx context.Context, b Binaries, dir string) error {
	if err := p.user.take(dir); err != nil {
		return err
	}
	err := finish(ctx, p.user.command(dir, b.initdb(),
		"--pgdata="+dir, "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--lc-messages=C",
		"--auth-local=trust", "--auth-host=reject", "--data-checksums"))
	if err != nil && ctx.Err() != nil {
		return err
	}
	if err != nil {
		return &Trouble{
			What: "initdb could not make a database", Err: err,
			Mend: "read the cause; a missing locale comes with the package locales or glibc-langpack-en",
		}
	}
	if err := p.alone(ctx, b, dir, bootstrap+furnish()); err != nil {
		return fmt.Errorf("make roles and database: %w", err)
	}
	return nil
}

// finish runs a program to its end, or ends it with ctx, and puts what it
// printed last into its error.
func finish(ctx context.Context, cmd *exec.Cmd) error {
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() }) // it may have ended by itself
	defer stop()
	err := cmd.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, tail(out.String()))
	}
	return nil
}

// tail gives the last lines of a program's words, where the cause stands.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-8):], "; ")
}

// syncDir makes a rename in the folder last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
