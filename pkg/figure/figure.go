// Package figure keeps stated quantities about members: sales, turnover,
// exports, as they were stated and where.
//
// A figure is an interval and never a bare number. It is stated once and never
// changed; a correction is another figure that supersedes it, so whoever cited
// the old one can see what became of it. A member has one current figure of a
// measure, basis and currency for a period.
//
// Who sees a figure: staff and its own member, always. Everybody, when it is
// public and its member is; but not once a confidential figure has superseded
// it, and not if it was superseded before its member became public. That a
// confidential figure exists is as hidden as what it says: to all others it is
// in no answer, count, order, entry or version.
package figure

import (
	"strings"
	"time"

	"accord/db"
	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Measure is what a figure counts.
type Measure string

// The measures of figures.
const (
	SalesVolume Measure = "sales_volume"
	GMV         Measure = "gmv"
	Revenue     Measure = "revenue"
	ExportSales Measure = "export_sales"
)

// Measures lists the measures in the order of presentation.
func Measures() []Measure { return []Measure{SalesVolume, GMV, Revenue, ExportSales} }

// Basis is what the quantity covers, as far as that is stated: the group or
// the entity alone, gross or net. "" says nothing of it.
type Basis string

// Bases lists what a basis can say.
func Bases() []Basis {
	return []Basis{"group", "entity", "gross", "net", "group_gross", "group_net", "entity_gross", "entity_net"}
}

// scope gives "group", "entity" or "".
func (b Basis) scope() string {
	scope, _, _ := strings.Cut(string(b), "_")
	if scope == "group" || scope == "entity" {
		return scope
	}
	return ""
}

// netting gives "gross", "net" or "".
func (b Basis) netting() string {
	return strings.TrimPrefix(strings.TrimPrefix(string(b), b.scope()), "_")
}

// Assurance is what stands behind a figure. "" says nothing of it.
type Assurance string

// The assurances of figures.
const (
	Stated   Assurance = "stated" // the member's own word
	Reviewed Assurance = "reviewed"
	Audited  Assurance = "audited"
)

// Assurances lists the assurances from least to most.
func Assurances() []Assurance { return []Assurance{Stated, Reviewed, Audited} }

// Confidentiality says whether a figure is for everybody.
type Confidentiality string

// The confidentialities of figures.
const (
	Public       Confidentiality = "public"
	Confidential Confidentiality = "confidential"
)

// Confidentialities lists the confidentialities.
func Confidentialities() []Confidentiality { return []Confidentiality{Public, Confidential} }

// Period is a span of days, the first and the last included.
type Period struct {
	From plan.Date `json:"from"`
	To   plan.Date `json:"to"`
}

// Figure is a stated quantity about a member.
type Figure struct {
	ID              ident.Figure
	Member          ident.Member
	Version         int64
	Change          ident.Change // that made this version
	Measure         Measure
	Period          *Period // nil for a figure of no stated period
	Interval        bound.Interval
	Currency        bound.Currency
	Basis           Basis
	Assurance       Assurance
	Confidentiality Confidentiality
	Source          *member.Source
	SupersededBy    *ident.Figure // nil for a current figure
	Withheld        bool          // superseded in a way that leaves it out of what the public is shown
	StatedAt        time.Time
	Synthetic       bool
}

// Low gives the number at the low end as the wire writes it, "" where the end
// is open. The single number of an exact or approximate figure stands here.
func (f Figure) Low() string {
	if value, ok := f.Interval.Low(); ok {
		return bound.Canonical(value)
	}
	return ""
}

// High gives the number at the high end as the wire writes it, "" where the
// end is open or the number stands at the low end already.
func (f Figure) High() string {
	value, ok := f.Interval.High()
	switch f.Interval.Bound() {
	case bound.Exact, bound.Approx:
		ok = false
	}
	if !ok {
		return ""
	}
	return bound.Canonical(value)
}

// open tells whether everybody sees the figure of a member that is public or not.
func (f Figure) open(published bool) bool {
	return published && f.Confidentiality == Public && !f.Withheld
}

// Service is the office of figures.
type Service struct {
	db       *db.DB
	fourEyes bool
}

// New makes the office.
func New(d *db.DB) *Service { return &Service{db: d} }

// FourEyes gives the office with the rule of [member.Service.FourEyes].
func (s *Service) FourEyes() *Service {
	two := *s
	two.fourEyes = true
	return &two
}
