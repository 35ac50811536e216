package statistics

import (
	"context"
	_ "embed"
	"fmt"

	"accord/pkg/access"
	"accord/pkg/member"
	"accord/pkg/plan"
)

//go:embed reporting.sql
var countReporting string

// ReportingQuery says of which members and cycles to count who reported, and by
// what beside the cycle itself.
type ReportingQuery struct {
	By      []Dimension
	Country string
	Sector  string // and everything below it
	Kind    member.Kind
	Cycle   int // its year
}

// ReportingDimensions lists the dimensions of who reported. A cell is of one
// cycle always.
func ReportingDimensions() []Dimension { return []Dimension{Country, Sector, Kind} }

// ReportingCell is who reported in one cycle.
type ReportingCell struct {
	Cell     // Count is of members that owed a report
	Cycle    int
	Reported int64
	InTime   int64
	Share    string // InTime / Count, to four decimals
}

// Reporting counts members that owed a report in each cycle that has fallen due,
// and who of them reported.
//
// A member owed a report when, at the end of the day on which the cycle fell due,
// it was active or did not communicate and answered for a registered commitment.
// It reported when a report for the cycle is submitted or accepted, and in time
// when it first submitted one on the due day at the latest, also where that was
// returned and mended later. What a report says is for everybody once it is accepted;
// that there is one, after the deadline, is no secret: else the member would not
// communicate.
//
// It refuses as [Service.Members] does.
func (s *Service) Reporting(ctx context.Context, q ReportingQuery) (Answer[ReportingCell], error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Answer[ReportingCell]{}, err
	}
	if err := q.check(); err != nil {
		return Answer[ReportingCell]{}, err
	}
	day := plan.Today(s.db.Now())
	rows, err := s.ask(ctx, countReporting, q.args(day)...)
	if err != nil {
		return Answer[ReportingCell]{}, fmt.Errorf("count who reported: %w", err)
	}
	answer := gatherSome(rows, q.By, func(r row, cell Cell) ReportingCell {
		return ReportingCell{Cell: cell, Cycle: r.Cycle, Reported: r.Reported, InTime: r.InTime, Share: r.Share}
	})
	answer.Day = day
	return answer, nil
}

func (q ReportingQuery) check() error {
	faults := checkDimensions(q.By, ReportingDimensions())
	faults = append(faults, checkProfile(q.Country, q.Sector, q.Kind, 0)...)
	checkCycle(&faults, q.Cycle)
	return malformed(faults)
}

// args gives the parameters of reporting.sql.
func (q ReportingQuery) args(day plan.Date) []any {
	first, second := dimensions(q.By)
	return []any{
		first, second, day, plan.Home().String(), orNull(q.Country), orNull(whole(q.Sector)), orNull(q.Kind), orNull(q.Cycle), limit,
	}
}
