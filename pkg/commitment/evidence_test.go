package commitment_test

import (
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

const aPDF = "%PDF-1.4\n%%EOF\n"

// upload gives a file as evidence in the member's name.
func (r register) upload(number ident.Member, to ident.Report, text string, words commitment.Words) (commitment.Evidence, error) {
	u, err := r.evidence.Receive(of(number), to, "a.pdf", "", false, strings.NewReader(text))
	if err != nil {
		return commitment.Evidence{}, err
	}
	e, err := r.evidence.AddFile(of(number), to, u, words)
	return e, errors.Join(err, u.Discard())
}

func (r register) attached(t *testing.T, number ident.Member, to ident.Report, text string) commitment.Evidence {
	t.Helper()
	e, err := r.upload(number, to, text, commitment.Words{Title: "Attendance"})
	if err != nil {
		t.Fatalf("give a file as evidence: %v", err)
	}
	return e
}

func (r register) linked(t *testing.T, number ident.Member, to ident.Report) commitment.Evidence {
	t.Helper()
	e, err := r.evidence.AddLink(of(number), to, commitment.LinkDraft{URL: "https://example.org/a", Words: commitment.Words{Quote: "120 people", Page: "12"}})
	if err != nil {
		t.Fatalf("give a link as evidence: %v", err)
	}
	return e
}

// titles gives what the pieces are called, or else where they lead.
func titles(list []commitment.Piece) string {
	var all []string
	for _, p := range list {
		all = append(all, p.Title+p.URL)
	}
	return strings.Join(all, " ")
}

// shown gives what the report's evidence says to the reader.
func (r register) evidenceTo(t *testing.T, ctx context.Context, of ident.Report) string {
	t.Helper()
	list, err := r.evidence.List(ctx, of)
	if fault.Is(err, fault.NotFound) {
		return "not found"
	}
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range list {
		one := e.Title + e.URL
		if e.Submitted {
			one += " submitted"
		}
		if e.Working != nil {
			one += ", then " + e.Working.Title
		}
		if e.Removed {
			one += ", then gone"
		}
		all = append(all, one)
		if read, err := r.evidence.Read(ctx, e.ID); err != nil || !reflect.DeepEqual(read, e) {
			t.Errorf("it is read as %+v, %v, and listed as %+v", read, err, e)
		}
	}
	return strings.Join(all, "; ")
}

func TestEvidenceGoesWithItsReport(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report := r.written(t, c, 2026).ID
	file, link := r.attached(t, number, report, aPDF), r.linked(t, number, report)
	sees := func(when string, wants map[string]string) {
		t.Helper()
		for who, want := range wants {
			ctx := map[string]context.Context{"own": of(number), "staff": staff(), "public": public(), "another": of(number + 1)}[who]
			if got := r.evidenceTo(t, ctx, report); got != want {
				t.Errorf("%s, %s sees %q, want %q", when, who, got, want)
			}
		}
	}
	hidden := "not found"
	sees("as a draft", map[string]string{"own": "Attendance; https://example.org/a", "staff": "Attendance; https://example.org/a", "public": hidden, "another": hidden})
	if got := r.entriesOn(t, "evidence"); len(got) > 0 {
		t.Errorf("a draft is recorded: %v", got)
	}
	first, err := r.reports.Submit(of(number), report, 0)
	if err != nil || titles(first.Statement.Evidence) != "Attendance https://example.org/a" {
		t.Fatalf("submitted %+v, %v", first, err)
	}
	if _, err := r.evidence.Amend(of(number), file.ID, file.Version, commitment.WordsPatch{Title: to("Lists")}); err != nil {
		t.Fatal(err)
	}
	if err := r.evidence.Remove(of(number), link.ID, link.Version); err != nil {
		t.Fatal(err)
	}
	faulty(t, failure(r.evidence.Amend(of(number), link.ID, 0, commitment.WordsPatch{Title: to("x")})), fault.Conflict)
	sees("submitted, and written on", map[string]string{
		"own": "Attendance submitted, then Lists; https://example.org/a submitted, then gone", "staff": "Attendance submitted, then Lists; https://example.org/a submitted, then gone",
		"public": hidden, "another": hidden,
	})
	if read, err := r.reports.Read(staff(), report); err != nil || titles(read.Statement.Evidence) != "Attendance https://example.org/a" ||
		read.Working == nil || titles(read.Working.Evidence) != "Lists" {
		t.Errorf("it reads %+v, %v", read, err)
	}
	second, err := r.reports.Submit(of(number), report, 0)
	if err != nil || titles(second.Statement.Evidence) != "Lists" {
		t.Fatalf("submitted again %+v, %v", second, err)
	}
	for _, then := range []commitment.Report{first, second} {
		if got, err := r.reports.Original(of(number), report, then.Change); err != nil || titles(got.Statement.Evidence) != titles(then.Statement.Evidence) {
			t.Errorf("it was %q then, and is told as %q, %v", titles(then.Statement.Evidence), titles(got.Statement.Evidence), err)
		}
	}
	if _, err := r.reports.Review(staff(), report, 0, accepted(commitment.Limited)); err != nil {
		t.Fatal(err)
	}
	sees("accepted", map[string]string{"own": "Lists submitted", "staff": "Lists submitted", "public": "Lists submitted", "another": "Lists submitted"})
	for _, err := range []error{
		failure(r.evidence.AddLink(of(number), report, commitment.LinkDraft{URL: "https://example.org"})), failure(r.upload(number, report, aPDF, commitment.Words{})),
		failure(r.evidence.Amend(of(number), file.ID, 0, commitment.WordsPatch{Title: to("x")})), r.evidence.Remove(of(number), file.ID, 0),
	} {
		faulty(t, err, fault.Conflict)
	}
	r.recordedAs(t, "evidence.submitted sealed", "evidence.submitted sealed", "evidence.submitted sealed", "evidence.removed sealed", "evidence.accepted")
}

// recordedAs checks what the ledger says of evidence; of what everybody sees
// with the digest.
func (r register) recordedAs(t *testing.T, want ...string) {
	t.Helper()
	var got []string
	for _, e := range r.entriesOn(t, "evidence") {
		one := e.Action
		if e.Sealed {
			one += " sealed"
		} else if !strings.Contains(string(e.Content), `"sha256":"`) {
			t.Errorf("no digest in %s", e.Content)
		}
		got = append(got, one)
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("recorded %v, want %v", got, want)
	}
}

func TestAReportBeginsWithTheEvidenceOfTheLastOne(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	r.opened(t, 2027, "", "")
	before := r.written(t, c, 2026).ID
	file := r.attached(t, number, before, aPDF)
	r.linked(t, number, before)
	if _, err := r.reports.Submit(of(number), before, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := r.reports.Review(staff(), before, 0, accepted(commitment.Limited)); err != nil {
		t.Fatal(err)
	}
	r.clock.set("2027-05-01")
	next, err := r.reports.Attest(of(number), c.ID, 2027)
	if err != nil || titles(next.Statement.Evidence) != "Attendance https://example.org/a" {
		t.Fatalf("attested %+v, %v", next, err)
	}
	carried := next.Statement.Evidence[0]
	if carried.ID == file.ID || carried.File.Digest != file.File.Digest || carried.Cycle != 2026 {
		t.Errorf("carried on as %+v", carried)
	}
	more := r.linked(t, number, next.ID)
	if err := r.evidence.Remove(of(number), carried.ID, 0); err != nil || more.Cycle != 2027 || more.Ordinal != 3 {
		t.Errorf("another is %+v, %v", more, err)
	}
	if got := r.evidenceTo(t, public(), before); got != "Attendance submitted; https://example.org/a submitted" {
		t.Errorf("the last one has %q now", got)
	}
}

func TestTheEvidenceOfAnApplicantIsRevealedWithIt(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.add(t, indicator("people_trained", 4))
	r.opened(t, 2026, "2026-12-15", "2026-12-31")
	number := r.applicant(t, "Jollychic")
	report := r.written(t, r.in(t, number, commitment.Registered, measured()), 2026).ID
	r.attached(t, number, report, aPDF)
	for _, err := range []error{
		failure(r.reports.Submit(of(number), report, 0)), failure(r.reports.Review(staff(), report, 0, accepted(commitment.Limited))),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r.recordedAs(t, "evidence.submitted sealed")
	r.move(t, number, "in_review", "active")
	r.recordedAs(t, "evidence.submitted sealed", "evidence.accepted")
}

func TestEvidenceIsChecked(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report := r.written(t, c, 2026).ID
	for link, want := range map[string]string{
		"": "/url required", "example.org": "/url not_a_web_address", "ftp://example.org": "/url not_a_web_address", "javascript:alert(1)": "/url not_a_web_address",
		"https://": "/url not_a_web_address", "https://mei:secret@example.org": "/url url_with_credentials", "https://example.org/a b": "/url not_a_web_address",
		"https://example.org/\u202e": "/url not_a_web_address", "HTTP://example.org": "/url not_a_web_address", "file:///etc/passwd": "/url not_a_web_address",
		"https://example.org/" + strings.Repeat("a", 1981): "/url too_long", "https:\\\\example.org": "/url not_a_web_address",
	} {
		faulty(t, failure(r.evidence.AddLink(of(number), report, commitment.LinkDraft{URL: link})), fault.Invalid, want)
	}
	long := commitment.Words{Title: strings.Repeat("a", 401), Claim: strings.Repeat("a", 1001), Quote: strings.Repeat("a", 2001), Page: "1\n2"}
	faulty(t, failure(r.evidence.AddLink(of(number), report, commitment.LinkDraft{URL: "https://example.org", Words: long})),
		fault.Invalid, "/title too_long", "/claim too_long", "/quote too_long", "/page invalid_characters")
	faulty(t, failure(r.upload(number, report, "<html>", long)),
		fault.Invalid, "/file file_type_mismatch", "/title too_long", "/claim too_long", "/quote too_long", "/page invalid_characters")
	link := r.linked(t, number, report)
	faulty(t, failure(r.evidence.Amend(of(number), link.ID, 0, commitment.WordsPatch{Quote: to("\u200b")})), fault.Invalid, "/quote required")
	faulty(t, failure(r.evidence.Amend(of(number), link.ID, 7, commitment.WordsPatch{})), fault.Stale)
	cleared, err := r.evidence.Amend(of(number), link.ID, 1, commitment.WordsPatch{Quote: to("")})
	if err != nil || cleared.Quote != "" || cleared.Page != "12" || cleared.Version != 2 {
		t.Errorf("cleared %+v, %v", cleared, err)
	}
	for n := 1; n < commitment.MostEvidence; n++ {
		r.linked(t, number, report)
	}
	faulty(t, failure(r.evidence.AddLink(of(number), report, commitment.LinkDraft{URL: "https://example.org"})), fault.Conflict)
	faulty(t, failure(r.upload(number, report, aPDF, commitment.Words{})), fault.Conflict)
}

func TestAFileIsOpenedByWhoMayKnowOfIt(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report := r.written(t, c, 2026).ID
	file, link := r.attached(t, number, report, aPDF), r.linked(t, number, report)
	e, content, err := r.evidence.Open(of(number), file.ID)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(content)
	if err := errors.Join(err, content.Close()); err != nil || string(text) != aPDF || e.File.Size != int64(len(aPDF)) || e.File.Type != "application/pdf" {
		t.Errorf("%q of %+v, %v", text, e.File, err)
	}
	for _, ctx := range []context.Context{public(), of(number + 1)} {
		_, _, err := r.evidence.Open(ctx, file.ID)
		faulty(t, err, fault.NotFound)
	}
	_, _, err = r.evidence.Open(of(number), link.ID)
	faulty(t, err, fault.NotFound)
	if gone, err := r.store.Remove(t.Context(), file.File.Digest, r.clock.Now().Add(time.Second)); err != nil || !gone {
		t.Fatal(gone, err)
	}
	_, _, err = r.evidence.Open(of(number), file.ID)
	faulty(t, err, fault.Unavailable)
}
