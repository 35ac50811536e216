package server

import (
	"net/netip"
	"testing"
	"time"
)

// An attacker with more addresses than there are places neither fills the
// memory nor gets a spent budget back.
func TestABudgetIsNotRefilledByManyAddresses(t *testing.T) {
	t.Parallel()
	const most, each = 512, 60
	b, now := newBudget("public", each, most), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	spender := payer{address: netip.MustParseAddr("203.0.113.1")}
	for range each {
		b.take(spender, now)
	}
	address := netip.MustParseAddr("10.0.0.0")
	for range 20 * most {
		address = address.Next()
		b.take(payer{address: address}, now)
	}
	if len(b.places) != most {
		t.Errorf("it keeps account of %d", len(b.places))
	}
	if _, _, wait := b.take(spender, now); wait == 0 {
		t.Error("who spent a budget has another one")
	}
	// All budgets together are what the places had, and no more.
	answered := 0
	for range 3 * each * most {
		address = address.Next()
		if _, _, wait := b.take(payer{address: address}, now); wait == 0 {
			answered++
		}
	}
	if answered > each*most {
		t.Errorf("%d answers", answered)
	}
	if left, _, wait := b.take(payer{address: netip.MustParseAddr("198.51.100.1")}, now.Add(time.Minute)); wait != 0 || left < each/2 {
		t.Errorf("a newcomer a minute later has %d left, and waits %s", left, wait)
	}
}
