package statistics

import (
	"context"
	_ "embed"
	"fmt"

	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

//go:embed matrix.sql
var crossMembers string

// MatrixQuery says which members to put against the points of the plan. The
// zero value is the first page of all.
type MatrixQuery struct {
	Country string
	Sector  string // and everything below it
	Kind    member.Kind
	Status  member.Status
	After   ident.Member // the last member of the page before; 0 for the first page
	Limit   int
}

// MatrixRow is what one member promised under the points.
type MatrixRow struct {
	Position  ident.Position           `db:"position"`
	Member    ident.Member             `db:"member"`
	Name      string                   `db:"name"`
	Country   string                   `db:"country"` // "" where not known
	Synthetic bool                     `db:"synthetic"`
	Points    member.Rows[MatrixPoint] `db:"points"` // those under which it promised something, in their order
}

// MatrixPoint counts the commitments of a member under one point: those that it
// answers for.
type MatrixPoint struct {
	Point       int   `json:"point"`
	Commitments int64 `json:"commitments"`
	Open        int64 `json:"open"`
	Kept        int64 `json:"kept"`   // closed as reached, in time or late
	Missed      int64 `json:"missed"` // closed as not reached

	// Of the open ones, by the class of their progress on the day.
	Reached     int64 `json:"reached"`
	OnTrack     int64 `json:"on_track"`
	AtRisk      int64 `json:"at_risk"`
	Overdue     int64 `json:"overdue"`
	NotReported int64 `json:"not_reported"`
}

// Matrix puts published members against the points of the plan, a page at a
// time, in the order of their numbers.
//
// It refuses as [Service.Members] does.
func (s *Service) Matrix(ctx context.Context, q MatrixQuery) (Answer[MatrixRow], error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Answer[MatrixRow]{}, err
	}
	faults := checkProfile(q.Country, q.Sector, q.Kind, 0)
	optional(&faults, "status", q.Status, member.Statuses())
	if err := malformed(faults); err != nil {
		return Answer[MatrixRow]{}, err
	}
	answer := Answer[MatrixRow]{Day: plan.Today(s.db.Now())}
	var rows []MatrixRow
	if err := s.db.Select(ctx, &rows, crossMembers, answer.Day, q.After, orNull(q.Country), orNull(whole(q.Sector)), orNull(q.Kind), orNull(q.Status), q.Limit); err != nil {
		return Answer[MatrixRow]{}, fmt.Errorf("put members against points: %w", err)
	}
	for _, r := range rows {
		answer.Position = r.Position
		if r.Member != 0 { // a row without one stands only for the position
			answer.Cells = append(answer.Cells, r)
		}
	}
	return answer, nil
}
