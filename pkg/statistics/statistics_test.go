package statistics_test

import (
	"context"
	"reflect"
	"testing"

	"accord/pkg/access"
	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/statistics"
)

// firstBatch writes what the source states of the first batch of signers.
func firstBatch(r *register) {
	r.change(func(w *writer) {
		for number := ident.Member(1); number <= 3; number++ {
			w.member(organisation{number: number, country: "CN", sector: "G4791"})
			w.signature(number, 1, "signer", "")
		}
		w.figure(2, quantity{measure: "sales_volume", bound: "gt", low: "10000000000", currency: "CNY"})
		w.figure(3, quantity{measure: "sales_volume", bound: "gt", low: "5000000000", currency: "CNY"})
	})
	r.number()
}

func cells(list ...statistics.Cell) []statistics.Cell { return append([]statistics.Cell{}, list...) }

func cell(count int64, values ...string) statistics.Cell {
	if values == nil {
		values = []string{}
	}
	return statistics.Cell{Values: values, Count: count}
}

func expect[C any](t *testing.T, got, want []C) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("cells\n%+v\nwant\n%+v", got, want)
	}
}

func TestTotalOfTheFirstBatchIsOpenAbove(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	firstBatch(r)
	answer := ask(t, r.s.Figures, statistics.FigureQuery{Query: statistics.Query{By: []statistics.Dimension{statistics.Sector}}})
	expect(t, answer.Cells, []statistics.FigureCell{{
		Cell: cell(3, "G47"), Measure: "sales_volume", Currency: "CNY", Undated: true, Stated: 2,
		Total: bound.Cell{Low: "15000000000", LowBound: bound.Above},
	}})
	if answer.Cells[0].NotStated() != 1 {
		t.Errorf("%d did not state a figure, want 1", answer.Cells[0].NotStated())
	}
	if answer.Position != 2 || answer.Day != "2026-11-24" || answer.Overlapping {
		t.Errorf("position %d, day %s, overlapping %v", answer.Position, answer.Day, answer.Overlapping)
	}
}

func TestAnEmptyRegisterHasNobodyAndStatesNothing(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	expect(t, ask(t, r.s.Members, statistics.Query{}).Cells, cells(cell(0)))
	expect(t, ask(t, r.s.Members, statistics.Query{By: []statistics.Dimension{statistics.Country}}).Cells, cells())
	expect(t, ask(t, r.s.Commitments, statistics.CommitmentQuery{}).Cells, cells(cell(0)))
	expect(t, ask(t, r.s.Figures, statistics.FigureQuery{Currency: "RMB"}).Cells,
		[]statistics.FigureCell{{Cell: cell(0), Currency: "CNY"}})
}

func TestOneSignatureAnswersForAllThatIsAskedOfSigning(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	r.change(func(w *writer) {
		w.member(organisation{number: 1})
		w.signature(1, 1, "signer", "2019-05-30")
		w.signature(1, 2, "supporter", "2021-09-01")
		w.signature(1, 0, "signer", "")
		w.member(organisation{number: 2})
	})
	r.number()
	by := func(d ...statistics.Dimension) statistics.Query { return statistics.Query{By: d} }

	t.Run("a member with two capacities counts in both cells, one without in a cell of its own", func(t *testing.T) {
		answer := ask(t, r.s.Members, by(statistics.Capacity))
		expect(t, answer.Cells, cells(cell(1, "signer"), cell(1, "supporter"), cell(1, "")))
		if !answer.Overlapping {
			t.Error("cells may overlap, and the answer does not say so")
		}
	})
	t.Run("capacity and ceremony are not crossed", func(t *testing.T) {
		expect(t, ask(t, r.s.Members, by(statistics.Capacity, statistics.Ceremony)).Cells,
			cells(cell(1, "signer", "1"), cell(1, "signer", ""), cell(1, "supporter", "2"), cell(1, "", "")))
	})
	t.Run("a filter and a dimension speak of the same signature", func(t *testing.T) {
		q := by(statistics.Year)
		q.Capacity = member.Signer
		expect(t, ask(t, r.s.Members, q).Cells, cells(cell(1, "2019"), cell(1, "")))
	})
	t.Run("two filters that no one signature satisfies find nobody", func(t *testing.T) {
		expect(t, ask(t, r.s.Members, statistics.Query{Capacity: member.Signer, Ceremony: 2}).Cells, cells(cell(0)))
	})
}

