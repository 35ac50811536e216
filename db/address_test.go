package db_test

import (
	"strings"
	"testing"

	"accord/db"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"postgres://accord:pw@one:5433/register?sslmode=disable":                             "postgres://accord:pw@one:5433/register?sslmode=disable",
		"postgresql:///register?host=/run/postgresql":                                        "postgresql:///register?host=/run/postgresql",
		"host=one user=accord":                                                               "host=one user=accord",
		"postgres://accord:p%40w@one:5433,two:5434/register?target_session_attrs=read-write": "postgres://accord:p%40w@/register?host=one%2Ctwo&port=5433%2C5434&target_session_attrs=read-write",
		"postgres://one,two/register":                                                        "postgres:///register?host=one%2Ctwo",
		"postgres://one:5433,two/register":                                                   "postgres:///register?host=one%2Ctwo&port=5433%2C5432",
		"postgres://[::1]:5433,[::2]/register":                                               "postgres:///register?host=%3A%3A1%2C%3A%3A2&port=5433%2C5432",
		"postgres://accord@%2Frun%2Fpg/register":                                             "postgres://accord@/register?host=%2Frun%2Fpg",
		"postgres://accord@%2Frun%2Fpg,one/register":                                         "postgres://accord@/register?host=%2Frun%2Fpg%2Cone",
	} {
		if got, err := db.Address(given); err != nil || got != want {
			t.Errorf("%s\n gave %s %v\n want %s", given, got, err, want)
		}
	}
}

func TestAddressThatCannotBeReadIsNotShown(t *testing.T) {
	t.Parallel()
	for _, given := range []string{
		"postgres://accord:hunter 2@one/register",
		"postgres://accord:hunter%2@one/register",
		"postgres://accord:hunter2@one:port/register",
		"postgres://accord:hunter/2@one/register",
		"postgres://accord:hunter2@one,/register",
		"postgres://accord:hunter2@one:5432,two:port/register",
		"postgres://accord:hunter2@one/register?sslmode=perhaps",
		"mysql://accord:hunter2@one/register",
		"accord:hunter2@one/register",
		"user=accord password=hunter2 port=none",
	} {
		if got, err := db.Address(given); err == nil || got != "" || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s gave %q, %v", given, got, err)
		}
	}
}
