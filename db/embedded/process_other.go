//go:build unix && !linux

package embedded

import (
	"os/exec"
	"strconv"
	"strings"
)

// inside cannot be told here; alive.lock alone says who lives.
func inside(string) []int { return nil }

// runs tells whether the process is a PostgreSQL on the folder, not a later
// one with the same number.
func runs(pid int, dir string) bool {
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out)+" ", " "+dir+" ")
}
