//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

type cycleCommand struct {
	Run cycleRun `cmd:"" help:"Do what the calendar brings about today: move members that owe a report to non_communicating and back, and propose to staff what is theirs to decide. A server does it by itself, once a day."`
}

type cycleRun struct {
	Date   string `placeholder:"DATE" help:"The day to look at, as 2027-08-01 (default: today in the initiative's time zone). Another day than today goes with --dry-run only."`
	DryRun bool   `help:"Print what a run on that day would do, by the register as it is now, and do nothing."`
	JSON   bool   `help:"Print JSON."`
}

// day gives the day to look at, "" for today.
func (c cycleRun) day() (plan.Date, error) {
	day, ok := plan.ParseDate(c.Date)
	switch today := plan.Today(time.Now()); {
	case c.Date == "":
		return "", nil
	case !ok:
		return "", usage(fmt.Sprintf("--date %s is no day of the calendar; write it as %s", c.Date, today))
	case day != today && !c.DryRun:
		return "", &trouble{
			code: exitUsage, what: fmt.Sprintf("the register acts on no other day than today, which is %s in %s", today, plan.Home()),
			mend: "add --dry-run to see what a run on " + string(day) + " would do, or leave --date out",
		}
	}
	return day, nil
}

func (c cycleRun) Run(ctx context.Context, sh shell, cfg *config) (err error) {
	day, err := c.day()
	if err != nil {
		return err
	}
	d, err := cfg.joinReady(ctx, sh.newLog(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close(ctx)) }()
	runs := newOffices(d.DB).runs
	var round commitment.Round
	var failure error
	if c.DryRun {
		round, err = runs.Foresee(access.System(ctx), day)
	} else {
		round, failure = runs.Run(access.System(ctx))
	}
	if elsewhere(failure) {
		return &trouble{
			code: exitElsewhere, what: "another accord is running the cycle at this moment; this one left it alone",
			mend: "wait until that has ended; --dry-run looks without waiting",
		}
	}
	switch {
	case err != nil:
	case round.Day == "": // nothing was looked at
	case c.JSON:
		err = sh.json(roundOf(round, c.DryRun))
	default:
		err = sh.round(round, c.DryRun)
	}
	return errors.Join(err, failure) // what was done is told, also where some of it failed
}

// elsewhere tells whether a run was refused since another one is at work.
func elsewhere(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Code == "run_elsewhere"
}

// ranRound is how a run is printed for scripts.
type ranRound struct {
	Date      plan.Date  `json:"date"`
	TimeZone  string     `json:"time_zone"`
	DryRun    bool       `json:"dry_run"`
	Cycle     *ranCycle  `json:"cycle,omitempty"` // the last that has fallen due
	Silenced  []ranMove  `json:"non_communicating"`
	Returned  []ranMove  `json:"active"`
	Proposed  []ranThing `json:"proposed"`
	Withdrawn []ranThing `json:"withdrawn"`
	LeftAlone []ranThing `json:"left_alone"`
}

type ranCycle struct {
	Year        int       `json:"year"`
	DueOn       plan.Date `json:"due_on"`
	GraceEndsOn plan.Date `json:"grace_ends_on"`
}

type ranMove struct {
	Member      ident.Member `json:"member"`
	Name        string       `json:"name"`
	EffectiveOn plan.Date    `json:"effective_on"`
	Reason      string       `json:"reason"`
}

type ranThing struct {
	Kind       commitment.ProposalKind `json:"kind,omitempty"`
	Member     ident.Member            `json:"member"`
	Name       string                  `json:"name"`
	Cycle      int                     `json:"cycle,omitempty"`
	Commitment ident.Commitment        `json:"commitment,omitempty"`
	Title      string                  `json:"title,omitempty"`
	DueOn      plan.Date               `json:"due_on,omitempty"`
	Reason     string                  `json:"reason,omitempty"`
}

