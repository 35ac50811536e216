package intake_test

import (
	"context"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/db/dbtest"
	"accord/db/seed"
	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/intake"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func offices(t *testing.T) intake.Offices {
	t.Helper()
	d := dbtest.New(t)
	return intake.Offices{DB: d, Plans: commitment.NewPlans(d), Members: member.New(d, figure.Reveal), Figures: figure.New(d)}
}

func shipped(t *testing.T) seed.Register {
	t.Helper()
	r, err := seed.Load()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func entries(t *testing.T, o intake.Offices) int {
	t.Helper()
	var n int
	if err := o.DB.Get(context.Background(), &n, `select count(*) from entry`); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSeed(t *testing.T) {
	t.Parallel()
	o, ctx := offices(t), access.System(context.Background())
	if done, err := o.Seed(ctx, shipped(t)); err != nil || !done {
		t.Fatalf("got %t, %v", done, err)
	}
	public := access.Public(context.Background())

	t.Run("the three signers are active, with what is stated of them", func(t *testing.T) {
		for number, low := range []string{"", "10000000000", "5000000000"} {
			p, err := o.Members.Read(public, ident.Member(number+1))
			if err != nil {
				t.Fatal(err)
			}
			figures, err := figure.FromRows(p.Figures)
			if err != nil || p.Status != member.Active || p.StatusSince != nil || len(p.Signatures) != 1 || p.Signatures[0].SignedOn != nil {
				t.Errorf("got %+v, %v", p, err)
			}
			switch {
			case low == "" && len(figures) != 0:
				t.Errorf("%s has the figures %+v", p.Name, figures)
			case low != "" && (len(figures) != 1 || figures[0].Low() != low || figures[0].Period != nil || figures[0].Source.Quote == ""):
				t.Errorf("%s has the figures %+v", p.Name, figures)
			}
		}
	})
	t.Run("each point has three indicators or more, the editors' own", func(t *testing.T) {
		p, err := o.Plans.Read(public)
		if err != nil {
			t.Fatal(err)
		}
		count := map[plan.Point]int{}
		for _, i := range p.Indicators {
			if count[i.Point]++; i.Ordinal != count[i.Point] || i.Source != "editor" || i.RetiredOn != "" {
				t.Errorf("got %+v", i)
			}
		}
		for _, point := range plan.Points() {
			if count[point] < 3 {
				t.Errorf("point %s has %d indicators", point.Roman(), count[point])
			}
		}
		if p.Period != nil {
			t.Errorf("the source states no period, and the plan has %+v", p.Period)
		}
	})
	t.Run("loading again changes nothing, even after staff renamed a member", func(t *testing.T) {
		staff := access.With(context.Background(), access.Actor{User: ident.New[ident.User](), Role: access.RoleStaff})
		p, err := o.Members.Read(staff, 1)
		if err != nil {
			t.Fatal(err)
		}
		renamed := member.Patch{Names: nullable.NewNullableWithValue([]member.Name{{Text: "Taobao", Lang: "en", Kind: member.Brand, Primary: true}})}
		if _, err := o.Members.Amend(staff, 1, p.Version, renamed); err != nil {
			t.Fatal(err)
		}
		before := entries(t, o)
		if done, err := o.Seed(ctx, shipped(t)); err != nil || done {
			t.Errorf("got %t, %v", done, err)
		}
		if after := entries(t, o); after != before {
			t.Errorf("%d entries became %d", before, after)
		}
	})
	t.Run("nobody but the register's own command loads it", func(t *testing.T) {
		_, err := o.Seed(access.With(context.Background(), access.Actor{Role: access.RoleAdmin}), shipped(t))
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSeedThatWasCutShortIsTakenUp(t *testing.T) {
	t.Parallel()
	o, ctx := offices(t), access.System(context.Background())
	part := shipped(t)
	part.Name, part.Members = "part", part.Members[:2]
	part.Members[1].Figure = nil
	part.Catalogue = seed.Catalogue{Name: "part of the indicators", Indicators: part.Catalogue.Indicators[:5]}
	if _, err := o.Seed(ctx, part); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Seed(ctx, shipped(t)); err != nil {
		t.Fatal(err)
	}
	var counts struct {
		Members    int `db:"members"`
		Signatures int `db:"signatures"`
		Figures    int `db:"figures"`
		Indicators int `db:"indicators"`
	}
	err := o.DB.Get(ctx, &counts, `select (select count(*) from member) as members, (select count(*) from signature) as signatures,
		(select count(*) from figure) as figures, (select count(*) from indicator) as indicators`)
	if err != nil || counts.Indicators != len(shipped(t).Catalogue.Indicators) || counts.Members != 3 || counts.Signatures != 3 || counts.Figures != 2 {
		t.Errorf("got %+v, %v", counts, err)
	}
}
