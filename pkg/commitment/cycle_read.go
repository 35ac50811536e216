package commitment

import (
	"context"
	"fmt"

	"accord/pkg/access"
	"accord/pkg/ident"
)

const cycleColumns = `year, version, change, to_char(opens_on, 'YYYY-MM-DD') as opens_on, to_char(due_on, 'YYYY-MM-DD') as due_on,
    to_char(grace_ends_on, 'YYYY-MM-DD') as grace_ends_on, coalesce(extension_reason, '') as extension_reason`

const readCycle = `
select ` + cycleColumns + ` from cycle where year = $1`

// Read gives the cycle of a year.
//
// It refuses with NotFound when the year has none.
func (s *Cycles) Read(ctx context.Context, year int) (Cycle, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Cycle{}, err
	}
	var c Cycle
	if err := s.db.Get(ctx, &c, readCycle, year); err != nil {
		return Cycle{}, fmt.Errorf("read cycle %d: %w", year, err)
	}
	return c, nil
}

const originalCycle = `
select ` + cycleColumns + ` from (
    select year, version, change, opens_on, due_on, grace_ends_on, extension_reason from cycle where year = $1
    union all
    select year, version, change, opens_on, due_on, grace_ends_on, extension_reason from cycle_history where year = $1
) c where change = $2`

// Original gives a cycle as a change made it, for the answer to a repeated
// request.
//
// It refuses with Forbidden when the actor is not staff and NotFound when the
// change made no such cycle.
func (s *Cycles) Original(ctx context.Context, year int, change ident.Change) (Cycle, error) {
	if _, err := access.Require(ctx, access.ManageCycle); err != nil {
		return Cycle{}, err
	}
	var c Cycle
	if err := s.db.Get(ctx, &c, originalCycle, year, change); err != nil {
		return Cycle{}, fmt.Errorf("read cycle %d as change %d made it: %w", year, change, err)
	}
	return c, nil
}

const listCycles = `
select ` + cycleColumns + ` from cycle where year < $1 order by year desc limit $2`

// List gives the cycles before the year, the latest first; before 0 stands for
// all of them.
func (s *Cycles) List(ctx context.Context, before, limit int) ([]Cycle, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return nil, err
	}
	if before == 0 {
		before = LastCycle + 1
	}
	var cycles []Cycle
	if err := s.db.Select(ctx, &cycles, listCycles, before, limit); err != nil {
		return nil, fmt.Errorf("list cycles: %w", err)
	}
	return cycles, nil
}
