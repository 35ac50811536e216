package commitment_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/member"
)

// TestNobodyPublishesAloneThatSomethingIsComplete has two persons of staff.
func TestNobodyPublishesAloneThatSomethingIsComplete(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	sent := r.sent(t, c, 2026)
	one, other := staff(), staff()
	_, err := r.reports.Agree(other, sent.ID, 0)
	faulty(t, err, fault.Conflict) // with what?
	pending, err := r.reports.Review(one, sent.ID, 0, accepted(commitment.Complete))
	if err != nil || pending.State != commitment.ReportSubmitted || !pending.Review.Pending() {
		t.Fatalf("got %+v, %v", pending, err)
	}
	_, err = r.reports.Read(public(), sent.ID)
	faulty(t, err, fault.NotFound)
	_, err = r.reports.Agree(one, sent.ID, 0)
	faulty(t, err, fault.Conflict)
	_, err = r.reports.Agree(other, sent.ID, sent.Version)
	faulty(t, err, fault.Stale)
	t.Run("but another can decide otherwise", func(t *testing.T) {
		second := r.sent(t, r.in(t, number, commitment.Registered, measured()), 2026)
		if _, err := r.reports.Review(one, second.ID, 0, accepted(commitment.Complete)); err != nil {
			t.Fatal(err)
		}
		decided, err := r.reports.Review(other, second.ID, 0, accepted(commitment.Substantial))
		if err != nil || decided.State != commitment.ReportAccepted || decided.Review.Completion != commitment.Substantial || decided.Review.Seconded() {
			t.Errorf("got %+v, %v", decided, err)
		}
	})
	t.Run("and what the member writes meanwhile is looked at anew", func(t *testing.T) {
		second := r.sent(t, r.in(t, number, commitment.Registered, measured()), 2026)
		if _, err := r.reports.Review(one, second.ID, 0, accepted(commitment.Complete)); err != nil {
			t.Fatal(err)
		}
		if _, err := r.reports.Amend(of(number), second.ID, 0, commitment.ReportPatch{Narrative: to("Other")}); err != nil {
			t.Fatal(err)
		}
		if again, err := r.reports.Submit(of(number), second.ID, 0); err != nil || again.Review != nil {
			t.Errorf("got %+v, %v", again, err)
		}
		faulty(t, failure(r.reports.Agree(other, second.ID, 0)), fault.Conflict)
	})
	agreed, err := r.reports.Agree(other, sent.ID, pending.Version)
	if err != nil || agreed.State != commitment.ReportAccepted || !agreed.Review.Seconded() {
		t.Fatalf("got %+v, %v", agreed, err)
	}
	if got, err := r.reports.Read(public(), sent.ID); err != nil || got.Review.Completion != commitment.Complete || !got.Review.Seconded() {
		t.Errorf("it reads as %+v, %v", got, err)
	}
	faulty(t, failure(r.reports.Agree(staff(), sent.ID, 0)), fault.Conflict)
	faulty(t, failure(r.reports.Review(staff(), sent.ID, 0, accepted(commitment.Limited))), fault.Conflict)
	var told []string
	for _, e := range r.entriesOn(t, "review") {
		if e.ID == string(sent.ID) {
			told = append(told, fmt.Sprintf("%v %s", e.Sealed, e.Content))
		}
	}
	body := `"completion":"complete","decision":"accepted","report":"` + string(sent.ID) + `"`
	if want := []string{"true {" + body + "}", "false {" + body + `,"seconded":true}`}; !slices.Equal(told, want) {
		t.Errorf("the ledger has\n%q, want\n%q", told, want)
	}
}

func TestTheMemberRepliesBesideTheReview(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	sent := r.sent(t, c, 2026)
	faulty(t, failure(r.reports.Reply(of(number), sent.ID, 0, "No")), fault.NotFound)
	if _, err := r.reports.Review(staff(), sent.ID, 0, accepted(commitment.NoEvidence)); err != nil {
		t.Fatal(err)
	}
	faulty(t, failure(r.reports.Reply(of(number), sent.ID, 0, " \n")), fault.Invalid, "/text required")
	faulty(t, failure(r.reports.Reply(of(number), sent.ID, sent.Version, "No")), fault.Stale)
	faulty(t, failure(r.reports.Reply(of(r.published(t, "Alibaba")), sent.ID, 0, "No")), fault.Forbidden)
	for _, ctx := range []context.Context{staff(), as(access.RoleAdmin, 0)} {
		faulty(t, failure(r.reports.Reply(ctx, sent.ID, 0, "No")), fault.Forbidden)
	}
	for _, text := range []string{" We sent the lists in May.\n", "We sent the lists in June."} {
		if _, err := r.reports.Reply(of(number), sent.ID, 0, text); err != nil {
			t.Fatal(err)
		}
	}
	got, err := r.reports.Read(public(), sent.ID)
	if err != nil || got.Review.Reply != "We sent the lists in June." || got.State != commitment.ReportAccepted {
		t.Errorf("it reads as %+v, %v", got, err)
	}
	entries := r.entriesOn(t, "review")
	if last := entries[len(entries)-1]; len(entries) != 3 || last.Sealed {
		t.Errorf("the ledger has %+v", entries)
	}
}

func TestReportsOfAnApplicantAreRevealedWithIt(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.add(t, indicator("people_trained", 4))
	r.opened(t, 2026, "2026-12-15", "")
	number := r.applicant(t, "Jollychic")
	report := r.acceptedReport(t, r.in(t, number, commitment.Registered, measured()), 2026)
	hidden := r.sent(t, r.in(t, number, commitment.Registered, measured()), 2026)
	_, err := r.reports.Read(public(), report.ID)
	faulty(t, err, fault.NotFound)
	for _, noun := range []string{"report", "review"} {
		for _, e := range r.entriesOn(t, noun) {
			if !e.Sealed {
				t.Errorf("%s of an applicant is open", e.Action)
			}
		}
	}
	r.move(t, number, member.InReview, member.Active)
	for _, noun := range []string{"report", "review"} {
		entries := r.entriesOn(t, noun)
		if last := entries[len(entries)-1]; last.Sealed || last.ID != string(report.ID) {
			t.Errorf("revealed %+v", last)
		}
	}
	if _, err := r.reports.Read(public(), report.ID); err != nil {
		t.Error(err)
	}
	_, err = r.reports.Read(public(), hidden.ID)
	faulty(t, err, fault.NotFound)
}
