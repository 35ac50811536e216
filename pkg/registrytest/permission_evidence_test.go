package registrytest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"accord/pkg/commitment"
	"accord/pkg/ident"
)

const aPDF = "%PDF-1.4\n%%EOF\n"

// attach gives a PDF as evidence of a report.
func (r *Register) attach(ctx context.Context, to ident.Report, text string, words commitment.Words) (commitment.Evidence, error) {
	u, err := r.Evidence.Receive(ctx, to, "a.pdf", "application/pdf", false, strings.NewReader(text))
	if err != nil {
		return commitment.Evidence{}, err
	}
	e, err := r.Evidence.AddFile(ctx, to, u, words)
	return e, errors.Join(err, u.Discard())
}

// onEvidence is a call of an office method on a file that is evidence of a
// report in the state.
func onEvidence(state commitment.ReportState, do func(ctx context.Context, r *Register, e commitment.Evidence) error) func(*testing.T, *Register, ident.Member) call {
	return func(t *testing.T, r *Register, number ident.Member) call {
		report := r.reportAt(t, number, commitment.ReportDrafted)
		e := must(r.attach(Staff(), report.ID, aPDF, commitment.Words{Title: "Lists"}))(t)
		if state != commitment.ReportDrafted {
			must(r.Reports.Submit(Staff(), report.ID, 0))(t)
		}
		if state == commitment.ReportAccepted {
			must(r.Reports.Review(Staff(), report.ID, 0, limited()))(t)
		}
		return func(ctx context.Context) error { return do(ctx, r, e) }
	}
}

func evidenceProbes() map[string]probe {
	read := func(ctx context.Context, r *Register, e commitment.Evidence) error {
		_, err := r.Evidence.Read(ctx, e.ID)
		return err
	}
	list := func(ctx context.Context, r *Register, e commitment.Evidence) error {
		_, err := r.Evidence.List(ctx, e.Report)
		return err
	}
	open := func(ctx context.Context, r *Register, e commitment.Evidence) error {
		_, content, err := r.Evidence.Open(ctx, e.ID)
		if err != nil {
			return err
		}
		return content.Close()
	}
	all := map[string]probe{
		"Evidence.AddLink": {public: ownReads, hidden: ownReads, writes: true, make: onReport(commitment.ReportDrafted,
			func(ctx context.Context, r *Register, report commitment.Report) error {
				_, err := r.Evidence.AddLink(ctx, report.ID, commitment.LinkDraft{URL: "https://example.org"})
				return err
			})},
		"Evidence.Admit": {public: ownReads, hidden: ownReads, make: onReport(commitment.ReportDrafted,
			func(ctx context.Context, r *Register, report commitment.Report) error {
				return r.Evidence.Admit(ctx, report.ID, false)
			})},
		"Evidence.Receive": {public: ownReads, hidden: ownReads, make: onReport(commitment.ReportDrafted,
			func(ctx context.Context, r *Register, report commitment.Report) error {
				u, err := r.Evidence.Receive(ctx, report.ID, "a.pdf", "", false, strings.NewReader(aPDF))
				if err != nil {
					return err
				}
				return u.Discard()
			})},
		"Evidence.Receive of a public one": {public: ownWrites, make: onReport(commitment.ReportAccepted,
			func(ctx context.Context, r *Register, report commitment.Report) error {
				u, err := r.Evidence.Receive(ctx, report.ID, "a.pdf", "", true, strings.NewReader(aPDF))
				if err != nil {
					return err
				}
				return u.Discard()
			})},
		"Evidence.AddFile": {public: ownReads, hidden: ownReads, writes: true, make: func(t *testing.T, r *Register, number ident.Member) call {
			report := r.reportAt(t, number, commitment.ReportDrafted)
			u := must(r.Evidence.Receive(Staff(), report.ID, "a.pdf", "", false, strings.NewReader(aPDF)))(t)
			t.Cleanup(func() { _ = u.Discard() })
			return func(ctx context.Context) error {
				_, err := r.Evidence.AddFile(ctx, report.ID, u, commitment.Words{})
				return err
			}
		}},
		"Evidence.Amend": {public: ownReads, hidden: ownReads, writes: true, make: onEvidence(commitment.ReportDrafted,
			func(ctx context.Context, r *Register, e commitment.Evidence) error {
				_, err := r.Evidence.Amend(ctx, e.ID, e.Version, commitment.WordsPatch{})
				return err
			})},
		"Evidence.Remove": {public: ownReads, hidden: ownReads, writes: true, make: onEvidence(commitment.ReportSubmitted,
			func(ctx context.Context, r *Register, e commitment.Evidence) error {
				return r.Evidence.Remove(ctx, e.ID, e.Version)
			})},
		"Evidence.Sweep": {public: systemAlone, make: func(_ *testing.T, r *Register, _ ident.Member) call { return r.Evidence.Sweep }},
	}
	for name, do := range map[string]func(ctx context.Context, r *Register, e commitment.Evidence) error{
		"Evidence.Read": read, "Evidence.List": list, "Evidence.Open": open,
	} {
		all[name+" of a draft"] = probe{public: whoMayKnow, hidden: whoMayKnow, make: onEvidence(commitment.ReportDrafted, do)}
		all[name+" of a submitted one"] = probe{public: whoMayKnow, hidden: whoMayKnow, make: onEvidence(commitment.ReportSubmitted, do)}
		all[name] = probe{public: everybody, hidden: whoMayKnow, make: onEvidence(commitment.ReportAccepted, do)}
	}
	return all
}
