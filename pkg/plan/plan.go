// Package plan holds the words of the action plan as values: its eight points,
// and the days that it counts by.
//
// The texts of a plan are data and live in the register; that there are eight
// points, how they are numbered and when a day ends is the same for every
// reader, and lives here. The package is a leaf and imports nothing of the
// register.
package plan

import "slices"

// Point is one of the eight points of the plan, from 1 to 8. 0 is no point.
type Point int

// Count is how many points the plan has.
const Count = 8

// Plan is the action plan as published.
type Plan struct {
	Title     string
	Edition   string
	Publisher string
	Release   string // the event of its release; a date only where the source states one
	Points    []Text // in order, all eight
}

// Text is what a point says.
type Text struct {
	Point Point
	Text  string // the canonical English text, as published
	Title Title  // short, by the register's editors
}

// Title is a short title in the languages of the register.
type Title struct {
	En string
	Zh string
}

func numerals() []string {
	return []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII"}
}

// Points gives the eight points in order.
func Points() []Point {
	points := make([]Point, Count)
	for i := range points {
		points[i] = Point(i + 1)
	}
	return points
}

// ParsePoint reads the number of a point, 1 to 8 or I to VIII, and tells
// whether it is one. Signs, blanks, leading zeros and small letters are not taken.
func ParsePoint(text string) (Point, bool) {
	if len(text) == 1 && text[0] >= '1' && text[0] <= '0'+Count {
		return Point(text[0] - '0'), true
	}
	if i := slices.Index(numerals(), text); i >= 0 {
		return Point(i + 1), true
	}
	return 0, false
}

// Valid tells whether it is one of the eight points.
func (p Point) Valid() bool { return p >= 1 && p <= Count }

// Roman gives the numeral under which the plan was published, "" for no point.
func (p Point) Roman() string {
	if !p.Valid() {
		return ""
	}
	return numerals()[p-1]
}
