package commitment_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// reported is a register with a cycle of 2026 and a registered commitment.
func reported(t *testing.T) (register, ident.Member, commitment.Commitment) {
	t.Helper()
	r := open(t)
	r.add(t, indicator("people_trained", 4))
	r.opened(t, 2026, "2026-12-15", "2026-12-31")
	number := r.published(t, "Jollychic")
	return r, number, r.in(t, number, commitment.Registered, measured())
}

func (r register) opened(t *testing.T, year int, due, ends plan.Date) {
	t.Helper()
	if _, err := r.cycles.Open(staff(), commitment.CycleDraft{Year: year, DueOn: due, GraceEndsOn: ends}); err != nil {
		t.Fatalf("open the cycle of %d: %v", year, err)
	}
}

// to gives a value of a merge patch.
func to[T any](value T) nullable.Nullable[T] { return nullable.NewNullableWithValue(value) }

// wholeReport is all that a report can say.
func wholeReport() commitment.ReportPatch {
	return commitment.ReportPatch{
		Narrative: to("We **trained** them.\n\n- 12 courses"), Completion: to(commitment.Limited),
		Measured:   to([]commitment.MeasuredDraft{{Indicator: "people_trained", Bound: "ge", Low: "120", From: "2026-01-01", To: "2026-09-30"}}),
		Milestones: to([]commitment.Met{{Key: "half", On: "2026-02-28"}}),
	}
}

// written starts a report and writes all of it.
func (r register) written(t *testing.T, c commitment.Commitment, year int) commitment.Report {
	t.Helper()
	report, err := r.reports.Start(of(c.Member), c.ID, year)
	if err != nil {
		t.Fatalf("start a report: %v", err)
	}
	if report, err = r.reports.Amend(of(c.Member), report.ID, 0, wholeReport()); err != nil {
		t.Fatalf("write a report: %v", err)
	}
	return report
}

// sent submits a report that says all it can.
func (r register) sent(t *testing.T, c commitment.Commitment, year int) commitment.Report {
	t.Helper()
	report, err := r.reports.Submit(of(c.Member), r.written(t, c, year).ID, 0)
	if err != nil {
		t.Fatalf("submit a report: %v", err)
	}
	return report
}

func accepted(found commitment.Completion) commitment.Verdict {
	return commitment.Verdict{Decision: commitment.Accept, Completion: found}
}

func (r register) acceptedReport(t *testing.T, c commitment.Commitment, year int) commitment.Report {
	t.Helper()
	report, err := r.reports.Review(staff(), r.sent(t, c, year).ID, 0, accepted(commitment.Limited))
	if err != nil {
		t.Fatalf("accept a report: %v", err)
	}
	return report
}

// said gives what a report says, as text.
func said(p commitment.Statement) string {
	text := fmt.Sprintf("%q %s", p.Narrative, p.Completion)
	for _, m := range p.Measured {
		text += fmt.Sprintf(" %+v", m.Draft())
	}
	return text + fmt.Sprintf(" %v", p.Milestones)
}