func roundOf(round commitment.Round, dry bool) ranRound {
	ran := ranRound{
		Date: round.Day, TimeZone: plan.Home().String(), DryRun: dry,
		Silenced: []ranMove{}, Returned: []ranMove{}, Proposed: []ranThing{}, Withdrawn: []ranThing{}, LeftAlone: []ranThing{},
	}
	if c := round.Cycle; c != nil {
		ran.Cycle = &ranCycle{Year: c.Year, DueOn: c.DueOn, GraceEndsOn: c.GraceEndsOn}
	}
	for _, m := range round.Silenced {
		ran.Silenced = append(ran.Silenced, ranMove(m))
	}
	for _, m := range round.Returned {
		ran.Returned = append(ran.Returned, ranMove(m))
	}
	for _, m := range round.Proposed {
		ran.Proposed = append(ran.Proposed, ranThing(m))
	}
	for _, m := range round.Withdrawn {
		ran.Withdrawn = append(ran.Withdrawn, ranThing(m))
	}
	for _, m := range round.LeftAlone {
		ran.LeftAlone = append(ran.LeftAlone, ranThing{Member: m.Member, Name: m.Name, Commitment: m.Commitment, Reason: string(m.Why)})
	}
	return ran
}

// whys are the reasons why something is left alone, for people.
var whys = map[commitment.Why]string{
	commitment.VouchedFor:    "staff took it to active after the deadline",
	commitment.MovedByPerson: "staff moved it, and no report arrived since",
	commitment.NotProposed:   "staff dismissed the proposal",
	commitment.ReachedSince:  "an accepted report says that it has been reached",
	commitment.ChangedSince:  "it was changed meanwhile; the next run looks again",
	commitment.Failed:        "it could not be done",
}

// round prints a run for people.
func (sh shell) round(round commitment.Round, dry bool) error {
	text := fmt.Sprintf("The run of %s in %s:", round.Day, plan.Home())
	if dry {
		text = fmt.Sprintf("A run on %s in %s would do this, by the register as it is now:", round.Day, plan.Home())
	}
	if c := round.Cycle; c == nil {
		text += "\nno reporting cycle has fallen due"
	} else {
		text += fmt.Sprintf("\nthe reporting cycle %d fell due on %s, its grace ends on %s", c.Year, c.DueOn, c.GraceEndsOn)
	}
	err := sh.print("%s\n", text)
	part := func(what string, n int, line func(i int) string) {
		err = errors.Join(err, sh.print("%s: %d\n", what, n))
		for i := range n {
			err = errors.Join(err, sh.print("  %s\n", line(i)))
		}
	}
	moved := func(list []commitment.Moved) func(int) string {
		return func(i int) string {
			return fmt.Sprintf("%s %s, from %s. %s", list[i].Member, list[i].Name, list[i].EffectiveOn, list[i].Reason)
		}
	}
	matters := func(list []commitment.Matter) func(int) string {
		return func(i int) string { return matter(list[i]) }
	}
	part("to non_communicating", len(round.Silenced), moved(round.Silenced))
	part("back to active", len(round.Returned), moved(round.Returned))
	part("proposed to staff", len(round.Proposed), matters(round.Proposed))
	part("proposals withdrawn", len(round.Withdrawn), matters(round.Withdrawn))
	part("left alone", len(round.LeftAlone), func(i int) string {
		one := round.LeftAlone[i]
		what := fmt.Sprintf("%s %s", one.Member, one.Name)
		if one.Commitment != "" {
			what += ", commitment " + string(one.Commitment)
		}
		return what + ": " + whys[one.Why]
	})
	return err
}

// matter says for people what is proposed, or was.
func matter(m commitment.Matter) string {
	text := fmt.Sprintf("to delist %s %s, which owes a report for %d", m.Member, m.Name, m.Cycle)
	if m.Kind == commitment.Close {
		text = fmt.Sprintf("to close %q of %s %s as not reached, due on %s (%s)", m.Title, m.Member, m.Name, m.DueOn, m.Commitment)
	}
	if m.Reason != "" {
		text += ". " + m.Reason
	}
	return text
}
