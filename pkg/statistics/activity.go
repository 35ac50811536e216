package statistics

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"

	"accord/pkg/access"
	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

//go:embed activities.sql
var countActivities string

// ActivityQuery says which activities to count, and by what. Country and year
// are those in which an activity was held and began.
type ActivityQuery struct {
	By      []Dimension
	Point   plan.Point
	Kind    string
	Country string
	Year    int
}

// ActivityDimensions lists the dimensions of activities.
func ActivityDimensions() []Dimension { return []Dimension{Point, Kind, Country, Year} }

// activityKinds are the words that an activity is filed under.
func activityKinds() []string { return []string{"competition", "training", "project", "event"} }

// ActivityCell is a count of activities, and how many took part in those that
// state it.
type ActivityCell struct {
	Cell
	Stated int64
	Total  bound.Cell // empty where nothing was stated
}

// NotStated gives how many of the cell's activities do not state how many took part.
func (c ActivityCell) NotStated() int64 { return c.Count - c.Stated }

// Activities counts registered activities, each once however many members
// organised it, and adds up who took part.
//
// It refuses as [Service.Members] does.
func (s *Service) Activities(ctx context.Context, q ActivityQuery) (Answer[ActivityCell], error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Answer[ActivityCell]{}, err
	}
	if err := q.check(); err != nil {
		return Answer[ActivityCell]{}, err
	}
	rows, err := s.ask(ctx, countActivities, q.args()...)
	if err != nil {
		return Answer[ActivityCell]{}, fmt.Errorf("count activities: %w", err)
	}
	return gather(rows, q.By, func(r row, cell Cell) ActivityCell {
		return ActivityCell{Cell: cell, Stated: r.Stated, Total: r.total()}
	}), nil
}

func (q ActivityQuery) check() error {
	faults := checkDimensions(q.By, ActivityDimensions())
	if _, ok := ident.ParseCountry(q.Country); q.Country != "" && !ok {
		faults.Add("country", "unknown_country")
	}
	optional(&faults, "kind", q.Kind, activityKinds())
	if q.Point != 0 && !q.Point.Valid() {
		faults.Add("point", "out_of_range", fault.Args{"min": "1", "max": strconv.Itoa(plan.Count)})
	}
	if q.Year != 0 && (q.Year < plan.FirstYear || q.Year > plan.LastYear) {
		faults.Add("year", "out_of_range", fault.Args{"min": strconv.Itoa(plan.FirstYear), "max": strconv.Itoa(plan.LastYear)})
	}
	return malformed(faults)
}

// args gives the parameters of activities.sql.
func (q ActivityQuery) args() []any {
	first, second := dimensions(q.By)
	return []any{first, second, orNull(q.Point), orNull(q.Kind), orNull(q.Country), orNull(q.Year), limit}
}
