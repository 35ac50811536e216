package commitment

import (
	"context"
	"strings"
	"testing"
	"time"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/ident"
)

// TestAnIndexServesEachTableOfARun takes the planner the choice to read whole
// tables, and looks for one that it has to read whole all the same. Lists are
// read in their order, too, and not sorted. How long a run looks at 100,000
// members is another question: half a second on two busy cores, of which most
// goes into who of them has not reported.
func TestAnIndexServesEachTableOfARun(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	k := calendar{
		day: "2027-08-01", latest: &Cycle{Year: 2027}, years: db.Numbers{2026, 2027}, ends: db.Texts{"2026-07-31T16:00:00Z", "2027-07-31T16:00:00Z"},
	}
	statements := map[string][]any{
		dueMembers: k.args(), oneDuty: k.args(1), dueCommitments: {k.day}, oneOverdue: {ident.New[ident.Commitment]()}, readProposal: {ident.New[ident.Proposal]()},
	}
	lists := map[string]bool{}
	for _, kind := range []ProposalKind{"", Delist} {
		for _, state := range []ProposalState{"", ProposalOpen} {
			for _, number := range []ident.Member{0, 1} {
				query, args := composeProposals(ProposalListing{
					Kind: kind, State: state, Member: number, Limit: 50, After: &ProposalKey{At: time.Now(), ID: ident.New[ident.Proposal]()},
				})
				statements[query], lists[query] = args, true
			}
		}
	}
	err := d.Snapshot(context.Background(), func(tx *db.Tx) error {
		for _, setting := range []string{`set local enable_seqscan = off`, `set local enable_sort = off`, `set local enable_bitmapscan = off`} {
			if _, err := tx.Exec(context.Background(), setting); err != nil {
				return err
			}
		}
		for query, args := range statements {
			var lines []string
			if err := tx.Select(context.Background(), &lines, "explain "+query, args...); err != nil {
				return err
			}
			text := strings.Join(lines, "\n")
			if strings.Contains(text, "Seq Scan") || lists[query] && strings.Contains(text, "Sort") {
				t.Errorf("%s\n%s", query, text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