func TestOnlyWhatEverybodySeesIsCounted(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	r.change(func(w *writer) {
		w.member(organisation{number: 1, country: "CN"})
		w.member(organisation{number: 2, country: "CN", status: "applied", hidden: true})
		w.member(organisation{number: 3, country: "CN", status: "delisted"})
		w.exec(`insert into member (number, change, status, merged_into, merged_from, published, name, sort_name, kind, country)
			values (4, 0, 'merged', 1, 'active', true, 'name', 'name', 'enterprise', 'CN')`)
		for number := ident.Member(1); number <= 4; number++ {
			w.figure(number, quantity{measure: "gmv", bound: "exact", low: "10", high: "10", currency: "CNY", year: 2024})
			w.figure(number, quantity{measure: "gmv", bound: "exact", low: "7", high: "7", currency: "CNY", year: 2025, confidential: true})
			w.promise(number, 4, "registered")
			w.promise(number, 4, "submitted")
		}
	})
	r.number()
	china := statistics.Query{By: []statistics.Dimension{statistics.Country}}
	for _, role := range []access.Role{
		access.RoleSystem, access.RoleAdmin, access.RoleStaff, access.RoleMember, access.RoleAnalyst, access.RolePublic,
	} {
		ctx := access.With(context.Background(), access.Actor{Role: role, Member: 2})
		members, err := r.s.Members(ctx, china)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, members.Cells, cells(cell(2, "CN")))
		figures, err := r.s.Figures(ctx, statistics.FigureQuery{Query: china})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, figures.Cells, []statistics.FigureCell{{
			Cell: cell(2, "CN"), Measure: "gmv", Currency: "CNY", Stated: 2,
			Total: bound.Cell{Low: "20", LowBound: bound.AtLeast, High: "20", HighBound: bound.AtMost},
		}})
		commitments, err := r.s.Commitments(ctx, statistics.CommitmentQuery{By: []statistics.Dimension{statistics.Point, statistics.State}})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, commitments.Cells, cells(cell(2, "4", "registered")))
	}
}

func TestMadeUpDataIsShownToBe(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	r.change(func(w *writer) {
		w.member(organisation{number: 1, country: "CN"})
		w.member(organisation{number: 2, country: "DE"})
		w.exec(`update member set synthetic = true where number = 2`)
		w.promise(2, 1, "registered")
	})
	r.number()
	for country, synthetic := range map[string]bool{"": true, "CN": false, "DE": true} {
		members := ask(t, r.s.Members, statistics.Query{Country: country}).Synthetic
		figures := ask(t, r.s.Figures, statistics.FigureQuery{Query: statistics.Query{Country: country}}).Synthetic
		commitments := ask(t, r.s.Commitments, statistics.CommitmentQuery{Country: country}).Synthetic
		if members != synthetic || figures != synthetic || commitments != synthetic {
			t.Errorf("country %q: members %v, figures %v, commitments %v; want %v", country, members, figures, commitments, synthetic)
		}
	}
}

func TestWithoutAnActorNothingIsAnswered(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	_, members := r.s.Members(context.Background(), statistics.Query{})
	_, commitments := r.s.Commitments(context.Background(), statistics.CommitmentQuery{})
	_, figures := r.s.Figures(context.Background(), statistics.FigureQuery{})
	for _, err := range []error{members, commitments, figures} {
		if !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("answered %v", err)
		}
	}
}

func TestACommittedChangeIsKnownOnceItHasAPosition(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	firstBatch(r)
	by := statistics.FigureQuery{Query: statistics.Query{By: []statistics.Dimension{statistics.Country}}}
	before := ask(t, r.s.Figures, by)
	r.change(func(w *writer) {
		w.exec(`update member set country = 'DE' where number = 2`)
		w.exec(`update member set published = true, status = 'merged', merged_into = 2, merged_from = 'active' where number = 3`)
	})
	r.change(func(w *writer) {
		w.exec(`update member set country = 'FR' where number = 2`)
		w.supersede(2, quantity{measure: "sales_volume", bound: "ge", low: "12000000000.50", currency: "CNY"})
		w.exec(`delete from signature where member = 1`)
	})
	if after := ask(t, r.s.Figures, by); !reflect.DeepEqual(before, after) {
		t.Errorf("a pending change shows:\n%+v\nbefore it\n%+v", after, before)
	}
	r.number()
	after := ask(t, r.s.Figures, by)
	expect(t, after.Cells, []statistics.FigureCell{
		{Cell: cell(1, "CN")},
		{
			Cell: cell(1, "FR"), Measure: "sales_volume", Currency: "CNY", Undated: true, Stated: 1,
			Total: bound.Cell{Low: "12000000000.5", LowBound: bound.AtLeast},
		},
	})
	if after.Position != before.Position+2 {
		t.Errorf("position %d after %d and two changes", after.Position, before.Position)
	}
}
