package commitment

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/plan"
)

// Cycles is the office of the reporting cycles.
type Cycles struct{ db *db.DB }

// NewCycles makes the office.
func NewCycles(d *db.DB) *Cycles { return &Cycles{db: d} }

// The years that a cycle may be of.
const (
	FirstCycle = 2000
	LastCycle  = plan.LastYear - 1 // the last one's grace ends within the register's years
)

// Cycle is a reporting year, of everybody alike. Its days end in the
// initiative's time zone.
type Cycle struct {
	Year            int          `db:"year"`
	Version         int64        `db:"version"`
	Change          ident.Change `db:"change"`           // that made this version
	OpensOn         plan.Date    `db:"opens_on"`         // the first day on which something is reported
	DueOn           plan.Date    `db:"due_on"`           // the last day in time
	GraceEndsOn     plan.Date    `db:"grace_ends_on"`    // the last day on which a report is taken
	ExtensionReason string       `db:"extension_reason"` // "" while the dates are the first ones
}

// SilentFrom is the day from which a member that owes a report does not communicate.
func (c Cycle) SilentFrom() plan.Date { return c.DueOn.Next() }

// DelistFrom is the day from which it is proposed to delist such a member.
func (c Cycle) DelistFrom() plan.Date { return c.GraceEndsOn.Next() }

// Open tells whether reports are taken on the day.
func (c Cycle) Open(day plan.Date) bool { return c.OpensOn <= day && day <= c.GraceEndsOn }

// CycleDraft is a cycle to be opened. The dates that are "" become those of
// every year: it opens on 1 April, falls due on 31 July and its grace ends with
// the year.
type CycleDraft struct {
	Year        int
	OpensOn     plan.Date
	DueOn       plan.Date
	GraceEndsOn plan.Date
}

// cycle gives the cycle that the draft describes, or every fault of it.
func (d CycleDraft) cycle() (Cycle, fault.Fields) {
	var faults fault.Fields
	if d.Year < FirstCycle || d.Year > LastCycle {
		faults.Add("/year", "out_of_range", fault.Args{"min": strconv.Itoa(FirstCycle), "max": strconv.Itoa(LastCycle)})
	}
	year := fmt.Sprintf("%04d", d.Year)
	opens := dateOr(&faults, "/opens_on", d.OpensOn, year+"-04-01")
	due := dateOr(&faults, "/due_on", d.DueOn, year+"-07-31")
	ends := dateOr(&faults, "/grace_ends_on", d.GraceEndsOn, year+"-12-31")
	if len(faults) > 0 {
		return Cycle{}, faults
	}
	if opens.Year() != d.Year {
		faults.Add("/opens_on", "opens_in_other_year", fault.Args{"year": year})
	}
	if due <= opens {
		faults.Add("/due_on", "due_before_opening", fault.Args{"date": string(opens)})
	}
	if ends < due {
		faults.Add("/grace_ends_on", "grace_before_due", fault.Args{"date": string(due)})
	}
	return Cycle{Year: d.Year, Version: 1, OpensOn: opens, DueOn: due, GraceEndsOn: ends}, faults
}

func dateOr(faults *fault.Fields, pointer string, day plan.Date, usual string) plan.Date {
	if day == "" {
		return plan.Date(usual)
	}
	checkDay(faults, pointer, day)
	return day
}

// Check gives every fault of the draft that can be told without the register.
func (d CycleDraft) Check() fault.Fields {
	_, faults := d.cycle()
	return faults
}

const insertCycle = `
insert into cycle (year, version, opens_on, due_on, grace_ends_on) values ($1, $2, $3, $4, $5)`

// Open opens a cycle with its dates, for everybody.
//
// It refuses with Forbidden when the actor is not staff, Conflict when the year
// has a cycle already, and Invalid with every field at fault: dates that do not
// follow each other, and a deadline that is over, since nobody could keep it.
func (s *Cycles) Open(ctx context.Context, draft CycleDraft) (Cycle, error) {
	if _, err := access.Require(ctx, access.ManageCycle); err != nil {
		return Cycle{}, err
	}
	c, faults := draft.cycle()
	if err := faults.Err(); err != nil {
		return Cycle{}, err
	}
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		if c.DueOn < plan.Today(tx.Now) {
			return fault.FieldAt("/due_on", "due_in_the_past")
		}
		var err error
		if c.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, insertCycle, c.Year, c.Version, c.OpensOn, c.DueOn, c.GraceEndsOn); err != nil {
			return fmt.Errorf("insert the cycle: %w", err)
		}
		return recordCycle(ctx, tx, "cycle.opened", c)
	})
	if err != nil {
		return Cycle{}, fmt.Errorf("open cycle %d: %w", draft.Year, locate(err))
	}
	return c, nil
}

