package commitment_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/plan"
)

// editor is one of two people who write on one draft. It saves a field by the
// version that it has read last, and reads again when it is told of a conflict.
type editor struct {
	name string
	seen commitment.Report
}

// fields are what an editor can write: a patch of the field with a text, and
// the text that a report has there.
var fields = map[string]struct {
	patch func(n int) commitment.ReportPatch
	of    func(p commitment.Statement) string
}{
	"/narrative": {
		func(n int) commitment.ReportPatch {
			return commitment.ReportPatch{Narrative: to(fmt.Sprint("text ", n))}
		},
		func(p commitment.Statement) string { return p.Narrative },
	},
	"/completion": {
		func(n int) commitment.ReportPatch {
			return commitment.ReportPatch{Completion: to(commitment.Completions()[n%5])}
		},
		func(p commitment.Statement) string { return string(p.Completion) },
	},
	"/values": {
		func(n int) commitment.ReportPatch {
			return commitment.ReportPatch{Measured: to([]commitment.MeasuredDraft{
				{Indicator: "a", Bound: "exact", Low: fmt.Sprint(n), From: "2026-01-01", To: "2026-02-01"},
			})}
		},
		func(p commitment.Statement) string { return fmt.Sprint(p.Measured) },
	},
	"/milestones": {
		func(n int) commitment.ReportPatch {
			return commitment.ReportPatch{Milestones: to([]commitment.Met{{Key: fmt.Sprint("m", n), On: plan.Date("2026-01-01")}})}
		},
		func(p commitment.Statement) string { return fmt.Sprint(p.Milestones) },
	},
}

// TestTwoEditorsNeverLoseEachOthersText lets two people of one member write on
// one draft in random turns. Whatever was saved stays until somebody who has
// seen it writes another text there, and who is refused is shown both.
func TestTwoEditorsNeverLoseEachOthersText(t *testing.T) {
	t.Parallel()
	r, number, c := reported(t)
	report, err := r.reports.Start(of(number), c.ID, 2026)
	if err != nil {
		t.Fatal(err)
	}
	rounds := 1000
	if testing.Short() {
		rounds = 150
	}
	draw := rand.New(rand.NewPCG(11, 12))
	names := []string{"/completion", "/milestones", "/narrative", "/values"}
	standing := map[string]string{} // what was saved last in each field
	changedAt := map[string]int64{}
	for _, name := range names {
		standing[name], changedAt[name] = fields[name].of(report.Statement), 1
	}
	editors := []*editor{{name: "Mei", seen: report}, {name: "Bo", seen: report}}
	saved, refused := 0, 0
	for n := range rounds {
		e := editors[draw.IntN(2)]
		name := names[draw.IntN(len(names))]
		if draw.IntN(4) == 0 { // looks at what stands there
			if e.seen, err = r.reports.Read(of(number), report.ID); err != nil {
				t.Fatal(err)
			}
		}
		got, err := r.reports.Amend(of(number), report.ID, e.seen.Version, fields[name].patch(n))
		if unseen := changedAt[name] > e.seen.Version; unseen != fault.Is(err, fault.Stale) || !unseen && err != nil {
			t.Fatalf("round %d: %s saves %s by version %d, last changed at %d: %v", n, e.name, name, e.seen.Version, changedAt[name], err)
		}
		if err != nil {
			refused++
			bothVersions(t, err, name, fields[name].patch(n))
			continue // and its own text is still in its hands
		}
		saved++
		if text := fields[name].of(got.Statement); text != standing[name] {
			standing[name], changedAt[name] = text, got.Version
		}
		// The answer has the other's text too, in every field: it is what the
		// editor has seen now.
		e.seen = got
		for _, field := range names {
			if text := fields[field].of(got.Statement); text != standing[field] {
				t.Fatalf("round %d: %s is %q, %q was saved", n, field, text, standing[field])
			}
		}
	}
	if saved < rounds/4 || refused < rounds/20 {
		t.Errorf("%d saved, %d refused: the editors hardly met", saved, refused)
	}
}

// bothVersions holds a refusal against what it promises to tell.
func bothVersions(t *testing.T, err error, pointer string, sent commitment.ReportPatch) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || len(e.Clashes) != 1 || e.Clashes[0].Pointer != pointer || !json.Valid(e.Clashes[0].Yours) || e.Clashes[0].Current != nil && !json.Valid(e.Clashes[0].Current) {
		t.Fatalf("refused with %+v", e)
	}
	if text, err := sent.Narrative.Get(); err == nil && !slices.Equal(e.Clashes[0].Yours, []byte(fmt.Sprintf("%q", text))) {
		t.Errorf("%s was sent, and is told as %s", text, e.Clashes[0].Yours)
	}
}
