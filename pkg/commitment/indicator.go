package commitment

import (
	"context"
	"fmt"
	"regexp"
	"strconv"

	"accord/db"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/plan"
)

// Direction is which way an indicator is to go.
type Direction string

// The directions of indicators.
const (
	Increase Direction = "increase"
	Decrease Direction = "decrease"
)

// Directions lists the directions.
func Directions() []Direction { return []Direction{Increase, Decrease} }

// Aggregation is how the values of several members make one.
type Aggregation string

// The aggregations of indicators.
const (
	Sum    Aggregation = "sum"
	Latest Aggregation = "latest" // a stock, of which the latest value counts and earlier ones do not
	Mean   Aggregation = "mean"   // a rate
)

// Aggregations lists the aggregations.
func Aggregations() []Aggregation { return []Aggregation{Sum, Latest, Mean} }

// Indicator is a standard quantity under a point of the plan. What it measures
// (code, point, unit, direction, aggregation) never changes, so that values
// under one code can be compared for ever; how that is said can be amended.
type Indicator struct {
	Code          string       `db:"code" json:"code"`
	Point         plan.Point   `db:"point" json:"point"`
	Ordinal       int          `db:"ordinal" json:"ordinal"` // its place under the point, from 1 on
	Version       int64        `db:"version" json:"version"`
	Change        ident.Change `db:"change" json:"change"` // that made this version
	Unit          Unit         `db:"unit" json:"unit"`
	Direction     Direction    `db:"direction" json:"direction"`
	Aggregation   Aggregation  `db:"aggregation" json:"aggregation"`
	TitleEn       string       `db:"title_en" json:"title_en"`
	TitleZh       string       `db:"title_zh" json:"title_zh"`
	DefinitionEn  string       `db:"definition_en" json:"definition_en"`
	DefinitionZh  string       `db:"definition_zh" json:"definition_zh"`
	CountsEn      string       `db:"counts_en" json:"counts_en"` // what counts into it
	CountsZh      string       `db:"counts_zh" json:"counts_zh"`
	ExcludesEn    string       `db:"excludes_en" json:"excludes_en"` // what does not
	ExcludesZh    string       `db:"excludes_zh" json:"excludes_zh"`
	Source        string       `db:"source" json:"source"`         // "editor" for the register's editors; "" where not stated
	RetiredOn     plan.Date    `db:"retired_on" json:"retired_on"` // "" while it is in use
	RetiredReason string       `db:"retired_reason" json:"retired_reason"`
}

// IndicatorDraft is an indicator to be taken into the catalogue.
type IndicatorDraft struct {
	Code        string
	Point       plan.Point
	Unit        string
	Direction   Direction
	Aggregation Aggregation
	Title       plan.Title
	Definition  plan.Title
	Counts      plan.Title
	Excludes    plan.Title
	Source      string // "" where not stated
}

// codeForm is the form of the codes of indicators and of the keys of milestones.
var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// IsCode tells whether a text has the form of an indicator's code: 1 to 64 small
// letters, digits and underscores, a letter first.
func IsCode(text string) bool { return codeForm.MatchString(text) }

// Check gives every fault of the draft that can be told without the register.
func (d IndicatorDraft) Check() fault.Fields {
	var faults fault.Fields
	if !IsCode(d.Code) {
		faults.Add("/code", "code_malformed")
	}
	if !d.Point.Valid() {
		faults.Add("/point", "out_of_range", fault.Args{"min": "1", "max": strconv.Itoa(plan.Count)})
	}
	if _, ok := ParseUnit(d.Unit); !ok {
		faults.Add("/unit", "unit_unknown")
	}
	fault.OneOf(&faults, "/direction", d.Direction, Directions())
	fault.OneOf(&faults, "/aggregation", d.Aggregation, Aggregations())
	faults.Text("/titles/en", d.Title.En, 200)
	faults.Text("/titles/zh", d.Title.Zh, 200)
	for _, text := range []struct {
		at   string
		said plan.Title
	}{{"/definition", d.Definition}, {"/counts", d.Counts}, {"/excludes", d.Excludes}} {
		faults.Prose(text.at+"/en", text.said.En, 1000)
		faults.Prose(text.at+"/zh", text.said.Zh, 1000)
	}
	if d.Source != "" {
		faults.Text("/source", d.Source, 400)
	}
	return faults
}

