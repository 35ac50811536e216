package api

import (
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/plan"
)

func (d *Door) listIndicators(r *request) error {
	place, err := after[commitment.IndicatorKey](r)
	if err != nil {
		return err
	}
	indicators, err := d.offices.Plans.Indicators(r.ctx, commitment.IndicatorListing{
		Point: plan.Point(r.query.number("point")), Retired: r.query.flag("retired"), After: stated(place), Limit: r.limit() + 1,
	})
	if err != nil {
		return err
	}
	indicators, cursor, err := turn(r, indicators, commitment.Indicator.Key)
	if err != nil {
		return err
	}
	return r.list(IndicatorList{Items: each(indicators, indicatorOf), NextCursor: cursor})
}

// code reads an indicator's code from the path. What is no code names nothing.
func code(r *request) (string, error) {
	text := r.gin.Param("code")
	if !commitment.IsCode(text) {
		return "", fault.New(fault.NotFound, "not_found")
	}
	return text, nil
}

func (d *Door) addIndicator(r *request) error {
	body, err := bind(r, func(b NewIndicator) fault.Fields { return indicatorDraft(b).Check() })
	if err != nil {
		return err
	}
	i, err := d.offices.Plans.AddIndicator(r.ctx, indicatorDraft(body))
	if i, err = d.indicatorMade(r, i, err); err != nil {
		return err
	}
	return r.created("/api/v1/indicators/"+i.Code, r.indicatorTag(i), indicatorOf(i))
}

// indicatorMade gives the indicator, or the one that the same key made before,
// as it was then.
func (d *Door) indicatorMade(r *request, i commitment.Indicator, err error) (commitment.Indicator, error) {
	if again, ok := replayed(err); ok {
		return d.offices.Plans.OriginalIndicator(r.ctx, again.Subject, again.Change)
	}
	return i, err
}

// indicatorTag is the same for all readers, since an indicator is public. The
// change tells indicators of one version apart.
func (r *request) indicatorTag(i commitment.Indicator) string {
	return r.tag(i.Version, i.Code, int64(i.Change))
}

func (d *Door) readIndicator(r *request) error {
	code, err := code(r)
	if err != nil {
		return err
	}
	i, err := d.offices.Plans.ReadIndicator(r.ctx, code)
	if err != nil {
		return err
	}
	return r.show(r.indicatorTag(i), indicatorOf(i))
}

func (d *Door) amendIndicator(r *request) error {
	code, err := code(r)
	if err != nil {
		return err
	}
	expected, err := r.expected(anyVersion)
	if err != nil {
		return err
	}
	body, err := bind(r, func(b IndicatorPatch) fault.Fields { return indicatorPatch(b).Check() })
	if err != nil {
		return err
	}
	i, err := d.offices.Plans.AmendIndicator(r.ctx, code, expected, indicatorPatch(body))
	if err != nil {
		return err
	}
	return r.show(r.indicatorTag(i), indicatorOf(i))
}

func (d *Door) retireIndicator(r *request) error {
	code, err := code(r)
	if err != nil {
		return err
	}
	body, err := bind(r, func(b Retirement) fault.Fields { return commitment.Retirement{Reason: b.Reason}.Check() })
	if err != nil {
		return err
	}
	expected, err := r.expectedIfGiven(anyVersion)
	if err != nil {
		return err
	}
	i, err := d.offices.Plans.RetireIndicator(r.ctx, code, expected, commitment.Retirement{Reason: body.Reason})
	if i, err = d.indicatorMade(r, i, err); err != nil {
		return err
	}
	return r.show(r.indicatorTag(i), indicatorOf(i))
}

func indicatorDraft(b NewIndicator) commitment.IndicatorDraft {
	return commitment.IndicatorDraft{
		Code: b.Code, Point: plan.Point(b.Point), Unit: b.Unit, Direction: commitment.Direction(b.Direction),
		Aggregation: commitment.Aggregation(b.Aggregation), Source: b.Source, Title: plan.Title(b.Titles),
		Definition: plan.Title(b.Definition), Counts: plan.Title(b.Counts), Excludes: plan.Title(b.Excludes),
	}
}

func indicatorPatch(b IndicatorPatch) commitment.IndicatorPatch {
	return commitment.IndicatorPatch{
		Title: plan.Title(b.Titles), Definition: plan.Title(b.Definition), Counts: plan.Title(b.Counts), Excludes: plan.Title(b.Excludes), Source: b.Source,
	}
}

func indicatorOf(i commitment.Indicator) Indicator {
	return Indicator{
		Code: i.Code, Point: int(i.Point), Ordinal: i.Ordinal, Titles: Titles{En: i.TitleEn, Zh: i.TitleZh}, Unit: Unit(i.Unit),
		Direction: Direction(i.Direction), Aggregation: Aggregation(i.Aggregation), Definition: Meaning{En: i.DefinitionEn, Zh: i.DefinitionZh},
		Counts: Meaning{En: i.CountsEn, Zh: i.CountsZh}, Excludes: Meaning{En: i.ExcludesEn, Zh: i.ExcludesZh}, Source: i.Source,
		RetiredOn: i.RetiredOn, RetiredReason: i.RetiredReason, Version: i.Version,
	}
}
