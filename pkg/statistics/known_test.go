package statistics_test

import (
	"context"
	"fmt"

	"accord/pkg/ident"
	"accord/pkg/plan"
)

// known is the register as known at one position, read the long way: the
// versions of rows whose change has a position up to it and whose ending has
// none or a later one.
type known struct {
	members     []knownMember
	signatures  map[ident.Member][]knownSignature
	alliances   map[ident.Member][]knownAlliance
	commitments map[ident.Member][]knownCommitment
	figures     map[ident.Member][]knownFigure
	versions    map[ident.Commitment][]knownVersion
	standings   map[ident.Member][]knownStanding
	reports     map[ident.Commitment][]knownReport
	cycles      []knownCycle
}

type knownMember struct {
	Number    ident.Member `db:"number"`
	Published bool         `db:"published"`
	Status    string       `db:"status"`
	Kind      string       `db:"kind"`
	Country   *string      `db:"country"`
	Sector    *string      `db:"sector"`
}

type knownSignature struct {
	Member   ident.Member `db:"member"`
	Ceremony *int         `db:"ceremony"`
	Capacity string       `db:"capacity"`
	SignedOn *plan.Date   `db:"signed_on"`
}

type knownAlliance struct {
	Member   ident.Member `db:"member"`
	Alliance int          `db:"alliance"`
	FromOn   *plan.Date   `db:"from_on"`
	UntilOn  *plan.Date   `db:"until_on"`
}

type knownCommitment struct {
	ID       ident.Commitment `db:"id"`
	Member   ident.Member     `db:"member"`
	Point    int              `db:"point"`
	State    string           `db:"state"`
	Strength *string          `db:"strength"`
	Outcome  *string          `db:"outcome"`
	knownMeasure
}

type knownFigure struct {
	Member          ident.Member `db:"member"`
	Measure         string       `db:"measure"`
	From            *plan.Date   `db:"period_from"`
	To              *plan.Date   `db:"period_to"`
	Bound           string       `db:"bound"`
	Low             *string      `db:"low"`
	High            *string      `db:"high"`
	Currency        string       `db:"currency"`
	Scope           *string      `db:"scope"`
	Netting         *string      `db:"netting"`
	Confidentiality string       `db:"confidentiality"`
	SupersededBy    *string      `db:"superseded_by"`
}

// versions reads the rows of a table as known at the position.
func versions[T any](r *register, table, columns string, at ident.Position) []T {
	r.t.Helper()
	var list []T
	err := r.db.Select(context.Background(), &list, fmt.Sprintf(`
with version as (
    select %[2]s, change, null::bigint as ended_by from %[1]s
    union all
    select %[2]s, change, ended_by from %[1]s_history
)
select %[2]s from version v
where (select position from change_position where change = v.change) <= $1
    and coalesce((select position from change_position where change = v.ended_by), $1 + 1) > $1`, table, columns), at)
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

func (r *register) knownAt(at ident.Position) *known {
	r.t.Helper()
	return &known{
		members: versions[knownMember](r, "member", "number, published, status, kind, country, sector", at),
		signatures: byMember(versions[knownSignature](r, "signature", "member, ceremony, capacity, signed_on", at),
			func(s knownSignature) ident.Member { return s.Member }),
		alliances: byMember(versions[knownAlliance](r, "alliance_membership", "member, alliance, from_on, until_on", at),
			func(a knownAlliance) ident.Member { return a.Member }),
		commitments: byMember(versions[knownCommitment](r, "commitment", "id, member, point, state, strength, outcome, "+measureColumns, at),
			func(c knownCommitment) ident.Member { return c.Member }),
		figures: byMember(versions[knownFigure](r, "figure", "member, measure, period_from, period_to, bound, low, high, currency, "+
			"scope, netting, confidentiality, superseded_by", at),
			func(f knownFigure) ident.Member { return f.Member }),
		versions: r.versionsAt(at), standings: r.standingsAt(at), reports: r.reportsAt(at),
		cycles: versions[knownCycle](r, "cycle", "year, opens_on, due_on", at),
	}
}

func byMember[T any](list []T, of func(T) ident.Member) map[ident.Member][]T {
	grouped := map[ident.Member][]T{}
	for _, one := range list {
		grouped[of(one)] = append(grouped[of(one)], one)
	}
	return grouped
}
