package statistics_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/statistics"
)

func TestWhatThereIsNotIsRefusedByName(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	by := func(d ...statistics.Dimension) statistics.Query { return statistics.Query{By: d} }
	tests := map[string]struct {
		query any
		at    string // every parameter at fault, with what is wrong
	}{
		"an unknown dimension":            {by("colour"), "by not_in_list"},
		"three dimensions":                {by(statistics.Country, statistics.Kind, statistics.Status), "by too_many_items"},
		"the same dimension twice":        {by(statistics.Kind, statistics.Kind), "by repeated_items"},
		"a dimension of commitments":      {by(statistics.Outcome), "by not_in_list"},
		"an unknown country":              {statistics.Query{Country: "XX"}, "country unknown_country"},
		"an unknown sector":               {statistics.Query{Sector: "G99"}, "sector unknown_sector"},
		"unknown kind, status, capacity":  {statistics.Query{Kind: "x", Status: "y", Capacity: "z"}, "kind not_in_list, status not_in_list, capacity not_in_list"},
		"numbers out of range":            {statistics.Query{Point: 9, Ceremony: -1, Alliance: -1, Year: 1799}, "point out_of_range, ceremony out_of_range, alliance out_of_range, year out_of_range"},
		"an unknown measure and basis":    {statistics.FigureQuery{Measure: "x", Basis: "net_group"}, "measure not_in_list, basis not_in_list"},
		"an unknown currency":             {statistics.FigureQuery{Currency: "XXX"}, "currency currency_unknown"},
		"half a period":                   {statistics.FigureQuery{From: "2024-01-01"}, "to required"},
		"the other half":                  {statistics.FigureQuery{To: "2024-01-01"}, "from required"},
		"a period that runs backwards":    {statistics.FigureQuery{From: "2024-01-02", To: "2024-01-01"}, "to ends_before_start"},
		"a day that is not":               {statistics.FigureQuery{From: "2023-02-29", To: "2024-01-01"}, "from not_a_date"},
		"commitments by year":             {statistics.CommitmentQuery{By: []statistics.Dimension{statistics.Year}}, "by not_in_list"},
		"commitments that are not public": {statistics.CommitmentQuery{State: "submitted"}, "state not_in_list"},
		"activities of what is not":       {statistics.ActivityQuery{Country: "cn", Kind: "x", Point: 9, Year: 1799}, "country unknown_country, kind not_in_list, point out_of_range, year out_of_range"},
		"activities by sector":            {statistics.ActivityQuery{By: []statistics.Dimension{statistics.Sector}}, "by not_in_list"},
		"commitments of what is not":      {statistics.CommitmentQuery{Country: "cn", Kind: "x", Point: -1}, "country unknown_country, kind not_in_list, point out_of_range"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := r.refusal(test.query)
			var at []string
			for _, f := range fault.FieldsOf(err) {
				at = append(at, f.Pointer+" "+f.Code)
			}
			if got := strings.Join(at, ", "); !fault.Is(err, fault.Malformed) || got != test.at {
				t.Errorf("refused with %v at %q, want %q", err, got, test.at)
			}
		})
	}
}

func (r *register) refusal(query any) error {
	var err error
	switch q := query.(type) {
	case statistics.Query:
		_, err = r.s.Members(public(), q)
	case statistics.ActivityQuery:
		_, err = r.s.Activities(public(), q)
	case statistics.FigureQuery:
		_, err = r.s.Figures(public(), q)
	case statistics.CommitmentQuery:
		_, err = r.s.Commitments(public(), q)
	}
	return err
}

