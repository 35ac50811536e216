//go:build unix

package blob

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// own gives what root has made to whom the folder that it is in belongs, so
// that this one can go on without root.
func own(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	if err := os.Lchown(path, int(owner.Uid), int(owner.Gid)); err != nil {
		return fmt.Errorf("give %s to whom its folder belongs: %w", path, err)
	}
	return nil
}
