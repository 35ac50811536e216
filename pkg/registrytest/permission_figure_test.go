package registrytest

import (
	"context"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/alliance"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/plan"
	"accord/pkg/statistics"
)

var notFound = fault.New(fault.NotFound, "not_found")

func aFigure() figure.Draft {
	return figure.Draft{Measure: figure.SalesVolume, Bound: "gt", Low: "5000000000", Currency: "CNY"}
}

func aSecret() figure.Draft {
	draft := aFigure()
	draft.Confidentiality = figure.Confidential
	return draft
}

func figureProbes() map[string]probe {
	confidential := func(do func(t *testing.T, r *Register, number ident.Member) call) probe {
		return probe{public: whoMayKnow, hidden: whoMayKnow, make: do}
	}
	return map[string]probe{
		"Figures.State": staffWrite(func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Figures.State(ctx, number, aFigure()); return err }
		}),
		"Figures.Supersede": staffWrite(func(t *testing.T, r *Register, number ident.Member) call {
			f := r.Figure(t, number, aFigure())
			return func(ctx context.Context) error { _, err := r.Figures.Supersede(ctx, f.ID, 1, aFigure()); return err }
		}),
		"Figures.Supersede of a confidential one": staffWrite(func(t *testing.T, r *Register, number ident.Member) call {
			f := r.Figure(t, number, aSecret())
			return func(ctx context.Context) error { _, err := r.Figures.Supersede(ctx, f.ID, 1, aSecret()); return err }
		}),
		"Figures.Original": {public: staffOnly, hidden: staffOnly, make: func(t *testing.T, r *Register, number ident.Member) call {
			f := r.Figure(t, number, aFigure())
			return func(ctx context.Context) error { _, err := r.Figures.Original(ctx, f.ID, f.Change); return err }
		}},
		"Figures.Read": read(func(t *testing.T, r *Register, number ident.Member) call {
			f := r.Figure(t, number, aFigure())
			return func(ctx context.Context) error { _, err := r.Figures.Read(ctx, f.ID); return err }
		}),
		"Figures.Read of a confidential one": confidential(func(t *testing.T, r *Register, number ident.Member) call {
			f := r.Figure(t, number, aSecret())
			return func(ctx context.Context) error { _, err := r.Figures.Read(ctx, f.ID); return err }
		}),
		"Figures.List": read(func(t *testing.T, r *Register, number ident.Member) call {
			r.Figure(t, number, aFigure())
			return func(ctx context.Context) error {
				rows, err := r.Figures.List(ctx, number, figure.Listing{Limit: 10})
				return found(len(rows), err)
			}
		}),
		"Figures.List of confidential ones": confidential(func(t *testing.T, r *Register, number ident.Member) call {
			r.Figure(t, number, aSecret())
			return func(ctx context.Context) error {
				rows, err := r.Figures.List(ctx, number, figure.Listing{Limit: 10})
				return found(len(rows), err)
			}
		}),
	}
}

