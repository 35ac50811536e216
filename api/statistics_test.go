package api_test

import (
	"net/http"
	"strings"
	"testing"

	"accord/pkg/access"
)

func TestStatistics(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Seed(t)
	h.CatchUp(t)
	after := func(a answer) string { // what follows the position
		_, rest, _ := strings.Cut(a.text, `"query":`)
		return strings.TrimSpace(`{"query":` + rest)
	}
	ask := func(t *testing.T, target string) answer {
		t.Helper()
		return h.ask(t, "", "GET", "/api/v1/statistics/"+target, "").is(t, http.StatusOK, "")
	}

	for name, test := range map[string]struct{ target, cells string }{
		"sales of the first batch exceed a sum, and one did not state them": {
			"figures?by=sector&measure=sales_volume",
			`[{"count":3,"currency":"CNY","low":"15000000000","low_bound":"gt","measure":"sales_volume","not_stated":1,"sector":"G47","stated":2,"undated":true}]`,
		},
		"nobody stated sales of a year": {
			"figures?measure=sales_volume&from=2018-01-01&to=2018-12-31",
			`[{"count":3,"measure":"sales_volume","not_stated":3,"period":{"from":"2018-01-01","to":"2018-12-31"},"stated":0}]`,
		},
		"members by country and sector":        {"members?by=country,sector", `[{"count":3,"country":"CN","sector":"G47"}]`},
		"members by capacity and ceremony":     {"members?by=capacity,ceremony&kind=enterprise", `[{"capacity":"signer","ceremony":1,"count":3}]`},
		"the year of signing is not stated":    {"members?by=year", `[{"count":3}]`},
		"nobody belongs to an alliance":        {"members?alliance=1&by=alliance", `[]`},
		"nobody took on a commitment":          {"commitments?by=point,state", `[]`},
		"and that without dimensions is none":  {"commitments?point=4&state=closed", `[{"count":0}]`},
		"no currency but the one in the query": {"figures?currency=RMB&by=country&in=never&status=delisted", `[]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := ask(t, test.target)
			if !strings.HasPrefix(a.text, `{"cells":`+test.cells+`,`) {
				t.Errorf("got %s", a.text)
			}
		})
	}

	t.Run("an answer names its position, its query and the day that it depends on", func(t *testing.T) {
		t.Parallel()
		a := ask(t, "figures?by=alliance&currency=RMB")
		last := h.ask(t, "", "GET", "/api/v1/changes?after=1000000", "").body["position"]
		if position := a.body["position"]; position != last || position == 0.0 {
			t.Errorf("position %v, the last one is %v", position, last)
		}
		if want := `{"query":{"as_of":"2026-11-24","by":"alliance","currency":"CNY","in":"never"}}`; after(a) != want {
			t.Errorf("got %s, want %s", after(a), want)
		}
		if a.body["overlapping"] != true {
			t.Errorf("got %s", a.text)
		}
	})
	t.Run("staff and the public get the same answer, and an unchanged one costs 304", func(t *testing.T) {
		t.Parallel()
		const target = "/api/v1/statistics/members?by=status,kind"
		public := h.ask(t, "", "GET", target, "").is(t, http.StatusOK, "")
		for _, role := range []access.Role{access.RoleStaff, access.RoleAnalyst} {
			if mine := h.ask(t, h.token(t, role, 0, ""), "GET", target, ""); mine.text != public.text {
				t.Errorf("%s got %s, the public %s", role, mine.text, public.text)
			}
		}
		h.ask(t, "", "GET", target, "", "If-None-Match", public.header.Get("ETag")).is(t, http.StatusNotModified, "")
	})
}

func TestStatisticsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for target, at := range map[string]string{
		"members?by=colour":                        "by",
		"members?by=country,kind,status":           "by",
		"members?by=kind,kind":                     "by",
		"members?by=":                              "by",
		"members?by=kind&by=status":                "by",
		"members?state=registered":                 "state",
		"members?country=ZZ":                       "country",
		"members?sector=G99":                       "sector",
		"members?point=9":                          "point",
		"members?year=twelve":                      "year",
		"members?ceremony=0":                       "ceremony",
		"members?known_at=1":                       "known_at",
		"commitments?by=year":                      "by",
		"commitments?state=submitted":              "state",
		"figures?in=CNY":                           "in",
		"figures?currency=XXX":                     "currency",
		"figures?measure=profit":                   "measure",
		"figures?basis=net_group":                  "basis",
		"figures?from=2024-01-01":                  "to",
		"figures?from=2024-02-30&to=2024-12-31":    "from",
		"figures?from=2024-12-31&to=2024-01-01":    "to",
		"figures?by=sector&confidentiality=public": "confidentiality",
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			a := h.ask(t, "", "GET", "/api/v1/statistics/"+target, "").is(t, http.StatusBadRequest, "parameters")
			if !strings.Contains(a.text, `"pointer":"`+at+`"`) {
				t.Errorf("got %s", a.text)
			}
		})
	}
}
