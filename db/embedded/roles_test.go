//go:build unix

package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The cluster of an accord that knew no roles gets them at the next start, and
// who serves may work under each of them and nothing else.
func TestAnOlderClusterGetsTheRoles(t *testing.T) {
	t.Parallel()
	data := filled(t)
	s := start(t, data)
	super := strings.Replace(s.URL(), "user="+Role, "user=postgres", 1)
	for _, role := range append(Roles(), Login) {
		ask(t, super, "drop role "+role)
	}
	stop(t, s)
	must(t, os.Remove(filepath.Join(data, furnished)))

	s = start(t, data)
	for _, role := range Roles() {
		if got := ask(t, s.LoginURL(), "select current_user from (select set_config('role', '"+role+"', false)) as one"); got != role {
			t.Errorf("%s works as %s", Login, got)
		}
	}
	const may = "select rolsuper or rolcreaterole or rolcreatedb or rolinherit from pg_roles where rolname = current_user"
	if got := ask(t, s.LoginURL(), may); got != "f" {
		t.Errorf("%s may more than work under the roles", Login)
	}
	stop(t, s)
	if _, err := os.Stat(filepath.Join(data, furnished)); err != nil {
		t.Error(err)
	}
}
