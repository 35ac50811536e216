package statistics

import (
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"

	"accord/pkg/access"
	"accord/pkg/bound"
	"accord/pkg/member"
	"accord/pkg/plan"
)

//go:embed indicators.sql
var totalIndicators string

// IndicatorQuery says of which commitments to add up what they report, and by
// what beside the indicator itself. With the cycle as a dimension or a filter the
// values are those of the reports for it, else of all cycles.
type IndicatorQuery struct {
	By        []Dimension
	Country   string
	Sector    string // and everything below it
	Kind      member.Kind
	Point     plan.Point
	Indicator string // its code
	Cycle     int    // its year
}

// IndicatorDimensions lists the dimensions of totals of indicators. A cell is of
// one indicator always: different ones are never added up.
func IndicatorDimensions() []Dimension { return []Dimension{Point, Cycle, Country, Sector, Kind} }

// IndicatorCell is what commitments measured by one indicator report together.
type IndicatorCell struct {
	Cell        // Count is of commitments, whether they reported a value or not
	Indicator   string
	Unit        string
	Aggregation string // over commitments a mean of a rate, else the sum
	Reported    int64
	Total       bound.Cell // empty where nothing was reported
}

// NotReported gives how many of the cell's commitments reported no value.
func (c IndicatorCell) NotReported() int64 { return c.Count - c.Reported }

// Indicators adds up the values in accepted reports, indicator by indicator.
//
// A commitment counts once, with the member that answers for it, however many
// make it jointly. Of one commitment a stock or a rate gives the value that ends
// last, and what is added up the sum of that one and of those before it, of which
// none reaches into the days of a later one.
//
// It refuses as [Service.Members] does.
func (s *Service) Indicators(ctx context.Context, q IndicatorQuery) (Answer[IndicatorCell], error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Answer[IndicatorCell]{}, err
	}
	if err := q.check(); err != nil {
		return Answer[IndicatorCell]{}, err
	}
	day := plan.Today(s.db.Now())
	rows, err := s.ask(ctx, totalIndicators, q.args(day)...)
	if err != nil {
		return Answer[IndicatorCell]{}, fmt.Errorf("add up indicators: %w", err)
	}
	answer := gatherSome(rows, q.By, func(r row, cell Cell) IndicatorCell {
		return IndicatorCell{Cell: cell, Indicator: r.Indicator, Unit: r.Unit, Aggregation: r.Aggregation, Reported: r.Stated, Total: r.total()}
	})
	if answer.Overlapping = slices.Contains(q.By, Cycle); answer.Overlapping || q.Cycle != 0 {
		answer.Day = day
	}
	return answer, nil
}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

func (q IndicatorQuery) check() error {
	faults := checkDimensions(q.By, IndicatorDimensions())
	faults = append(faults, checkProfile(q.Country, q.Sector, q.Kind, q.Point)...)
	if q.Indicator != "" && !codeForm.MatchString(q.Indicator) {
		faults.Add("indicator", "code_malformed")
	}
	checkCycle(&faults, q.Cycle)
	return malformed(faults)
}

// args gives the parameters of indicators.sql.
func (q IndicatorQuery) args(day plan.Date) []any {
	first, second := dimensions(q.By)
	return []any{
		first, second, day, plan.Home().String(), orNull(q.Country), orNull(whole(q.Sector)), orNull(q.Kind), orNull(q.Point), orNull(q.Indicator),
		orNull(q.Cycle), limit,
	}
}