// on is the draft written onto an indicator.
func (d IndicatorDraft) on(i Indicator) Indicator {
	unit, _ := ParseUnit(d.Unit)
	i.Code, i.Point, i.Unit, i.Direction, i.Aggregation, i.Source = d.Code, d.Point, unit, d.Direction, d.Aggregation, d.Source
	i.TitleEn, i.TitleZh, i.DefinitionEn, i.DefinitionZh = d.Title.En, d.Title.Zh, d.Definition.En, d.Definition.Zh
	i.CountsEn, i.CountsZh, i.ExcludesEn, i.ExcludesZh = d.Counts.En, d.Counts.Zh, d.Excludes.En, d.Excludes.Zh
	return i
}

// draft is the indicator read back as its draft.
func (i Indicator) draft() IndicatorDraft {
	return IndicatorDraft{
		Code: i.Code, Point: i.Point, Unit: string(i.Unit), Direction: i.Direction, Aggregation: i.Aggregation, Source: i.Source,
		Title: plan.Title{En: i.TitleEn, Zh: i.TitleZh}, Definition: plan.Title{En: i.DefinitionEn, Zh: i.DefinitionZh},
		Counts: plan.Title{En: i.CountsEn, Zh: i.CountsZh}, Excludes: plan.Title{En: i.ExcludesEn, Zh: i.ExcludesZh},
	}
}

// indicatorContent is an indicator as a ledger entry holds it: the whole of it.
type indicatorContent struct {
	Code          string      `json:"code"`
	Point         plan.Point  `json:"point"`
	Ordinal       int         `json:"ordinal"`
	Unit          Unit        `json:"unit"`
	Direction     Direction   `json:"direction"`
	Aggregation   Aggregation `json:"aggregation"`
	TitleEn       string      `json:"title_en"`
	TitleZh       string      `json:"title_zh"`
	DefinitionEn  string      `json:"definition_en"`
	DefinitionZh  string      `json:"definition_zh"`
	CountsEn      string      `json:"counts_en"`
	CountsZh      string      `json:"counts_zh"`
	ExcludesEn    string      `json:"excludes_en"`
	ExcludesZh    string      `json:"excludes_zh"`
	Source        string      `json:"source,omitempty"`
	RetiredOn     plan.Date   `json:"retired_on,omitempty"`
	RetiredReason string      `json:"retired_reason,omitempty"`
}

func recordIndicator(ctx context.Context, tx *db.Tx, action string, i Indicator) error {
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: action, Kind: "indicator", ID: i.Code, Reason: i.RetiredReason,
		Content: indicatorContent{
			Code: i.Code, Point: i.Point, Ordinal: i.Ordinal, Unit: i.Unit, Direction: i.Direction, Aggregation: i.Aggregation,
			TitleEn: i.TitleEn, TitleZh: i.TitleZh, DefinitionEn: i.DefinitionEn, DefinitionZh: i.DefinitionZh,
			CountsEn: i.CountsEn, CountsZh: i.CountsZh, ExcludesEn: i.ExcludesEn, ExcludesZh: i.ExcludesZh,
			Source: i.Source, RetiredOn: i.RetiredOn, RetiredReason: i.RetiredReason,
		},
	})
}

const indicatorColumns = `code, point, ordinal, version, change, unit, direction, aggregation, title_en, title_zh,
    definition_en, definition_zh, counts_en, counts_zh, excludes_en, excludes_zh, coalesce(source, '') as source,
    coalesce(to_char(retired_on, 'YYYY-MM-DD'), '') as retired_on, coalesce(retired_reason, '') as retired_reason`

const insertIndicator = `
insert into indicator (code, point, ordinal, version, unit, direction, aggregation, title_en, title_zh, definition_en, definition_zh,
    counts_en, counts_zh, excludes_en, excludes_zh, source)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, nullif($16, ''))`

const updateIndicator = `
update indicator set version = $2, title_en = $3, title_zh = $4, definition_en = $5, definition_zh = $6, counts_en = $7, counts_zh = $8,
    excludes_en = $9, excludes_zh = $10, source = nullif($11, ''), retired_on = nullif($12, '')::date, retired_reason = nullif($13, '')
where code = $1`

// update writes and records the next version of an indicator.
func (i Indicator) update(ctx context.Context, tx *db.Tx, action string) (Indicator, error) {
	var err error
	if i.Change, err = tx.Change(ctx); err != nil {
		return Indicator{}, err
	}
	i.Version++
	if _, err := tx.Exec(ctx, updateIndicator, i.Code, i.Version, i.TitleEn, i.TitleZh, i.DefinitionEn, i.DefinitionZh, i.CountsEn,
		i.CountsZh, i.ExcludesEn, i.ExcludesZh, i.Source, i.RetiredOn, i.RetiredReason); err != nil {
		return Indicator{}, fmt.Errorf("update the indicator: %w", err)
	}
	return i, recordIndicator(ctx, tx, action, i)
}