// recordCycle records what the cycle has become. Cycles are public.
func recordCycle(ctx context.Context, tx *db.Tx, action string, c Cycle) error {
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: action, Kind: "cycle", ID: strconv.Itoa(c.Year), Reason: c.ExtensionReason,
		Content: struct {
			Year            int       `json:"year"`
			OpensOn         plan.Date `json:"opens_on"`
			DueOn           plan.Date `json:"due_on"`
			GraceEndsOn     plan.Date `json:"grace_ends_on"`
			ExtensionReason string    `json:"extension_reason,omitempty"`
		}{c.Year, c.OpensOn, c.DueOn, c.GraceEndsOn, c.ExtensionReason},
	})
}

// Extension moves the end of a cycle. A date that is "" stays as it is.
type Extension struct {
	DueOn       plan.Date
	GraceEndsOn plan.Date
	Reason      string
}

// Check gives every fault of the extension that can be told without the cycle.
func (e Extension) Check() fault.Fields {
	var faults fault.Fields
	checkDay(&faults, "/due_on", e.DueOn)
	checkDay(&faults, "/grace_ends_on", e.GraceEndsOn)
	if e.DueOn == "" && e.GraceEndsOn == "" {
		faults.Add("/due_on", "required")
	}
	faults.Prose("/reason", e.Reason, 2000)
	return faults
}

// extended is the pure rule of an extension: no date comes earlier than it was,
// and one comes later.
func (c Cycle) extended(e Extension) (Cycle, error) {
	var faults fault.Fields
	before := c
	for _, date := range []struct {
		pointer string
		at      *plan.Date
		to      plan.Date
	}{{"/due_on", &c.DueOn, e.DueOn}, {"/grace_ends_on", &c.GraceEndsOn, e.GraceEndsOn}} {
		if date.to == "" {
			continue
		}
		if date.to < *date.at {
			faults.Add(date.pointer, "deadline_shortened", fault.Args{"date": string(*date.at)})
		}
		*date.at = date.to
	}
	switch {
	case len(faults) > 0:
	case c == before:
		faults.Add("/due_on", "nothing_extended")
	case c.GraceEndsOn < c.DueOn:
		faults.Add("/grace_ends_on", "grace_before_due", fault.Args{"date": string(c.DueOn)})
	}
	c.Version++
	c.ExtensionReason = strings.TrimSpace(e.Reason)
	return c, faults.Err()
}

const lockCycle = `
select ` + cycleColumns + ` from cycle where year = $1 for update`

const updateCycle = `
update cycle set version = $2, due_on = $3, grace_ends_on = $4, extension_reason = $5 where year = $1`

// Extend moves the deadline, or the end of the grace, of a cycle to a later
// day, for everybody. expected is the version that the actor has seen, or 0.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such cycle, Stale when expected is another version, and Invalid with every
// field at fault: a date that would come earlier, or that nothing would change.
func (s *Cycles) Extend(ctx context.Context, year int, expected int64, extension Extension) (Cycle, error) {
	if _, err := access.Require(ctx, access.ManageCycle); err != nil {
		return Cycle{}, err
	}
	if err := extension.Check().Err(); err != nil {
		return Cycle{}, err
	}
	var c Cycle
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		var before Cycle
		err := tx.Get(ctx, &before, lockCycle, year)
		if err != nil {
			return fmt.Errorf("lock the cycle: %w", err)
		}
		if expected != 0 && expected != before.Version {
			return fault.New(fault.Stale, "stale")
		}
		if c, err = before.extended(extension); err != nil {
			return err
		}
		if c.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, updateCycle, c.Year, c.Version, c.DueOn, c.GraceEndsOn, c.ExtensionReason); err != nil {
			return fmt.Errorf("update the cycle: %w", err)
		}
		return recordCycle(ctx, tx, "cycle.extended", c)
	})
	if err != nil {
		return Cycle{}, fmt.Errorf("extend cycle %d: %w", year, locate(err))
	}
	return c, nil
}
