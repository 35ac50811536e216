package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

var (
	rate   = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	failed = regexp.MustCompile(`Non-2xx or 3xx responses: (\d+)`)
	broken = regexp.MustCompile(`Socket errors: (.*)`)
)

// wrk asks the server as the Lua script says and gives answers a second. An
// answer that is no success, or a connection that breaks, spoils the run.
func (b *bench) wrk(ctx context.Context, lua string) (float64, error) {
	file := filepath.Join(b.dir, "load.lua")
	if err := os.WriteFile(file, []byte(lua), 0o600); err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, "wrk", "-t", "2", "-c", strconv.Itoa(b.clients), "-d", strconv.Itoa(b.seconds)+"s",
		"--timeout", "10s", "-s", file, b.server)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("wrk: %w: %s", err, out)
	}
	if match := failed.FindSubmatch(out); match != nil {
		return 0, fmt.Errorf("%s answers were no success: %s", match[1], out)
	}
	if match := broken.FindSubmatch(out); match != nil {
		return 0, fmt.Errorf("connections broke: %s", match[1])
	}
	match := rate.FindSubmatch(out)
	if match == nil {
		return 0, fmt.Errorf("wrk said no figure: %s", out)
	}
	return strconv.ParseFloat(string(match[1]), 64)
}