func TestAnAnswerOfTooManyCellsIsRefused(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	r.change(func(w *writer) {
		w.member(organisation{number: 1})
		w.exec(`insert into ceremony (id, name, change) select n, 'Ceremony ' || n, 0 from generate_series(101, 200) n`)
		w.exec(`insert into alliance (id, name, folded, change) select n, 'Alliance ' || n, 'alliance ' || n, 0 from generate_series(101, 200) n`)
		for n := 101; n <= 200; n++ {
			w.signature(1, n, "signer", "")
			w.belong(1, n, "", "")
		}
	})
	r.number()
	q := statistics.Query{By: []statistics.Dimension{statistics.Ceremony, statistics.Alliance}}
	if found := len(ask(t, r.s.Members, q).Cells); found != statistics.MaxCells {
		t.Errorf("%d cells, want %d", found, statistics.MaxCells)
	}
	r.change(func(w *writer) { w.signature(1, 0, "signer", "") })
	r.number()
	err := r.refusal(q)
	if f := fault.FieldsOf(err); !fault.Is(err, fault.Malformed) || len(f) != 1 || f[0].Pointer != "by" || f[0].Code != "too_many_cells" {
		t.Errorf("refused with %v", err)
	}
}

func TestNumbersAreInTheOrderOfNumbersAndTheUnknownIsLast(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	r.change(func(w *writer) {
		w.exec(`insert into alliance (id, name, folded, change) values (10, 'Alliance 10', 'alliance 10', 0)`)
		for number, alliance := range []int{0, 10, 2, 1} {
			w.member(organisation{number: ident.Member(number + 1), sector: []string{"", "G", "G4791", "C10"}[number]})
			if alliance != 0 {
				w.belong(ident.Member(number+1), alliance, "", "")
			}
		}
		w.belong(4, 3, "", "2026-11-23") // over
		w.belong(4, 3, "2026-11-25", "") // yet to come
	})
	r.number()
	by := func(d statistics.Dimension) statistics.Query { return statistics.Query{By: []statistics.Dimension{d}} }
	expect(t, ask(t, r.s.Members, by(statistics.Alliance)).Cells, cells(cell(1, "1"), cell(1, "2"), cell(1, "10"), cell(1, "")))
	expect(t, ask(t, r.s.Members, by(statistics.Sector)).Cells, cells(cell(1, "C10"), cell(1, "G47"), cell(2, "")))
	expect(t, ask(t, r.s.Members, statistics.Query{Sector: "G"}).Cells, cells(cell(2)))
	expect(t, ask(t, r.s.Members, statistics.Query{Sector: "4791"}).Cells, cells(cell(1)))
	expect(t, ask(t, r.s.Members, statistics.Query{Alliance: 3}).Cells, cells(cell(0)))
}

// Both statements must mean the same members by the same words.
func TestFiguresAreOfThePeopleWhoAreCounted(t *testing.T) {
	t.Parallel()
	people := func(file string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		part := regexp.MustCompile(`(?s)with signing as.*?\bpeople as .*?\n\)`).Find(text)
		return string(part)
	}
	if a, b := people("members.sql"), people("figures.sql"); a == "" || a != b {
		t.Error("members.sql and figures.sql choose their people differently")
	}
}

func TestEveryFigureThatTheRegisterTakesCanBeAskedFor(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	const words = `
select (regexp_matches(pg_get_constraintdef(oid), '''([a-z_]+)''', 'g'))[1] as word
from pg_constraint where conname = $1 and conrelid = 'figure'::regclass`
	asked := func(constraint string, query func(string) statistics.FigureQuery) {
		var list []string
		if err := r.db.Select(t.Context(), &list, words, constraint); err != nil || len(list) == 0 {
			t.Fatalf("read %s: %v", constraint, err)
		}
		for _, word := range list {
			if _, err := r.s.Figures(public(), query(word)); err != nil {
				t.Errorf("%s: %v", word, err)
			}
		}
	}
	asked("figure_measure_known", func(w string) statistics.FigureQuery { return statistics.FigureQuery{Measure: w} })
	asked("figure_scope_known", func(w string) statistics.FigureQuery { return statistics.FigureQuery{Basis: w} })
	asked("figure_netting_known", func(w string) statistics.FigureQuery { return statistics.FigureQuery{Basis: "group_" + w} })
}
