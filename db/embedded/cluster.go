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
	return syncDir(p.home)
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
	single := p.user.command(dir, b.postgres(), "--single", "-D", dir,
		"-c", "exit_on_error=true", "-c", "log_checkpoints=off", "postgres")
	single.Stdin = strings.NewReader(bootstrap)
	if err := finish(ctx, single); err != nil {
		return fmt.Errorf("make role and database: %w", err)
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
