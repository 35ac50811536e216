//go:build unix

package main_test

import (
	"context"
	"strings"
	"testing"

	"accord/db/dbtest"
)

func TestCycle(t *testing.T) {
	t.Parallel()
	address := dbtest.URL(t)
	p := on(address)
	type round struct {
		Date   string
		DryRun bool   `json:"dry_run"`
		Zone   string `json:"time_zone"`
		Silent []any  `json:"non_communicating"`
	}

	t.Run("is looked at on any day, a leap day too", func(t *testing.T) {
		got := decode[round](t, p.must(t, "", "cycle", "run", "--date", "2028-02-29", "--dry-run", "--json"))
		if got.Date != "2028-02-29" || !got.DryRun || got.Zone != "Asia/Shanghai" || got.Silent == nil {
			t.Errorf("%+v", got)
		}
		said := p.must(t, "", "cycle", "run", "--date", "2028-02-29", "--dry-run")
		for _, words := range []string{"A run on 2028-02-29 in Asia/Shanghai would", "no reporting cycle has fallen due", "to non_communicating: 0", "left alone: 0"} {
			if !strings.Contains(said, words) {
				t.Errorf("no %q in\n%s", words, said)
			}
		}
	})
	t.Run("is run today and on no other day", func(t *testing.T) {
		p.refused(t, 2, []string{"no other day than today", "--dry-run"}, "cycle", "run", "--date", "2099-08-01")
		p.refused(t, 2, []string{"no other day than today", "--dry-run"}, "cycle", "run", "--date", "2020-08-01")
		p.refused(t, 2, []string{"no day of the calendar"}, "cycle", "run", "--date", "2027-02-29", "--dry-run")
		today := decode[round](t, p.must(t, "", "cycle", "run", "--json"))
		if today.DryRun || today.Date == "" {
			t.Errorf("%+v", today)
		}
		if said := p.must(t, "", "cycle", "run", "--date", today.Date); !strings.HasPrefix(said, "The run of "+today.Date) {
			t.Error(said)
		}
	})
	t.Run("is left alone while another one runs it", func(t *testing.T) {
		const runLock = 0x6379636c65
		free, err := dbtest.Open(t, address).IfFree(context.Background(), runLock, func() error {
			p.refused(t, 8, []string{"another accord", "--dry-run"}, "cycle", "run")
			p.must(t, "", "cycle", "run", "--dry-run")
			return nil
		})
		if err != nil || !free {
			t.Errorf("the lock was taken: %v, %v", free, err)
		}
	})
	t.Run("is run beside a server on its private database", func(t *testing.T) {
		t.Parallel()
		p := private(t)
		p.serve(t)
		p.must(t, "", "cycle", "run", "--dry-run")
	})
}
