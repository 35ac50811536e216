package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// learn fills the register and finds out, with every statement in PostgreSQL's
// log, what SQL each load leads to.
func (b *bench) learn(ctx context.Context, size int, only string) ([]*load, error) {
	chosen := loads()
	err := b.with(ctx, map[string]string{
		"log_statement": "all", "log_line_prefix": "@@@ ", "log_error_verbosity": "default",
	}, func() error {
		fmt.Fprintf(os.Stderr, "generating %d members\n", size)
		if err := generate(ctx, b.psql, size); err != nil {
			return err
		}
		var kept []*load
		for _, l := range chosen {
			if only != "" && !strings.Contains(only, l.name) {
				continue
			}
			statements, err := b.capture(ctx, l)
			if err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			varying := map[string]string{}
			if l.vary != nil {
				varying = l.vary(statements)
			}
			l.script, l.constants = script(strings.ReplaceAll(l.head, "SIZE", strconv.Itoa(size)), statements, varying)
			kept = append(kept, l)
		}
		chosen = kept
		return nil
	})
	return chosen, err
}

// warm reads the register into PostgreSQL's memory, where it is after a while
// of service, so that the first measurement does not pay for all others.
const warm = `select count(m), count(n), count(g), count(f), count(c)
from member m join member_name n on n.member = m.number join signature g on g.member = m.number
join figure f on f.member = m.number join commitment c on c.member = m.number`

// measure lets the server and pgbench run in turns.
func (b *bench) measure(ctx context.Context, size int, chosen []*load, only string) ([]result, error) {
	var results []result
	err := b.with(ctx, nil, func() error {
		if err := b.sql(ctx, warm); err != nil {
			return err
		}
		constant, err := b.fixedRate(ctx, size)
		if err != nil {
			return err
		}
		for _, l := range chosen {
			fmt.Fprintf(os.Stderr, "measuring %s at %d members\n", l.name, size)
			r, err := b.inTurns(result{size: size, name: l.name, beside: "pgbench, the same SQL", want: l.want},
				func() (float64, error) { return b.wrk(ctx, l.lua(b, size)) },
				func() (float64, error) { return b.pgbench(ctx, l.script, l.constants) })
			if err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			results = append(results, r)
		}
		if only == "" || strings.Contains(only, conditional) {
			r, err := b.unchanged(ctx, size)
			if err != nil {
				return err
			}
			results = append(results, r)
		}
		for i := range results {
			results[i].fixed = constant
		}
		return nil
	})
	return results, err
}

func (b *bench) inTurns(r result, served, base func() (float64, error)) (result, error) {
	var a, z, ratios []float64
	for range b.rounds {
		x, err := served()
		if err != nil {
			return r, err
		}
		y, err := base()
		if err != nil {
			return r, err
		}
		a, z, ratios = append(a, x), append(z, y), append(ratios, x/y)
	}
	r.served, r.base = median(a), median(z)
	r.low, r.high = ratios[0], ratios[0]
	for _, ratio := range ratios {
		r.low, r.high = min(r.low, ratio), max(r.high, ratio)
	}
	return r, nil
}

// fixedRate measures what the same gin stack answers without a credential and
// without the database: a constant.
func (b *bench) fixedRate(ctx context.Context, size int) (float64, error) {
	var rates []float64
	for range b.rounds {
		rate, err := b.wrk(ctx, luaHead(b, size, "")+`
request = function() return wrk.format("GET", "/bench/fixed") end
`)
		if err != nil {
			return 0, fmt.Errorf("fixed answer: %w", err)
		}
		rates = append(rates, rate)
	}
	return median(rates), nil
}

const conditional = "conditional GET (304)"

// unchanged measures 304 answers beside the constant behind the same
// credential check.
func (b *bench) unchanged(ctx context.Context, size int) (result, error) {
	r := result{size: size, name: conditional, beside: "a constant, signed in", want: 0.45}
	var tags []string
	for n := 1; n <= min(size, 500); n++ {
		number := 1 + (n*7919)%size
		tag, err := b.tagOf(ctx, number)
		if err != nil {
			return r, err
		}
		tags = append(tags, fmt.Sprintf("{%d,%q}", number, tag))
	}
	lua := luaHead(b, size, "analyst") + `
held = {` + strings.Join(tags, ",") + `}
request = function()
  local one = held[math.random(1, #held)]
  return wrk.format("GET", "/api/v1/members/" .. one[1], {["If-None-Match"] = one[2], ["Authorization"] = wrk.headers["Authorization"]})
end
`
	constant := luaHead(b, size, "analyst") + `
request = function() return wrk.format("GET", "/bench/fixed/signed-in") end
`
	return b.inTurns(r,
		func() (float64, error) { return b.wrk(ctx, lua) },
		func() (float64, error) { return b.wrk(ctx, constant) })
}

func (b *bench) tagOf(ctx context.Context, number int) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.server+"/api/v1/members/"+strconv.Itoa(number), http.NoBody)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+b.tokens["analyst"])
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	_ = answer.Body.Close()
	if tag := answer.Header.Get("ETag"); tag != "" {
		return tag, nil
	}
	return "", fmt.Errorf("member %d: %s without an ETag", number, answer.Status)
}
