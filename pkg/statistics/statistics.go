// Package statistics counts and adds up what everybody may see.
//
// Every answer is computed by one statement in one snapshot, as known at the
// last position of the ledger in that snapshot, which the answer names. A
// change that is committed but not yet numbered is not known, although its
// rows stand in the tables: as soon as an answer says "position 42", no later
// reading of position 42 can find anything else. The views *_known in the
// database hold that rule.
//
// All callers get the same answers: published members and public figures,
// staff too. Nothing that is not stated is counted as zero.
package statistics

import (
	"context"
	_ "embed"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// MaxCells is how many cells an answer has at most.
const MaxCells = 10_000

// The statements run in psql as they are, with their parameters.
var (
	//go:embed members.sql
	countMembers string
	//go:embed figures.sql
	totalFigures string
)

// Service is the office of statistics.
type Service struct{ db *db.DB }

// New makes the office. It counts as a class of its own, so that a total is the
// same whoever asks for it, and reaches no table of members' by mistake.
func New(d *db.DB) *Service { return &Service{db: d.As(db.Counter)} }

// Answer is what a query found, and when that was so.
type Answer[C any] struct {
	Position    ident.Position // as known at; 0 while nothing was ever changed
	Day         plan.Date      // of asking, where the answer depends on it
	Overlapping bool           // one member may stand in several cells, so they do not add up
	Synthetic   bool           // made-up members are among those counted
	Cells       []C
}

// Cell is the count of one combination of the values of the query's dimensions.
type Cell struct {
	Values []string // in the order of the dimensions; "" where the value is not known, or there is none
	Count  int64
}

// FigureCell is a total of figures of one measure, currency and basis, dated or not.
// Measure and Currency are empty where none of the cell's members stated such
// a figure and the query named none.
type FigureCell struct {
	Cell     // Count is of members, whether they stated a figure or not
	Measure  string
	Currency string
	Basis    string // scope and netting as far as stated, such as group_net
	Undated  bool   // the figures have no period
	Stated   int64
	Total    bound.Cell // empty where nothing was stated
}

// NotStated gives how many of the cell's members stated no such figure.
func (c FigureCell) NotStated() int64 { return c.Count - c.Stated }

// row is a row of any of the statements.
type row struct {
	Position    ident.Position `db:"position"`
	First       string         `db:"first"`
	Second      string         `db:"second"`
	Count       int64          `db:"count"`
	Synthetic   bool           `db:"synthetic"`
	Measure     string         `db:"measure"`
	Currency    string         `db:"currency"`
	Basis       string         `db:"basis"`
	Undated     bool           `db:"undated"`
	Stated      int64          `db:"stated"`
	Indicator   string         `db:"indicator"`
	Unit        string         `db:"unit"`
	Aggregation string         `db:"aggregation"`
	Cycle       int            `db:"cycle"`
	Reported    int64          `db:"reported"`
	InTime      int64          `db:"in_time"`
	Share       string         `db:"share"`
	Low         string         `db:"low"`
	LowBound    string         `db:"low_bound"`
	High        string         `db:"high"`
	HighBound   string         `db:"high_bound"`
	Approximate bool           `db:"approximate"`
	About       string         `db:"about"`
}

// Members counts members, each once in every cell that it stands in.
//
// It refuses with Malformed, naming the parameters, for a dimension or a value
// that there is not, and when there would be more than [MaxCells] cells.
func (s *Service) Members(ctx context.Context, q Query) (Answer[Cell], error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Answer[Cell]{}, err
	}
	if err := q.check(); err != nil {
		return Answer[Cell]{}, err
	}
	day := plan.Today(s.db.Now())
	rows, err := s.ask(ctx, countMembers, q.args(day)...)
	if err != nil {
		return Answer[Cell]{}, fmt.Errorf("count members: %w", err)
	}
	answer := gather(rows, q.By, func(r row, cell Cell) Cell { return cell })
	answer.Day, answer.Overlapping = day, q.overlapping()
	return answer, nil
}

// Figures adds up public figures, of each member at most one of the same
// measure, currency and basis for the period asked for. Without a period it is
// the latest dated one, and undated ones are added up apart.
//
// It refuses as [Service.Members] does.
func (s *Service) Figures(ctx context.Context, q FigureQuery) (Answer[FigureCell], error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Answer[FigureCell]{}, err
	}
	if err := q.check(); err != nil {
		return Answer[FigureCell]{}, err
	}
	day := plan.Today(s.db.Now())
	rows, err := s.ask(ctx, totalFigures, q.args(day)...)
	if err != nil {
		return Answer[FigureCell]{}, fmt.Errorf("add up figures: %w", err)
	}
	answer := gather(rows, q.By, q.cell)
	answer.Day, answer.Overlapping = day, q.overlapping()
	return answer, nil
}

func (s *Service) ask(ctx context.Context, statement string, args ...any) ([]row, error) {
	var rows []row
	if err := s.db.Select(ctx, &rows, statement, args...); err != nil {
		return nil, err
	}
	if len(rows) > MaxCells {
		return nil, malformed(fault.Fields{{Pointer: "by", Code: "too_many_cells", Args: fault.Args{"max": fmt.Sprint(MaxCells)}}})
	}
	return rows, nil
}

// gather makes cells of the rows. A row that counts nobody stands only for the
// position: without dimensions it is the one cell, with them there is none.
func gather[C any](rows []row, by []Dimension, cell func(row, Cell) C) Answer[C] {
	answer := Answer[C]{Cells: make([]C, 0, len(rows))}
	for _, r := range rows {
		answer.Position, answer.Synthetic = r.Position, answer.Synthetic || r.Synthetic
		if r.Count == 0 && len(by) > 0 {
			continue
		}
		values := []string{r.First, r.Second}
		answer.Cells = append(answer.Cells, cell(r, Cell{Values: values[:len(by)], Count: r.Count}))
	}
	return answer
}

// gatherSome is gather for cells that are of more than their dimensions: where
// there is none, nothing is counted in none.
func gatherSome[C any](rows []row, by []Dimension, cell func(row, Cell) C) Answer[C] {
	answer := gather(rows, by, cell)
	if len(rows) == 1 && rows[0].Count == 0 {
		answer.Cells = answer.Cells[:0]
	}
	return answer
}
