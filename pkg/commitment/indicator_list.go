package commitment

import (
	"context"
	"fmt"

	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

const readIndicator = `select ` + indicatorColumns + ` from indicator where code = $1`

// ReadIndicator gives one indicator, retired or not.
//
// It refuses with NotFound when there is none of this code.
func (s *Plans) ReadIndicator(ctx context.Context, code string) (Indicator, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Indicator{}, err
	}
	var i Indicator
	if err := s.db.Get(ctx, &i, readIndicator, code); err != nil {
		return Indicator{}, fmt.Errorf("read indicator %s: %w", code, err)
	}
	return i, nil
}

const originalIndicator = `
select ` + indicatorColumns + ` from (
    select ` + indicatorParts + ` from indicator where code = $1
    union all
    select ` + indicatorParts + ` from indicator_history where code = $1
) i where change = $2`

const indicatorParts = `code, point, ordinal, version, change, unit, direction, aggregation, title_en, title_zh, definition_en, definition_zh,
    counts_en, counts_zh, excludes_en, excludes_zh, source, retired_on, retired_reason`

// OriginalIndicator gives an indicator as a change made it, for the answer to a
// repeated request.
//
// It refuses with Forbidden when the actor is not staff and NotFound when the
// change made no such indicator.
func (s *Plans) OriginalIndicator(ctx context.Context, code string, change ident.Change) (Indicator, error) {
	if _, err := access.Require(ctx, access.WriteIndicator); err != nil {
		return Indicator{}, err
	}
	var i Indicator
	if err := s.db.Get(ctx, &i, originalIndicator, code, change); err != nil {
		return Indicator{}, fmt.Errorf("read indicator %s as change %d made it: %w", code, change, err)
	}
	return i, nil
}

// IndicatorKey is where an indicator stands in a list.
type IndicatorKey struct {
	Point   plan.Point `json:"point"`
	Ordinal int        `json:"ordinal"`
}

// Key gives where the indicator stands in a list.
func (i Indicator) Key() IndicatorKey { return IndicatorKey{Point: i.Point, Ordinal: i.Ordinal} }

// IndicatorListing says which indicators to list. The zero value lists all.
type IndicatorListing struct {
	Point   plan.Point
	Retired *bool // nil for both
	After   IndicatorKey
	Limit   int
}

const listIndicators = `
select ` + indicatorColumns + ` from indicator
where (point, ordinal) > ($1::smallint, $2::int) and ($3::smallint = 0 or point = $3) and ($4::boolean is null or (retired_on is not null) = $4)
order by point, ordinal limit $5`

// Indicators gives the indicators that the query asks for, by point and place,
// in one round trip.
func (s *Plans) Indicators(ctx context.Context, q IndicatorListing) ([]Indicator, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return nil, err
	}
	var indicators []Indicator
	if err := s.db.Select(ctx, &indicators, listIndicators, q.After.Point, q.After.Ordinal, q.Point, q.Retired, q.Limit); err != nil {
		return nil, fmt.Errorf("list the indicators: %w", err)
	}
	return indicators, nil
}
