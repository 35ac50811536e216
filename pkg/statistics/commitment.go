package statistics

import (
	"context"
	_ "embed"
	"fmt"
	"slices"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/member"
	"accord/pkg/plan"
)

//go:embed commitments.sql
var countCommitments string

// CommitmentQuery says which commitments to count, and by what. A commitment
// stands in every cycle in which it was open: registered by the day on which the
// cycle fell due, or by the day of asking before that, and not closed before the
// cycle opened.
type CommitmentQuery struct {
	By       []Dimension
	Country  string
	Sector   string // and everything below it
	Kind     member.Kind
	Point    plan.Point
	State    string
	Progress string // a class of progress
	Cycle    int    // its year
}

// progressClasses are the words for how far a commitment has come.
func progressClasses() []string {
	return []string{"reached", "on_track", "at_risk", "overdue", "not_reported"}
}

// Commitments counts registered and closed commitments.
//
// The progress of one is computed as [accord/pkg/commitment.Commitment.Progress]
// does, on the day of asking; a closed one has none. With the cycle as a dimension
// or a filter it stands as it was at the end of the day on which the cycle fell due,
// or of the day of asking before that: its state, its terms, and its progress by
// the reports for cycles so far. What is amended later changes no past cycle.
//
// It refuses as [Service.Members] does.
func (s *Service) Commitments(ctx context.Context, q CommitmentQuery) (Answer[Cell], error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Answer[Cell]{}, err
	}
	if err := q.check(); err != nil {
		return Answer[Cell]{}, err
	}
	day := plan.Today(s.db.Now())
	rows, err := s.ask(ctx, countCommitments, q.args(day)...)
	if err != nil {
		return Answer[Cell]{}, fmt.Errorf("count commitments: %w", err)
	}
	answer := gather(rows, q.By, func(_ row, cell Cell) Cell { return cell })
	answer.Overlapping = slices.Contains(q.By, Cycle)
	if q.Progress != "" || q.Cycle != 0 || answer.Overlapping || slices.Contains(q.By, Progress) {
		answer.Day = day
	}
	return answer, nil
}

func (q CommitmentQuery) check() error {
	faults := checkDimensions(q.By, CommitmentDimensions())
	faults = append(faults, checkProfile(q.Country, q.Sector, q.Kind, q.Point)...)
	optional(&faults, "state", q.State, []string{"registered", "closed"})
	optional(&faults, "progress", q.Progress, progressClasses())
	checkCycle(&faults, q.Cycle)
	return malformed(faults)
}

// args gives the parameters of commitments.sql.
func (q CommitmentQuery) args(day plan.Date) []any {
	first, second := dimensions(q.By)
	return []any{
		first, second, day, plan.Home().String(), orNull(q.Country), orNull(whole(q.Sector)), orNull(q.Kind), orNull(q.Point), orNull(q.State),
		orNull(q.Progress), orNull(q.Cycle), limit,
	}
}

// The years that a cycle may be of.
const (
	firstCycle = 2000
	lastCycle  = plan.LastYear - 1
)

func checkCycle(faults *fault.Fields, year int) {
	if year != 0 && (year < firstCycle || year > lastCycle) {
		faults.Add("cycle", "out_of_range", fault.Args{"min": fmt.Sprint(firstCycle), "max": fmt.Sprint(lastCycle)})
	}
}
