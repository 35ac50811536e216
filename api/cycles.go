package api

import (
	"strconv"

	"accord/pkg/commitment"
	"accord/pkg/fault"
)

// year reads the year of a cycle from the path. What is no year names nothing.
func (r *request) year() (int, error) {
	text := r.gin.Param("year")
	year, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(year) != text || year < commitment.FirstCycle || year > commitment.LastCycle {
		return 0, fault.New(fault.NotFound, "not_found")
	}
	return year, nil
}

func (d *Door) listCycles(r *request) error {
	before, err := after[int](r)
	if err != nil {
		return err
	}
	cycles, err := d.offices.Cycles.List(r.ctx, stated(before), r.limit()+1)
	if err != nil {
		return err
	}
	cycles, cursor, err := turn(r, cycles, func(c commitment.Cycle) int { return c.Year })
	if err != nil {
		return err
	}
	return r.list(CycleList{Items: each(cycles, cycleOf), NextCursor: cursor})
}

func (d *Door) readCycle(r *request) error {
	year, err := r.year()
	if err != nil {
		return err
	}
	c, err := d.offices.Cycles.Read(r.ctx, year)
	if err != nil {
		return err
	}
	return r.show(r.cycleTag(c), cycleOf(c))
}

func (r *request) cycleTag(c commitment.Cycle) string { return r.tag(c.Version, "everybody") }

func (d *Door) openCycle(r *request) error {
	body, err := bind(r, func(b NewCycle) fault.Fields { return cycleDraft(b).Check() })
	if err != nil {
		return err
	}
	c, err := d.offices.Cycles.Open(r.ctx, cycleDraft(body))
	if c, err = d.cycleMade(r, c, err); err != nil {
		return err
	}
	return r.created("/api/v1/cycles/"+strconv.Itoa(c.Year), r.cycleTag(c), cycleOf(c))
}

// cycleMade gives the cycle, or the one that the same key made before, as it was
// then.
func (d *Door) cycleMade(r *request, c commitment.Cycle, err error) (commitment.Cycle, error) {
	again, ok := replayed(err)
	if !ok {
		return c, err
	}
	year, err := strconv.Atoi(again.Subject)
	if err != nil {
		return c, err
	}
	return d.offices.Cycles.Original(r.ctx, year, again.Change)
}

func (d *Door) extendCycle(r *request) error {
	year, err := r.year()
	if err != nil {
		return err
	}
	body, err := bind(r, func(b Extension) fault.Fields { return extension(b).Check() })
	if err != nil {
		return err
	}
	expected, err := r.expectedIfGiven(anyVersion)
	if err != nil {
		return err
	}
	c, err := d.offices.Cycles.Extend(r.ctx, year, expected, extension(body))
	if c, err = d.cycleMade(r, c, err); err != nil {
		return err
	}
	return r.show(r.cycleTag(c), cycleOf(c))
}

func cycleDraft(b NewCycle) commitment.CycleDraft {
	return commitment.CycleDraft{Year: b.Year, OpensOn: b.OpensOn, DueOn: b.DueOn, GraceEndsOn: b.GraceEndsOn}
}

func extension(b Extension) commitment.Extension {
	return commitment.Extension{DueOn: b.DueOn, GraceEndsOn: b.GraceEndsOn, Reason: b.Reason}
}

func cycleOf(c commitment.Cycle) Cycle {
	return Cycle{
		Year: c.Year, OpensOn: c.OpensOn, DueOn: c.DueOn, GraceEndsOn: c.GraceEndsOn, SilentFrom: c.SilentFrom(), DelistFrom: c.DelistFrom(),
		ExtensionReason: c.ExtensionReason, Version: c.Version,
	}
}
