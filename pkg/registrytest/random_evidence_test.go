package registrytest

import (
	"context"
	"strings"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// evidencing are the steps of evidence.
func (l *life) evidencing() map[string]func() error {
	return map[string]func() error{
		"give link": l.giveLink, "give file": l.giveFile, "amend evidence": l.amendEvidence, "remove evidence": l.removeEvidence,
		"sweep files": func() error { return l.Evidence.Sweep(System()) },
	}
}

// words say something in each of the fields that are drawn.
func (l *life) words() commitment.Words {
	w := commitment.Words{Title: l.text("the title of evidence")}
	if l.draw.IntN(2) == 0 {
		w.Claim, w.Quote, w.Page = l.text("a claim"), l.text("a quote"), l.text("a page")
	}
	return w
}

// writer is somebody who may write the report.
func (l *life) writer(number ident.Member) context.Context {
	return pick(l, []context.Context{Staff(), Editor(number), Approver(number)})
}

func (l *life) giveLink() error {
	return l.onReport(func(_ context.Context, r commitment.Report) error {
		_, err := l.Evidence.AddLink(l.writer(r.Member), r.ID, commitment.LinkDraft{URL: "https://example.org/" + l.text("a link"), Words: l.words()})
		return err
	})
}

// The files are few, so that several pieces of evidence name the same content.
func (l *life) giveFile() error {
	return l.onReport(func(_ context.Context, r commitment.Report) error {
		_, err := l.attach(l.writer(r.Member), r.ID, aPDF+pick(l, []string{"a", "b", "c"}), l.words())
		return err
	})
}

// onPiece runs a step on a piece of evidence at its present version.
func (l *life) onPiece(do func(ctx context.Context, e commitment.Evidence) error) error {
	return l.onReport(func(_ context.Context, r commitment.Report) error {
		list, err := l.Evidence.List(Staff(), r.ID)
		if err != nil || len(list) == 0 {
			return err
		}
		return do(l.writer(r.Member), pick(l, list))
	})
}

func (l *life) amendEvidence() error {
	return l.onPiece(func(ctx context.Context, e commitment.Evidence) error {
		_, err := l.Evidence.Amend(ctx, e.ID, e.Version, commitment.WordsPatch{Title: nullable.NewNullableWithValue(l.text("another title of evidence"))})
		return err
	})
}

func (l *life) removeEvidence() error {
	return l.onPiece(func(ctx context.Context, e commitment.Evidence) error { return l.Evidence.Remove(ctx, e.ID, e.Version) })
}

// Most random lives are over before a report is accepted; this one is of
// nothing but reports and their evidence.
func TestTheEvidenceOfALifeOfReportsReplayedIsWhatThePublicSees(t *testing.T) {
	t.Parallel()
	l := newLife(t, 19)
	for _, number := range l.members {
		l.Move(t, number, member.InReview)
		for range 2 {
			l.commitments = append(l.commitments, l.commitmentAt(t, number, commitment.Registered).ID)
		}
	}
	l.Move(t, l.members[0], member.Active)
	for _, year := range []int{2025, 2026} {
		must(l.Cycles.Open(Staff(), commitment.CycleDraft{Year: year, DueOn: "2027-07-31", GraceEndsOn: "2027-12-31"}))(t)
	}
	for step := range length(220, 1000) {
		if step == 100 {
			l.Move(t, l.members[1], member.Active) // with what was accepted before
		}
		l.take(pick(l, []string{
			"start report", "write report", "write report", "submit report", "submit report", "submit report", "review", "review", "agree", "attest",
			"give link", "give file", "give file", "amend evidence", "remove evidence", "sweep files",
		}))
		if step%10 == 0 {
			l.look()
		}
	}
	l.CatchUp(t)
	rows := l.look()
	sameRows(t, "replayed", replayed(t, l.Register), rows)
	l.checkEntries()
	seen := 0
	for key := range rows {
		if strings.HasPrefix(key, "evidence ") {
			seen++
		}
	}
	if seen < 3 {
		t.Errorf("the public sees %d pieces of evidence: the life was too quiet", seen)
	}
	t.Logf("%d pieces, done: %v; refused: %v", seen, l.done, l.refused)
}

// addEvidence adds what is evidence of a report, as the ledger is promised to
// have it, and makes sure that each file can be read.
func addEvidence(t *testing.T, r, real *Register, report ident.Report, add func(kind string, id, content any)) {
	t.Helper()
	for _, e := range must(r.Evidence.List(Public(), report))(t) {
		content := map[string]any{
			"report": report, "cycle": e.Cycle, "url": e.URL, "title": e.Title, "claim": e.Claim, "quote": e.Quote, "page": e.Page,
		}
		if f := e.File; f != nil {
			content["file"] = map[string]any{"sha256": f.Digest, "name": f.Name, "type": f.Type, "size": f.Size}
			_, file, err := real.Evidence.Open(Public(), e.ID)
			if err != nil {
				t.Fatalf("evidence %s: %v", e.ID, err)
			}
			_ = file.Close()
		}
		add("evidence", e.ID, content)
	}
}
