package registrytest

import (
	"github.com/oapi-codegen/nullable"

	"accord/pkg/alliance"
	"accord/pkg/figure"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func (l *life) draft() figure.Draft {
	draft := figure.Draft{
		Measure: pick(l, figure.Measures()), Bound: pick(l, []string{"exact", "gt", "ge", "approx"}), Low: l.amount("a figure"),
		Currency: pick(l, []string{"CNY", "USD"}), Confidentiality: pick(l, []figure.Confidentiality{figure.Public, figure.Confidential}),
		Source: &member.Source{Title: l.text("a figure's source"), Quote: l.text("a quotation")},
	}
	if l.draw.IntN(2) == 0 {
		draft.Period = &figure.Period{From: "2025-01-01", To: "2025-12-31"}
	}
	return draft
}

func (l *life) state() error {
	f, err := l.Figures.State(Staff(), pick(l, l.members), l.draft())
	if err == nil {
		l.figures = append(l.figures, f)
	}
	return err
}

func (l *life) supersede() error {
	if len(l.figures) == 0 {
		return l.state()
	}
	old := pick(l, l.figures)
	draft := l.draft()
	draft.Measure = old.Measure
	f, err := l.Figures.Supersede(Staff(), old.ID, 1, draft)
	if err == nil {
		l.figures = append(l.figures, f)
	}
	return err
}

func (l *life) createAlliance() error {
	a, err := l.Alliances.Create(Staff(), alliance.Draft{
		Name: l.text("an alliance"), Description: l.maybe(l.text("an alliance's description")), Point: ptr(plan.Point(1)),
	})
	if err == nil {
		l.alliances = append(l.alliances, a.ID)
	}
	return err
}

func (l *life) amendAlliance() error {
	if len(l.alliances) == 0 {
		return l.createAlliance()
	}
	a, err := l.Alliances.Read(Public(), pick(l, l.alliances))
	if err != nil {
		return err
	}
	_, err = l.Alliances.Amend(Staff(), a.ID, a.Version, alliance.Patch{
		Name: nullable.NewNullableWithValue(l.text("an alliance")), Point: nullable.NewNullNullable[plan.Point](),
	})
	return err
}

func (l *life) admit() error {
	if len(l.alliances) == 0 {
		return l.createAlliance()
	}
	draft := alliance.MembershipDraft{Member: pick(l, l.members), Role: pick(l, alliance.Roles())}
	if l.draw.IntN(2) == 0 {
		draft.From, draft.Until = ptr(plan.Date("2020-01-01")), ptr(pick(l, []plan.Date{"2021-01-01", "2030-01-01"}))
	}
	m, err := l.Alliances.Admit(Staff(), pick(l, l.alliances), draft)
	if err == nil {
		l.terms = append(l.terms, m)
	}
	return err
}

func (l *life) dateMembership() error {
	if len(l.terms) == 0 {
		return l.admit()
	}
	m, err := l.Alliances.ReadMembership(Staff(), pick(l, l.terms).ID)
	if err != nil {
		return err
	}
	_, err = l.Alliances.AmendMembership(Staff(), m.ID, m.Version, alliance.MembershipPatch{
		Until: nullable.NewNullableWithValue(pick(l, []plan.Date{"2022-02-02", "2026-11-24"})),
	})
	return err
}
