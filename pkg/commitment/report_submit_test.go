package commitment_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func TestAReportBeginsWithWhatTheLastOneSaid(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	r.opened(t, 2027, "", "")
	before := r.acceptedReport(t, c, 2026)
	_, err := r.reports.Attest(of(number), r.in(t, number, commitment.Registered, measured()).ID, 2026)
	faulty(t, err, fault.Conflict)
	r.clock.set("2027-05-01")
	t.Run("when it is attested that nothing has changed", func(t *testing.T) {
		editor := access.With(context.Background(), access.Actor{User: ident.New[ident.User](), Role: access.RoleMember, Member: number, Post: access.Editor})
		faulty(t, failure(r.reports.Attest(editor, c.ID, 2027)), fault.Forbidden)
		attested, err := r.reports.Attest(of(number), c.ID, 2027)
		if err != nil || !attested.Attested || attested.State != commitment.ReportSubmitted || said(attested.Statement) != said(before.Statement) {
			t.Errorf("attested %+v, %v", attested, err)
		}
		faulty(t, failure(r.reports.Attest(of(number), c.ID, 2027)), fault.Conflict, "/cycle report_exists")
	})
	t.Run("also one that nobody has accepted", func(t *testing.T) {
		other := r.in(t, number, commitment.Registered, measured())
		r.clock.set("2026-11-24")
		first := r.sent(t, other, 2026)
		r.clock.set("2027-05-01")
		faulty(t, failure(r.reports.Attest(of(number), other.ID, 2027)), fault.Conflict)
		started, err := r.reports.Start(of(number), other.ID, 2027)
		if err != nil || said(started.Statement) != said(first.Statement) || started.State != commitment.ReportDrafted {
			t.Errorf("started %+v, %v", started, err)
		}
	})
}

func TestASubmittedReportIsAmendedForTenDaysAndAfterAReturn(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	sent := r.sent(t, c, 2026)
	_, err := r.reports.Submit(of(number), sent.ID, 0)
	faulty(t, err, fault.Conflict) // nothing was written since
	amended, err := r.reports.Amend(of(number), sent.ID, sent.Version, commitment.ReportPatch{Narrative: to("Better")})
	if err != nil || amended.State != commitment.ReportSubmitted || said(amended.Statement) != said(sent.Statement) ||
		amended.Working == nil || amended.Working.Narrative != "Better" || amended.Working.Completion != commitment.Limited {
		t.Fatalf("amended %+v, %v", amended, err)
	}
	if got, err := r.reports.Read(of(number), sent.ID); err != nil || got.Version != amended.Version || got.Working == nil {
		t.Errorf("it reads as %+v, %v", got, err)
	}
	again, err := r.reports.Submit(of(number), sent.ID, amended.Version)
	if err != nil || again.Statement.Narrative != "Better" || again.Working != nil {
		t.Fatalf("submitted again %+v, %v", again, err)
	}
	// The days are counted from the last submission, 24 November, and end at
	// midnight in Shanghai.
	r.clock.at(t, "2026-12-04T15:59:59Z")
	if _, err := r.reports.Amend(of(number), sent.ID, 0, commitment.ReportPatch{Narrative: to("Still")}); err != nil {
		t.Errorf("on the tenth day: %v", err)
	}
	r.clock.at(t, "2026-12-04T16:00:00Z")
	_, err = r.reports.Amend(of(number), sent.ID, 0, commitment.ReportPatch{Narrative: to("Late")})
	locked(t, err)
	_, err = r.reports.Submit(of(number), sent.ID, 0)
	locked(t, err)
	r.clock.set("2027-02-01") // the grace is over too
	_, err = r.reports.Review(staff(), sent.ID, 0, commitment.Verdict{Decision: commitment.Return})
	faulty(t, err, fault.Invalid, "/reason required")
	returned, err := r.reports.Review(staff(), sent.ID, 0, commitment.Verdict{Decision: commitment.Return, Reason: "Say how many."})
	if err != nil || returned.State != commitment.ReportReturned || returned.Review.Reason != "Say how many." {
		t.Fatalf("returned %+v, %v", returned, err)
	}
	if _, err := r.reports.Amend(of(number), sent.ID, 0, commitment.ReportPatch{Narrative: to("120")}); err != nil {
		t.Errorf("after a return: %v", err)
	}
	mended, err := r.reports.Submit(of(number), sent.ID, 0)
	if err != nil || mended.State != commitment.ReportSubmitted || mended.Review != nil || mended.Statement.Narrative != "120" {
		t.Errorf("mended %+v, %v", mended, err)
	}
	if _, err := r.reports.Review(staff(), sent.ID, 0, accepted(commitment.Limited)); err != nil {
		t.Fatal(err)
	}
	_, err = r.reports.Amend(of(number), sent.ID, 0, commitment.ReportPatch{Narrative: to("Other")})
	faulty(t, err, fault.Conflict)
}

func locked(t *testing.T, err error) {
	t.Helper()
	if e := fault.KindOf(err); e != fault.Conflict || !strings.Contains(fmt.Sprint(err), "report_locked") {
		t.Errorf("got %v", err)
	}
}
