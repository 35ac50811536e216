package registrytest

import (
	"testing"

	"accord/pkg/plan"
	"accord/pkg/statistics"
)

// checkStatistics runs every statistic by every one and two dimensions.
func checkStatistics(t *testing.T, r *Register, today plan.Date) {
	t.Helper()
	for _, by := range combinations(statistics.Dimensions()) {
		q := statistics.Query{By: by}
		answer := must(r.Statistics.Members(Public(), q))(t)
		if answer.Position == 0 || answer.Day != today {
			t.Errorf("by %q: the answer names position %d and day %s", by, answer.Position, answer.Day)
		}
		must(r.Statistics.Figures(Public(), statistics.FigureQuery{Query: q}))(t)
	}
	for _, by := range combinations(statistics.CommitmentDimensions()) {
		must(r.Statistics.Commitments(Public(), statistics.CommitmentQuery{By: by}))(t)
	}
	for _, by := range combinations(statistics.ActivityDimensions()) {
		must(r.Statistics.Activities(Public(), statistics.ActivityQuery{By: by}))(t)
	}
	for _, by := range combinations(statistics.IndicatorDimensions()) {
		must(r.Statistics.Indicators(Public(), statistics.IndicatorQuery{By: by}))(t)
	}
	for _, by := range combinations(statistics.ReportingDimensions()) {
		must(r.Statistics.Reporting(Public(), statistics.ReportingQuery{By: by}))(t)
	}
	must(r.Statistics.Matrix(Public(), statistics.MatrixQuery{Limit: 200}))(t)
}

// combinations gives no, each one and each two of the dimensions.
func combinations(all []statistics.Dimension) [][]statistics.Dimension {
	found := [][]statistics.Dimension{nil}
	for i, one := range all {
		found = append(found, []statistics.Dimension{one})
		for _, other := range all[i+1:] {
			found = append(found, []statistics.Dimension{one, other})
		}
	}
	return found
}
