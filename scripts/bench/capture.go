package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// statement is one statement as the server sent it, with its parameters.
type statement struct {
	sql  string
	args []string // as PostgreSQL logged them; "NULL" without quotes for a null
}

// capture asks the load's request while PostgreSQL logs every statement, and
// gives the statements that it led to. So pgbench runs what the server runs,
// whatever the code has become.
func (b *bench) capture(ctx context.Context, l *load) ([]statement, error) {
	for n := range 3 { // the server prepares what it meets for the first time; that is not measured
		if err := b.request(ctx, l, n+1); err != nil {
			return nil, err
		}
	}
	start, err := b.logEnd(ctx)
	if err != nil {
		return nil, err
	}
	if err := b.request(ctx, l, probe); err != nil {
		return nil, err
	}
	end, err := b.logEnd(ctx)
	if err != nil {
		return nil, err
	}
	bytes, err := os.ReadFile(b.log)
	if err != nil {
		return nil, err
	}
	return ours(parseLog(string(bytes[start:end]))), nil
}

// logEnd leaves a mark in PostgreSQL's log and gives the place before it.
func (b *bench) logEnd(ctx context.Context) (int64, error) {
	mark := fmt.Sprintf("mark %d", time.Now().UnixNano())
	if err := b.sql(ctx, "select '"+mark+"'"); err != nil {
		return 0, err
	}
	var place int64
	err := b.until(ctx, func() (bool, error) {
		bytes, err := os.ReadFile(b.log)
		i := strings.Index(string(bytes), mark)
		place = int64(strings.LastIndex(string(bytes[:max(i, 0)]), "@@@ "))
		return i > 0, err
	})
	return place, err
}

// ours leaves out what the sequencer asks beside the request.
func ours(statements []statement) []statement {
	var kept []statement
	sequencing := false
	for _, s := range statements {
		switch {
		case strings.Contains(s.sql, "exists (select from pending)"), strings.Contains(s.sql, "select 'mark"):
			continue
		case strings.Contains(s.sql, "pg_try_advisory_xact_lock($1)"):
			// BEGIN of the sequencer stands before it.
			sequencing = true
			for i := len(kept) - 1; i >= 0; i-- {
				if strings.HasPrefix(kept[i].sql, "BEGIN") {
					kept = append(kept[:i], kept[i+1:]...)
					break
				}
			}
			continue
		case sequencing:
			sequencing = !strings.HasPrefix(s.sql, "COMMIT")
			continue
		}
		kept = append(kept, s)
	}
	return kept
}

var parameter = regexp.MustCompile(`\$\d+ = ('(?:[^']|'')*'|NULL)`)

func parseLog(text string) []statement {
	var found []statement
	for _, part := range strings.Split(text, "@@@ ") {
		kind, rest, _ := strings.Cut(strings.TrimRight(part, "\n"), ":  ")
		switch {
		case kind == "LOG" && strings.HasPrefix(rest, "statement: "):
			found = append(found, statement{sql: strings.TrimPrefix(rest, "statement: ")})
		case kind == "LOG" && strings.HasPrefix(rest, "execute "):
			_, sql, _ := strings.Cut(rest, ": ")
			found = append(found, statement{sql: sql})
		case kind == "DETAIL" && strings.HasPrefix(rest, "parameters: ") && len(found) > 0:
			last := &found[len(found)-1]
			for _, match := range parameter.FindAllStringSubmatch(rest, -1) {
				value := match[1]
				if strings.HasPrefix(value, "'") {
					value = strings.ReplaceAll(value[1:len(value)-1], "''", "'")
				}
				last.args = append(last.args, value)
			}
		}
	}
	return found
}

func (b *bench) sql(ctx context.Context, script string) error {
	for _, one := range strings.Split(script, ";") {
		cmd := b.psql(ctx)
		cmd.Args = append(cmd.Args, "-c", one)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", one, err, out)
		}
	}
	return nil
}

func (b *bench) until(ctx context.Context, done func() (bool, error)) error {
	for range 1200 { // a minute
		ok, err := done()
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("waited in vain")
}

func (b *bench) psql(ctx context.Context) *exec.Cmd {
	return exec.CommandContext(ctx, b.bin("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", b.address)
}
