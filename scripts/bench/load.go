package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// load is one thing to measure: how wrk asks for it, and what pgbench runs
// beside it.
type load struct {
	name string
	role string                                            // whose token it carries, "" for nobody's
	ask  func(b *bench, n int) (method, path, body string) // one request, about member n
	lua  func(b *bench, size int) string
	head string                              // of the pgbench script: its variables
	vary func([]statement) map[string]string // captured values, and what stands for them in pgbench
	want float64

	script    string // made by learn
	constants []string
}

// probe is the member that captured requests are about.
const probe = 7

func loads() []*load {
	return []*load{
		{
			name: "profile read", role: "analyst", want: 0.45,
			ask:  func(_ *bench, n int) (string, string, string) { return "GET", fmt.Sprintf("/api/v1/members/%d", n), "" },
			lua:  luaGet(`"/api/v1/members/" .. math.random(1, SIZE)`),
			head: "\\set n random(1, SIZE)\n",
			vary: anyMember,
		},
		{
			name: "filtered list page", role: "analyst", want: 0.40,
			ask: func(*bench, int) (string, string, string) {
				return "GET", "/api/v1/members?country=DE&sort=name&limit=50", ""
			},
			lua: luaGet(`"/api/v1/members?country=DE&sort=name&limit=50"`),
		},
		{
			name: "name search", role: "analyst", want: 0.70,
			ask: func(_ *bench, n int) (string, string, string) {
				return "GET", "/api/v1/members?limit=20&q=" + organisationOf(n).brand, ""
			},
			lua: luaGet(`"/api/v1/members?limit=20&q=" .. brands[math.random(1, #brands)]`),
		},
		{
			name: "figure insert", role: "staff", want: 0.60,
			ask: insertOf, lua: luaInsert, head: "\\set n random(1, SIZE)\n\\set from random(-70000, 0)\n\\set to random(1, 70000)\n",
			vary: insertVaries,
		},
		{
			name: "statistics of members", role: "analyst",
			ask: func(*bench, int) (string, string, string) {
				return "GET", "/api/v1/statistics/members?by=country,sector", ""
			},
			lua: luaGet(`"/api/v1/statistics/members?by=country,sector"`),
		},
		{
			name: "totals of figures", role: "analyst",
			ask: func(*bench, int) (string, string, string) {
				return "GET", "/api/v1/statistics/figures?by=country&measure=sales_volume", ""
			},
			lua: luaGet(`"/api/v1/statistics/figures?by=country&measure=sales_volume"`),
		},
	}
}

// anyMember lets pgbench ask about a member by chance.
func anyMember([]statement) map[string]string {
	return map[string]string{fmt.Sprint(probe): ":n"}
}

func insertOf(_ *bench, n int) (string, string, string) {
	return "POST", fmt.Sprintf("/api/v1/members/%d/figures", n),
		`{"measure":"gmv","bound":"gt","low":"1000000","currency":"CNY","period":{"from":"1999-03-01","to":"2001-05-02"}}`
}

// insertVaries gives what makes each inserted figure another one: its member,
// its id and its period.
func insertVaries(statements []statement) map[string]string {
	varying := map[string]string{
		fmt.Sprint(probe):    ":n",
		"1999-03-01":         "(date '2000-01-01' + :from::int)",
		"2001-05-02":         "(date '2000-01-01' + :to::int)",
		changeOf(statements): ":change",
	}
	for _, s := range statements {
		if strings.Contains(s.sql, "insert into figure") {
			varying[s.args[0]] = "gen_random_uuid()"
		}
	}
	return varying
}

func luaGet(path string) func(*bench, int) string { return luaGetAs("analyst", path) }

func luaGetAs(role, path string) func(*bench, int) string {
	return func(b *bench, size int) string {
		return luaHead(b, size, role) + `
request = function() return wrk.format("GET", ` + strings.ReplaceAll(path, "SIZE", fmt.Sprint(size)) + `) end
`
	}
}

// luaHead is what every script begins with: a token, unless nobody is to be signed in, and random numbers that
// differ from thread to thread.
func luaHead(b *bench, size int, role string) string {
	var brands []string
	for n := 1; n <= 500; n++ {
		brands = append(brands, fmt.Sprintf("%q", organisationOf(1+(n*7919)%size).brand))
	}
	signed := ""
	if role != "" {
		signed = `wrk.headers["Authorization"] = "Bearer ` + b.tokens[role] + `"`
	}
	return signed + `
local threads = 0
function setup(thread) threads = threads + 1; thread:set("id", threads) end
function init(args) math.randomseed(os.time() * 10 + id) end
brands = {` + strings.Join(brands, ",") + `}
`
}

func luaInsert(b *bench, size int) string {
	return luaHead(b, size, "staff") + `
wrk.headers["Content-Type"] = "application/json"
measures = {"sales_volume", "gmv", "revenue", "export_sales"}
request = function()
  local function day(first, last) return string.format("%04d-%02d-%02d", math.random(first, last), math.random(1, 12), math.random(1, 28)) end
  local body = '{"measure":"' .. measures[math.random(1, 4)] .. '","bound":"gt","low":"1000000","currency":"CNY","period":{"from":"' .. day(1800, 1999) .. '","to":"' .. day(2000, 2199) .. '"}}'
  return wrk.format("POST", "/api/v1/members/" .. math.random(1, ` + fmt.Sprint(size) + `) .. "/figures", nil, body)
end
`
}

// request asks the server once and fails on anything but a success.
func (b *bench) request(ctx context.Context, l *load, n int) error {
	method, path, body := l.ask(b, n)
	_, err := b.do(ctx, method, path, body, b.tokens[l.role])
	return err
}

func (b *bench) do(ctx context.Context, method, path, body, token string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, method, b.server+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, text)
	}
	return string(text), err
}
