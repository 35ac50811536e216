package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// script turns captured statements into a pgbench script and its constants.
//
// A parameter whose value is one of the varying ones is replaced by what
// stands for it there (a pgbench variable or an SQL expression); the others
// are constants, given with -D, so that both sides prepare the same SQL with
// the same parameters.
func script(head string, statements []statement, varying map[string]string) (text string, constants []string) {
	var out strings.Builder
	out.WriteString(head)
	for i, s := range statements {
		sql := strings.TrimSpace(s.sql)
		switch strings.ToUpper(strings.TrimSuffix(sql, ";")) {
		case "BEGIN", "BEGIN ISOLATION LEVEL READ COMMITTED", "COMMIT":
			fmt.Fprintf(&out, "%s;\n", sql)
			continue
		}
		sql = placeholder.ReplaceAllStringFunc(sql, func(mark string) string {
			n, err := strconv.Atoi(mark[1:])
			if err != nil || n > len(s.args) {
				return mark
			}
			value := s.args[n-1]
			if stand, ok := varying[value]; ok {
				return stand
			}
			switch value {
			case "NULL":
				return "null"
			case "": // pgbench takes no empty constant
				return "''"
			}
			name := fmt.Sprintf("c%d_%d", i, n)
			constant := name + "=" + value
			if !contains(constants, constant) {
				constants = append(constants, constant)
			}
			return ":" + name
		})
		if strings.Contains(sql, "set_config('accord.change'") {
			// The server reads the drawn change and gives it back in later statements.
			fmt.Fprintf(&out, "%s as change \\gset\n", sql)
			continue
		}
		out.WriteString(sql + ";\n")
	}
	return out.String(), constants
}

var placeholder = regexp.MustCompile(`\$\d+`)

// changeOf finds the change id that the captured transaction drew: the first
// parameter of the statement that writes the change.
func changeOf(statements []statement) string {
	for _, s := range statements {
		if strings.Contains(s.sql, "insert into change (") && len(s.args) > 0 {
			return s.args[0]
		}
	}
	return "no change"
}

func contains(list []string, one string) bool {
	for _, other := range list {
		if other == one {
			return true
		}
	}
	return false
}

var tps = regexp.MustCompile(`tps = ([0-9.]+) \(without initial`)

// pgbench runs the script with prepared statements and gives transactions a second.
func (b *bench) pgbench(ctx context.Context, text string, constants []string) (float64, error) {
	file := filepath.Join(b.dir, "script.sql")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return 0, err
	}
	args := []string{"-n", "-M", "prepared", "-c", strconv.Itoa(b.clients), "-j", "2", "-T", strconv.Itoa(b.seconds), "-f", file}
	for _, constant := range constants {
		args = append(args, "-D", constant)
	}
	cmd := exec.CommandContext(ctx, b.bin("pgbench"), append(args, b.address)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s\n%s", err, out, text)
	}
	match := tps.FindSubmatch(out)
	if match == nil {
		return 0, fmt.Errorf("pgbench said no figure: %s", out)
	}
	if strings.Contains(string(out), "number of failed transactions: ") && !strings.Contains(string(out), "number of failed transactions: 0 ") {
		return 0, fmt.Errorf("pgbench had failed transactions: %s", out)
	}
	return strconv.ParseFloat(string(match[1]), 64)
}
