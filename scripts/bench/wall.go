package main

import (
	"context"
	"fmt"
	"os"
	"strings"
)

// unwalled is the option of a server that works as the owner of the database.
const unwalled = "unwalled"

// walls are what is asked of both servers: by somebody for whom the policies
// show what everybody sees, and by a member's people, who also see their own.
func walls() []*load {
	profile, list := `"/api/v1/members/" .. math.random(1, SIZE)`, `"/api/v1/members?country=DE&sort=name&limit=50"`
	return []*load{
		{name: "profile read", lua: luaGet(profile)},
		{name: "filtered list page", lua: luaGet(list)},
		{name: "name search", lua: luaGet(`"/api/v1/members?limit=20&q=" .. brands[math.random(1, #brands)]`)},
		{name: "totals of figures", lua: luaGet(`"/api/v1/statistics/figures?by=country&measure=sales_volume"`)},
		{name: "profile read by a member", lua: luaGetAs("member", profile)},
		{name: "own profile read by a member", lua: luaGetAs("member", fmt.Sprintf(`"/api/v1/members/%d"`, probe))},
		{name: "filtered list page by a member", lua: luaGetAs("member", list)},
		{name: "figure insert", lua: luaInsert},
	}
}

// measureWall fills a register and measures what its policies cost.
func (b *bench) measureWall(ctx context.Context, size int, only string) (results []result, err error) {
	err = b.fresh(func() error {
		err := b.with(ctx, nil, func() error {
			fmt.Fprintf(os.Stderr, "generating %d members\n", size)
			return generate(ctx, b.psql, size)
		})
		if err != nil {
			return err
		}
		return b.with(ctx, nil, func() error {
			results, err = b.bothWays(ctx, size, only)
			return err
		})
	})
	return results, err
}

func (b *bench) bothWays(ctx context.Context, size int, only string) ([]result, error) {
	if err := b.sql(ctx, warm); err != nil {
		return nil, err
	}
	if err := b.signIn(ctx, "member"); err != nil {
		return nil, err
	}
	walled := b.server
	plain, stop, err := b.child(ctx, unwalled, unwalled)
	if err != nil {
		return nil, err
	}
	defer stop()
	constant, err := b.fixedRate(ctx, size)
	if err != nil {
		return nil, err
	}
	var results []result
	for _, l := range walls() {
		if only != "" && !strings.Contains(only, l.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring %s at %d members\n", l.name, size)
		at := func(server string) func() (float64, error) {
			return func() (float64, error) { b.server = server; return b.wrk(ctx, l.lua(b, size)) }
		}
		r, err := b.inTurns(result{size: size, name: l.name, beside: "the same server as the owner", fixed: constant}, at(walled), at(plain))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.name, err)
		}
		results = append(results, r)
	}
	return results, nil
}