func TestAReportIsWrittenSubmittedAndAccepted(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	changes := r.changes(t)
	started, err := r.reports.Start(of(number), c.ID, 2026)
	if err != nil || started.State != commitment.ReportDrafted || started.Version != 1 || started.Statement.Narrative != "" {
		t.Fatalf("started %+v, %v", started, err)
	}
	written, err := r.reports.Amend(of(number), started.ID, 1, wholeReport())
	if err != nil || written.Version != 2 || len(written.Statement.Measured) != 1 {
		t.Fatalf("written %+v, %v", written, err)
	}
	if got := r.changes(t); got != changes {
		t.Errorf("a draft made %d changes", got-changes)
	}
	submitted, err := r.reports.Submit(of(number), started.ID, 2)
	if err != nil || submitted.State != commitment.ReportSubmitted || submitted.Version != 3 || submitted.SubmittedAt == nil {
		t.Fatalf("submitted %+v, %v", submitted, err)
	}
	seen := r.stamp(t, public(), number).Seen
	_, err = r.reports.Read(public(), started.ID)
	faulty(t, err, fault.NotFound)
	reviewed, err := r.reports.Review(staff(), started.ID, 3, accepted(commitment.NotStarted))
	if err != nil || reviewed.State != commitment.ReportAccepted || reviewed.Review.Completion != commitment.NotStarted {
		t.Fatalf("reviewed %+v, %v", reviewed, err)
	}
	if got := r.stamp(t, public(), number).Seen; got != seen+1 {
		t.Errorf("the public's version of the member went from %d to %d", seen, got)
	}
	for name, ctx := range map[string]context.Context{"public": public(), "staff": staff(), "own": of(number)} {
		got, err := r.reports.Read(ctx, started.ID)
		if err != nil || said(got.Statement) != said(written.Statement) || got.Version != 4 || got.State != commitment.ReportAccepted ||
			got.Review == nil || got.Review.Completion != commitment.NotStarted || got.Working != nil || got.SubmittedAt.IsZero() {
			t.Errorf("%s reads %+v, %v", name, got, err)
		}
	}
	t.Run("and what it was at each step is kept", func(t *testing.T) {
		for _, then := range []commitment.Report{submitted, reviewed} {
			got, err := r.reports.Original(of(number), started.ID, then.Change)
			if err != nil || got.State != then.State || got.Version != then.Version || (got.Review == nil) != (then.Review == nil) {
				t.Errorf("got %+v, %v, want %+v", got, err, then)
			}
		}
		_, err := r.reports.Original(of(r.published(t, "Alibaba")), started.ID, submitted.Change)
		faulty(t, err, fault.NotFound)
	})
	t.Run("and told in the ledger, sealed until it is accepted", func(t *testing.T) {
		var told []string
		for _, noun := range []string{"report", "review"} {
			for _, e := range r.entriesOn(t, noun) {
				told = append(told, fmt.Sprintf("%s %v", e.Action, e.Sealed))
			}
		}
		if got := strings.Join(told, ", "); got != "report.submitted true, report.accepted false, review.made false" {
			t.Errorf("the ledger has %s", got)
		}
		content := string(r.entriesOn(t, "report")[1].Content)
		for _, part := range []string{
			`"narrative":"We **trained** them.\n\n- 12 courses"`, `"values":[{"bound":"ge","from":"2026-01-01","indicator":"people_trained","low":"120","to":"2026-09-30"}]`,
			`"milestones":[{"key":"half","on":"2026-02-28"}]`, `"completion":"limited"`, `"cycle":2026`, `"state":"accepted"`,
		} {
			if !strings.Contains(content, part) {
				t.Errorf("%s is not in %s", part, content)
			}
		}
	})
}

func (r register) changes(t *testing.T) (n int) {
	t.Helper()
	if err := r.db.Get(context.Background(), &n, `select count(*) from change`); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAReportIsStartedOnceWhereThereIsSomethingToReport(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	r.opened(t, 2027, "", "")
	if _, err := r.reports.Start(of(number), c.ID, 2026); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]struct {
		err    error
		kind   fault.Kind
		faults []string
	}{
		"twice":                         {failure(r.reports.Start(of(number), c.ID, 2026)), fault.Conflict, []string{"/cycle report_exists"}},
		"attested beside a draft":       {failure(r.reports.Attest(of(number), c.ID, 2026)), fault.Conflict, nil},
		"in a cycle that comes":         {failure(r.reports.Start(of(number), c.ID, 2027)), fault.Conflict, nil},
		"in a cycle that is none":       {failure(r.reports.Start(of(number), c.ID, 2025)), fault.Invalid, []string{"/cycle unknown_cycle"}},
		"on a commitment that is none":  {failure(r.reports.Start(of(number), ident.New[ident.Commitment](), 2026)), fault.NotFound, nil},
		"on what is not registered yet": {failure(r.reports.Start(of(number), r.in(t, number, commitment.Submitted, measured()).ID, 2026)), fault.Conflict, nil},
		"on what is closed":             {failure(r.reports.Start(of(number), r.in(t, number, commitment.Closed, measured()).ID, 2026)), fault.Conflict, nil},
		"by another member":             {failure(r.reports.Start(of(r.published(t, "Alibaba")), c.ID, 2026)), fault.Forbidden, nil},
	} {
		t.Run(name, func(t *testing.T) { faulty(t, try.err, try.kind, try.faults...) })
	}
	t.Run("while its cycle is open, in the initiative's days", func(t *testing.T) {
		for moment, open := range map[string]bool{"2026-12-31T15:59:59Z": true, "2026-12-31T16:00:00Z": false} {
			r.clock.at(t, moment)
			_, err := r.reports.Start(of(number), r.in(t, number, commitment.Registered, measured()).ID, 2026)
			if open != (err == nil) || !open && !fault.Is(err, fault.Conflict) {
				t.Errorf("at %s: %v", moment, err)
			}
		}
		r.clock.set("2026-11-24")
	})
	t.Run("by a member that is in good standing", func(t *testing.T) {
		r.move(t, number, member.Suspended)
		_, err := r.reports.Start(of(number), c.ID, 2026)
		if !strings.Contains(fmt.Sprint(err), "member_cannot_report") {
			t.Errorf("got %v", err)
		}
	})
}

