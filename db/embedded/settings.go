//go:build unix

package embedded

import (
	"os"
	"strconv"
	"strings"
)

// defaults are the settings of a private PostgreSQL on a machine with that
// many bytes of memory. fsync and synchronous_commit stay on: what was
// answered with 201 is on the disk.
func defaults(socket string, memory int64) map[string]string {
	const megabyte = 1 << 20
	buffers := min(max(memory/8/megabyte, 64), 1024)
	return map[string]string{
		"listen_addresses":        "",
		"port":                    "5432",
		"unix_socket_directories": socket,
		"unix_socket_permissions": "0700",
		"max_connections":         "100",
		"shared_buffers":          strconv.FormatInt(buffers, 10) + "MB",
		"effective_cache_size":    strconv.FormatInt(max(memory/2/megabyte, 256), 10) + "MB",
		"random_page_cost":        "1.1",
		"max_wal_size":            "2GB",
		"jit":                     "off", // its compiling costs more than the register's short queries
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"logging_collector":       "off",
		"log_checkpoints":         "off",
		"log_line_prefix":         "%m [%p] ",
		// A broken constraint is told to accord, which answers it. In the log it
		// would leave the row that broke it, with values that not everyone may see.
		"log_min_messages":        "log",
		"log_min_error_statement": "panic",
		"log_error_verbosity":     "terse",
	}
}

// memory gives the bytes of memory that this machine or container has, or a
// modest guess where that cannot be read.
func memory() int64 {
	const guess = 2 << 30
	total := int64(guess)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		fields := strings.Fields(string(text)) // MemTotal: 24684468 kB …
		if len(fields) > 1 {
			if kilobytes, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
				total = kilobytes << 10
			}
		}
	}
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
			total = min(total, limit)
		}
	}
	return total
}

// Throwaway gives the settings of a server whose data may be lost: many tests
// at once, none of which waits for a disk.
func Throwaway() map[string]string {
	return map[string]string{
		"fsync":              "off",
		"synchronous_commit": "off",
		"full_page_writes":   "off",
		"max_connections":    "400",
		"shared_buffers":     "256MB",
		"wal_level":          "minimal",
		"max_wal_senders":    "0",
		"autovacuum":         "off", // its workers would hold a database that a test wants to drop
	}
}