func allianceProbes() map[string]probe {
	admitted := func(t *testing.T, r *Register, number ident.Member) alliance.Membership {
		t.Helper()
		return must(r.Alliances.Admit(Staff(), r.Alliance(t, unique()), alliance.MembershipDraft{Member: number, Role: alliance.Chair}))(t)
	}
	return map[string]probe{
		"Alliances.Create": {public: staffOnly, writes: true, make: func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Alliances.Create(ctx, alliance.Draft{Name: unique()})
				return err
			}
		}},
		"Alliances.Amend": {public: staffOnly, writes: true, make: func(t *testing.T, r *Register, _ ident.Member) call {
			id := r.Alliance(t, unique())
			return func(ctx context.Context) error {
				_, err := r.Alliances.Amend(ctx, id, 1, alliance.Patch{Description: nullable.NewNullableWithValue("of trade")})
				return err
			}
		}},
		"Alliances.Original": {public: staffOnly, make: func(t *testing.T, r *Register, _ ident.Member) call {
			a := must(r.Alliances.Create(Staff(), alliance.Draft{Name: unique()}))(t)
			return func(ctx context.Context) error { _, err := r.Alliances.Original(ctx, a.ID, a.Change); return err }
		}},
		"Alliances.Read": open(func(t *testing.T, r *Register, _ ident.Member) call {
			id := r.Alliance(t, unique())
			return func(ctx context.Context) error { _, err := r.Alliances.Read(ctx, id); return err }
		}),
		"Alliances.List": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Alliances.List(ctx, 0, 10); return err }
		}),
		"Alliances.Admit": staffWrite(func(t *testing.T, r *Register, number ident.Member) call {
			id := r.Alliance(t, unique())
			return func(ctx context.Context) error {
				_, err := r.Alliances.Admit(ctx, id, alliance.MembershipDraft{Member: number, Role: alliance.Chair})
				return err
			}
		}),
		"Alliances.AmendMembership": staffWrite(func(t *testing.T, r *Register, number ident.Member) call {
			m := admitted(t, r, number)
			return func(ctx context.Context) error {
				_, err := r.Alliances.AmendMembership(ctx, m.ID, 1, alliance.MembershipPatch{Until: nullable.NewNullableWithValue(plan.Date("2026-01-01"))})
				return err
			}
		}),
		"Alliances.OriginalMembership": {public: staffOnly, hidden: staffOnly, make: func(t *testing.T, r *Register, number ident.Member) call {
			m := admitted(t, r, number)
			return func(ctx context.Context) error {
				_, err := r.Alliances.OriginalMembership(ctx, m.ID, m.Change)
				return err
			}
		}},
		"Alliances.ReadMembership": read(func(t *testing.T, r *Register, number ident.Member) call {
			m := admitted(t, r, number)
			return func(ctx context.Context) error { _, err := r.Alliances.ReadMembership(ctx, m.ID); return err }
		}),
		"Alliances.Memberships": read(func(t *testing.T, r *Register, number ident.Member) call {
			m := admitted(t, r, number)
			return func(ctx context.Context) error {
				rows, err := r.Alliances.Memberships(ctx, m.Alliance, alliance.Belonging{Limit: 10})
				return found(len(rows), err)
			}
		}),
		"Alliances.MembershipsOf": read(func(t *testing.T, r *Register, number ident.Member) call {
			admitted(t, r, number)
			return func(ctx context.Context) error {
				rows, err := r.Alliances.MembershipsOf(ctx, number, nil, 10)
				return found(len(rows), err)
			}
		}),
	}
}

// publicProbes are of what is the same for all.
func publicProbes() map[string]probe {
	return map[string]probe{
		"Statistics.Members": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Statistics.Members(ctx, statistics.Query{}); return err }
		}),
		"Statistics.Figures": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Statistics.Figures(ctx, statistics.FigureQuery{})
				return err
			}
		}),
		"Statistics.Commitments": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Statistics.Commitments(ctx, statistics.CommitmentQuery{})
				return err
			}
		}),
		"Statistics.Activities": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Statistics.Activities(ctx, statistics.ActivityQuery{})
				return err
			}
		}),
		"Statistics.Indicators": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Statistics.Indicators(ctx, statistics.IndicatorQuery{})
				return err
			}
		}),
		"Statistics.Reporting": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Statistics.Reporting(ctx, statistics.ReportingQuery{})
				return err
			}
		}),
		"Statistics.Matrix": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Statistics.Matrix(ctx, statistics.MatrixQuery{Limit: 10})
				return err
			}
		}),
		"Ledger.Changes": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Ledger.Changes(ctx, 0, 10); return err }
		}),
		"Ledger.LastPosition": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Ledger.LastPosition(ctx); return err }
		}),
		"Ledger.PositionAt": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Ledger.PositionAt(ctx, r.Clock.Now()); return err }
		}),
		"Ledger.History": read(func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Ledger.History(ctx, number, 0, 10); return err }
		}),
	}
}
