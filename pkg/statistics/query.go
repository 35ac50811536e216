package statistics

import (
	"slices"
	"strconv"

	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Dimension is what cells are told apart by.
type Dimension string

// The dimensions. Those of a signature (capacity, ceremony, year) speak of one
// signature together.
const (
	Country  Dimension = "country"
	Sector   Dimension = "sector" // the division of ISIC Rev. 4, such as G47; unknown for a member with a section alone
	Kind     Dimension = "kind"
	Status   Dimension = "status"
	Capacity Dimension = "capacity"
	Ceremony Dimension = "ceremony" // unknown for a signature on paper
	Alliance Dimension = "alliance" // that the member belongs to today
	Point    Dimension = "point"    // under which it has a registered or closed commitment
	Year     Dimension = "year"     // of signing

	State    Dimension = "state" // this one and the next are of commitments only
	Strength Dimension = "strength"
	Outcome  Dimension = "outcome"
	Progress Dimension = "progress" // its class; none for a closed commitment
	Cycle    Dimension = "cycle"    // in which it was open
)

// Dimensions lists the dimensions of members and their figures.
func Dimensions() []Dimension {
	return []Dimension{Country, Sector, Kind, Status, Capacity, Ceremony, Alliance, Point, Year}
}

// CommitmentDimensions lists the dimensions of commitments.
func CommitmentDimensions() []Dimension {
	return []Dimension{Point, State, Strength, Outcome, Progress, Cycle, Country, Sector, Kind}
}

// measures and bases are the words that a figure is filed under.
func measures() []string { return []string{"sales_volume", "gmv", "revenue", "export_sales"} }

func bases() []string {
	return []string{"group", "entity", "gross", "net", "group_gross", "group_net", "entity_gross", "entity_net"}
}

// MaxDimensions is how many dimensions a query has at most.
const MaxDimensions = 2

// Query says which members to count, and by what. The zero value counts all in one cell.
// One signature of a member must satisfy all filters of signatures.
type Query struct {
	By       []Dimension
	Country  string
	Sector   string // and everything below it
	Kind     member.Kind
	Status   member.Status
	Capacity member.Capacity
	Ceremony ident.Ceremony
	Alliance ident.Alliance
	Point    plan.Point
	Year     int
}

// FigureQuery says which figures of which members to add up, and by what.
type FigureQuery struct {
	Query
	Measure  string
	Currency string // ISO 4217, or RMB
	Basis    string // scope and netting, such as group_net
	From     plan.Date
	To       plan.Date
}

func malformed(faults fault.Fields) error {
	if len(faults) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Malformed, Code: "parameters", Fields: faults}
}

func (q Query) faults() fault.Fields {
	faults := checkDimensions(q.By, Dimensions())
	faults = append(faults, checkProfile(q.Country, q.Sector, q.Kind, q.Point)...)
	optional(&faults, "status", q.Status, member.Statuses())
	optional(&faults, "capacity", q.Capacity, member.Capacities())
	if q.Ceremony < 0 {
		faults.Add("ceremony", "out_of_range", fault.Args{"min": "1"})
	}
	if q.Alliance < 0 {
		faults.Add("alliance", "out_of_range", fault.Args{"min": "1"})
	}
	if q.Year != 0 && (q.Year < plan.FirstYear || q.Year > plan.LastYear) {
		faults.Add("year", "out_of_range", fault.Args{"min": strconv.Itoa(plan.FirstYear), "max": strconv.Itoa(plan.LastYear)})
	}
	return faults
}

func (q Query) check() error { return malformed(q.faults()) }

func (q FigureQuery) check() error {
	faults := q.faults()
	optional(&faults, "measure", q.Measure, measures())
	optional(&faults, "basis", q.Basis, bases())
	if _, ok := bound.ParseCurrency(q.Currency); q.Currency != "" && !ok {
		faults.Add("currency", "currency_unknown")
	}
	checkDate(&faults, "from", q.From)
	checkDate(&faults, "to", q.To)
	switch {
	case q.From == "" && q.To != "":
		faults.Add("from", "required")
	case q.From != "" && q.To == "":
		faults.Add("to", "required")
	case q.From > q.To:
		faults.Add("to", "ends_before_start")
	}
	return malformed(faults)
}

func checkDate(faults *fault.Fields, name string, date plan.Date) {
	if _, ok := plan.ParseDate(string(date)); date != "" && !ok {
		faults.Add(name, "not_a_date")
	}
}

func checkDimensions(by, known []Dimension) fault.Fields {
	var faults fault.Fields
	if len(by) > MaxDimensions {
		faults.Add("by", "too_many_items", fault.Args{"max": strconv.Itoa(MaxDimensions)})
		return faults
	}
	for i, dimension := range by {
		fault.OneOf(&faults, "by", dimension, known)
		if slices.Contains(by[:i], dimension) {
			faults.Add("by", "repeated_items")
		}
	}
	return faults
}

func checkProfile(country, sector string, kind member.Kind, point plan.Point) fault.Fields {
	var faults fault.Fields
	if _, ok := ident.ParseCountry(country); country != "" && !ok {
		faults.Add("country", "unknown_country")
	}
	if _, ok := ident.ParseSector(sector); sector != "" && !ok {
		faults.Add("sector", "unknown_sector")
	}
	optional(&faults, "kind", kind, member.Kinds())
	if point != 0 && !point.Valid() {
		faults.Add("point", "out_of_range", fault.Args{"min": "1", "max": strconv.Itoa(plan.Count)})
	}
	return faults
}

// optional notes a value that is given and not known.
func optional[T ~string](faults *fault.Fields, name string, value T, known []T) {
	if value != "" {
		fault.OneOf(faults, name, value, known)
	}
}
