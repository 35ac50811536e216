package commitment_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"accord/db/dbtest"
	"accord/pkg/commitment"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// ran is a register with the office of runs, at home in the zone.
type ran struct {
	register
	runs      *commitment.Runs
	proposals *commitment.Proposals
	zone      plan.Zone
}

func running(t *testing.T, zone plan.Zone) ran {
	t.Helper()
	return runningOn(t, dbtest.URL(t), zone)
}

func runningOn(t *testing.T, address string, zone plan.Zone) ran {
	t.Helper()
	r := openOn(t, address)
	return ran{register: r, runs: commitment.NewRuns(r.db, r.members, zone), proposals: commitment.NewProposals(r.db, r.members, zone), zone: zone}
}

// in2027 is a register with the cycle of 2027, on a day on which it is open.
func in2027(t *testing.T) ran {
	t.Helper()
	return in2027On(t, dbtest.URL(t))
}

func in2027On(t *testing.T, address string) ran {
	t.Helper()
	r := runningOn(t, address, plan.Home())
	r.clock.set("2027-05-03")
	r.opened(t, 2027, "", "")
	return r
}

// promised registers a public member with a registered commitment.
func (r ran) promised(t *testing.T, name string) commitment.Commitment {
	t.Helper()
	return r.in(t, r.published(t, name), commitment.Registered, training())
}

// speaks submits a report on the commitment for the cycle.
func (r ran) speaks(t *testing.T, c commitment.Commitment, year int) commitment.Report {
	t.Helper()
	report, err := r.reports.Start(of(c.Member), c.ID, year)
	if err != nil {
		t.Fatalf("start a report: %v", err)
	}
	patch := commitment.ReportPatch{Narrative: to("Done"), Completion: to(commitment.Limited)}
	if report, err = r.reports.Amend(of(c.Member), report.ID, 0, patch); err == nil {
		report, err = r.reports.Submit(of(c.Member), report.ID, 0)
	}
	if err != nil {
		t.Fatalf("submit a report: %v", err)
	}
	return report
}

// sentBack returns the report to its member.
func (r ran) sentBack(t *testing.T, report commitment.Report) {
	t.Helper()
	if _, err := r.reports.Review(staff(), report.ID, 0, commitment.Verdict{Decision: commitment.Return, Reason: "of last year"}); err != nil {
		t.Fatal(err)
	}
}

func (r ran) closed(t *testing.T, c commitment.Commitment) {
	t.Helper()
	if _, err := r.commitments.Close(staff(), c.ID, 0, withdrawn()); err != nil {
		t.Fatal(err)
	}
}

func (r ran) extended(t *testing.T, year int, due, ends plan.Date) {
	t.Helper()
	if _, err := r.cycles.Extend(staff(), year, 0, commitment.Extension{DueOn: due, GraceEndsOn: ends, Reason: "a flood"}); err != nil {
		t.Fatal(err)
	}
}

// run runs as today has it, after it looked at what the run would do, and checks
// that this is what it did and that nothing is left to be done. It gives it in
// lines, such as "silenced Jollychic".
func (r ran) run(t *testing.T) []string {
	t.Helper()
	changes := r.written(t)
	foreseen, err := r.runs.Foresee(system(), "")
	if err != nil || r.written(t) != changes {
		t.Fatalf("to foresee the run wrote something, or %v", err)
	}
	round, err := r.runs.Run(system())
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	if !reflect.DeepEqual(round, foreseen) {
		t.Errorf("it did\n%+v, foreseen was\n%+v", round, foreseen)
	}
	changes = r.written(t)
	again, err := r.runs.Run(system())
	if err != nil || len(again.Silenced)+len(again.Returned)+len(again.Proposed)+len(again.Withdrawn) > 0 || r.written(t) != changes {
		t.Errorf("a second run did %q, %v", lines(again), err)
	}
	return lines(round)
}

// written counts what has been written of changes and proposals.
func (r ran) written(t *testing.T) (n int) {
	t.Helper()
	if err := r.db.Get(context.Background(), &n, `select (select count(*) from change) + (select coalesce(sum(version), 0) from proposal)`); err != nil {
		t.Fatal(err)
	}
	return n
}

// lines tells what a run did, sorted.
func lines(round commitment.Round) []string {
	lines := []string{}
	for _, m := range round.Silenced {
		lines = append(lines, "silenced "+m.Name)
	}
	for _, m := range round.Returned {
		lines = append(lines, "returned "+m.Name)
	}
	for does, matters := range map[string][]commitment.Matter{"proposed to": round.Proposed, "withdrew to": round.Withdrawn} {
		for _, m := range matters {
			lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", does, m.Kind, m.Name, m.DueOn)))
		}
	}
	for _, m := range round.LeftAlone {
		lines = append(lines, fmt.Sprintf("left %s: %s", m.Name, m.Why))
	}
	slices.Sort(lines)
	return lines
}

func (r ran) status(t *testing.T, number ident.Member) member.Status {
	t.Helper()
	p, err := r.members.Read(staff(), number)
	if err != nil {
		t.Fatal(err)
	}
	return p.Status
}

func wants(t *testing.T, when string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, append([]string{}, want...)) {
		t.Errorf("%s: %q, want %q", when, got, want)
	}
}
