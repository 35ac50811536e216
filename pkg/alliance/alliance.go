// Package alliance keeps the bodies founded under the plan, and who belongs to
// them: when, and as what.
//
// An alliance and that it exists are public. A membership in one is shown to
// whoever may know of the member: an applicant's is for staff and itself until
// the member becomes public. Belonging to an alliance says nothing of being a
// member of the initiative in good standing, nor of having signed.
package alliance

import (
	"encoding/json"
	"fmt"

	"accord/db"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Alliance is a body founded under the plan.
type Alliance struct {
	ID          ident.Alliance `db:"id" json:"id"`
	Version     int64          `db:"version" json:"-"`
	Change      ident.Change   `db:"change" json:"-"` // that made this version
	Name        string         `db:"name" json:"name"`
	Description *string        `db:"description" json:"description,omitempty"`
	Point       *plan.Point    `db:"point" json:"point,omitempty"` // of the plan, under which it was founded
	FoundedOn   *plan.Date     `db:"founded_on" json:"founded_on,omitempty"`
	Source      *member.Source `db:"source" json:"source,omitempty"`
	Synthetic   bool           `db:"synthetic" json:"synthetic,omitempty"`
}

// Draft is an alliance to be taken into the register.
type Draft struct {
	Name        string
	Description *string
	Point       *plan.Point
	FoundedOn   *plan.Date
	Source      *member.Source
	Synthetic   bool
}

// Check gives every fault of the draft that can be told without the register.
func (d Draft) Check() fault.Fields {
	var faults fault.Fields
	faults.Text("/name", d.Name, 400)
	if !faults.At("/name") && member.Fold(d.Name) == "" {
		faults.Add("/name", "nothing_to_compare")
	}
	if d.Description != nil {
		faults.Prose("/description", *d.Description, 4000)
	}
	if d.Point != nil && !d.Point.Valid() {
		faults.Add("/point", "unknown_point")
	}
	checkDate(&faults, "/founded_on", d.FoundedOn)
	if d.Source != nil {
		faults.Merge("/source", d.Source.Check())
	}
	return faults
}

func checkDate(faults *fault.Fields, pointer string, day *plan.Date) {
	if day == nil {
		return
	}
	if _, ok := plan.ParseDate(string(*day)); !ok {
		faults.Add(pointer, "not_a_date")
	}
}

func (d Draft) alliance() Alliance {
	return Alliance{
		Version: 1, Name: d.Name, Description: d.Description, Point: d.Point, FoundedOn: d.FoundedOn, Source: d.Source, Synthetic: d.Synthetic,
	}
}

// same tells whether two alliances or memberships say the same; their versions
// and changes are no part of what they say.
func same(a, b any) (bool, error) {
	left, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("encode: %w", err)
	}
	right, err := json.Marshal(b)
	if err != nil {
		return false, fmt.Errorf("encode: %w", err)
	}
	return string(left) == string(right), nil
}

// constraints says which field is at fault when the database refuses a row.
// All else is checked before; these can be told by the database only.
var constraints = map[string]fault.Field{
	"alliance_name_unique":        {Pointer: "/name", Code: "alliance_exists"},
	"alliance_point_known":        {Pointer: "/point", Code: "unknown_point"},
	"alliance_membership_overlap": {Pointer: "/from", Code: "terms_overlap"},
}

func locate(err error) error { return fault.Locate(err, constraints) }

// Service is the office of alliances and of who belongs to them.
type Service struct{ db *db.DB }

// New makes the office.
func New(d *db.DB) *Service { return &Service{db: d} }