func TestAReportIsCheckedBeforeItIsSubmitted(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	started, err := r.reports.Start(of(number), c.ID, 2026)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.reports.Submit(of(number), started.ID, 0)
	faulty(t, err, fault.Invalid, "/narrative required", "/completion required")
	_, err = r.reports.Amend(of(number), started.ID, 0, commitment.ReportPatch{
		Narrative: to("a\u202eb"), Completion: to(commitment.Completion("done")),
		Measured: to([]commitment.MeasuredDraft{
			{Indicator: "People", Bound: "exact", Low: "NaN", From: "2026-02-30", To: ""},
			{Indicator: "a", Bound: "range", Low: "2", High: "1", From: "2026-02-02", To: "2026-02-01"},
			{Indicator: "b", Bound: "gt", Low: "-1", From: "2026-01-01", To: "2026-01-01"},
			{Indicator: "b", Bound: "gt", Low: "1", From: "2026-01-01", To: "2026-01-01"},
		}),
		Milestones: to([]commitment.Met{{Key: "k", On: "2026-01-01"}, {Key: "k", On: "x"}, {Key: "9", On: ""}}),
	})
	faulty(t, err, fault.Invalid,
		"/narrative invalid_characters", "/completion not_in_list",
		"/values/0/indicator code_malformed", "/values/0/from not_a_date", "/values/0/to required", "/values/0/low decimal_malformed",
		"/values/1/to ends_before_start", "/values/1/low low_above_high", "/values/2/low decimal_negative", "/values/3 repeated_items",
		"/milestones/1/on not_a_date", "/milestones/1 repeated_items", "/milestones/2/key code_malformed", "/milestones/2/on required")
	if _, err := r.reports.Amend(of(number), started.ID, 0, commitment.ReportPatch{
		Narrative: to("n"), Completion: to(commitment.Limited),
		Measured: to([]commitment.MeasuredDraft{
			{Indicator: "people_trained", Bound: "gt", Low: "1", From: "2026-01-01", To: "2026-11-25"},
			{Indicator: "people_trained", Bound: "gt", Low: "1.5", From: "2026-01-01", To: "2026-01-31"},
			{Indicator: "courses_held", Bound: "gt", Low: "1", From: "2026-01-01", To: "2026-01-31"},
		}),
		Milestones: to([]commitment.Met{{Key: "half", On: "2026-11-25"}, {Key: "whole", On: "2026-11-24"}}),
	}); err != nil {
		t.Fatal(err)
	}
	_, err = r.reports.Submit(of(number), started.ID, 0)
	faulty(t, err, fault.Invalid, "/values/0/to in_the_future", "/values/1/low decimal_too_precise", "/values/2/indicator other_indicator",
		"/milestones/0/on in_the_future", "/milestones/1/key unknown_milestone")
	t.Run("and too long is told as what it is", func(t *testing.T) {
		for text, want := range map[string]string{
			strings.Repeat("a", 20_001): "/narrative too_long", strings.Repeat("a\r\n", 6_700): "/narrative too_long", strings.Repeat("𠮷", 15_001): "/narrative too_many_octets",
		} {
			_, err := r.reports.Amend(of(number), started.ID, 0, commitment.ReportPatch{Narrative: to(text)})
			faulty(t, err, fault.Invalid, want)
		}
		_, err := r.reports.Amend(of(number), started.ID, 0, commitment.ReportPatch{
			Measured: to(make([]commitment.MeasuredDraft, 13)), Milestones: to(make([]commitment.Met, 21)),
		})
		faulty(t, err, fault.Invalid, "/values too_many_items", "/milestones too_many_items")
	})
}
